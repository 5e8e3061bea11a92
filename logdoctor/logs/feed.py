"""A long log in blocks of whole lines, read into one buffer that is used again and again.

The memory it takes does not depend on the log: of a line too long to be kept the beginning and the
end stay, which is all that is ever looked at.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from logdoctor.logs.sources import Stream, into
from logdoctor.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object

BLOCK = 512 * 1024
FRONT = 48 * 1024
BACK = 16 * 1024
"""Bytes that are kept of the two ends of a line that goes on beyond a block."""
SEAM = "…".encode()


Buffer = bytearray | bytes


class Block(NamedTuple):
    """Whole lines: the first `end` bytes of `buffer`, good until the next block is asked for.

    Each line ends with a line feed, but the last one of the log may lack it.
    """

    buffer: Buffer
    end: int


class Reader(Protocol):
    """Something that writes its next bytes into a view and says how many; 0 at its end."""

    def readinto(self, view: memoryview) -> int: ...


class Source:
    """A stream's bytes: the head that was read already, then what follows it."""

    def __init__(self, stream: Stream) -> None:
        self.size = 0
        self._head = memoryview(stream.head)
        self._rest = stream.rest

    def readinto(self, view: memoryview) -> int:
        """Write the next bytes into the view."""
        count = min(len(view), len(self._head))
        if count:
            view[:count] = self._head[:count]
            self._head = self._head[count:]
        else:
            count = into(self._rest, view)
        self.size += count
        return count


class Narrowed:
    """UTF-16 as UTF-8: literals are looked for in bytes, and one with a NUL in it would end there."""

    def __init__(self, source: Reader, encoding: str) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._raw = bytearray(64 * 1024)
        self._ready = memoryview(b"")

    def readinto(self, view: memoryview) -> int:
        """Write the next bytes into the view."""
        count = -1
        while not self._ready and count:
            count = self._source.readinto(memoryview(self._raw))
            text = self._decoder.decode(bytes(memoryview(self._raw)[:count]), final=not count)
            self._ready = memoryview(text.removeprefix("\ufeff").encode("utf-8", "replace"))
        count = min(len(view), len(self._ready))
        view[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count


def blocks(reader: Reader, size: int = BLOCK) -> Iterator[Block]:
    """Whole lines, about `size` bytes at a time."""
    buffer = bytearray(size + FRONT + BACK + len(SEAM))
    held = 0
    while count := reader.readinto(memoryview(buffer)[held : held + size]):
        filled = held + count
        end = buffer.rfind(b"\n", held, filled) + 1
        if end:
            yield Block(buffer, end)
        held = filled - end
        if end:
            buffer[:held] = buffer[end:filled]
        if held > FRONT + BACK:
            held = _squeezed(buffer, held)
    if held:
        yield Block(buffer, held)


def _squeezed(buffer: bytearray, held: int) -> int:
    """Take the middle out of an unfinished line that is too long to be kept."""
    kept = SEAM + buffer[held - BACK : held]
    held = FRONT + len(kept)
    buffer[FRONT:held] = kept
    return held
