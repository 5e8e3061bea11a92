"""The one comment of a workflow below a pull request: what it remembers, and how it is written.

Jobs of a matrix write into the same comment, each knowing only its own failure. So the comment
carries what the next one has to know: a marker in its first line, then a line of data, then the
failures between marks. Log text cannot make such lines: `text` breaks whatever looks like one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple
from zlib import crc32

from logdoctor.redact import mask
from logdoctor.render.clean import clean_line
from logdoctor.render.markdown import code

_MARKER = "<!-- logdoctor:v1 key={} -->"
_STATE = re.compile(r"<!-- logdoctor:state (\{.*\}) -->$")
_PART = re.compile(r"<!-- logdoctor:part (\d+) -->$")
_END = "<!-- logdoctor:end -->"
JOBS = 60
"""Jobs that are remembered and named for one failure."""
NAME = 120
"""Characters of a job's name."""

Kind = Literal["failed", "fixed", "unsure"]


class Failure(NamedTuple):
    """One failure as it is told, and the jobs it was seen in; `body` is Markdown with a heading first."""

    fingerprint: str
    jobs: tuple[str, ...]
    body: str


class State(NamedTuple):
    """All that a comment says. `run` orders the runs of a workflow; `total` counts a run's jobs, if known.

    `kind` is `fixed` where the failures are of the past, and `unsure` where something else fails now
    that nobody is sure about.
    """

    key: str
    run: int
    sha: str
    url: str
    failures: tuple[Failure, ...]
    kind: Kind = "failed"
    total: int = 0


class Links(NamedTuple):
    """What the footer points to."""

    commit: str = ""
    """The address of a commit, with `{}` for its name."""


def marker(key: str) -> str:
    """The first line of the comment of one workflow.

    >>> marker("CI")
    '<!-- logdoctor:v1 key=CI -->'
    """
    safe = re.sub(r"[^A-Za-z0-9._]+", "-", key).strip("-")[:60]
    if safe != key:
        safe += f"-{crc32(key.encode('utf-8', 'replace')):08x}"
    return _MARKER.format(safe)


def text(markdown: str) -> str:
    """Markdown in which nothing can be taken for a mark of ours."""
    return re.sub(r"<!--(?=\s*logdoctor)", "<!-\u200b-", markdown.replace("\r", "")).strip("\n")


def parse(body: str, key: str) -> State | None:
    """What a comment of ours says; nothing where it is not one of this workflow.

    A comment whose data cannot be read (somebody edited it) counts as one that says nothing.
    """
    lines = body.replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != marker(key):
        return None
    found = _STATE.match(lines[1]) if len(lines) > 1 else None
    empty = State(key, 0, "", "", ())
    if not found:
        return empty
    try:
        return _state(key, json.loads(found[1]), _parts(lines[2:]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return empty


def _state(key: str, said: Any, parts: Sequence[str]) -> State:
    failures = [
        Failure(_word(each["id"]), tuple(_word(job) for job in each["jobs"][:JOBS]), body)
        for each, body in zip(said["failures"], parts, strict=False)
    ]
    kind: Kind = said["kind"] if said["kind"] in ("failed", "fixed", "unsure") else "failed"
    sha = said["sha"] if re.fullmatch(r"[0-9a-f]{7,64}", said["sha"]) else ""
    url = said["url"] if _safe(said["url"]) else ""
    return State(key, int(said["run"]), sha, url, tuple(failures), kind, int(said["total"]))


def job_name(name: str) -> str:
    """A job's name as it is remembered."""
    return mask(clean_line(name))[:NAME].strip()


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return job_name(value)


def _safe(url: str) -> bool:
    return re.fullmatch(r"https?://[A-Za-z0-9./_:~?=&-]+", url) is not None


def _parts(lines: Iterable[str]) -> list[str]:
    parts: list[list[str]] = []
    open_part = False
    for line in lines:
        if _PART.match(line):
            parts.append([])
            open_part = True
        elif line == _END:
            open_part = False
        elif open_part:
            parts[-1].append(line)
    return ["\n".join(part).strip("\n") for part in parts]


def write(state: State, most: int, links: Links | None = None) -> str:
    """Write the comment in at most so many bytes; what does not fit is left out, and it says so."""
    footer = _footer(state, links or Links())
    for count in range(len(state.failures), 0, -1):
        whole = _assembled(state, state.failures[:count], len(state.failures) - count, footer)
        if _size(whole) <= most:
            return whole
    bodies = state.failures[:1]
    if not bodies:
        return _assembled(state, (), 0, footer)
    frame = _assembled(state, (bodies[0]._replace(body=""),), len(state.failures) - 1, footer)
    short = bodies[0]._replace(body=_shortened(bodies[0].body, most - _size(frame) - 8))
    return _assembled(state, (short,), len(state.failures) - 1, footer)


def _assembled(state: State, failures: Sequence[Failure], left_out: int, footer: str) -> str:
    data = {
        "run": state.run,
        "sha": state.sha,
        "url": state.url,
        "kind": state.kind,
        "total": state.total,
        "failures": [{"id": each.fingerprint, "jobs": list(each.jobs[:JOBS])} for each in failures],
    }
    parts = [f"{marker(state.key)}\n<!-- logdoctor:state {_json(data)} -->"]
    past = state.kind != "failed"
    if past:
        parts.append(_headline(state))
        if failures:
            parts.append(f"<details><summary>What had failed: {_count(len(failures), 'failure')}</summary>")
    elif len(failures) > 1:
        parts.append(f"**{len(failures)} independent failures**")
    for number, failure in enumerate(failures):
        parts.append(f"<!-- logdoctor:part {number} -->\n\n{failure.body}\n\n{_END}")
        if not past and (len(failure.jobs) > 1 or state.total > 1):
            parts.append(_jobs(failure, state.total))
    if past and failures:
        parts.append("</details>")
    if left_out:
        parts.append(
            f"*{_count(left_out, 'more failure')} left out, because a comment has no more room. "
            "The run's log has all.*"
        )
    return "\n\n".join([*parts, footer]) + "\n"


def _json(data: object) -> str:
    """Data that cannot end the HTML comment it stands in, nor call anybody."""
    written = json.dumps(data, separators=(",", ":"))
    for word in ("--", "<", ">", "@"):
        written = written.replace(word, "".join(f"\\u{ord(character):04x}" for character in word))
    return written


def _headline(state: State) -> str:
    commit = code(state.sha[:7]) if state.sha else "the newest commit"
    if state.kind == "fixed":
        return f"### ✓ Fixed in {commit}"
    return (
        f"### ✗ Still failing in {commit}\n\n"
        "What fails now is something else, and no rule is sure about it: the run's log tells."
    )


def _jobs(failure: Failure, total: int) -> str:
    names = [code(name) for name in failure.jobs[:8]]
    more = len(failure.jobs) - len(names)
    listed = ", ".join(names) + (f" and {more} more" if more > 0 else "")
    of = f" of {total}" if total > len(failure.jobs) else ""
    return f"**In {len(failure.jobs)}{of} jobs:** {listed}"


def _footer(state: State, links: Links) -> str:
    words = ["logdoctor"]
    if state.url and _safe(state.url):
        words.append(f"[run]({state.url})")
    if state.sha:
        short = state.sha[:7]
        words.append(f"[{short}]({links.commit.format(state.sha)})" if links.commit else code(short))
    words.append("`comment = false` in `.logdoctor.toml` turns this off")
    return f"<sub>{' · '.join(words)}</sub>"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _size(body: str) -> int:
    return len(body.encode("utf-8", "replace"))


def _shortened(body: str, room: int) -> str:
    """Whole blocks of Markdown from the top, as many as fit, and a word about the rest."""
    said = "*The rest is left out: a comment has no more room. The run's log has all.*"
    kept: list[str] = []
    room -= _size(said) + 2
    fence = details = ""
    block: list[str] = []
    for line in [*body.split("\n"), ""]:
        ticks = re.match(r"`{3,}", line)
        if fence:
            fence = "" if line.rstrip() == fence else fence
        elif ticks:
            fence = ticks[0]
        if line.startswith("<details>"):
            details = "</details>"
        if line.startswith("</details>"):
            details = ""
        block.append(line)
        if fence or details or line:
            continue
        room -= _size("\n".join(block)) + 1
        if room < 0:
            break
        kept += block
        block = []
    return "\n".join([*kept, said]).strip("\n")
