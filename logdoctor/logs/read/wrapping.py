"""Lines that a console cut at its width, found by statistics and put together again.

Two ways of cutting are known. A terminal or a copy of it cuts every line at exactly the same column.
PowerShell cuts only what came through standard error: between words, keeping the space at the end of
the row, or in mid-word where a word is longer than the row (in East Asian consoles always). In both,
the rows put together without anything in between are the line again.

What cannot be told: the width, if fewer than two lines were cut and no word shows it; and whether a
line ended, if it was exactly as long as the console is wide.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from itertools import pairwise

from logdoctor.logs.read.layers import pattern
from logdoctor.record import NamedTuple

NARROWEST, WIDEST = 20, 250
PIECES = 600
"""Rows of one line that are put together; what goes on longer than that is no line of a console."""

_LOOK = 4000
"""Rows that are looked at to find the width."""


_REPORT = ("    + CategoryInfo", "+ ~", "    + FullyQ")


class Row(NamedTuple):
    """Raw lines `number` to `end` as one; `cuts` are where in `text` each further raw line begins."""

    number: int
    end: int
    text: str
    cuts: tuple[int, ...] = ()


class Starts(NamedTuple):
    """What lines of this log begin with: the pattern of its outermost prefix, common beginnings."""

    layer: str = ""
    heads: Collection[str] = ()

    def fits(self, text: str, first: str, row: str) -> bool:
        """Whether a text after that row of a line that began so is a new line rather than its rest."""
        if text[:6] == first[:6] and len(set(text[:6])) > 1:
            return True
        if text[:6] in self.heads or (self.layer and pattern(self.layer).match(text)):
            return True
        match = _start().match(text)
        if match is None:
            return False
        if match["rule"]:
            return text[0] != row[-1]
        return not match["time"] or _start().match(first) is not None


@cache
def _start() -> re.Pattern[str]:
    return re.compile(
        r"(?:\x1b\[[0-9;]*m)*(?:#\d+ \S|Step \d+/\d+ :|(?P<time>\d{1,4}\.\d{1,3} \S)"
        r"|npm (?:ERR!|error|warn|WARN|notice|info|http)"
        r"| ---> |(?:Get|Hit|Ign|Err):\d+ |\s{2,}at \S|##\[|➤ YN|\s+\+ (?:Categ|Fully)|\+ |At line:"
        r"|(?P<rule>[ =*-]*[=*-]{3,}$)|ERROR |WARN |  [×│├╰]"
        r"|(?:ERROR|error|warning|Error|WARNING|E|W|FATAL|fatal|dpkg|configure|curl): )"
    )


def starts_of(rows: Sequence[str], width: int, layers: Sequence[str], gently: bool = False) -> Starts:
    """What lines of this log begin with, learned from those that follow a row which was not cut."""
    heads = Counter(
        after[:6]
        for row, after in pairwise(rows[:_LOOK])
        if len(row) != width and not (gently and row[-1:] == " ")
    )
    return Starts(
        layers[0] if layers else "", {head for head, count in heads.items() if count > 1 < len(set(head))}
    )


def width_of(rows: Sequence[str], layers: Sequence[str]) -> int:
    """The width at which a whole log was cut, or 0."""
    lengths = list(map(len, rows))
    width = max(lengths, default=0)
    if not NARROWEST <= width <= WIDEST:
        return 0
    full = [at for at, length in enumerate(lengths[:-1]) if length == width]
    distinct = {rows[at]: at for at in full[:_LOOK] if len(set(rows[at])) > 3}
    near = Counter(len(row) for row in set(rows) if width - 5 <= len(row) < width)
    if not distinct or 2 * max(near.values(), default=0) > len(distinct):
        return 0
    pairs = [(rows[at], rows[at + 1]) for at in list(distinct.values())[:200]]
    if sum(_likeness(row, after, rows) for row, after in pairs) < 2:
        return 0
    starts = starts_of(rows, width, layers)
    votes = [_vote(row, after, rows, starts) for row, after in pairs]
    gain, loss = sum(vote for vote in votes if vote > 0), -sum(vote for vote in votes if vote < 0)
    return width if gain >= 2 and gain > 2 * loss else 0


_RULED = " -=|+*"
"""What blank rows and the rules of tables consist of: a table's rows are all as wide as its widest."""


def _vote(row: str, after: str, rows: Sequence[str], starts: Starts) -> int:
    """How much two rows look like one line: 2 for a word that elsewhere stands whole, -1 for a new line."""
    return -1 if not after.strip(_RULED) or starts.fits(after, row, row) else _likeness(row, after, rows)


def _likeness(row: str, after: str, rows: Sequence[str]) -> int:
    """What speaks for one line, from 0 to 2, as if the second row were no new line in any case."""
    if not after.strip(_RULED):
        return 0
    head, tail = _first_word(after), _last_word(row)
    if head and tail and len(head + tail) > 4 and any(tail + head in other for other in rows[:_LOOK]):
        return 2
    if head and tail and _closes(row, after):
        return 2
    if head[:1].islower() or head[:1].isdecimal() or after[0] in "/.-_)}]',:;=\"":
        return 1
    return 1 if head and row[-1] in "/\\-_@([{'\"" else 0


def _closes(row: str, after: str) -> bool:
    """Whether a row opens a bracket or a quotation that the next one closes."""
    if row.count("(") > row.count(")") and after.count(")") > after.count("("):
        return True
    return any(row.count(mark) % 2 and after.count(mark) % 2 for mark in "'\"`")


def _first_word(row: str) -> str:
    match = _word().match(row)
    return match[0] if match else ""


def _last_word(row: str) -> str:
    return _first_word(row[::-1][:80])[::-1]


@cache
def _word() -> re.Pattern[str]:
    return re.compile(r"[\w@-]+")


def reported_width(rows: Sequence[str]) -> int:
    """The width at which PowerShell's own report was cut, or 0."""
    for row, after in pairwise(rows):
        filled = (row[-1:] == " " and after[:1] == " ") or after[:1] == "~"
        if filled and row.startswith(_REPORT) and NARROWEST <= len(row) <= WIDEST:
            return cells(row)
    return 0


def powershell_width(rows: Sequence[str], layers: Sequence[str], likely: int) -> int:
    """The width at which PowerShell cut what came through standard error, by vote of its rows, or 0.

    `likely` is believed sooner than another.
    """
    least = max((cells(row) for row in rows if row.startswith(_REPORT) and len(row) <= WIDEST), default=0)
    votes = _ballot(rows[:_LOOK], starts_of(rows, 0, layers, gently=True))
    if votes[likely] > 2:
        return likely
    wide = [(count, -width) for width, count in votes.items() if width >= least]
    count, width = max(wide, default=(0, 0))
    return -width if count > 3 else 0


def _ballot(rows: Sequence[str], starts: Starts) -> Counter[int]:
    """For each width, how many rows may have been cut at it."""
    votes: Counter[int] = Counter()
    for row, after in pairwise(rows):
        size = cells(row) if NARROWEST <= len(row) <= WIDEST else 0
        if not size or not after.strip() or starts.fits(after, row, row):
            continue
        if row[-1] == " ":
            votes.update(range(size, min(size + len(_lead(after)), WIDEST)))
        elif after[0] != " ":
            votes[size] += _vote(row, after, rows, starts)
    return votes


def _lead(row: str) -> str:
    """The first word of a row with the spaces round it."""
    word = row.lstrip(" ")
    first, space, _ = word.partition(" ")
    return row[: len(row) - len(word)] + first + space


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


def again(rows: Sequence[str], width: int, powershell: int) -> Sequence[str]:
    """The texts of lines that were cut at these widths."""
    if not width and not powershell:
        return rows
    return [
        row.text
        for row in put_together([Row(at, at, row) for at, row in enumerate(rows)], width, powershell, ())
    ]


def put_together(rows: Sequence[Row], width: int, powershell: int, layers: Sequence[str]) -> list[Row]:
    """Raw lines as the lines they were before they were cut at these widths."""
    whole = list(rows)
    for size, gently in ((width, False), (powershell, True)):
        if size:
            starts = starts_of([row.text for row in whole[: _LOOK + 1]], size, layers, gently)
            whole = _joined(whole, size, starts, gently)
    return _continued(whole) if "gitlab" in layers else whole


def _joined(rows: Iterable[Row], width: int, starts: Starts, gently: bool) -> list[Row]:
    done: list[Row] = []
    parts: list[Row] = []
    for row in rows:
        if parts and not (len(parts) < PIECES and _goes_on(parts, row, width, starts, gently)):
            done.append(_together(parts))
            parts.clear()
        parts.append(row)
    if parts:
        done.append(_together(parts))
    return done


def _goes_on(parts: Sequence[Row], after: Row, width: int, starts: Starts, gently: bool) -> bool:
    row = parts[-1]
    if row.end + 1 != after.number or not after.text.strip():
        return False
    size = cells(row.text) if gently else len(row.text)
    full = size == width
    if gently and not full and 8 < size < width:
        between = row.text[-1] == " " and size + len(_lead(after.text)) > width
        full = between or (size == width - 1 and _wide(after.text[0]))
    return full and not starts.fits(after.text, parts[0].text, row.text)


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
