"""The build's steps as a drawn graph: one row a step, one rail a stage, branches where they meet."""

# Without postponed annotations: named tuples would compile each one, which costs milliseconds.
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from logdoctor.model import Line, Step
from logdoctor.render.clean import clean_line
from logdoctor.render.html.markup import Child, Html, h

ROW = 32
"""Height of a row in pixels; the style sheet has the same."""
COLUMN = 18
RADIUS = 5
MOST = 120
"""Rows of the drawing; further steps between those that tell something are counted."""
BAR = 90
"""Widest bar in pixels."""

SIGNS = {"failed": "✗", "cancelled": "⊘", "cached": "●", "done": "●", "unknown": "○"}

_PLACE = re.compile(r"^\[(?P<inside>[^\]]*?)(?P<index>\d+)/\d+\]\s*")
_INTERNAL = re.compile(r"^\[[^\]]*\binternal\]")
_FROM = re.compile(r"--from=(\S+)")
_DONE = re.compile(r"^DONE (\d+(?:\.\d+)?)s")
_SCREEN = re.compile(r"^\s*=> .*?\s(\d+(?:\.\d+)?)s$")
_STAMP = re.compile(r"^#\d+ (\d+\.\d+) ")


class Node(NamedTuple):
    """A step in the drawing: its row, its rail, and the rows it comes from on other rails."""

    step: Step
    column: int
    sources: tuple[int, ...]
    opens: bool


def drawn(steps: Sequence[Step]) -> list[Step]:
    """The steps worth a row: what a builder does for itself is only shown when it failed."""
    kept = [
        step
        for step in steps
        if step.kind != "log" and (not _INTERNAL.match(step.name) or step.status == "failed")
    ]
    if len(kept) <= MOST:
        return kept
    telling = {
        near
        for number, step in enumerate(kept)
        if step.status in ("failed", "cancelled")
        for near in range(number - 3, number + 3)
    }
    telling |= {*range(10), *range(len(kept) - 5, len(kept))}
    chosen = sorted(number for number in telling if 0 <= number < len(kept))[:MOST]
    return [kept[number] for number in chosen]


def graph(steps: Sequence[Step], lines: Mapping[int, Line], starts: Mapping[str, str]) -> Html | None:
    """The drawing of one log's steps, or nothing where there is only one; `starts` names their lines."""
    rows = drawn(steps)
    if len(rows) < 2:
        return None
    nodes = laid_out(rows)
    times = [seconds(step, lines) for step in rows]
    longest = max((each for each in times if each), default=0.0)
    width = (max(node.column for node in nodes) + 1) * COLUMN + 6
    hidden = sum(step.kind != "log" and not _INTERNAL.match(step.name) for step in steps) - len(rows)
    rail = h(
        "svg",
        _edges(nodes),
        [_dot(row, node) for row, node in enumerate(nodes)],
        class_="rail",
        width=width,
        height=len(nodes) * ROW,
        viewBox=f"0 0 {width} {len(nodes) * ROW}",
        aria_hidden="true",
    )
    items = [
        _item(node, time, longest, starts.get(node.step.id)) for node, time in zip(nodes, times, strict=True)
    ]
    note = h("p", f"{hidden} more steps, none of which failed", class_="aside") if hidden > 0 else None
    return h("div", h("div", rail, h("ol", items, class_="steps"), class_="graph"), note)


def laid_out(steps: Sequence[Step]) -> list[Node]:
    """Give each stage a rail of its own, as far left as one is free."""
    lanes = [_lane(step, steps) for step in steps]
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for row, lane in enumerate(lanes):
        first.setdefault(lane, row)
        last[lane] = row
    sources = [_sources(row, steps, lanes, first) for row in range(len(steps))]
    ends = dict(last)
    for row, origins in enumerate(sources):
        for origin in origins:
            ends[lanes[origin]] = max(ends[lanes[origin]], row)
    columns: dict[str, int] = {}
    for lane in sorted(first, key=first.__getitem__):
        taken = {columns[other] for other in columns if ends[other] >= first[lane]}
        columns[lane] = next(column for column in range(len(first) + 1) if column not in taken)
    return [
        Node(step, min(columns[lane], 11), origins, first[lane] == row)
        for row, (step, lane, origins) in enumerate(zip(steps, lanes, sources, strict=True))
    ]


def _lane(step: Step, steps: Sequence[Step]) -> str:
    parent = step.parent if any(step.parent == other.id for other in steps) else None
    return f"{parent or ''} {step.platform or ''} {step.stage or ''}"


def _sources(
    row: int, steps: Sequence[Step], lanes: Sequence[str], first: Mapping[str, int]
) -> tuple[int, ...]:
    """Rows of other rails that this step builds on: its parent, `--from=`, a base image it shares."""
    step = steps[row]
    origins: list[int] = []
    if copied := _FROM.search(step.name):
        rows = [
            other
            for other in range(row)
            if steps[other].stage == copied[1] and steps[other].platform in (step.platform, None)
        ]
        origins += rows[-1:]
    if first[lanes[row]] == row:
        if not origins:
            origins += [other for other in range(row) if steps[other].id == step.parent]
        if not origins and _index(step) > 1:
            bases = [
                other for other in range(row) if _index(steps[other]) == 1 and "FROM" in steps[other].name
            ]
            origins += bases if len(bases) == 1 else []
    return tuple(origin for origin in dict.fromkeys(origins) if lanes[origin] != lanes[row])


def _index(step: Step) -> int:
    found = _PLACE.match(step.name)
    return int(found["index"]) if found else 0


def seconds(step: Step, lines: Mapping[int, Line]) -> float | None:
    """How long a step took by its own words: its end, its row on a screen, or its last stamp."""
    for line in reversed(step.lines):
        if done := _DONE.match(line.text):
            return float(done[1])
    for line in reversed(step.repeats):
        if shown := _SCREEN.match(line.text):
            return float(shown[1])
    for line in step.lines[:-8:-1]:
        whole = lines.get(line.number)
        if whole and (stamp := _STAMP.match(whole.text)):
            return float(stamp[1])
    return None


def spelled(time: float) -> str:
    """A duration as people say it.

    >>> spelled(0.04), spelled(9.96), spelled(75)
    ('0.0 s', '10.0 s', '1 min 15 s')
    """
    return f"{time:.1f} s" if time < 59.95 else f"{round(time) // 60} min {round(time) % 60} s"


def _x(column: int) -> int:
    return column * COLUMN + COLUMN // 2 + 3


def _y(row: int) -> int:
    return row * ROW + ROW // 2


def _edges(nodes: Sequence[Node]) -> Iterable[Html]:
    latest: dict[int, int] = {}
    for row, node in enumerate(nodes):
        if not node.opens and node.column in latest:
            x = _x(node.column)
            yield h("path", d=f"M{x} {_y(latest[node.column])}V{_y(row)}", class_="edge")
        for source in node.sources:
            yield _branch(nodes[source].column, source, node.column, row)
        latest[node.column] = row


def _branch(from_column: int, from_row: int, to_column: int, to_row: int) -> Html:
    """Down the rail it comes from, then over in a bow just above where it arrives."""
    x0, x1, y0, y1 = _x(from_column), _x(to_column), _y(from_row), _y(to_row)
    turn = max(y0, y1 - ROW)
    path = f"M{x0} {y0}V{turn}C{x0} {turn + ROW // 2} {x1} {y1 - ROW // 2} {x1} {y1}"
    return h("path", d=path, class_="edge branch")


def _dot(row: int, node: Node) -> Html:
    x, y, status = _x(node.column), _y(row), node.step.status
    circle = h("circle", cx=x, cy=y, r=RADIUS + 2 if status == "failed" else RADIUS, class_=f"dot {status}")
    if status == "failed":
        d = f"M{x - 2.5} {y - 2.5}l5 5m0-5l-5 5"
    elif status == "cancelled":
        d = f"M{x - 3} {y + 3}l6-6"
    else:
        return circle
    return h("g", circle, h("path", d=d, class_=f"sign {status}"))


def _item(node: Node, time: float | None, longest: float, start: str | None) -> Html:
    step = node.step
    name = clean_line(_PLACE.sub("", step.name))[:300]
    where = " ".join(word for word in (step.stage, step.platform) if word) if node.opens else ""
    label: Child = h("a", name, href=f"#{start}") if start else name
    return h(
        "li",
        h("span", label, class_="name", title=name if len(name) > 40 else None),
        h("span", clean_line(where)[:60], class_="stage") if where else None,
        h("span", _status(step), class_=f"status {step.status}"),
        _time(time, longest),
        class_=step.status,
    )


def _status(step: Step) -> str:
    code = f", exit code {step.exit_code}" if step.status == "failed" and step.exit_code else ""
    return {"done": "", "unknown": ""}.get(step.status, step.status) + code


def _time(time: float | None, longest: float) -> Html:
    if time is None:
        return h("span", class_="time")
    width = round(max(1.0, BAR * time / longest), 1) if longest and time else 0
    bar = h(
        "svg",
        h("rect", width=str(width), height=6, y=1, rx=2, class_="bar") if width else None,
        width=BAR,
        height=8,
        aria_hidden="true",
        class_="bars",
    )
    return h("span", bar, h("span", spelled(time)), class_="time")
