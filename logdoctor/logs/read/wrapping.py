"""Lines that a console cut at its width, found by statistics and put together again.

Two ways of cutting are known. A terminal or a copy of it cuts every line at exactly the same column.
PowerShell cuts only what came through standard error: between words, keeping the space at the end of
the row, or in mid-word where a word is longer than the row (in East Asian consoles always). In both,
the rows put together without anything in between are the line again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from logdoctor.logs.read.layers import pattern
from logdoctor.logs.read.profile import WIDEST, Profile

NARROWEST = 20
PIECES = 600
"""Rows of one line that are put together; what goes on longer than that is no line of a console."""


class Row(NamedTuple):
    """Raw lines `number` to `end` as one; `cuts` are where in `text` each further raw line begins."""

    number: int
    end: int
    text: str
    cuts: tuple[int, ...] = ()


@cache
def _start() -> re.Pattern[str]:
    """What a cut-off rest of a line can hardly begin with."""
    return re.compile(
        r"#\d+ \S|\[?\d{4}-\d\d-\d\d[T ]|\d\d:\d\d:\d\d|npm (?:ERR!|error|warn|WARN|notice|info|http)|Step \d+/\d+ :"
        r"| ---> |(?:Get|Hit|Ign|Err):\d+ |\s+at \S|##\[|➤ YN|\s+\+ (?:Categ|Fully)|\+ |At line:|[ =*-]*[=*-]{3,}$"
        r"|(?:ERROR|error|warning|Error|WARNING|WARN)[: ]|  [×│├╰]"
    )


def width_of(rows: Sequence[str]) -> int:
    """The width at which a whole log was cut, or 0."""
    lengths = list(map(len, rows))
    width = max(lengths, default=0)
    if not NARROWEST <= width <= WIDEST:
        return 0
    full = [at for at, length in enumerate(lengths[:-1]) if length == width]
    distinct = {rows[at]: at for at in full if len(set(rows[at])) > 3}
    near = Counter(length for length in lengths if width - 5 <= length < width)
    if not distinct or 2 * max(near.values(), default=0) > len(full):
        return 0
    votes = [_vote(rows[at], rows[at + 1], rows) for at in distinct.values()]
    gain, loss = sum(vote for vote in votes if vote > 0), -sum(vote for vote in votes if vote < 0)
    return width if gain >= 2 and gain > 2 * loss else 0


def _vote(row: str, after: str, rows: Sequence[str]) -> int:
    """How much two rows look like one line: 2 for a word that elsewhere stands whole, -1 for a new line."""
    if not after.strip() or _start().match(after):
        return -1
    head, tail = _first_word(after), _last_word(row)
    if head and tail and len(head + tail) > 4 and any(tail + head in other for other in rows):
        return 2
    return 1 if head[:1].islower() or head[:1].isdecimal() or after[0] in "/.-_)}]',:;=\"" else 0


def _first_word(row: str) -> str:
    match = _word_at_start().match(row)
    return match[0] if match else ""


def _last_word(row: str) -> str:
    return _first_word(row[::-1][:80])[::-1]


@cache
def _word_at_start() -> re.Pattern[str]:
    return re.compile(r"[\w@-]+")


def powershell_width(rows: Sequence[str]) -> int:
    """The width at which PowerShell cut what came through standard error, or 0."""
    votes: Counter[int] = Counter()
    least = NARROWEST
    for row, after in zip(rows, rows[1:], strict=False):
        size = cells(row) if len(row) <= WIDEST else 0
        if row.startswith(("    + CategoryInfo", "+ ~", "    + FullyQ")):
            if row[-1] == " " and after[:1] == " " or after[:1] == "~":
                return size
            least = max(least, size)
        elif size >= NARROWEST and after.strip() and not _start().match(after):
            _ballot(row, after, size, votes)
    wide = [(count, -width) for width, count in votes.items() if width >= least]
    count, width = max(wide, default=(0, 0))
    return -width if count >= 4 else 0


def _ballot(row: str, after: str, size: int, votes: Counter[int]) -> None:
    """The widths at which a row may have been cut before the next."""
    if row[-1] == " ":
        votes.update(range(size, min(size + len(_lead(after)), WIDEST)))
    elif after[0] != " ":
        votes[size] += 2


def _lead(row: str) -> str:
    """The first word of a row with the spaces before it."""
    word = row.lstrip(" ")
    return row[: len(row) - len(word)] + word.partition(" ")[0]


def cells(row: str) -> int:
    """The columns a row takes up; East Asian characters take two."""
    if row.isascii():
        return len(row)
    return len(row) + sum(_wide(character) for character in row)


def _wide(character: str) -> bool:
    return character >= "\u1100" and (
        "\u2e80" <= character <= "\ua4cf"
        or character <= "\u115f"
        or "\uac00" <= character <= "\ud7a3"
        or "\uf900" <= character <= "\ufaff"
        or "\uff00" <= character <= "\uff60"
    )


def put_together(rows: Sequence[str], profile: Profile, first: int = 1) -> list[Row]:
    """Raw lines, the first of which has that number, as the lines they were before they were cut."""
    whole = [Row(number, number, text) for number, text in enumerate(rows, first)]
    if profile.width:
        whole = joined(whole, profile.width)
    if profile.powershell:
        whole = joined(whole, profile.powershell, powershell=True)
    return _continued(whole) if "gitlab" in profile.layers else whole


def _continued(rows: Iterable[Row]) -> list[Row]:
    """GitLab's rows that its stamp marks as the rest of the row before."""
    done: list[Row] = []
    match = pattern("gitlab").match
    for row in rows:
        stamp = match(row.text)
        if stamp and stamp[0][-1] == "+" and done and done[-1].end + 1 == row.number:
            done[-1] = _together([done[-1], row._replace(text=row.text[stamp.end() :])])
        else:
            done.append(row)
    return done


def joined(rows: Iterable[Row], width: int, powershell: bool = False) -> list[Row]:
    """Rows that were cut at this width, put together."""
    done: list[Row] = []
    parts: list[Row] = []
    for row in rows:
        if parts and not _goes_on(parts[-1], row, width, powershell, len(parts)):
            done.append(_together(parts))
            parts.clear()
        parts.append(row)
    if parts:
        done.append(_together(parts))
    return done


def _goes_on(row: Row, after: Row, width: int, powershell: bool, count: int) -> bool:
    if row.end + 1 != after.number or count >= PIECES or not after.text.strip():
        return False
    size = cells(row.text) if powershell else len(row.text)
    if powershell and row.text[-1:] == " " and width // 3 < size <= width:
        full = size + len(_lead(after.text)) > width
    else:
        full = size == width or (powershell and size == width - 1 and _wide(after.text[0]))
    return full and not _start().match(after.text)


def _together(parts: Sequence[Row]) -> Row:
    if len(parts) == 1:
        return parts[0]
    cuts: list[int] = []
    length = 0
    for part in parts:
        cuts += [length] if length else []
        cuts += [length + cut for cut in part.cuts]
        length += len(part.text)
    return Row(parts[0].number, parts[-1].end, "".join(part.text for part in parts), tuple(cuts))
