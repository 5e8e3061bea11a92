"""Where logs come from: standard input, files, .gz, and the zip archives of CI runs."""

# No `from __future__ import annotations`: it makes every field of a named tuple cost a compile().

import os
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

WHOLE = 16 << 20
"""Logs up to this size are read whole; longer ones are streamed."""

MOST = 256 << 20
"""Bytes that packed logs may unpack to."""

RATIO = 400
"""How many times its own size a packed log may become, once it is large."""

_HEAD = 1 << 20


class Raw(NamedTuple):
    """One log, read whole."""

    name: str
    data: bytes
    job: str | None = None


class Stream(NamedTuple):
    """A log too long to be read whole: its beginning, and where the rest comes from."""

    name: str
    head: bytes
    rest: BinaryIO
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
    data = head + _taken(file, WHOLE + 1 - len(head))
    return Raw(name, data) if len(data) <= WHOLE else Stream(name, data, file)


def _size(file: BinaryIO) -> int:
    """The size of a plain file, and 0 of what has none."""
    try:
        return os.fstat(file.fileno()).st_size
    except (OSError, ValueError):
        return 0


def _taken(file: BinaryIO, count: int) -> bytes:
    """Up to that many bytes; a pipe gives them in pieces."""
    parts: list[bytes] = []
    while count > 0:
        part = file.read(count)
        if not part:
            break
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
