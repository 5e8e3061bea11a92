"""The report as one page that needs nothing else: no server, no network, no script to be read.

Text of a log is escaped in one place (`markup`), the page's policy allows its own style and script by
their hashes and nothing besides, and the script never makes markup from text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from logdoctor.model import Line, Log, Report, Step
from logdoctor.render.clean import clean, clean_line
from logdoctor.render.html.graph import graph
from logdoctor.render.html.markup import Child, Html, h, page, raw, resource
from logdoctor.render.html.sections import Row, Section, Spoken, View, spoken_of, view
from logdoctor.render.html.verdict import Href, verdicts

WIDEST = 2000
"""Characters of a line of the log."""
CHUNK = 100
"""Lines that the browser lays out together once they come into sight."""
SHORT = 50
"""Lines of a piece that is laid out at once: a browser's guess of its height would be far off."""
OPEN = 60
"""A log of so few lines is shown unfolded."""
PAINTED = "rows of a progress display are left out: later ones painted them over."
TOGETHER = "Steps ran at the same time; here the lines of each stand together."


def render(report: Report, home: str = "#top") -> str:
    """Write the page; `home` is where its name leads."""
    spoken = spoken_of(report)
    views = [view(log, report, spoken[log.id].shown) for log in report.logs]
    anchors = _anchors(views)
    href = _href(anchors)
    title = report.diagnoses[0].title if report.diagnoses else _outcome(report)
    body = h(
        "body",
        _header(report, home),
        h(
            "main",
            verdicts(report, href),
            _graphs(report, _starts(views)),
            [_log(each, spoken[each.log.id], len(views) > 1) for each in views if each.sections],
            id="top",
        ),
        _footer(),
        h("script", raw(resource("report.js"))),
    )
    return page(clean_line(title)[:120], body)


def _outcome(report: Report) -> str:
    return {"failed": "Build failed", "passed": "No failure", "unknown": "No failure known"}[report.outcome]


def _header(report: Report, home: str) -> Html:
    facts: list[Child] = []
    for log in report.logs[:3]:
        facts.append(h("span", clean_line(log.name)[-160:], class_="file"))
    if len(report.logs) == 1:
        log = report.logs[0]
        facts.append(h("span", f"{log.count:,} lines"))
        facts.append(h("span", _size(log.size)))
        facts += [h("span", clean_line(each)) for each in log.formats[:3]]
        if log.clipped:
            facts.append(h("span", "parts of the log are missing"))
    elif len(report.logs) > 3:
        facts.append(h("span", f"and {len(report.logs) - 3} more logs"))
    return h("header", h("a", "logdoctor", href=home, class_="brand"), h("p", facts))


def _size(size: int) -> str:
    for unit, least in (("MB", 1_000_000), ("kB", 1_000)):
        if size >= least:
            return f"{size / least:.1f} {unit}"
    return f"{size} bytes"


def _footer() -> Html:
    keys = (("n", "next line that tells"), ("p", "the one before"), ("e", "unfold or fold the log"))
    return h("footer", [h("span", h("kbd", key), f" {what}") for key, what in keys], class_="keys")


def _anchors(views: Sequence[View]) -> Mapping[tuple[str, int], str]:
    """The name of each shown line on the page; a line that was cut by a console has several numbers."""
    anchors: dict[tuple[str, int], str] = {}
    for each in views:
        for section in each.sections:
            for row in section.rows:
                if row.named and not row.gap:
                    name = _name(each.log, row.line.number)
                    for number in range(row.line.number, min(row.line.end, row.line.number + 500) + 1):
                        anchors.setdefault((each.log.id, number), name)
    return anchors


def _starts(views: Sequence[View]) -> Mapping[str, str]:
    """For each step the name of its first line that is shown."""
    starts: dict[str, str] = {}
    for each in views:
        for section in each.sections:
            for row in section.rows:
                if section.step and row.named and not row.gap:
                    starts.setdefault(section.step.id, _name(each.log, row.line.number))
                    break
    return starts


def _name(log: Log, number: int) -> str:
    return f"L{number}" if log.id == "l1" else f"{clean_line(log.id)}-L{number}"


def _href(anchors: Mapping[tuple[str, int], str]) -> Href:
    def href(log: str, number: int) -> str | None:
        name = anchors.get((log, number))
        return f"#{name}" if name else None

    return href


def _graphs(report: Report, starts: Mapping[str, str]) -> Iterable[Html]:
    for log in report.logs:
        steps = [step for step in report.steps if step.log == log.id]
        lines = {line.number: line for line in log.lines}
        drawing = graph(steps, lines, starts)
        if drawing is not None:
            name = f" of {clean_line(log.name)[-80:]}" if len(report.logs) > 1 else ""
            yield h("section", h("h2", f"Steps{name}"), drawing, class_="drawing")


def _log(view: View, spoken: Spoken, several: bool) -> Html:
    name = f" {clean_line(view.log.name)[-80:]}" if several else ""
    notes: list[Child] = []
    if view.together:
        notes.append(
            h("p", "Steps ran at the same time; here the lines of each stand together.", class_="aside")
        )
    if view.painted:
        notes.append(h("p", f"{view.painted:,} {PAINTED}", class_="aside"))
    if view.left_out:
        notes.append(
            h("p", f"{view.left_out:,} lines are left out where long steps say nothing new.", class_="aside")
        )
    whole = len(view.log.lines) <= OPEN
    return h(
        "section",
        h(
            "div",
            h("h2", f"Log{name}"),
            h("button", "Fold all" if whole else "Unfold all", type="button", class_="fold"),
            class_="bar",
        ),
        notes,
        [_section(view.log, each, spoken, whole) for each in view.sections],
        class_="log",
    )


def _section(log: Log, section: Section, spoken: Spoken, whole: bool) -> Html:
    step = section.step
    telling = any(row.line.number in spoken.marked for row in section.rows if not row.gap)
    failed = step is not None and step.status == "failed"
    chunks = [section.rows[start : start + CHUNK] for start in range(0, len(section.rows), CHUNK)]
    status = step.status if step else "unknown"
    return h(
        "details",
        h(
            "summary",
            h("span", _section_name(step), class_="name"),
            h("span", " continued", class_="aside") if section.again else None,
            h("span", status, class_=f"status {status}") if status not in ("done", "unknown") else None,
            h("span", _range(section), class_="range"),
        ),
        [h("div", [_row(log, row, spoken) for row in chunk], class_=_size_of(chunk)) for chunk in chunks],
        open=whole or telling or failed,
        class_=status,
    )


def _size_of(chunk: Sequence[Row]) -> str:
    """A piece's class tells how high it is about, so that the page has its length before it is laid out."""
    return "chunk" if len(chunk) > SHORT else "chunk short"


def _section_name(step: Step | None) -> str:
    return "outside of any step" if step is None or step.kind == "log" else clean_line(step.name)[:300]


def _range(section: Section) -> str:
    return f"{section.first}" if section.first == section.last else f"{section.first}–{section.last}"


def _row(log: Log, row: Row, spoken: Spoken) -> Html:
    if row.gap:
        return h("div", f"⋯ {row.gap:,} line{'s' if row.gap > 1 else ''} not shown", class_="gap")
    line = row.line
    name = _name(log, line.number)
    return h(
        "div",
        h("a", line.number, href=f"#{name}"),
        _shown(row.text),
        id=name if row.named else None,
        class_=_kind(line, spoken),
    )


def _shown(text: str) -> Iterable[Child]:
    if len(text) <= WIDEST:
        return (clean(text),)
    rest = len(text) - WIDEST
    return (clean(text[: WIDEST - 400]), h("i", f" … {rest:,} characters … "), clean(text[-400:]))


def _kind(line: Line, spoken: Spoken) -> str | None:
    if line.number in spoken.marked:
        return "tells cause" if line.number in spoken.causes else "tells"
    kind = line.tag.partition(":")[0]
    return kind if kind in ("error", "warning") else None
