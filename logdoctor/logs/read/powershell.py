"""PowerShell's report that a program wrote to standard error: noise round one true line.

    docker : #0 building with "default" instance using docker driver
    At line:1 char:1
    + docker build . 2>&1 | tee build.log
    + ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
        + CategoryInfo          : NotSpecified: (#0 building wit...:String) [], RemoteException
        + FullyQualifiedErrorId : NativeCommandError

Only what follows `docker : ` was said by the program; it stands in green builds too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from logdoctor.model import Line

TAG = "powershell"
_REACH = 12


def fold(lines: Sequence[Line]) -> list[Line]:
    """Tag the noise of each such block, and free the program's own words of the program's name."""
    done = list(lines)
    for at, line in enumerate(lines):
        if line.text.startswith("    + CategoryInfo"):
            _fold(done, at)
    return done


def _fold(lines: list[Line], category: int) -> None:
    first = category
    while first and category - first < _REACH and lines[first - 1].text[:1] in ("+", "~"):
        first -= 1
    place = first - 1
    if place >= 0 and lines[place].text[-1:].isdecimal():
        header = _header(lines, place)
        if header is not None:
            _free(lines, header)
        first = place
    last = category
    while last + 1 < len(lines) and _rest(lines[last + 1].text):
        last += 1
    for at in range(first, last + 1):
        lines[at] = lines[at]._replace(tag=TAG)


def _rest(text: str) -> bool:
    return text == " " or text.startswith(("    + FullyQualifiedErrorId", "   + "))


def _header(lines: Sequence[Line], place: int) -> int | None:
    for at in range(place - 1, max(place - 1 - _REACH, -1), -1):
        if _program().match(lines[at].text):
            return at
    return None


def _free(lines: list[Line], at: int) -> None:
    line = lines[at]
    match = _program().match(line.text)
    if match:
        gone = match.end()
        joints = tuple(max(joint - gone, 0) for joint in line.joints)
        lines[at] = line._replace(text=line.text[gone:], joints=joints)


@cache
def _program() -> re.Pattern[str]:
    return re.compile(r"[\w.-]{1,60} :(?: |$)")
