"""A commit's files read over the network as data: never checked out, never run.

This is how the project of a fork is looked at: its files may be written by anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import NamedTuple

from logdoctor.remedies.project import MOST_ENTRIES, SKIPPED, Listing, Unreadable
from logdoctor.services.web import WebError

FILES = 80
"""Files of one commit that are fetched; a diagnosis looks at a handful."""


class Entry(NamedTuple):
    """A file of a commit: its path, its size (0 where unknown), and the address of its bytes."""

    path: str
    size: int
    address: str


class Tree:
    """A project's files as a commit has them. Links are left out: they may lead anywhere."""

    def __init__(self, entries: Iterable[Entry], load: Callable[[Entry], bytes]) -> None:
        self._load = load
        self._entries: dict[str, Entry] = {}
        self._skipped: set[str] = set()
        self._left = FILES
        for entry in islice(entries, MOST_ENTRIES):
            folder = _skipped(entry.path)
            if folder:
                self._skipped.add(folder)
            elif entry.path.isprintable() and ".." not in entry.path.split("/"):
                self._entries[entry.path] = entry

    def walk(self) -> Listing:
        """List the files, nearest to the root first."""
        paths = sorted(self._entries, key=lambda path: (path.count("/"), path))
        return Listing(tuple(paths), {}, frozenset(self._skipped))

    def load(self, path: str, limit: int) -> bytes | Unreadable:
        """Fetch one listed file."""
        entry = self._entries.get(path)
        if entry is None or self._left <= 0:
            return Unreadable(path, f"{path} was not fetched")
        if entry.size > limit:
            return Unreadable(path, f"{path} is larger than {limit >> 20} MiB")
        self._left -= 1
        try:
            data = self._load(entry)
        except WebError as error:
            return Unreadable(path, f"{path} cannot be fetched: {error}")
        return data if len(data) <= limit else Unreadable(path, f"{path} is larger than {limit >> 20} MiB")


def _skipped(path: str) -> str:
    """The folder on the way to a file that is never looked into."""
    parts = path.split("/")
    for depth, part in enumerate(parts[:-1]):
        if part in SKIPPED:
            return "/".join(parts[: depth + 1])
    return ""
