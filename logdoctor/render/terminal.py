"""The report on a terminal: the page in colour, as wide as the window.

Painted by hand: nine styles need no library, and whoever waits at a terminal gets the answer as soon
as a pipe does.
"""

from __future__ import annotations

from collections.abc import Iterable

from logdoctor.model import Report
from logdoctor.render.page import Look, Row, Span, page

CODES = {
    "bad": "1;31",
    "good": "1;32",
    "warn": "1;33",
    "strong": "1",
    "dim": "2",
    "mark": "1;33",
    "added": "32",
    "removed": "31",
    "place": "36",
}


def render(
    report: Report, columns: int = 80, colour: bool = True, ascii: bool = False, again: str = ""
) -> str:
    """Paint the page; without colour the telling part of a line is underlined instead."""
    look = Look(max(40, columns), colour, ascii, again)
    return "".join(f"{painted(row, colour)}\n" for row in page(report, look))


def painted(row: Row, colour: bool) -> str:
    """A row as it is sent to the terminal, without blanks at its end."""
    if not colour:
        return "".join(span.text for span in row).rstrip()
    return "".join(_painted(span) for span in _stripped(row))


def _painted(span: Span) -> str:
    code = CODES.get(span.style)
    return f"\x1b[{code}m{span.text}\x1b[0m" if code else span.text


def _stripped(row: Row) -> Iterable[Span]:
    """The row without blank pieces at its end, the last one without blanks at its own."""
    spans = list(row)
    while spans and not spans[-1].text.strip():
        spans.pop()
    if spans:
        spans[-1] = spans[-1]._replace(text=spans[-1].text.rstrip())
    return [span for span in spans if span.text]
