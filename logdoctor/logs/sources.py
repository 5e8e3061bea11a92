"""Where logs come from: standard input, files, .gz, and the zip archives of CI runs."""

from __future__ import annotations

import io
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from logdoctor.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import BinaryIO

WHOLE = 16 << 20
"""Logs up to this size are read whole; longer ones are streamed."""

MOST = 256 << 20
"""Bytes that packed logs may unpack to."""

RATIO = 400
"""How many times its own size a packed log may become, once it is large."""

_HEAD = 1 << 20
_PIECE = 256 * 1024


class Raw(NamedTuple):
    """One log, read whole."""

    name: str
    data: bytes
    job: str | None = None


class Ahead(io.RawIOBase):
    """What was read of a file too early, in pieces, then the rest of it; what was read again is let go."""

    def __init__(self, pieces: Iterable[bytes | memoryview], file: BinaryIO) -> None:
        self._pieces: deque[memoryview] = deque(memoryview(each) for each in pieces)
        self._file = file

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, view: memoryview) -> int:  # type: ignore[override]
        """Write the next bytes into the view."""
        if not self._pieces:
            return into(self._file, view)
        piece = self._pieces.popleft()
        count = min(len(view), len(piece))
        view[:count] = piece[:count]
        if count < len(piece):
            self._pieces.appendleft(piece[count:])
        return count


class Stream(NamedTuple):
    """A log too long to be read whole: its beginning, and where the rest comes from."""

    name: str
    head: bytes
    rest: BinaryIO | Ahead
    job: str | None = None


class SourceError(ValueError):
    """A log that cannot be read, said in words for the user."""


def open_logs(paths: Sequence[str], stdin: BinaryIO) -> Iterator[Raw | Stream]:
    """The logs behind the given paths, `-` meaning standard input."""
    for path in paths:
        try:
            if path == "-":
                yield from _logs("stdin", stdin)
            else:
                yield from _of_file(path)
        except (OSError, EOFError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else error
            raise SourceError(f"{path}: {reason}") from None


def _of_file(path: str) -> Iterator[Raw | Stream]:
    file = _file(path)
    streamed = False
    for log in _logs(path, file):
        streamed = streamed or isinstance(log, Stream)
        yield log
    if not streamed:
        file.close()


def _file(path: str) -> BinaryIO:
    if "\0" in path:
        raise SourceError(f"{path!r}: no such file")
    if os.path.isdir(path):
        raise SourceError(f"{path}: this is a directory; name the log files in it")
    return open(path, "rb", buffering=0)


def _logs(name: str, file: BinaryIO) -> Iterator[Raw | Stream]:
    head = _taken(file, 4)
    if head[:2] == b"\x1f\x8b":
        from logdoctor.logs.packed import gunzipped

        yield gunzipped(name, head, file)
    elif head == b"PK\x03\x04":
        from logdoctor.logs.packed import unzipped

        yield from unzipped(name, head + _taken(file, MOST))
    else:
        yield _opened(name, head, file)


def _opened(name: str, head: bytes, file: BinaryIO) -> Raw | Stream:
    if _size(file) > WHOLE:
        return Stream(name, head + _taken(file, _HEAD - len(head)), file)
    pieces = [head, *_pieces(file, WHOLE + 1 - len(head))]
    if sum(map(len, pieces)) <= WHOLE:
        return Raw(name, b"".join(pieces))
    ahead = Ahead(pieces, file)
    return Stream(name, _taken(ahead, _HEAD), ahead)


def into(file: BinaryIO | Ahead, view: memoryview) -> int:
    """Write a file's next bytes into a view; 0 at its end."""
    if hasattr(file, "readinto"):
        return file.readinto(view) or 0
    data = file.read(len(view)) or b""
    view[: len(data)] = data
    return len(data)


def _size(file: BinaryIO) -> int:
    """The size of a plain file, and 0 of what has none."""
    try:
        return os.fstat(file.fileno()).st_size
    except (OSError, ValueError):
        return 0


def _taken(file: BinaryIO | Ahead, count: int) -> bytes:
    """Up to that many bytes; a pipe gives them in pieces."""
    return b"".join(_pieces(file, count))


def _pieces(file: BinaryIO | Ahead, count: int) -> Iterator[bytes | memoryview]:
    """Up to that many bytes; of many the most in memory that goes back to the system piece by piece."""
    ordinary = min(count, _HEAD)
    count -= ordinary
    while ordinary > 0 and (piece := file.read(min(ordinary, _PIECE))):
        yield piece
        ordinary -= len(piece)
    while ordinary == 0 and count > 0 and (mapped := _mapped(file, min(count, _PIECE))):
        yield mapped
        count -= len(mapped)


def _mapped(file: BinaryIO | Ahead, size: int) -> memoryview:
    """The next bytes of a file in a map of their own: the allocator keeps for good what it once gave."""
    import mmap

    view = memoryview(mmap.mmap(-1, size))
    filled = 0
    # A named pipe gives a line at a time, and a process may have only so many maps.
    while filled < size and (count := into(file, view[filled:])):
        filled += count
    return view[:filled]
