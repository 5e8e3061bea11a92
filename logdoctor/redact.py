"""Mask secrets in anything that is about to be shown.

Only shapes that are secrets by their prefix or their place in a line: never hashes, integrity
strings or UUIDs, which a build log is full of. A value always gets the same mark, so that repeats
can be recognised without being read.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache

from logdoctor.model import (
    Cause,
    Diagnosis,
    Evidence,
    Excerpt,
    Line,
    Link,
    NotPatched,
    Patch,
    Remedy,
    Report,
    Step,
)
from logdoctor.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import TypeVar

    Quoted = TypeVar("Quoted", Cause, Link, Evidence, Excerpt)

LONGEST_KEY = 200
"""Lines of a private key at most; a log that is cut within one must not be hidden to its end."""


class Shape(NamedTuple):
    """A kind of secret: the regex whose `secret` group is masked, and what tells that it need not be tried.

    One of the `hints` must occur, and one of the `words`, if there are any, in whatever case.
    """

    kind: str
    hints: tuple[str, ...]
    regex: str
    words: tuple[str, ...] = ()


SHAPES: tuple[Shape, ...] = (
    Shape("private-key", ("PRIVATE KEY",), r"(?P<secret>-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z))"),
    Shape("github-token", ("gh", "github_pat_"), r"(?P<secret>\b(?:gh[pousr]_[0-9A-Za-z]{36,251}|github_pat_\w{82}))"),
    Shape("gitlab-token", ("gl",), r"(?P<secret>\bgl(?:pat|dt|rt|ft|cbt|ptt|oas|imt|agent|soat)-[\w-]{20,})"),
    Shape("npm-token", ("npm_",), r"(?P<secret>\bnpm_[A-Za-z0-9]{36})"),
    Shape("pypi-token", ("pypi-",), r"(?P<secret>\bpypi-AgEIcHlwaS5vcmc[\w-]{50,})"),
    Shape("cargo-token", ("cio",), r"(?P<secret>\bcio[A-Za-z0-9]{32}\b)"),
    Shape("aws-key", ("A3T", "AKIA", "ASIA", "ABIA", "ACCA"), r"(?P<secret>\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b)"),
    Shape("google-key", ("AIza", "ya29."), r"(?P<secret>\b(?:AIza[\w-]{35}|ya29\.[\w-]{20,}))"),
    Shape("slack-token", ("xox",), r"(?P<secret>\bxox[abeoprs]-[\w-]{10,})"),
    Shape("webhook", ("hooks",), r"(?:hooks\.slack\.com/services|discord(?:app)?\.com/api/webhooks)/(?P<secret>[\w/-]{20,})"),
    Shape("stripe-key", ("k_",), r"(?P<secret>\b(?:sk|rk)_(?:test|live|prod)_\w{10,})"),
    Shape("api-key", ("sk-", "hf_", "SG."), r"(?P<secret>\b(?:sk-(?:ant-[\w-]{20,}|proj-[\w-]{20,}|[A-Za-z0-9]{40,})|hf_[A-Za-z0-9]{34}|SG\.[\w-]{16,32}\.[\w-]{16,64}))"),
    Shape("docker-token", ("dckr_",), r"(?P<secret>\bdckr_(?:pat|oat)_[\w-]{20,})"),
    Shape("cloud-token", ("_v1_", "pul-"), r"(?P<secret>\b(?:do[oprt]_v1_[0-9a-f]{64}|pul-[0-9a-f]{40}))"),
    Shape("jwt", ("eyJ",), r"(?P<secret>\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*)"),
    Shape("url-password", ("://",), r"://[^\s:/@'\"<]*:(?P<secret>[^\s/'\"]+)@", ("@",)),
    Shape("url-token", ("://",), r"://(?P<secret>[^\s:/@'\"]{20,})@", ("@",)),
    Shape("url-parameter", ("?", "&"), r"(?i)[?&](?:[a-z_]{0,40}token|api_?key|key|sig|[a-z-]{0,40}signature|secret|password|x-amz-security-token)=(?P<secret>[^\s&'\"#<>]{8,})", ("token=", "key=", "sig=", "ature=", "secret=", "word=")),
    Shape("authorization", ("uthorization", "UTHORIZATION"), r"(?i)authorization['\"]?\s*[:=]\s*['\"]?(?:basic|bearer|token)\s+(?P<secret>[^\s'\"]+)"),
    Shape("header", (":",), r"(?i)\b(?:x-[a-z-]{0,40}(?:key|token|secret)|(?:private|job|deploy)-token|api-key)['\"]?:\s*['\"]?(?P<secret>[^\s'\"<]{8,})", ("x-", "private-token", "job-token", "deploy-token", "api-key")),
    Shape("cookie", ("ookie:", "OOKIE:"), r"(?i)\bcookie:\s*(?P<secret>[\w.-]+=[^\s'\"<][^'\"\n]{5,})"),
    Shape("registry-token", ("_auth", "_password"), r"(?i)\b_(?:authToken|auth|password)\s*=\s*['\"]?(?P<secret>[^\s'\"]+)"),
    Shape("registry-token", ("auth\"", "auth'"), r"['\"]auth['\"]\s*:\s*['\"](?P<secret>[A-Za-z0-9+/]{12,}=*)['\"]"),
    Shape("password-option", (" login",), r"\b(?:docker|podman|buildah|skopeo|nerdctl|oras|helm registry|az acr) login\b.{0,300}?\s(?:-p|--password)[ =]+(?P<secret>[^\s<]\S*)"),
    Shape("password-option", ("curl",), r"\bcurl\b.{0,300}?\s(?:-u|--user)[ =]{0,2}['\"]?[^\s:'\"]{1,100}:(?P<secret>[^\s'\"<][^\s'\"]*)", ("-u",)),
    Shape(
        "password-option",
        ("--",),
        r"--(?:[a-z]{1,30}-){0,4}(?:password|passwd|token|api-key|(?:client|api)-secret)(?:=|\s{1,4}(?=[^\s\d]{0,60}\d|\S{20}))['\"]?(?P<secret>[^\s'\"$<{(\[,;)-][^\s'\"]{5,})",
        ("password", "passwd", "token", "api-key", "-secret"),
    ),
    Shape("variable", ("ENV ",), r"\bENV\s{1,4}\w{0,60}(?:TOKEN|SECRET|PASSWORD|PASSWD|_KEY)\s{1,4}(?=[^\s\d]{0,60}\d|\S{20})(?P<secret>[^\s'\"$<=][^\s'\"=]{5,})", ("token", "secret", "passw", "_key")),
    Shape(
        "variable",
        ("=", ":"),
        r"<redacted:[a-z-]+:[0-9a-f]{4}>|(?:\b|_)(?:[A-Za-z0-9_]{0,60}(?:TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|PRIVATE_KEY|ACCESS_KEY)(?:_[A-Z0-9]+){0,2}"
        r"|[a-z0-9]{1,60}[_-](?:token|secret|api_?key|private_?key)|(?:password|passwd)"
        r"|(?:npm|access|refresh|session|id)?(?:Auth|auth)?Token|authToken|npmAuthIdent|apiKey|clientSecret"
        r"|(?:secretAccess|accessKey|private|secret|Account|SharedAccess)(?:Key|Secret))"
        r"['\"]?\s*[=:]\s*(?P<quote>['\"])?"
        r"(?P<secret>(?(quote)[^'\"$<{(\[,;)\n][^'\"\n]{5,}|[^\s'\"$<{(\[,;)][^\s'\",;)]{5,}))",
        ("token", "secret", "passw", "apikey", "api_key", "private_key", "privatekey", "access_key", "accesskey", "accountkey", "npmauthident"),
    ),
)  # fmt: skip
_ASKED_FOR = r"(?:process|import\.meta)\.env\b|os\.(?:environ|getenv)\b|System\.getenv\b|ENV[.\[]|secrets\."
"""Code that reads a secret from elsewhere: it is shown, since the line that failed may be this one."""
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")


def mask(text: str) -> str:
    """Return the text with every known kind of secret replaced by its mark.

    >>> mask("fetch https://ci:hunter2@git.example/repo")[:32]
    'fetch https://ci:<redacted:url-p'
    """
    for shape in SHAPES:
        if any(hint in text for hint in shape.hints) and _worded(shape, text):
            text = _compiled(shape.regex).sub(lambda found, kind=shape.kind: _marked(found, kind), text)  # type: ignore[misc]
    return text


def _worded(shape: Shape, text: str) -> bool:
    return not shape.words or any(word in text.casefold() for word in shape.words)


def _marked(found: re.Match[str], kind: str) -> str:
    secret = found["secret"]
    if secret is None or secret.startswith("<redacted:") or set(secret) <= {"*", "x", "X", "."}:
        return found[0]
    if kind == "variable" and _compiled(_ASKED_FOR).match(secret):
        return found[0]
    begin, end = found.span("secret")
    return found[0][: begin - found.start()] + _mark(kind, secret) + found[0][end - found.start() :]


def _mark(kind: str, secret: str) -> str:
    from zlib import crc32

    return f"<redacted:{kind}:{crc32(secret.encode('utf-8', 'replace')) & 0xFFFF:04x}>"


@cache
def _compiled(regex: str) -> re.Pattern[str]:
    return re.compile(regex, re.DOTALL)


def key_lines(lines: Iterable[Line]) -> frozenset[int]:
    """Numbers of the lines that stand inside a private key: none of them shows by itself what it is."""
    inside: set[int] = set()
    left = 0
    for line in lines:
        if "-----BEGIN " in line.text and "PRIVATE KEY" in line.text:
            left = LONGEST_KEY
        elif left and "-----END " in line.text:
            left = 0
        elif left:
            left -= 1
            inside.add(line.number)
    return frozenset(inside)


def mask_line(line: Line, keys: Collection[int]) -> str:
    """The text of a line of a log, masked; `keys` are the log's `key_lines`."""
    return _mark("private-key", line.text) if line.number in keys else mask(line.text)


def mask_report(report: Report) -> Report:
    """Mask every text of a report that came from a log or from the user's files."""
    report = _without_keys(report)
    return report._replace(
        logs=tuple(log._replace(name=mask(log.name), job=_maybe(log.job)) for log in report.logs),
        steps=tuple(_mask_step(step) for step in report.steps),
        diagnoses=tuple(_mask_diagnosis(diagnosis) for diagnosis in report.diagnoses),
        excerpt=tuple(line._replace(text=mask(line.text)) for line in report.excerpt),
    )


def _without_keys(report: Report) -> Report:
    """Mask quoted lines that are lines of a private key; a log is only searched if one may be."""
    quoted = [line.text for line in report.excerpt]
    for diagnosis in report.diagnoses:
        quoted += [link.text for link in diagnosis.chain] + [each.text for each in diagnosis.evidence]
        quoted += [diagnosis.cause.text] if diagnosis.cause else []
    if not any(map(_may_be_key, quoted)):
        return report
    keys = {log.id: key_lines(log.lines) for log in report.logs}
    logs = {step.id: step.log for step in report.steps}
    return report._replace(
        diagnoses=tuple(_without_key(each, keys, logs) for each in report.diagnoses),
        excerpt=tuple(_hidden(each, keys[each.log]) for each in report.excerpt),
    )


def _may_be_key(text: str) -> bool:
    """Whether a line ends like one of a private key: in a long word of base64."""
    word = text.rstrip()[-200:].split()[-1:]
    return bool(word) and len(word[0]) >= 16 and set(word[0]) <= _BASE64


def _without_key(
    diagnosis: Diagnosis, keys: Mapping[str, Collection[int]], logs: Mapping[str, str]
) -> Diagnosis:
    cause = diagnosis.cause
    own = keys[cause.log] if cause else ()
    return diagnosis._replace(
        cause=cause and _hidden(cause, own),
        chain=tuple(_hidden(each, keys.get(logs.get(each.step, ""), own)) for each in diagnosis.chain),
        evidence=tuple(_hidden(each, own) if each.side == "log" else each for each in diagnosis.evidence),
        captures={} if cause and cause.line in own else diagnosis.captures,
    )


def _hidden(quoted: Quoted, keys: Collection[int]) -> Quoted:
    return quoted._replace(text=_mark("private-key", quoted.text)) if quoted.line in keys else quoted


def _maybe(text: str | None) -> str | None:
    return None if text is None else mask(text)


def _mask_step(step: Step) -> Step:
    return step._replace(
        name=mask(step.name), stage=_maybe(step.stage), platform=_maybe(step.platform), file=_maybe(step.file)
    )


def _mask_diagnosis(diagnosis: Diagnosis) -> Diagnosis:
    return diagnosis._replace(
        title=mask(diagnosis.title),
        explain=mask(diagnosis.explain),
        confidence_basis=tuple(mask(each) for each in diagnosis.confidence_basis),
        cause=diagnosis.cause and _mask_cause(diagnosis.cause),
        chain=tuple(link._replace(text=mask(link.text)) for link in diagnosis.chain),
        evidence=tuple(_mask_evidence(each) for each in diagnosis.evidence),
        captures={key: mask(value) for key, value in diagnosis.captures.items()},
        remedies=tuple(_mask_remedy(remedy) for remedy in diagnosis.remedies),
    )


def _mask_evidence(evidence: Evidence) -> Evidence:
    return evidence._replace(file=_maybe(evidence.file), text=mask(evidence.text))


def _mask_cause(cause: Cause) -> Cause:
    """Mask the line; its span goes on marking the same words, however long the marks before are."""
    text = mask(cause.text)
    begin, end = (min(len(mask(cause.text[:edge])), len(text)) for edge in cause.span)
    return cause._replace(text=text, span=(begin, max(begin, end)))


def _mask_remedy(remedy: Remedy) -> Remedy:
    """A diff that would show a secret is withheld: masked, it would write the mask into the file."""
    outcome: Patch | NotPatched = remedy.outcome
    if isinstance(outcome, Patch) and mask(outcome.diff) != outcome.diff:
        outcome = NotPatched(
            f"the patch of {', '.join(outcome.files)} would show a secret that stands beside the change; "
            "make the change by hand"
        )
    if isinstance(outcome, NotPatched):
        outcome = NotPatched(mask(outcome.reason))
    return remedy._replace(
        title=mask(remedy.title),
        why=mask(remedy.why),
        outcome=outcome,
        steps=tuple(mask(step) for step in remedy.steps),
        evidence=tuple(_mask_evidence(each) for each in remedy.evidence),
    )
