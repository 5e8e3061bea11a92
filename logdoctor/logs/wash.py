"""Raw bytes without colours and odd characters, so that what is looked for in them stands in one piece.

It says what `strip` and `mend` say of the same text, at the speed of a search: the bytes are only
looked at more closely where something is odd.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from logdoctor.literals import Finder, searcher
from logdoctor.logs.feed import Block
from logdoctor.logs.read.mojibake import CROSSES, LEADS, LOST, mend
from logdoctor.logs.text import ERASE, ESCAPE, SPACES, decode_line, strip

_PIECE = 1 << 16
"""Bytes that are decoded at once: what stands after an error in them is decoded again."""
_CONTROLS = rb"\x00-\x08\x0b\x0c\x0e-\x1f\x7f"


def washed(raw: Iterable[Block], page: str) -> Iterator[Block]:
    """A log's blocks with lines of the same number, in UTF-8."""
    for block in raw:
        data = wash(bytes(memoryview(block.buffer)[: block.end]), page)
        yield Block(data, len(data))


def wash(data: bytes, page: str) -> bytes:
    r"""Whole lines as text would have them: no colours, no invisible characters, every space a space.

    >>> wash("\x1b[31mno\u200bt\x1b[0m\xa0found\n".encode(), "cp1252")
    b'not found\n'
    """
    coded = _coded()(data) if not data.isascii() or b"\x1b" in data else []
    clean = data
    if not data.isascii():
        # In these lines codes cannot be told before they are decoded.
        single = [place for place, index in coded if index == len(ERASE)]
        clean = _with_clean_lines(data, single + _broken(data), page)
    if any(index < len(ERASE) for _, index in coded):
        clean = _erase().sub(b"\r", clean)
    if b"\x1b" in clean:
        clean = _escape().sub(b"", clean).replace(b"\x1b", b"")
    hits = _odd()(clean)
    spaces = {index for _, index in hits if index < len(SPACES)}
    for index in spaces:
        clean = _space(index).sub(b" ", clean)
    places = [place for place, index in hits if index not in spaces]
    if places and spaces:
        places = [place for place, _ in _odd()(clean)]
    clean = _with_clean_lines(clean, places, page)
    return clean + b"\n" if clean[-1:] in (b"", b"\n") and data[-1:] not in (b"", b"\n") else clean


def _broken(data: bytes) -> list[int]:
    """Lines that are not UTF-8."""
    places = []
    at = stop = 0
    view = memoryview(data)
    while at < len(data):
        if at >= stop:
            stop = data.find(b"\n", at + _PIECE) + 1 or len(data)
        try:
            str(view[at:stop], "utf-8")
            at = stop
        except UnicodeDecodeError as error:
            places.append(at + error.start)
            at = data.find(b"\n", at + error.start) + 1 or len(data)
    return places


def _with_clean_lines(data: bytes, places: list[int], page: str) -> bytes:
    """The same bytes, but the lines on which those places lie cleaned as text."""
    if not places:
        return data
    pieces: list[bytes] = []
    done = 0
    for place in sorted(places):
        if place < done:
            continue
        start = data.rfind(b"\n", 0, place) + 1
        stop = data.find(b"\n", place)
        stop = stop if stop >= 0 else len(data)
        text = mend(strip(decode_line(data[start:stop], page)))
        pieces += (data[done:start], text.encode("utf-8", "replace"))
        done = stop
    return b"".join((*pieces, data[done:]))


@cache
def _coded() -> Finder:
    """Finds whether a line is erased anywhere, and where codes begin with a single character."""
    return searcher((*(re.escape(code.encode()) for code in ERASE), b"\xc2\x9b"), once=len(ERASE))


@cache
def _erase() -> re.Pattern[bytes]:
    return re.compile(b"|".join(re.escape(code.encode()) for code in ERASE))


@cache
def _space(index: int) -> re.Pattern[bytes]:
    """One of the spaces: a regex goes over the bytes once, `replace` counts first."""
    return re.compile(re.escape(SPACES[index].encode()))


@cache
def _escape() -> re.Pattern[bytes]:
    return re.compile(ESCAPE.encode())


@cache
def _odd() -> Finder:
    """Finds characters that cleaning takes out, turns into spaces (those first) or puts right."""
    words = [*LEADS, *CROSSES, *LOST, "^[["]
    return searcher(
        (
            *(re.escape(space.encode()) for space in SPACES),
            b"[%s]" % _CONTROLS,
            rb"\xe2\x80[\x8b-\x8f\xaa-\xae]",
            rb"\xe2\x81[\xa0-\xaf]",
            rb"\xc2[\x80-\x84\x86-\x9f]",
            rb"\xef\xbb\xbf",
            rb"\xd8\x9c",
            *(re.escape(word.encode()) for word in words),
        ),
        once=len(SPACES),
    )
