"""A step while it is being put together, and the way from drafts to the finished list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from logdoctor.model import Line, Log, SourceLine, Status, Step

DEEPEST = 16
"""Steps within each other; a log that nests them deeper does it by mistake or on purpose."""


class Draft:
    """A step that still grows. The one mutable thing here: a log is read once, line by line."""

    __slots__ = (
        "clipped",
        "depth",
        "exit_code",
        "file",
        "kind",
        "line",
        "lines",
        "name",
        "parent",
        "platform",
        "repeats",
        "source",
        "stage",
        "status",
    )

    def __init__(self, kind: str, name: str, parent: Draft | None = None) -> None:
        self.kind = kind
        self.name = name
        self.depth: int = parent.depth + 1 if parent is not None else 0
        self.parent = parent if self.depth < DEEPEST else None
        self.status: Status = "unknown"
        self.lines: list[Line] = []
        self.repeats: list[Line] = []
        self.stage: str | None = None
        self.platform: str | None = None
        self.exit_code: int | None = None
        self.file: str | None = None
        self.line: int | None = None
        self.source: tuple[SourceLine, ...] = ()
        self.clipped = False

    def fail(self, code: int | None = None) -> None:
        """Note evidence that this step broke; a known exit code is kept."""
        self.status = "failed"
        if code is not None:
            self.exit_code = code


def without(line: Line, count: int) -> Line:
    """The line without its first `count` characters: a prefix that told which step it is of."""
    number, text, end, tag, lane, joints = line
    if joints:
        joints = tuple(joint - count for joint in joints if joint > count)
    return Line._make((number, text[count:], end, tag, lane, joints))


def finish(drafts: Sequence[Draft], log: Log) -> tuple[Step, ...]:
    """Number the drafts in the order in which the log first speaks of them, outer ones first."""
    spans = _spans(drafts)
    kept = [draft for draft in drafts if id(draft) in spans]
    kept.sort(key=lambda draft: (spans[id(draft)][0], draft.depth))
    ids = {id(draft): f"s{number}" for number, draft in enumerate(kept, 1)}
    return tuple(_step(draft, ids, spans[id(draft)], log) for draft in kept)


def _spans(drafts: Sequence[Draft]) -> dict[int, tuple[int, int]]:
    """First and last raw line of each draft that has any, those of the steps inside it included."""
    spans: dict[int, tuple[int, int]] = {}
    for draft in drafts:
        own = draft.lines[:1] + draft.lines[-1:] + draft.repeats
        if not own:
            continue
        first, last = min(map(_place, own)), max(line.end for line in own)
        for each in (draft, *_outwards(draft)):
            before = spans.get(id(each), (first, last))
            spans[id(each)] = (min(first, before[0]), max(last, before[1]))
    return spans


def _place(line: Line) -> int:
    return line.number


def _outwards(draft: Draft) -> Iterator[Draft]:
    outer = draft.parent
    while outer is not None:
        yield outer
        outer = outer.parent


def _step(draft: Draft, ids: dict[int, str], span: tuple[int, int], log: Log) -> Step:
    return Step(
        id=ids[id(draft)],
        log=log.id,
        kind=draft.kind,
        name=draft.name,
        status=draft.status,
        first_line=span[0],
        last_line=span[1],
        lines=tuple(draft.lines),
        stage=draft.stage,
        platform=draft.platform,
        exit_code=draft.exit_code,
        file=draft.file,
        line=draft.line,
        source=draft.source,
        repeats=tuple(sorted(draft.repeats, key=_place)),
        parent=ids[id(draft.parent)] if draft.parent is not None else None,
        clipped=draft.clipped,
    )
