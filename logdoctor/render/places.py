"""Where in the user's repository a failure has its place, for formats that point at files."""

# Without postponed annotations: named tuples would compile each one, which costs milliseconds.
import re
from collections.abc import Iterable
from typing import NamedTuple

from logdoctor.model import Diagnosis, Log, Patch, Report, Step
from logdoctor.render.clean import clean_line


class Place(NamedTuple):
    """A line, counted from 1, of a file whose path is relative to the repository's root, with `/`."""

    file: str
    line: int


IN_AN_IMAGE = frozenset({"buildkit", "legacy", "buildah", "kaniko"})
"""Kinds of steps whose paths are those of the image that is built, not of the repository."""

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")
_DRIVE_OR_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def place_of(diagnosis: Diagnosis, report: Report) -> Place | None:
    """The file that has to be changed, if the log or the project tells it.

    What was seen in the user's files comes before what a patch changes, that before the instruction that
    the log names, and last a file that the cause's own line names.
    """
    for file, line in _places(diagnosis, report):
        if line and line > 0 and _in_repository(file):
            return Place(file, line)
    return None


def step_of(diagnosis: Diagnosis, report: Report) -> Step | None:
    """The step that failed."""
    return next((step for step in report.steps if step.id == diagnosis.step), None)


def log_of(diagnosis: Diagnosis, report: Report) -> Log | None:
    """The log that the cause stands in."""
    cause = diagnosis.cause
    return next((log for log in report.logs if cause and log.id == cause.log), None)


def _places(diagnosis: Diagnosis, report: Report) -> Iterable[tuple[str, int | None]]:
    for each in diagnosis.evidence:
        if each.side == "project" and each.file:
            yield each.file, each.line
    for remedy in diagnosis.remedies:
        if isinstance(remedy.outcome, Patch) and remedy.outcome.files:
            yield remedy.outcome.files[0], first_changed(remedy.outcome.diff)
    step = step_of(diagnosis, report)
    if step and step.file:
        yield step.file, step.line
    if not _in_an_image(step, report):
        yield from _named(diagnosis)


def _in_an_image(step: Step | None, report: Report) -> bool:
    """Whether a step, or one round it, builds an image."""
    steps = {each.id: each for each in report.steps}
    for _ in steps:
        if step is None:
            break
        if step.kind in IN_AN_IMAGE:
            return True
        step = steps.get(step.parent or "")
    return False


def _named(diagnosis: Diagnosis) -> Iterable[tuple[str, int | None]]:
    """A file that the cause's line itself names with a line, as compilers do: `src/main.ts(3,19): error`."""
    file, cause = diagnosis.captures.get("file", ""), diagnosis.cause
    if file and cause and (found := re.search(re.escape(file) + r"[:(](\d{1,7})\b", cause.text)):
        yield file, int(found[1])


def first_changed(diff: str) -> int | None:
    """The first line of the old file that a unified diff takes away or puts something before."""
    lines = diff.split("\n")
    for number, line in enumerate(lines):
        if hunk := _HUNK.match(line):
            context = 0
            for each in lines[number + 1 :]:
                if not each.startswith(" "):
                    break
                context += 1
            return max(1, int(hunk[1]) + context)
    return None


def _in_repository(file: str) -> bool:
    """Whether a path can be one of the repository: a log may name any file of any machine."""
    if not file or file != clean_line(file) or "\\" in file or file.startswith(("/", "~", "<", "(")):
        return False
    return not _DRIVE_OR_SCHEME.match(file) and ".." not in file.split("/")
