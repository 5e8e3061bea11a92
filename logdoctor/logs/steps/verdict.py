"""How the build ended: failed, passed, or not to be told from this log.

A failed step decides at once. Otherwise the last telling words count: what a tool complained of
before a later success was overcome, and a success is believed only if it is the last word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from logdoctor.logs.steps.build import CACHE
from logdoctor.model import Log, Outcome, Step
from logdoctor.record import TYPE_CHECKING

if TYPE_CHECKING:
    from logdoctor.logs.steps.signs import Sign

BUILT = "Successfully tagged "
"""The old builder's words of success, said for BuildKit too, which has none."""
MARK = "Error: "
"""What a platform's page shows in place of its mark for an error."""
TAIL = 16_384
"""Characters from the end that are read first; most logs tell there."""
WIDEST = 2000
"""Characters of a line that are looked at."""
LAST_WORD = 25
"""Lines after which a tool's word of success is no longer the last one."""


def verdict(log: Log, steps: Sequence[Step]) -> Outcome:
    """Say how the build in this log ended."""
    sound = _sound(steps)
    if any(step.status == "failed" and step.id not in sound for step in steps):
        return "failed"
    text = spoken(steps, sound)
    outcome = said(text[-TAIL:]) if len(text) > TAIL else "unknown"
    if outcome == "unknown":
        outcome = said(text)
    return "unknown" if outcome == "passed" and _unfinished(steps) else outcome


def said(text: str) -> Outcome:
    """What the words of a log say of its end."""
    from logdoctor.logs.steps.signs import CHEERS, CLOSINGS, COMPLAINTS, SUCCESSES, SUMMARIES, VERDICTS

    judged = _last(text, VERDICTS)
    closed, won = _last(text, CLOSINGS), _last(text, SUCCESSES)
    if judged < 0 and closed > won and _meant(text, closed, _last(text, SUMMARIES)):
        return "unknown"
    if judged >= 0 or closed > won:
        return "failed"
    complained, cheered = _last(text, COMPLAINTS), _last(text, CHEERS)
    if won >= 0 and complained < won:
        return "passed"
    if cheered >= 0 and text.count("\n", cheered) > LAST_WORD:
        cheered = -1
    if complained < 0:
        return "passed" if cheered >= 0 else "unknown"
    return "failed" if cheered < complained else "unknown"


def _meant(text: str, closed: int, summary: int) -> bool:
    """Whether a test run's good summary is the end of the log, or all that follows it goes well.

    Then its tests printed what looks broken. What a neighbour printed at the same time is not told
    from it, so that this makes no log a green one.
    """
    if summary < closed:
        return False
    return text.rstrip().count("\n", summary) < 3 or said(text[text.find("\n", summary) :]) == "passed"


def spoken(steps: Sequence[Step], sound: set[str]) -> str:
    """All that was printed by steps that may have failed, in the order of the log."""
    lines = [
        (line.number, MARK + line.text if line.tag == "error" else line.text)
        for step in steps
        if step.id not in sound
        for line in step.lines
        if line.tag not in ("powershell", "warning", "debug", "notice")
    ]
    if image := _image(steps):
        lines.append((image.last_line, BUILT))
    lines.sort(key=lambda pair: pair[0])
    return "\n".join(["", *(text for _, text in lines), ""])


def _sound(steps: Sequence[Step]) -> set[str]:
    """Steps of which no complaint counts: they ended well, or were stopped, or were done again."""
    well = {
        step.id
        for step in steps
        if step.status in ("done", "cached", "cancelled") or step.name.startswith(CACHE)
    }
    done = {(step.kind, step.name): step.first_line for step in steps if step.status == "done"}
    for step in steps:
        again = done.get((step.kind, step.name), 0) > step.last_line
        if step.parent in well or (again and step.kind in ("buildkit", "legacy")):
            well.add(step.id)
    return well


def _image(steps: Sequence[Step]) -> Step | None:
    """The step in which BuildKit wrote the last image, if nothing of the build broke or still runs."""
    builds = [step for step in steps if step.kind == "buildkit" and not step.name.startswith(CACHE)]
    if any(step.status in ("failed", "unknown") for step in builds):
        return None
    written = (step for step in reversed(builds) if "exporting to " in step.name)
    return next((step for step in written if step.status == "done"), None)


def _unfinished(steps: Sequence[Step]) -> bool:
    """Whether the log stops while a builder's step still runs."""
    kinds = ("buildkit", "legacy", "buildah", "kaniko")
    return any(
        step.status == "unknown" and step.kind in kinds and not step.name.startswith(CACHE) for step in steps
    )


def _last(text: str, signs: Sequence[Sign]) -> int:
    """Where in the text the last of these signs stands, or -1."""
    found = -1
    for needle, shape in signs:
        position = text.rfind(needle, max(found, 0))
        while position > found:
            if _meets(text, position + (needle[0] == "\n"), shape):
                found = position
                break
            position = text.rfind(needle, max(found, 0), position)
    return found


def _meets(text: str, position: int, shape: str) -> bool:
    """Whether the line at that position is meant in earnest and looks as it must."""
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", start)
    line = text[start : min(end, start + WIDEST)] if end >= 0 else text[start : start + WIDEST]
    return not _harmless(line) and (not shape or _looks(shape, line) or _looks(shape, _of_task(line)))


def _looks(shape: str, line: str) -> bool:
    return _shape(shape).search(line) is not None


def _of_task(line: str) -> str:
    """What a package's task says in a monorepo run.

    >>> _of_task("@acme/web:build: 12 passing"), _of_task("web test: 12 passing"), _of_task("12 passing")
    ('12 passing', '12 passing', '12 passing')
    """
    return _shape(
        r"^(?:@?[\w./-]{1,80}[:#]|[\w./-]{1,80} )(?:build|test|lint|check|compile)[\w:-]{0,40}: "
    ).sub("", line)


def _harmless(line: str) -> bool:
    """Whether a line only warns, or speaks of something that is tried again."""
    said = _of_task(line) if any(words in line for words in _MILD_OF_TASK) else line
    mild = said.lstrip(" [(>").startswith(_MILD) and "style issues found" not in line
    return mild or any(words in line for words in _OVERCOME)


_MILD = (
    "info",
    "npm warn",
    "npm WARN",
    "WARN",
    "warn",
    "Warning",
    "DEPRECATION",
    "DEBUG",
    "DEBUG]",
    "prisma:warn",
)
_MILD_OF_TASK = tuple(f": {words}" for words in _MILD)
"""What tells without a regex that no task of a monorepo warns here."""
_OVERCOME = (
    "ill retry",
    "etrying",
    "ERESOLVE overriding",
    " WARN ",
    "NativeCommandError",
    "pip's dependency resolver does not currently",
    "continue-on-error",
)


@cache
def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
