"""The most telling lines of the logs, in order, in at most 4,000 characters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from logdoctor.diagnosis.rank import failing
from logdoctor.model import Diagnosis, Excerpt, Step

ROOM = 4000
"""Characters in all, counting a line end for each line: what a reader or a program can take in."""
WIDEST = 400
BEFORE, AFTER = 2, 5
"""Lines shown beside a cause."""
REST = 200
"""Last lines of a log that are tried for what room is left."""
TAIL = 30
"""Last lines of a failed step that are shown if there is room."""


def excerpt(
    diagnoses: Sequence[Diagnosis], steps: Sequence[Step], telling: Mapping[str, Mapping[int, float]]
) -> tuple[Excerpt, ...]:
    """Choose causes and their links first, then lines by weight with the lines beside them."""
    texts = {(step.log, line.number): line.text for step in steps for line in step.lines}
    chosen: dict[tuple[str, int], Excerpt] = {}
    room = ROOM
    for log, number, text in _wanted(diagnoses, steps, telling):
        text = text if text is not None else texts.get((log, number), "")
        shown = text[:WIDEST].rstrip()
        if not shown.strip() or (log, number) in chosen or len(shown) + 1 > room:
            continue
        chosen[log, number] = Excerpt(log, number, shown)
        room -= len(shown) + 1
    return tuple(chosen[key] for key in sorted(chosen))


Wanted = tuple[str, int, str | None]


def _wanted(
    diagnoses: Sequence[Diagnosis], steps: Sequence[Step], telling: Mapping[str, Mapping[int, float]]
) -> Iterable[Wanted]:
    for diagnosis in diagnoses:
        if diagnosis.cause:
            yield diagnosis.cause.log, diagnosis.cause.line, diagnosis.cause.text
            for link in diagnosis.chain:
                yield diagnosis.cause.log, link.line, link.text
            for each in diagnosis.evidence:
                if each.side == "log" and each.line is not None:
                    yield diagnosis.cause.log, each.line, each.text
    yield from _beside(diagnoses, steps)
    yield from _by_weight(steps, telling)
    yield from _tails(steps)
    if not any(each.origin == "rule" for each in diagnoses):
        yield from _rest(steps)


def _rest(steps: Sequence[Step]) -> Iterable[Wanted]:
    """What else fits, from the end: where nobody knows the cause, it may stand anywhere."""
    lines = sorted(
        ((line.number, step.log, line.text) for step in steps for line in step.lines), reverse=True
    )
    for number, log, text in lines[:REST]:
        yield log, number, text


def _beside(diagnoses: Sequence[Diagnosis], steps: Sequence[Step]) -> Iterable[Wanted]:
    """The lines beside each cause in its own step: a message seldom ends with its first line."""
    causes = {(each.step, each.cause.line) for each in diagnoses if each.cause}
    for step in steps:
        for position, line in enumerate(step.lines):
            if (step.id, line.number) in causes:
                for near in step.lines[max(0, position - BEFORE) : position + AFTER + 1]:
                    yield step.log, near.number, near.text


def _by_weight(steps: Sequence[Step], telling: Mapping[str, Mapping[int, float]]) -> Iterable[Wanted]:
    """Telling lines by falling weight; each wording once; each with its two next lines."""
    ordered = sorted(
        (-value - (2.0 if step.status == "failed" else 0.0), number, position)
        for number, step in enumerate(steps)
        for position, value in telling.get(step.id, {}).items()
    )
    seen: set[str] = set()
    for _, number, position in ordered:
        step = steps[number]
        text = step.lines[position].text
        if text[:120] in seen:
            continue
        seen.add(text[:120])
        for line in step.lines[position : position + 3]:
            yield step.log, line.number, line.text


def _tails(steps: Sequence[Step]) -> Iterable[Wanted]:
    """The last lines of the steps that failed, the last step first: what stood on the screen."""
    for step in reversed(failing(steps)):
        for line in reversed(step.lines[-TAIL:]):
            yield step.log, line.number, line.text
