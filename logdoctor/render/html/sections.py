"""The log in sections: which lines are shown, which step each belongs to, and where links lead."""

# Without postponed annotations: named tuples would compile each one, which costs milliseconds.
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from logdoctor.model import Diagnosis, Line, Log, Report, Step
from logdoctor.redact import key_lines, mask_line

MOST = 20_000
"""Lines of a page: a browser lays out so many at once; beyond, the middle of long steps is left out."""
AROUND = 60
"""Lines that are kept on both sides of one that the report speaks of."""
LEAST = 20
"""Lines that each section keeps."""

_FRAME = re.compile(r"^\s*(?:(?P<building>\[\+\] \w+ing)\b|=> (?P<row>.*?)(?:\s+\d+(?:\.\d+)?s)?\s*$)")
"""A row that BuildKit or Compose paints again and again while it builds."""


class Row(NamedTuple):
    """A line to show, or as `gap` how many lines stand here that are not shown.

    `named` is false where a line before has the same number, as messages of one JSON line have.
    """

    line: Line
    text: str
    gap: int = 0
    named: bool = True


class Section(NamedTuple):
    """What one step printed, as far as it stands together; `step` is None before the first step."""

    step: Step | None
    rows: tuple[Row, ...]
    first: int
    last: int
    again: bool


class View(NamedTuple):
    """A log as it is shown. `together` tells that lines of parallel steps were put back together.

    `left_out` counts lines of long steps, `painted` rows of a display that later ones painted over.
    """

    log: Log
    sections: tuple[Section, ...]
    together: bool
    left_out: int
    painted: int


class Spoken(NamedTuple):
    """Lines of one log that the report speaks of: the causes, what is marked, and what must be shown."""

    causes: set[int]
    marked: set[int]
    shown: set[int]


def spoken_of(report: Report) -> dict[str, Spoken]:
    """For each log what the report quotes or links to; without a diagnosis its telling lines are marked."""
    lines = {log.id: Spoken(set(), set(), set()) for log in report.logs}
    for diagnosis in report.diagnoses:
        if diagnosis.cause and diagnosis.cause.log in lines:
            lines[diagnosis.cause.log].causes.add(diagnosis.cause.line)
        for log, line in _spoken_of(diagnosis, report):
            if log in lines:
                lines[log].marked.add(line)
    for each in report.excerpt:
        if each.log in lines:
            lines[each.log].shown.add(each.line)
            if not report.diagnoses and report.outcome != "passed":
                lines[each.log].marked.add(each.line)
    return {log: Spoken(each.causes, each.marked, each.marked | each.shown) for log, each in lines.items()}


def _spoken_of(diagnosis: Diagnosis, report: Report) -> Iterable[tuple[str, int]]:
    logs = {step.id: step.log for step in report.steps}
    if diagnosis.cause:
        yield diagnosis.cause.log, diagnosis.cause.line
        for each in diagnosis.evidence:
            if each.side == "log" and each.line:
                yield diagnosis.cause.log, each.line
    for link in diagnosis.chain:
        if link.step in logs:
            yield logs[link.step], link.line
    for occurrence in diagnosis.occurrences:
        yield occurrence.log, occurrence.line


def view(log: Log, report: Report, wanted: set[int]) -> View:
    """Cut the log into sections and leave out what would make the page slow."""
    steps = [step for step in report.steps if step.log == log.id]
    owners = _owners(steps)
    keys = key_lines(log.lines)
    runs = _runs(log.lines, owners)
    together = len(runs) > 3 * max(1, len({owner for owner, _ in runs}))
    if together:
        runs = _grouped(runs)
    by_id = {step.id: step for step in steps}
    sections: list[Section] = []
    left_out = painted = 0
    seen: set[str] = set()
    quota = max(LEAST, MOST // max(1, len(runs)))
    failures = sum(by_id[owner].status == "failed" for owner, _ in runs if owner in by_id)
    crowded = len(log.lines) > MOST
    for owner, positions in runs:
        step = by_id.get(owner)
        failed = step is not None and step.status == "failed"
        most = max(quota, min(quota * 4, MOST // failures)) if failed else quota
        last_frames = _last_frames(positions, log.lines, wanted)
        painted += len(positions) - len(last_frames)
        positions = last_frames
        kept = _kept(positions, log.lines, wanted, most) if crowded else positions
        rows = tuple(_rows(positions, kept, log.lines, keys))
        left_out += len(positions) - len(kept)
        first, last = log.lines[positions[0]].number, log.lines[positions[-1]].end
        sections.append(Section(step, rows, first, last, owner in seen))
        seen.add(owner)
    return View(log, tuple(sections), together, left_out, painted)


def _last_frames(positions: list[int], lines: Sequence[Line], wanted: set[int]) -> list[int]:
    """The positions without rows of a progress display that were painted again later on."""
    kept: list[int] = []
    later: set[str] = set()
    for position in reversed(positions):
        line = lines[position]
        if frame := _FRAME.match(line.text):
            row = frame["building"] or frame["row"]
            if row in later and line.number not in wanted:
                continue
            later.add(row)
        kept.append(position)
    return kept[::-1]


def _owners(steps: Sequence[Step]) -> Mapping[int, str]:
    """The step of each line; where two quote the same line, the one that printed it."""
    owners: dict[int, str] = {}
    for step in steps:
        for line in step.repeats:
            owners.setdefault(line.number, step.id)
    for step in steps:
        for line in step.lines:
            owners[line.number] = step.id
    return owners


def _runs(lines: Sequence[Line], owners: Mapping[int, str]) -> list[tuple[str, list[int]]]:
    """Positions of lines that belong to one step and stand together; a stray line stays where it is."""
    runs: list[tuple[str, list[int]]] = []
    for position, line in enumerate(lines):
        owner = owners.get(line.number) or (runs[-1][0] if runs else "")
        if runs and runs[-1][0] == owner:
            runs[-1][1].append(position)
        else:
            runs.append((owner, [position]))
    return runs


def _grouped(runs: Sequence[tuple[str, list[int]]]) -> list[tuple[str, list[int]]]:
    grouped: dict[str, list[int]] = {}
    for owner, positions in runs:
        grouped.setdefault(owner, []).extend(positions)
    return list(grouped.items())


def _kept(positions: Sequence[int], lines: Sequence[Line], wanted: set[int], most: int) -> list[int]:
    """The beginning, more of the end, and what lies round the lines that the report speaks of."""
    if len(positions) <= most:
        return list(positions)
    head = most // 4
    kept = {*range(head), *range(len(positions) - (most - head), len(positions))}
    for number, position in enumerate(positions):
        line = lines[position]
        joined = line.end > line.number and any(line.number < each <= line.end for each in wanted)
        if joined or line.number in wanted:
            kept.update(range(max(0, number - AROUND), min(len(positions), number + AROUND + 1)))
    return [positions[number] for number in sorted(kept)]


def _rows(
    positions: Sequence[int], kept: Sequence[int], lines: Sequence[Line], keys: Collection[int]
) -> Iterable[Row]:
    shown = 0
    before: Line | None = None
    places = {position: place for place, position in enumerate(positions)}
    for position in kept:
        place, line = places[position], lines[position]
        if place > shown:
            yield Row(line, "", place - shown)
        elif before and line.number > before.end + 1 and position == positions[place - 1] + 1:
            yield Row(line, "", line.number - before.end - 1)  # lines that the log was read without
        yield Row(line, mask_line(line, keys), named=before is None or line.number != before.number)
        shown, before = place + 1, line
