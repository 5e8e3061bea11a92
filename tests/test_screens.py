"""The report as terminals show it: 60, 100 and 200 columns, painted or not, in Unicode or ASCII.

`UPDATE_SCREENS=1 pytest tests/test_screens.py` writes the screens again; look at them before a commit.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from reports import FAILED

from logdoctor.render import terminal
from logdoctor.render.clean import width

SCREENS = Path(__file__).parent / "screens"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
COPIED = re.compile(r"^       (logdoctor |https://)|^  Next ")
"""Rows that are there to be copied are never wrapped."""


@pytest.mark.parametrize("ascii", [False, True], ids=["unicode", "ascii"])
@pytest.mark.parametrize("colour", [True, False], ids=["colour", "plain"])
@pytest.mark.parametrize("columns", [60, 100, 200])
def test_a_screen(columns: int, colour: bool, ascii: bool) -> None:
    shown = terminal.render(FAILED, columns, colour, ascii, "build.log")
    for row in COLOUR.sub("", shown).splitlines():
        assert width(row) <= columns or COPIED.match(row)
    assert not ascii or shown.isascii()
    assert ("\x1b" in shown) == colour
    name = f"{columns}-{'colour' if colour else 'plain'}-{'ascii' if ascii else 'unicode'}.txt"
    if os.environ.get("UPDATE_SCREENS"):
        (SCREENS / name).write_text(shown, encoding="utf-8")
    assert shown == (SCREENS / name).read_text(encoding="utf-8")
