"""Find which of many literals or expressions stand in some bytes, and where.

With hyperscan where its wheel exists and the text is long enough to pay for loading it, otherwise
with `bytes.find`; both find the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from logdoctor.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any, Protocol
else:
    Protocol = object

MANY = 2000
"""Expressions in one database: more take more memory to compile, fewer mean more passes over the log."""

Hit = tuple[int, int]
"""A place on the line that was found, and the index of what was looked for."""
Pieces = tuple[bytes, ...]
"""Literals that stand in this order on one line; mostly there is only one."""
Tries = Callable[[int, str], bool]
"""Whether the pattern of that number hits that cleaned line."""


class Wanted(NamedTuple):
    """What is looked for in a log too long to be read whole: patterns, by their numbers.

    The `expressions` are found in the bytes of every line that a pattern hits, for an engine that
    knows regexes. Without one, the `literals` are looked for, each with its patterns' numbers.
    `reach` says for each pattern how many raw lines round its hit its conditions may read.
    """

    expressions: Sequence[bytes]
    literals: Callable[[], Mapping[Pieces, Sequence[int]]]
    reach: Sequence[int]
    tries: Tries


class Literals(NamedTuple):
    """Literals to look for, and what tells quickly that most of them are not there.

    `words` are their longest words; `firsts` and `lasts` hold the first and last four bytes of each,
    or zeros where a word is shorter than that.
    """

    texts: Sequence[bytes] = ()
    words: Sequence[bytes] = ()
    firsts: bytes = b""
    lasts: bytes = b""


class Finder(Protocol):
    """Finds what is looked for in a buffer: all hits, in the order of their places."""

    def __call__(self, data: bytes | bytearray | memoryview) -> list[Hit]: ...


def literals_of(texts: Sequence[bytes]) -> Literals:
    """Make ready to look for these."""
    words = [max(text.split(b" "), key=len) for text in texts]
    known = [word if len(word) >= _PIECE else bytes(_PIECE) for word in words]
    firsts, lasts = (word[:_PIECE] for word in known), (word[-_PIECE:] for word in known)
    return Literals(texts, words, b"".join(firsts), b"".join(lasts))


def find(literals: Literals, data: bytes, long: bool = False) -> list[Hit]:
    """Find literals in one text; `long` says that it is a part of one for which an engine pays."""
    texts = literals.texts
    if long:
        return finder(tuple((text,) for text in texts))(data)
    return sorted(hit for index in _present(literals, data) for hit in _places(texts[index], index, data))


@lru_cache(maxsize=4)
def finder(wanted: tuple[Pieces, ...], engine: bool | None = None) -> Finder:
    """A finder for these; `engine` False forbids hyperscan."""
    if engine is not False and (
        database := engine_for(tuple(b".*".join(map(re.escape, each)) for each in wanted))
    ):
        return database
    return _plain(wanted)


@lru_cache(maxsize=4)
def searcher(expressions: tuple[bytes, ...], once: int = 0, engine: bool | None = None) -> Finder:
    """A finder for expressions that match within a line; a hit stands anywhere in the match.

    Of the first `once` it only matters whether they match at all; an engine then stops at one hit.
    """
    if engine is not False and (database := engine_for(expressions, once)):
        return database
    compiled = [re.compile(each) for each in expressions]
    return lambda data: sorted(
        (found.start(), index) for index, each in enumerate(compiled) for found in each.finditer(data)
    )


_PIECE = 4


def _present(literals: Literals, data: bytes) -> list[int]:
    """Indexes of the literals that occur at all.

    A log says the same words again and again, so each word is looked at once; and most literals
    are ruled out by their first or last four bytes, which the set of all such pieces lacks.
    """
    words = b" ".join(set(data.split()))
    pieces = _pieces(words)
    pieces.add(0)
    ends = zip(memoryview(literals.firsts).cast("I"), memoryview(literals.lasts).cast("I"), strict=True)
    likely = [index for index, (first, last) in enumerate(ends) if first in pieces and last in pieces]
    return [index for index in likely if literals.words[index] in words and literals.texts[index] in data]


def _pieces(data: bytes) -> set[int]:
    """Every four bytes that stand side by side, as numbers: fifty times faster than as bytes."""
    found: set[int] = set()
    for offset in range(_PIECE):
        end = offset + (len(data) - offset) // _PIECE * _PIECE
        found.update(memoryview(data)[offset:end].cast("I"))
    return found


def _plain(wanted: Sequence[Pieces]) -> Finder:
    rarest = literals_of([max(pieces, key=len) for pieces in wanted])

    def scan(data: bytes | bytearray | memoryview) -> list[Hit]:
        whole = bytes(data)
        return sorted(
            hit
            for hit in find(rarest, whole)
            if len(wanted[hit[1]]) == 1 or _in_order(wanted[hit[1]], whole, hit[0])
        )

    return scan


def _places(literal: bytes, index: int, data: bytes) -> list[Hit]:
    places = []
    at = data.find(literal)
    while at >= 0:
        places.append((at, index))
        at = data.find(literal, at + 1)
    return places


def _in_order(pieces: Pieces, data: bytes, place: int) -> bool:
    """Whether the line of that place holds the pieces one after the other."""
    at, end = data.rfind(b"\n", 0, place) + 1, data.find(b"\n", place)
    for piece in pieces:
        at = data.find(piece, at, end if end >= 0 else len(data))
        if at < 0:
            return False
        at += len(piece)
    return True


def let_go() -> None:
    """Forget the engines made so far, whose databases are most of what a scan holds in memory."""
    engine_for.cache_clear()


@lru_cache(maxsize=4)
def engine_for(expressions: tuple[bytes, ...], once: int = 0) -> Finder | None:
    """Hyperscan, made ready to find these; None where it cannot be had or does not know one of them."""
    try:
        import hyperscan
    except ImportError:
        return None
    if not expressions:
        return None
    try:
        databases = [
            _database(hyperscan, first, expressions[first : first + MANY], once)
            for first in range(0, len(expressions), MANY)
        ]
    except hyperscan.error:
        return None

    def run(data: bytes | bytearray | memoryview) -> list[Hit]:
        hits: list[Hit] = []

        # Named and kept alive until the scan ends; a truthy answer would end it early. Only ends are
        # reported, which are as good: what matters is the line.
        def note(index: int, begin: int, end: int, flags: int, context: object) -> None:
            hits.append((end - 1, index))

        for database in databases:
            database.scan(data, match_event_handler=note)
        hits.sort()
        return hits

    return run


def _database(hyperscan: Any, first: int, expressions: Sequence[bytes], once: int) -> Any:
    database = hyperscan.Database()
    ids = list(range(first, first + len(expressions)))
    flags = [hyperscan.HS_FLAG_SINGLEMATCH if id < once else 0 for id in ids]
    database.compile(expressions=expressions, ids=ids, elements=len(ids), flags=flags)
    database.scratch = hyperscan.Scratch(database)
    return database
