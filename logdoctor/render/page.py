"""The report as rows for a reader: what is said, in which order, and how wide.

Plain text and the terminal are two ways to paint the same rows, so they can never say different things.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from logdoctor.model import Cause, Diagnosis, Evidence, Excerpt, Link, NotPatched, Patch, Remedy, Report, Step
from logdoctor.record import TYPE_CHECKING, NamedTuple
from logdoctor.render.clean import clean, clean_line, cut, tame, width, wrap
from logdoctor.wording import nearest

if TYPE_CHECKING:
    from typing import Literal

    Style = Literal[
        "", "bad", "good", "warn", "strong", "dim", "mark", "added", "removed", "place", "command"
    ]


WHOLE = 3
"""Diagnoses shown in full; further ones take two rows each."""
PROSE = 100
"""Widest prose, however wide the terminal is: longer rows are hard to read."""
DIFF_ROWS = 40
EXCERPT_ROWS = 20
ENDING = 8
"""Last lines of an excerpt that are shown in any case."""
LONG = 160
"""Longest name of a log, a file, a job or a step."""
INDENT = 7
"""Columns before what is said: two blanks and the label."""


UNKNOWN = "The build failed, and no rule knows why; this line tells most about it"


class Span(NamedTuple):
    """A piece of a row that looks alike."""

    text: str
    style: Style = ""


Row = tuple[Span, ...]


class Look(NamedTuple):
    """What the page is painted on. `again` is how the call was written, for the commands we suggest."""

    columns: int = PROSE
    colour: bool = False
    ascii: bool = True
    again: str = ""

    @property
    def prose(self) -> int:
        """Columns for sentences."""
        return max(24, min(self.columns, PROSE) - INDENT)

    def sign(self, pretty: str, plain: str) -> str:
        """The pretty sign where the output can show it."""
        return plain if self.ascii else pretty


def page(report: Report, look: Look) -> list[Row]:
    """Lay out a whole report."""
    told = _failures if report.outcome == "failed" else _no_failure
    return [_tame(row) for row in told(report, look)]


def known(diagnosis: Diagnosis) -> bool:
    """Whether a rule knows the trouble, not only that the line tells of one."""
    return diagnosis.origin == "rule"


def assurance(confidence: float) -> str:
    """How sure we are, in a word: very, fairly, not very or hardly."""
    for least, word in ((0.9, "very"), (0.75, "fairly"), (0.5, "not very")):
        if confidence >= least:
            return word
    return "hardly"


def sureness(diagnosis: Diagnosis) -> str:
    """What we are sure of: with a rule of the cause, without one only that no other line tells more.

    The figure of a guess is the probability of its line; alone it would read as if the cause were known.
    """
    said = f"{assurance(diagnosis.confidence)} sure"
    return said if known(diagnosis) else f"{said} of the line"


def _no_failure(report: Report, look: Look) -> Iterable[Row]:
    names = ", ".join(clean_line(log.name) for log in report.logs) or "the input"
    if report.outcome == "passed":
        yield Span(look.sign("✓", "OK"), "good"), Span(f" No failure in {names}")
    else:
        yield Span("?", "warn"), Span(f" No failure known in {names}")
        yield _said("", "The log does not show how the build ended.")
        yield ()
        yield from _excerpt(report, look)


def _failures(report: Report, look: Look) -> Iterable[Row]:
    diagnoses = report.diagnoses
    if not diagnoses:
        yield from _unknown(report, look)
        return
    if len(diagnoses) > 1:
        yield (Span(f"{len(diagnoses)} independent failures", "strong"),)
        yield ()
    for number, diagnosis in enumerate(diagnoses):
        if number:
            yield ()
        yield from _diagnosis(diagnosis, report, look, whole=number < WHOLE)
    if not any(known(diagnosis) for diagnosis in diagnoses):
        yield from _telling(report, look)


def _unknown(report: Report, look: Look) -> Iterable[Row]:
    yield Span(look.sign("✗", "X"), "bad"), Span(" The build failed, and no rule knows why", "strong")
    for step in [step for step in report.steps if step.status == "failed"][-2:]:
        yield from _labelled("", [_step_place(step)], look, "place")
    yield from _telling(report, look)


def _telling(report: Report, look: Look) -> Iterable[Row]:
    """The telling lines, and how to make the next report know."""
    yield ()
    yield (Span("  The lines that tell most:", "dim"),)
    yield from _excerpt(report, look)
    yield from _labelled("Next", ["logdoctor rules new LOG --id NAME starts a rule for it"], look, "command")


def _diagnosis(diagnosis: Diagnosis, report: Report, look: Look, whole: bool) -> Iterable[Row]:
    yield from _headline(diagnosis, look)
    yield from _where(diagnosis, report, look)
    yield from _evidence(diagnosis, report, look, whole)
    if not whole:
        return
    if known(diagnosis):
        yield from _why(diagnosis, look)
    elif like := nearest(diagnosis.title):
        yield from _labelled("Like", wrap(clean_line(like), look.prose), look)
    yield from _remedies(diagnosis, look)
    yield from _sure(diagnosis, look)
    yield from _chain(diagnosis, look)
    yield from _next(diagnosis, look)


def _headline(diagnosis: Diagnosis, look: Look) -> Iterable[Row]:
    sign = look.sign("✗", "X")
    title = diagnosis.title if known(diagnosis) else UNKNOWN
    rows = wrap(clean_line(title)[:300], min(look.columns, PROSE) - 2)
    yield Span(sign, "bad"), Span(" "), Span(rows[0] if rows else "", "strong")
    for row in rows[1:]:
        yield Span("  "), Span(row, "strong")


def _where(diagnosis: Diagnosis, report: Report, look: Look) -> Iterable[Row]:
    places: list[str] = []
    if diagnosis.cause:
        places.append(f"{_log_name(report, diagnosis.cause.log)}:{diagnosis.cause.line}")
    step = next((step for step in report.steps if step.id == diagnosis.step), None)
    if step and step.kind != "log":
        places.append(_step_place(step))
    job = next((log.job for log in report.logs if diagnosis.cause and log.id == diagnosis.cause.log), None)
    if job:
        places.append(f"job {clean_line(job)[:LONG]}")
    others = len({(each.log, each.line) for each in diagnosis.occurrences}) - 1
    if others > 0 and places:
        places[0] += f" and {others} more time{'s' if others > 1 else ''}"
    text = f" {look.sign('›', '>')} ".join(places)
    for row in wrap(text, min(look.columns, PROSE) - 2):
        yield Span("  "), Span(row, "place")


def _step_place(step: Step) -> str:
    at = f"{clean_line(step.file)[-LONG:]}:{step.line} " if step.file and step.line else ""
    platform = f" ({clean_line(step.platform)[:40]})" if step.platform else ""
    return at + clean_line(step.name)[:LONG] + platform


def _log_name(report: Report, id: str) -> str:
    return next((clean_line(log.name)[-LONG:] for log in report.logs if log.id == id), "log")


class Quote(NamedTuple):
    """A line to show: its number, its text, which part of it tells, and whether it only stands nearby."""

    number: str
    text: str
    span: tuple[int, int] = (0, 0)
    aside: bool = False


def _evidence(diagnosis: Diagnosis, report: Report, look: Look, whole: bool) -> Iterable[Row]:
    if not diagnosis.cause:
        return
    quotes = list(_quotes(diagnosis, diagnosis.cause, report)) if whole else [_quote(diagnosis.cause)]
    yield ()
    yield from _quoted(quotes, look)
    by_file: dict[str, list[Quote]] = {}
    for each in diagnosis.evidence if whole else ():
        if each.side == "project":
            by_file.setdefault(each.file or "project", []).append(_quote_of(each))
    for file, lines in by_file.items():
        yield Span("  "), Span(clean_line(file), "place")
        yield from _quoted(lines[:4], look)
    if whole:
        yield ()


def _quote(cause: Cause) -> Quote:
    return Quote(str(cause.line), cause.text, cause.span)


def _quote_of(evidence: Evidence) -> Quote:
    return Quote(str(evidence.line or ""), evidence.text)


def _quotes(diagnosis: Diagnosis, cause: Cause, report: Report) -> Iterable[Quote]:
    """The cause, the lines that support it, and its neighbours where it is too short to be understood."""
    quotes = {cause.line: _quote(cause)}
    for each in diagnosis.evidence:
        if each.side == "log" and each.line is not None and len(quotes) < 4:
            quotes.setdefault(each.line, _quote_of(each))
    if len(cause.text.strip()) < 48:
        near = (cause.line - 1, cause.end_line + 1)
        for line in report.excerpt:
            if line.log == cause.log and line.line in near:
                quotes.setdefault(line.line, Quote(str(line.line), line.text, aside=True))
    return (quotes[number] for number in sorted(quotes))


def _quoted(quotes: Sequence[Quote], look: Look) -> Iterable[Row]:
    bar = look.sign("│", "|")
    gutter = max(5, *(len(quote.number) + 2 for quote in quotes)) if quotes else 5
    room = max(16, look.columns - gutter - 3)
    for quote in _dedented(quotes):
        number = quote.number.rjust(gutter)
        for text, span in _pieces(quote, room, look):
            yield Span(f"{number} {bar} ", "dim"), *_marked(text, span, "dim" if quote.aside else "")
            number = " " * gutter
            if not look.colour and span[0] < span[1] and _tells_apart(quote):
                before, carets = " " * width(text[: span[0]]), "^" * width(text[span[0] : span[1]])
                yield Span(f"{number} {bar} {before}"), Span(carets, "mark")


def _dedented(quotes: Sequence[Quote]) -> Iterable[Quote]:
    """Take away the indentation that all lines share: what points at a column keeps pointing at it."""
    shared = min((_lead(quote.text) for quote in quotes if quote.text.strip()), default=0)
    for quote in quotes:
        begin, end = (max(0, edge - shared) for edge in quote.span)
        yield quote._replace(text=quote.text[shared:], span=(begin, end))


def _lead(text: str) -> int:
    return len(text) - len(text.lstrip())


def _tells_apart(quote: Quote) -> bool:
    """Whether pointing at a part of the line says more than the line itself."""
    return quote.span[1] - quote.span[0] < 0.8 * len(quote.text.strip())


def _marked(text: str, span: tuple[int, int], style: Style) -> Row:
    begin, end = span
    if end <= begin:
        return (Span(text, style),)
    return Span(text[:begin], style), Span(text[begin:end], "mark"), Span(text[end:], style)


def _pieces(quote: Quote, room: int, look: Look) -> Iterable[tuple[str, tuple[int, int]]]:
    """Fold a line into at most three rows round its telling part; what is left out is marked."""
    text, (begin, end) = clean(quote.text.rstrip()), quote.span
    begin, end = max(begin, _lead(text)), min(end, len(text))
    most = room * (1 if quote.aside else 3) - 4
    if len(text) > most:
        more = look.sign("…", "...")
        start = max(0, min(begin - room // 3, len(text) - most)) if begin > most // 2 else 0
        kept = text[start : start + most]
        prefix = more if start else ""
        suffix = more if start + most < len(text) else ""
        begin, end = begin - start + len(prefix), min(end - start, len(kept)) + len(prefix)
        text = prefix + kept + suffix
    while text:
        fits = _fold(text, room)
        yield text[:fits], (min(max(begin, 0), fits), min(max(end, 0), fits))
        text, begin, end = text[fits:], begin - fits, end - fits


def _fold(text: str, room: int) -> int:
    """Where a long line goes on in the next row: after a blank if one is near, else anywhere."""
    fits = cut(text, room)
    blank = text.rfind(" ", 0, fits) + 1
    return blank if fits < len(text) and blank > fits * 0.7 else fits


_NATURE = {
    "environment": "It comes from the machine or image that builds, not from the code.",
    "upstream": "It comes from somebody else's package or server.",
    "transient": "It may pass when the build runs again.",
}


def _why(diagnosis: Diagnosis, look: Look) -> Iterable[Row]:
    text = clean_line(diagnosis.explain)
    nature = _NATURE.get(diagnosis.nature, "")
    yield from _labelled("Why", wrap(f"{text} {nature}", look.prose), look)


def _remedies(diagnosis: Diagnosis, look: Look) -> Iterable[Row]:
    for number, remedy in enumerate(diagnosis.remedies):
        level = _LEVEL[remedy.applicability]
        title = f"{clean_line(remedy.title)} ({level})"
        yield from _labelled(
            "Fix" if number == 0 else "or", wrap(title, look.prose), look, "strong" if number == 0 else ""
        )
        if number == 0:
            yield from _remedy(remedy, look)


_LEVEL = {"safe": "safe", "review": "check it first", "manual": "needs you"}


def _remedy(remedy: Remedy, look: Look) -> Iterable[Row]:
    if remedy.why:
        for row in wrap(clean_line(remedy.why), look.prose):
            yield _said("", row)
    match remedy.outcome:
        case Patch() as patch:
            yield from diff_rows(patch.diff, " " * INDENT)
            if patch.basis == "log":
                yield _said("", "Line numbers come from the log; the files were not at hand.")
        case NotPatched(reason):
            # A person's steps say it all, unless naming the project would give a patch.
            if remedy.applicability != "manual" or not remedy.steps or "--project" in reason:
                for row in wrap(f"No patch: {clean_line(reason)}", look.prose):
                    yield _said("", row, "dim")
    for step in remedy.steps:
        rows = wrap(clean_line(step), look.prose - 2)
        for position, row in enumerate(rows):
            yield _said("", ("- " if position == 0 else "  ") + row, "command")


def diff_rows(diff: str, indent: str = "") -> Iterable[Row]:
    """A unified diff, one row a line; a long one is cut, and says so."""
    lines = diff.removesuffix("\n").split("\n")
    for line in lines[:DIFF_ROWS]:
        yield Span(indent), Span(clean(line.removesuffix("\r")), _diff_style(line))
    if len(lines) > DIFF_ROWS:
        yield Span(indent), Span(f"... {len(lines) - DIFF_ROWS} more lines: logdoctor fix --diff", "dim")


def _diff_style(line: str) -> Style:
    if line.startswith(("--- ", "+++ ", "@@", "diff ")):
        return "dim"
    return "added" if line.startswith("+") else "removed" if line.startswith("-") else ""


def _sure(diagnosis: Diagnosis, look: Look) -> Iterable[Row]:
    basis = "; ".join(clean_line(each) for each in diagnosis.confidence_basis)
    of = "" if known(diagnosis) else " of the line"
    text = f"{assurance(diagnosis.confidence)} ({diagnosis.confidence:.2f}){of}" + (
        f": {basis}" if basis else ""
    )
    yield from _labelled("Sure", wrap(text, look.prose), look)


def _chain(diagnosis: Diagnosis, look: Look) -> Iterable[Row]:
    """What the cause became on its way out: the first and the last links, one row each."""
    links = [link for link in diagnosis.chain if link.role == "consequence"]
    shown: list[Link | None] = [*links] if len(links) <= 3 else [links[0], None, links[-1]]
    numbers = max((len(str(link.line)) for link in links), default=0)
    for position, link in enumerate(shown):
        label = "Then" if position == 0 else ""
        if link is None:
            yield _said(
                label,
                f"{'':>{numbers}} {look.sign('⋮', ':')} {len(links) - 2} more lines that pass it on",
                "dim",
            )
            continue
        room = max(16, min(look.columns, PROSE) - INDENT - numbers - 1)
        yield _said(label, f"{link.line:>{numbers}} {_middled(clean_line(link.text), room, look)}", "dim")


def _middled(text: str, room: int, look: Look) -> str:
    """Text without its middle where it is too long: commands begin it, exit codes end it."""
    if width(text) <= room:
        return text
    more = look.sign("…", "...")
    head = text[: cut(text, room * 2 // 3)]
    tail = text[-max(1, (room - width(head) - len(more)) // 2) :]
    while width(head + more + tail) < room and len(tail) < len(text) - len(head):
        tail = text[-len(tail) - 1 :]
    return head + more + (tail if width(head + more + tail) <= room else tail[1:])


def _next(diagnosis: Diagnosis, look: Look) -> Iterable[Row]:
    rows: list[str] = []  # never wrapped: they are there to be copied
    first = diagnosis.remedies[0] if diagnosis.remedies else None
    if first and isinstance(first.outcome, Patch):
        rows.append(_how_to_apply(first, first.outcome, look.again))
    if diagnosis.rule and known(diagnosis):
        rows.append(f"logdoctor explain {diagnosis.rule}")
    rows += [clean_line(link) for link in diagnosis.references[:2]]
    for position, row in enumerate(rows):
        yield _said("Next" if position == 0 else "", row, "command")


def _how_to_apply(remedy: Remedy, patch: Patch, again: str) -> str:
    call = f" {again}" if again else ""
    if patch.basis == "log":
        return f"logdoctor fix --diff{call} | git apply"
    return f"logdoctor fix --apply{'' if remedy.applicability == 'safe' else '=review'}{call}"


def _excerpt(report: Report, look: Look) -> Iterable[Row]:
    lines = _fewer(report)
    several = len({line.log for line in lines}) > 1
    for log in dict.fromkeys(line.log for line in lines):
        if several:
            yield Span("  "), Span(_log_name(report, log), "place")
        yield from _quoted([Quote(str(line.line), line.text) for line in lines if line.log == log], look)
    yield ()


def _fewer(report: Report) -> list[Excerpt]:
    """So many lines as a reader takes in: round the cause and at the end, without a stack's frames."""
    lines = [line for line in report.excerpt if not line.text.lstrip().startswith("at ")] or report.excerpt
    causes = {(each.cause.log, each.cause.line) for each in report.diagnoses if each.cause}

    def far(line: Excerpt) -> int:
        return min((abs(line.line - number) for log, number in causes if log == line.log), default=1 << 30)

    near = (
        sorted(lines[:-ENDING], key=far)[: EXCERPT_ROWS - ENDING] if causes else lines[-EXCERPT_ROWS:-ENDING]
    )
    chosen = {*near, *lines[-ENDING:]}
    return [line for line in lines if line in chosen]


def _labelled(label: str, rows: Iterable[str], look: Look, style: Style = "") -> Iterable[Row]:
    for text in rows:
        for row in wrap(text, max(24, look.columns - INDENT)):
            yield _said(label, row, style)
            label = ""


def _said(label: str, text: str, style: Style = "") -> Row:
    return Span(f"  {label}".ljust(INDENT), "dim"), Span(text, style)


def _tame(row: Row) -> Row:
    """Keep a runner from obeying what the row quotes, wherever the pieces of the row meet."""
    whole = "".join(span.text for span in row)
    if tame(whole) == whole:
        return row
    return (Span(tame(whole)),)
