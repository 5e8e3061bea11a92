"""Copy a project to where it may be changed: its files and links, without git's own folder."""

from __future__ import annotations

import os
import shutil
import stat
from typing import NamedTuple

LEFT_OUT = frozenset({".git", ".hg", ".svn"})
MEGABYTE = 1_000_000


class TooBig(Exception):
    """The project does not fit under the limit; the message names what takes the room."""


class Copied(NamedTuple):
    """How many files there are in the copy, and how many bytes."""

    files: int
    size: int


def copy_project(source: str, target: str, limit: int) -> Copied:
    """Copy a project, with links that lead into it leading into the copy.

    Blocks are shared with the original where the file system can do that. Sockets, pipes and
    devices stay behind: no build reads them from there.
    """
    top = os.path.realpath(source)
    files = size = 0
    os.makedirs(target, exist_ok=True)
    for folder, folders, names in os.walk(top):
        inside = os.path.relpath(folder, top)
        folders[:] = [name for name in folders if name not in LEFT_OUT]
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in folders:
            if name not in links:
                os.makedirs(os.path.join(target, inside, name), exist_ok=True)
        for name in names + links:
            if name not in LEFT_OUT:
                size += _copy(os.path.join(folder, name), os.path.join(target, inside, name), top, target)
                files += 1
            if size > limit:
                raise TooBig(_largest(top, limit))
    return Copied(files, size)


def _copy(source: str, target: str, top: str, new_top: str) -> int:
    """Copy one entry; the bytes it takes."""
    found = os.lstat(source)
    if stat.S_ISLNK(found.st_mode):
        os.symlink(_leads_to(source, top, new_top), target)
        return 0
    if not stat.S_ISREG(found.st_mode):
        return 0
    _share(source, target)
    shutil.copystat(source, target)
    return found.st_size


def _leads_to(link: str, top: str, new_top: str) -> str:
    """Where the copied link must lead: within the copy, or to the same place outside of it."""
    goal = os.readlink(link)
    whole = os.path.normpath(os.path.join(os.path.dirname(link), goal))
    inside = whole == top or whole.startswith(top + os.sep)
    if inside:
        return os.path.join(new_top, os.path.relpath(whole, top)) if os.path.isabs(goal) else goal
    return whole


def _share(source: str, target: str) -> None:
    """Let the kernel copy, which shares the blocks on file systems that can."""
    with open(source, "rb") as old, open(target, "wb") as new:
        try:
            while os.copy_file_range(old.fileno(), new.fileno(), 1 << 30):
                pass
        except (AttributeError, OSError):
            old.seek(0)
            new.seek(0)
            new.truncate()
            shutil.copyfileobj(old, new)


def _largest(top: str, limit: int) -> str:
    sizes = {entry.name: _size(entry) for entry in os.scandir(top) if entry.name not in LEFT_OUT}
    most = sorted(sizes, key=lambda name: -sizes[name])[:3]
    told = ", ".join(f"{name} {sizes[name] // MEGABYTE} MB" for name in most)
    return f"the project holds more than {limit // MEGABYTE} MB ({told})"


def _size(entry: os.DirEntry[str]) -> int:
    if not entry.is_dir(follow_symlinks=False):
        return entry.stat(follow_symlinks=False).st_size
    walked = ((folder, name) for folder, _, names in os.walk(entry.path) for name in names)
    return sum(os.lstat(os.path.join(folder, name)).st_size for folder, name in walked)
