"""The report as plain text: the same on every machine, for pipes, files and CI logs."""

from __future__ import annotations

from logdoctor.model import Report
from logdoctor.render.page import Look, page


def render(report: Report, again: str = "") -> str:
    """Write the page without colour, 100 columns wide, with signs that any encoding has."""
    rows = ("".join(span.text for span in row).rstrip() for row in page(report, Look(again=again)))
    return "\n".join(rows) + "\n"
