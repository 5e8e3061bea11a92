"""The report on a terminal: the page in colour, as wide as the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from logdoctor.model import Report
from logdoctor.render.page import Look, Row, page

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

STYLES = {
    "bad": "bold red",
    "good": "bold green",
    "warn": "bold yellow",
    "strong": "bold",
    "dim": "dim",
    "mark": "bold yellow",
    "added": "green",
    "removed": "red",
    "place": "cyan",
    "command": "",
}


def render(
    report: Report, columns: int = 80, colour: bool = True, ascii: bool = False, again: str = ""
) -> str:
    """Paint the page; without colour the telling part of a line is underlined instead."""
    rows = page(report, Look(max(40, columns), colour, ascii, again))
    if not colour:
        return "".join("".join(span.text for span in row).rstrip() + "\n" for row in rows)
    console = _console(columns)
    with console.capture() as capture:
        paint(console, rows)
    return capture.get()


def paint(console: Console, rows: list[Row]) -> None:
    """Print rows on a console of rich, which may record them for a picture."""
    for row in rows:
        console.print(_text(row), soft_wrap=True)


def _text(row: Row) -> Text:
    from rich.text import Text

    text = Text(end="")
    for span in row:
        text.append(span.text, STYLES.get(span.style, ""))
    text.rstrip()
    return text


def _console(columns: int) -> Console:
    from rich.console import Console

    return Console(
        force_terminal=True,
        color_system="standard",
        width=columns,
        highlight=False,
        markup=False,
        emoji=False,
        no_color=False,
    )
