"""The book of a source checkout: compiled when a rule file has changed, kept beside the sources.

Whether something changed is seen from names, sizes and times, so that a run costs no reading of
YAML.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from logdoctor.resources import checkout

CACHE = ".cache"
Stamp = tuple[str, int, int]
"""A file's path, its time in nanoseconds, its size."""


def book_bytes() -> bytes:
    """The compiled book of this checkout's rules."""
    root = checkout()
    if root is None:
        raise FileNotFoundError("the rule book is missing from this installation of logdoctor")
    stamps = sorted(_stamps(os.path.join(root, "rules"), (".yaml", ".yml")))
    sources = sorted(_stamps(os.path.dirname(os.path.abspath(__file__)), (".py",)))
    key = repr((stamps, sources)).encode()
    path = os.path.join(root, CACHE, "book.json")
    return _kept(path, key) or _compile(root, path, key, stamps)


def _stamps(folder: str, endings: tuple[str, ...]) -> Iterator[Stamp]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _stamps(entry.path, endings)
            elif entry.name.endswith(endings):
                found = entry.stat()
                yield entry.path, found.st_mtime_ns, found.st_size


def _kept(path: str, key: bytes) -> bytes | None:
    """The book that was compiled before, if it was compiled from exactly these files."""
    try:
        with open(path, "rb") as file:
            mark, _, data = file.read().partition(b"\n")
    except OSError:
        return None
    return data if mark == key else None


def _compile(root: str, path: str, key: bytes, stamps: Sequence[Stamp]) -> bytes:
    from logdoctor.knowledge.book import dump
    from logdoctor.knowledge.compile import compiled, read_file

    data = dump(compiled(read_file(os.path.relpath(stamp[0]))) for stamp in stamps)
    _write(path, key + b"\n" + data)
    return data


def _write(path: str, data: bytes) -> None:
    """Replace the kept book in one act: several runs may compile at once; a read-only disk is no error."""
    draft = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(draft, "wb") as file:
            file.write(data)
        os.replace(draft, path)
    except OSError:
        return
