"""A read-only view of the user's folder: what files there are, and their text.

Nothing outside the folder is ever opened, links that lead out of it are refused, and both the walk
and each file are bounded: a project is data from a stranger, like the log.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Mapping
from functools import cached_property

from logdoctor.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object

MOST_ENTRIES = 20_000
MOST_BYTES = 1 << 20
MOST_LOCKFILE_BYTES = 24 << 20
SKIPPED = frozenset(
    [
        ".git", ".hg", ".svn", ".idea", ".next", ".nuxt", ".output", ".parcel-cache", ".pnpm-store",
        ".svelte-kit", ".tox", ".turbo", ".venv", ".yarn", "__pycache__", "bower_components", "coverage",
        "dist", "node_modules", "out", "target", "venv",
    ]
)  # fmt: skip
LOCKFILES = frozenset(
    {"package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"}
)
BOM = "\ufeff"


class ProjectError(ValueError):
    """The folder or the Dockerfile that the user named cannot be used; the message says why."""


class File(NamedTuple):
    """A file's text with its own line ends; `bom` is the mark that stood before it, if any."""

    path: str
    text: str
    bom: str = ""


class Unreadable(NamedTuple):
    """A file that cannot be shown or changed, and the reason in plain words."""

    path: str
    reason: str


class Listing(NamedTuple):
    """What the walk saw; `skipped` are folders it did not enter, `links` point inside the root."""

    paths: tuple[str, ...]
    links: Mapping[str, str] = {}
    skipped: frozenset[str] = frozenset()
    complete: bool = True


class Source(Protocol):
    """Where a project's files come from."""

    def walk(self) -> Listing:
        """List the files."""

    def load(self, path: str, limit: int) -> bytes | Unreadable:
        """Return the bytes of one listed file."""


class Project:
    """The user's files, listed once and read when asked for; paths are relative, with `/`."""

    def __init__(self, source: Source, dockerfile: str | None = None) -> None:
        self._source = source
        self._read: dict[str, File | Unreadable] = {}
        self.dockerfile = dockerfile

    @cached_property
    def listing(self) -> Listing:
        """What the walk saw."""
        return self._source.walk()

    @property
    def paths(self) -> tuple[str, ...]:
        """Every file's path, nearest to the root first."""
        return self.listing.paths

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that holds a file, the root being the empty string."""
        found = {""}
        for path in self.paths:
            while "/" in path and (path := path.rpartition("/")[0]) not in found:
                found.add(path)
        return frozenset(found)

    @cached_property
    def _names(self) -> Mapping[str, tuple[str, ...]]:
        names: dict[str, list[str]] = {}
        for path in self.paths:
            names.setdefault(path.rpartition("/")[2], []).append(path)
        return {name: tuple(paths) for name, paths in names.items()}

    @cached_property
    def _set(self) -> frozenset[str]:
        return frozenset(self.paths)

    def named(self, name: str) -> tuple[str, ...]:
        """Every file with this name, whatever its folder."""
        return self._names.get(name, ())

    def has(self, path: str) -> bool:
        """Say whether there is such a file."""
        return path in self._set or path in self.listing.links

    def real(self, path: str) -> str:
        """Follow a link, for git patches files and not links."""
        return self.listing.links.get(path, path)

    def read(self, path: str) -> File | Unreadable:
        """Return a file's text, or why it cannot be had."""
        path = self.real(path)
        if path not in self._read:
            self._read[path] = self._fetch(path)
        return self._read[path]

    def text(self, path: str) -> str | None:
        """Return a file's text without byte order mark, or nothing."""
        file = self.read(path) if self.has(path) else None
        return file.text if isinstance(file, File) else None

    def _fetch(self, path: str) -> File | Unreadable:
        if not self.has(path):
            return Unreadable(path, f"there is no {path} in the project")
        limit = MOST_LOCKFILE_BYTES if path.rpartition("/")[2] in LOCKFILES else MOST_BYTES
        data = self._source.load(path, limit)
        return data if isinstance(data, Unreadable) else _decoded(path, data)


def _decoded(path: str, data: bytes) -> File | Unreadable:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Unreadable(path, f"{path} is UTF-16, which git cannot patch; save it as UTF-8")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return Unreadable(path, f"{path} is not UTF-8")
    if "\0" in text:
        return Unreadable(path, f"{path} is a binary file")
    return File(path, text.removeprefix(BOM), BOM if text.startswith(BOM) else "")


def open_project(root: str | os.PathLike[str], dockerfile: str | None = None) -> Project:
    """Open the folder `root`; `dockerfile`, relative to it or to here, says which one is built."""
    top = os.path.realpath(root)
    if not os.path.isdir(top):
        raise ProjectError(f"{os.fspath(root)} is not a folder")
    return Project(_Disk(top), dockerfile and _inside(top, dockerfile))


def project_from(files: Mapping[str, str | bytes], dockerfile: str | None = None) -> Project:
    """Make a project of texts at hand, as a rule's examples have them."""
    return Project(_Memory(files), dockerfile)


def _inside(top: str, path: str) -> str:
    """Turn the user's `--dockerfile` into a path within the root."""
    for start in (top, os.getcwd()):
        real = os.path.realpath(os.path.join(start, path))
        if os.path.isfile(real):
            if not _within(top, real):
                raise ProjectError(f"{path} lies outside the project {top}")
            return os.path.relpath(real, top).replace(os.sep, "/")
    raise ProjectError(f"there is no file {path}")


def _within(top: str, real: str) -> bool:
    return real == top or real.startswith(top.rstrip(os.sep) + os.sep)


class _Memory:
    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self._files = {
            path.strip("/"): text if isinstance(text, bytes) else text.encode()
            for path, text in files.items()
        }

    def walk(self) -> Listing:
        folders = {path: path.split("/")[:-1] for path in self._files}
        paths = [path for path, parts in folders.items() if SKIPPED.isdisjoint(parts)]
        skipped = {
            "/".join(parts[: number + 1])
            for parts in folders.values()
            for number, part in enumerate(parts)
            if part in SKIPPED
        }
        return Listing(tuple(sorted(paths, key=_depth)), {}, frozenset(skipped))

    def load(self, path: str, limit: int) -> bytes | Unreadable:
        data = self._files[path]
        return data if len(data) <= limit else _too_big(path, limit)


class _Disk:
    def __init__(self, top: str) -> None:
        self._top = top

    def walk(self) -> Listing:
        """Walk breadth first, so that the bound cuts off what lies deepest."""
        paths: list[str] = []
        links: dict[str, str] = {}
        skipped: set[str] = set()
        queue = deque([""])
        left = MOST_ENTRIES
        while queue and left > 0:
            folder = queue.popleft()
            for entry in self._entries(folder, left):
                left -= 1
                path = f"{folder}/{entry.name}" if folder else entry.name
                self._sort(entry, path, paths, links, skipped, queue)
        return Listing(tuple(sorted(paths, key=_depth)), links, frozenset(skipped), not queue and left > 0)

    def _entries(self, folder: str, most: int) -> list[os.DirEntry[str]]:
        from itertools import islice

        try:
            with os.scandir(os.path.join(self._top, folder)) as entries:
                return [entry for entry in islice(entries, most) if _plain(entry.name)]
        except OSError:
            return []

    def _sort(
        self,
        entry: os.DirEntry[str],
        path: str,
        paths: list[str],
        links: dict[str, str],
        skipped: set[str],
        queue: deque[str],
    ) -> None:
        try:
            if entry.is_symlink():
                real = os.path.realpath(entry.path)
                if _within(self._top, real) and os.path.isfile(real):
                    links[path] = os.path.relpath(real, self._top).replace(os.sep, "/")
            elif entry.is_dir():
                (skipped.add if entry.name in SKIPPED else queue.append)(path)
            elif entry.is_file():
                paths.append(path)
        except OSError:
            return

    def load(self, path: str, limit: int) -> bytes | Unreadable:
        """Read a regular file, having made sure that no link leads out of the root."""
        real = os.path.realpath(os.path.join(self._top, path))
        if not _within(self._top, real) or not os.path.isfile(real):
            return Unreadable(path, f"{path} is not a file inside the project")
        try:
            with open(real, "rb") as file:
                data = file.read(limit + 1)
        except OSError as error:
            return Unreadable(path, f"{path} cannot be read: {error.strerror}")
        return data if len(data) <= limit else _too_big(path, limit)


def _plain(name: str) -> bool:
    """A name that can stand in a diff's header; undecodable bytes and control characters cannot."""
    return name.isprintable()


def _too_big(path: str, limit: int) -> Unreadable:
    return Unreadable(path, f"{path} is larger than {limit >> 20} MiB")


def _depth(path: str) -> tuple[int, str]:
    return path.count("/"), path
