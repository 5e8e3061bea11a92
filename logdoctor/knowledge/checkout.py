"""The book of a source checkout: compiled when a rule file has changed, kept beside the sources.

Whether something changed is seen from names, sizes and times, so that a run costs no reading of
YAML.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from logdoctor.resources import checkout

CACHE = ".cache"
Stamp = tuple[str, int, int]
"""Of some files: their paths, the sum of their times in nanoseconds, their size in all."""


def book_bytes() -> tuple[bytes, int]:
    """Bytes that hold the compiled book of this checkout's rules, and where in them it begins."""
    root = checkout()
    if root is None:
        raise FileNotFoundError("the rule book is missing from this installation of logdoctor")
    files = list(_files(os.path.join(root, "rules"), (".yaml", ".yml")))
    sources = list(_files(os.path.dirname(os.path.abspath(__file__)), (".py",)))
    key = repr((_stamp(files), _stamp(sources))).encode()
    path = os.path.join(root, CACHE, "book.json")
    return _kept(path, key) or _compile(root, path, key, sorted(file.path for file in files))


def _files(folder: str, endings: tuple[str, ...]) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(endings):
                yield entry
            elif entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path, endings)


def _stamp(files: Iterable[os.DirEntry[str]]) -> Stamp:
    found = [(file.path, file.stat()) for file in files]
    names = " ".join([path for path, _ in found])
    times, sizes = (each.st_mtime_ns for _, each in found), (each.st_size for _, each in found)
    return names, sum(times), sum(sizes)


def _kept(path: str, key: bytes) -> tuple[bytes, int] | None:
    """The book that was compiled before, if it was compiled from exactly these files."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return None
    return (data, len(key) + 1) if data.startswith(key + b"\n") else None


def _compile(root: str, path: str, key: bytes, rules: Sequence[str]) -> tuple[bytes, int]:
    from logdoctor.knowledge.book import dump
    from logdoctor.knowledge.compile import compiled, read_file

    data = dump(compiled(read_file(os.path.relpath(rule))) for rule in rules)
    _write(path, key + b"\n" + data)
    return data, 0


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
