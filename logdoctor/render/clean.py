"""Make text of a log or a file harmless to show: it may have been written to fool whoever reads it."""

from __future__ import annotations

from collections.abc import Iterable

UNSEEN = "�"
"""Stands for a character that would move the cursor or reorder the line; one for one, so that spans hold."""


def _ranges(*ranges: tuple[int, int]) -> Iterable[int]:
    for first, last in ranges:
        yield from range(first, last + 1)


_HARMFUL: dict[int, str] = dict.fromkeys(
    _ranges(
        (0x00, 0x1F),
        (0x7F, 0x9F),
        (0xAD, 0xAD),
        (0x61C, 0x61C),
        (0x180E, 0x180E),
        (0x200B, 0x200B),
        (0x200E, 0x200F),
        (0x2028, 0x202E),
        (0x2060, 0x2069),
        (0xFEFF, 0xFEFF),
        (0xFFF9, 0xFFFB),
        (0xE0000, 0xE007F),
    ),
    UNSEEN,
)
_HARMFUL[0x09] = " "


def clean(text: str) -> str:
    """Replace each control, bidirectional and invisible character by a mark of the same length.

    >>> clean("a\\tb\\x1b[31m")
    'a b�[31m'
    """
    text = text.translate(_HARMFUL)
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def clean_line(text: str) -> str:
    """Clean text that has to stay on one line: every kind of white space becomes one blank.

    >>> clean_line(" two\\nlines ")
    'two lines'
    """
    return clean(" ".join(text.split()))


def clean_diff(diff: str) -> str:
    """Clean a diff line by line; it keeps the line ends that the files have, so it can still be applied.

    >>> clean_diff("-a\\x1b\\r\\n+b\\r\\n")
    '-a�\\r\\n+b\\r\\n'
    """
    lines = (line.removesuffix("\r") for line in diff.split("\n"))
    ends = ("\r" * line.endswith("\r") for line in diff.split("\n"))
    return "\n".join(clean(line) + end for line, end in zip(lines, ends, strict=True))


def tame(line: str) -> str:
    """Break what a CI runner would obey if it stood in a line we print.

    GitHub's runner acts on `##[…]` anywhere in a line and on `::…::` where a line starts.

    >>> tame("##[error]no"), tame("  ::error::no")
    ('## [error]no', '  : :error::no')
    """
    line = line.replace("##[", "## [")
    start = len(line) - len(line.lstrip())
    return line[:start] + ": :" + line[start + 2 :] if line.startswith("::", start) else line


def width(text: str) -> int:
    """Columns that the text takes on a terminal."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(
        0 if combining(c) or c in "\u200c\u200d\ufe0f" else 1 + (east_asian_width(c) in "WF") for c in text
    )


def cut(text: str, columns: int) -> int:
    """How many characters of the text fit into so many columns; at least one."""
    if text.isascii():
        return max(1, min(len(text), columns))
    used = 0
    for number, character in enumerate(text):
        used += width(character)
        if used > columns:
            return max(1, number)
    return len(text)


def wrap(text: str, columns: int) -> list[str]:
    """Break text at blanks into rows of so many columns; a longer word is cut."""
    rows: list[str] = []
    row = ""
    for word in text.split():
        if row and width(row) + 1 + width(word) <= columns:
            row = f"{row} {word}"
            continue
        if row:
            rows.append(row)
        while width(word) > columns:
            fits = cut(word, columns)
            rows.append(word[:fits])
            word = word[fits:]
        row = word
    return [*rows, row] if row else rows
