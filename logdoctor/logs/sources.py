"""Where logs come from: standard input, files, .gz, and the zip archives of CI runs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

WHOLE = 16 << 20
"""Logs up to this size are read whole; longer ones are streamed."""


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
        if path == "-":
            yield _taken("stdin", stdin)
        elif os.path.isdir(path):
            raise SourceError(f"{path}: this is a directory; name the log files in it")
        else:
            try:
                file = open(path, "rb")
            except OSError as error:
                raise SourceError(f"{path}: {error.strerror or error}") from None
            yield _taken(path, file)


def _taken(name: str, file: BinaryIO) -> Raw | Stream:
    head = file.read(WHOLE + 1)
    return Raw(name, head) if len(head) <= WHOLE else Stream(name, head, file)
