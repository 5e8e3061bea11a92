"""Mask secrets in anything that is about to be shown.

Only shapes that are secrets by their prefix or their place in a line: never hashes, integrity
strings or UUIDs, which a build log is full of. A value always gets the same mark, so that repeats
can be recognised without being read.
"""

# Without postponed annotations: named tuples would compile each one at start-up.
import re
from functools import cache
from typing import NamedTuple

from logdoctor.model import Cause, Diagnosis, NotPatched, Patch, Remedy, Report


class Shape(NamedTuple):
    """A kind of secret: a literal that must occur, and the regex whose `secret` group is masked."""

    kind: str
    hints: tuple[str, ...]
    regex: str


SHAPES: tuple[Shape, ...] = (
    Shape("private-key", ("PRIVATE KEY",), r"(?P<secret>-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z))"),
    Shape("github-token", ("gh",), r"(?P<secret>\b(?:gh[pousr]_[0-9A-Za-z]{36,251}|github_pat_\w{82}))"),
    Shape("gitlab-token", ("gl",), r"(?P<secret>\bgl(?:pat|dt|rt|ft|cbt|ptt|oas|imt|agent|soat)-[\w-]{20,})"),
    Shape("npm-token", ("npm_",), r"(?P<secret>\bnpm_[A-Za-z0-9]{36})"),
    Shape("pypi-token", ("pypi-",), r"(?P<secret>\bpypi-AgEIcHlwaS5vcmc[\w-]{50,})"),
    Shape("aws-key", ("A",), r"(?P<secret>\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b)"),
    Shape("google-key", ("AIza",), r"(?P<secret>\bAIza[\w-]{35})"),
    Shape("slack-token", ("xox",), r"(?P<secret>\bxox[abeoprs]-[\w-]{10,})"),
    Shape("stripe-key", ("k_",), r"(?P<secret>\b(?:sk|rk)_(?:test|live|prod)_\w{10,})"),
    Shape("api-key", ("sk-",), r"(?P<secret>\bsk-(?:ant-[\w-]{20,}|proj-[\w-]{20,}|[A-Za-z0-9]{40,}))"),
    Shape("docker-token", ("dckr_",), r"(?P<secret>\bdckr_(?:pat|oat)_[\w-]{20,})"),
    Shape("jwt", ("eyJ",), r"(?P<secret>\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*)"),
    Shape("url-password", ("://",), r"://[^\s:/@'\"]*:(?P<secret>[^\s/@'\"]+)@"),
    Shape("authorization", ("uthorization", "UTHORIZATION"), r"(?i)authorization['\"]?\s*[:=]\s*['\"]?(?:basic|bearer|token)\s+(?P<secret>[^\s'\"]+)"),
    Shape("registry-token", ("_auth", "_password"), r"(?i)\b_(?:authToken|auth|password)\s*=\s*['\"]?(?P<secret>[^\s'\"]+)"),
    Shape("password-option", ("docker login",), r"docker login.*?\s(?:-p|--password)[ =]+(?P<secret>\S+)"),
    Shape(
        "variable",
        ("TOKEN", "SECRET", "PASS", "KEY", "token", "secret", "pass", "key"),
        r"(?:\b|_)(?:[A-Za-z0-9_]*(?:TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|PRIVATE_KEY|ACCESS_KEY)(?:_[A-Z0-9]+)?"
        r"|(?:[a-z0-9]+[_-])+(?:token|secret|api_?key|private_?key)|(?:[a-z0-9]+[_-])*(?:password|passwd)"
        r"|accessToken|apiKey|authToken|clientSecret)"
        r"['\"]?\s*[=:]\s*['\"]?(?P<secret>[^\s'\"$<{(\[,;)][^\s'\",;)]{5,})",
    ),
)  # fmt: skip


def mask(text: str) -> str:
    """Return the text with every known kind of secret replaced by its mark.

    >>> mask("fetch https://ci:hunter2@git.example/repo")[:32]
    'fetch https://ci:<redacted:url-p'
    """
    for shape in SHAPES:
        if any(hint in text for hint in shape.hints):
            text = _compiled(shape.regex).sub(lambda found, kind=shape.kind: _marked(found, kind), text)  # type: ignore[misc]
    return text


def _marked(found: re.Match[str], kind: str) -> str:
    secret = found["secret"]
    if secret.startswith("<redacted:") or set(secret) <= {"*", "x", "X", "."}:
        return found[0]
    begin, end = found.span("secret")
    return found[0][: begin - found.start()] + _mark(kind, secret) + found[0][end - found.start() :]


def _mark(kind: str, secret: str) -> str:
    from zlib import crc32

    return f"<redacted:{kind}:{crc32(secret.encode('utf-8', 'replace')) & 0xFFFF:04x}>"


@cache
def _compiled(regex: str) -> re.Pattern[str]:
    return re.compile(regex, re.DOTALL)


def mask_report(report: Report) -> Report:
    """Mask every text of a report that came from a log or from the user's files."""
    return report._replace(
        steps=tuple(step._replace(name=mask(step.name)) for step in report.steps),
        diagnoses=tuple(_mask_diagnosis(diagnosis) for diagnosis in report.diagnoses),
        excerpt=tuple(line._replace(text=mask(line.text)) for line in report.excerpt),
    )


def _mask_diagnosis(diagnosis: Diagnosis) -> Diagnosis:
    return diagnosis._replace(
        title=mask(diagnosis.title),
        explain=mask(diagnosis.explain),
        cause=diagnosis.cause and _mask_cause(diagnosis.cause),
        chain=tuple(link._replace(text=mask(link.text)) for link in diagnosis.chain),
        evidence=tuple(each._replace(text=mask(each.text)) for each in diagnosis.evidence),
        captures={key: mask(value) for key, value in diagnosis.captures.items()},
        remedies=tuple(_mask_remedy(remedy) for remedy in diagnosis.remedies),
    )


def _mask_cause(cause: Cause) -> Cause:
    text = mask(cause.text)
    begin, end = (min(edge, len(text)) for edge in cause.span)
    return cause._replace(text=text, span=(begin, end))


def _mask_remedy(remedy: Remedy) -> Remedy:
    """A diff that would show a secret is withheld: masked, it would write the mask into the file."""
    outcome: Patch | NotPatched = remedy.outcome
    if isinstance(outcome, Patch) and mask(outcome.diff) != outcome.diff:
        outcome = NotPatched(
            f"the patch of {', '.join(outcome.files)} would show a secret that stands beside the change; "
            "make the change by hand"
        )
    return remedy._replace(
        title=mask(remedy.title),
        why=mask(remedy.why),
        outcome=outcome,
        steps=tuple(mask(step) for step in remedy.steps),
        evidence=tuple(each._replace(text=mask(each.text)) for each in remedy.evidence),
    )
