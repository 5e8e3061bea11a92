"""Turn changes into one diff of the user's files, or say why that cannot be."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.model import Evidence, NotPatched, Patch
from logdoctor.record import NamedTuple
from logdoctor.remedies.change import Change
from logdoctor.remedies.project import File, Project, Unreadable

CREATED_BY = frozenset({"ignore-add", "ini-set", "yaml-set", "yaml-add-to-list"})
CREATABLE = frozenset({".dockerignore", ".npmrc", "pnpm-workspace.yaml"})
WIDEST = 300


class Patched(NamedTuple):
    """A patch, and the lines of the files that it rests on."""

    patch: Patch
    evidence: tuple[Evidence, ...]


def patch(project: Project, changes: Sequence[Change]) -> Patched | NotPatched:
    """Carry out all changes, or none: the first that cannot be made is the reason."""
    diffs: list[str] = []
    evidence: list[Evidence] = []
    contents: dict[str, bytes] = {}
    paths = tuple(dict.fromkeys(project.real(change.path) for change in changes))
    for path in paths:
        own = [change for change in changes if project.real(change.path) == path]
        edited = _edited(project, path, own)
        if isinstance(edited, NotPatched):
            return edited
        before, after, seen = edited
        evidence += seen
        contents[path] = _bytes(after)
        diffs.append(_diff(path, before, after))
    return Patched(Patch("".join(diffs), paths, "files", contents), tuple(evidence))


def _edited(
    project: Project, path: str, changes: Sequence[Change]
) -> tuple[File | None, File, tuple[Evidence, ...]] | NotPatched:
    file = _existing(project, path, changes)
    if isinstance(file, Unreadable):
        return NotPatched(file.reason)
    text = file.text if file else ""
    evidence: list[Evidence] = []
    for change in changes:
        step = run(change, text)
        if isinstance(step, NotPatched):
            return step
        after, lines = step
        if file and not evidence:
            evidence += _quoted(path, text, lines)
        text = after
    if text == (file.text if file else ""):
        return NotPatched(f"{path} does not have the fault that the log shows: nothing is left to change")
    return file, File(path, text, file.bom if file else ""), tuple(evidence)


def _existing(project: Project, path: str, changes: Sequence[Change]) -> File | Unreadable | None:
    if project.has(path):
        return project.read(path)
    fresh = path.rpartition("/")[2] in CREATABLE or path.endswith(".dockerignore")
    if fresh and all(change.operation in CREATED_BY for change in changes):
        return None
    return Unreadable(path, f"there is no {path} in the project")


def run(change: Change, text: str) -> tuple[str, tuple[int, ...]] | NotPatched:
    """Apply one operation to a text; the numbers are of the lines it touches."""
    from logdoctor.remedies.edits import OPERATIONS, EditError, apply

    if change.operation not in OPERATIONS:
        return NotPatched(f"there is no edit called {change.operation}")
    try:
        spans = OPERATIONS[change.operation].run(text, change.args)
        after = apply(change.operation, text, change.args)
    except EditError as error:
        return NotPatched(f"{change.path}: {error}")
    return after, tuple(sorted({text.count("\n", 0, span.start) + 1 for span in spans}))


def _quoted(path: str, text: str, numbers: Sequence[int]) -> list[Evidence]:
    lines = text.split("\n")
    shown = (number for number in numbers[:5] if number <= len(lines) and lines[number - 1].strip())
    return [Evidence("project", path, number, lines[number - 1].rstrip("\r")[:WIDEST]) for number in shown]


def _diff(path: str, before: File | None, after: File) -> str:
    from logdoctor.remedies.edits import diff

    return diff(path, before.bom + before.text if before else None, after.bom + after.text)


def _bytes(file: File) -> bytes:
    return (file.bom + file.text).encode()
