"""Find which of many literals stand in some bytes, and where.

With hyperscan where its wheel exists and the text is long enough to pay for loading it, otherwise
with `bytes.find`; both find the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

LONG = 300 * 1024
"""Bytes from which on loading hyperscan pays."""

Hit = tuple[int, int]
"""Where a literal begins, and its index."""


class Finder(Protocol):
    """Finds literals in a buffer: all hits, in the order of their beginnings."""

    def __call__(self, data: bytes | bytearray | memoryview) -> list[Hit]: ...


def finder(literals: Sequence[bytes], engine: bool | None = None) -> Finder:
    """A finder for these literals; `engine` False forbids hyperscan."""
    if engine is not False and (database := _database(literals)):
        return database
    return _plain(literals)


def find(literals: Sequence[bytes], data: bytes) -> list[Hit]:
    """Find the literals in one text."""
    if len(data) > LONG:
        return finder(literals)(data)
    present = _present(literals, data)
    return sorted(hit for index in present for hit in _places(literals[index], index, data))


def _present(literals: Sequence[bytes], data: bytes) -> list[int]:
    """Indexes of the literals that occur at all; a log says the same words again and again."""
    words = b" ".join(set(data.split()))
    return [
        index
        for index, literal in enumerate(literals)
        if literal in words or (b" " in literal and literal in data)
    ]


def _plain(literals: Sequence[bytes]) -> Finder:
    def scan(data: bytes | bytearray | memoryview) -> list[Hit]:
        whole = bytes(data)
        present = _present(literals, whole)
        return sorted(hit for index in present for hit in _places(literals[index], index, whole))

    return scan


def _places(literal: bytes, index: int, data: bytes) -> list[Hit]:
    places = []
    at = data.find(literal)
    while at >= 0:
        places.append((at, index))
        at = data.find(literal, at + 1)
    return places


def _database(literals: Sequence[bytes]) -> Finder | None:
    """The literals compiled by hyperscan, or None where it cannot be had."""
    try:
        import hyperscan
    except ImportError:
        return None
    if not literals:
        return None
    database = hyperscan.Database()
    database.compile(
        expressions=list(literals),
        ids=list(range(len(literals))),
        elements=len(literals),
        literal=True,
    )
    scratch = hyperscan.Scratch(database)
    database.scratch = scratch
    lengths = [len(literal) for literal in literals]
    scan: Callable[..., None] = database.scan

    def run(data: bytes | bytearray | memoryview) -> list[Hit]:
        hits: list[Hit] = []

        # Named and kept alive until the scan ends; a truthy answer would end it early.
        def note(index: int, begin: int, end: int, flags: int, context: object) -> None:
            hits.append((end - lengths[index], index))

        scan(data, match_event_handler=note)
        hits.sort()
        return hits

    return run
