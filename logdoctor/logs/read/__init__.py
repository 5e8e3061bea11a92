"""Raw logs into cleaned lines."""

from __future__ import annotations

from logdoctor.logs.sources import Raw
from logdoctor.logs.text import decode, shorten, strip
from logdoctor.model import Line, Log


def read(raw: Raw, id: str = "l1") -> Log:
    """Clean a whole log; line numbers count from 1 and mean its raw lines."""
    text, encoding = decode(raw.data)
    rows = strip(text.replace("\r\n", "\n")).split("\n")
    if rows and not rows[-1]:
        rows.pop()
    lines = tuple(
        Line(number, shorten(row.rpartition("\r")[2] or row), number) for number, row in enumerate(rows, 1)
    )
    return Log(id, raw.name, lines, len(raw.data), len(rows), encoding, ("plain",), False, raw.job)
