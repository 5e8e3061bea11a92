"""A patch as a suggested change, where the pull request itself touches the lines to be changed.

GitHub takes a suggestion only for lines inside a hunk of the pull request's diff, and refuses the
whole request otherwise. Whether the lines are there is known from the diff itself, text and all:
what does not agree to the letter is not suggested.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from logdoctor.model import Patch
from logdoctor.services.comment import marker
from logdoctor.services.github import GitHub, Place

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
MOST = 3
"""Suggestions in one go; each is a notification."""


class Suggestion(NamedTuple):
    """Lines of a file in the pull request, and what shall stand there instead."""

    place: Place
    lines: tuple[str, ...]


class Wanted(NamedTuple):
    """A patch that may be suggested: a name that stays the same over runs, words for it, the patch."""

    name: str
    words: str
    patch: Patch


class Change(NamedTuple):
    """One run of lines that a diff changes: the first old line's number, old and new lines."""

    path: str
    first: int
    old: tuple[str, ...]
    new: tuple[str, ...]


def suggest(github: GitHub, number: int, sha: str, wanted: Sequence[Wanted], prefix: str = "") -> list[str]:
    """Suggest what can be, each only once; the files in which that was done.

    Raises WebError where the server refuses.
    """
    if not wanted:
        return []
    diffs = github.changed(number)
    found = [(each, made) for each in wanted if (made := suggestion(each.patch, diffs, prefix))]
    if not found:
        return []
    me = github.me()
    there = {each.body.split("\n")[0].rstrip() for each in github.reviews(number) if each.author == me}
    done: list[str] = []
    for each, made in found:
        mark = marker(f"suggestion-{each.name}")
        if mark not in there and len(done) < MOST:
            github.review(number, sha, made.place, body(mark, each.words, made.lines))
            done.append(made.place.path)
    return done


def suggestion(patch: Patch, diffs: Mapping[str, str], prefix: str = "") -> Suggestion | None:
    """The patch as a suggested change, if it is one change of lines inside the diff.

    `diffs` are the pull request's, by path; `prefix` leads from its root to the patched project.
    """
    changes = list(_changes(patch.diff.split("\n")))
    if len(changes) != 1 or patch.basis != "files" or "\r" in patch.diff:
        return None
    change = changes[0]
    path = f"{prefix}/{change.path}" if prefix else change.path
    right = dict(_right_side(diffs.get(path, "").split("\n")))
    if not change.old or any(right.get(change.first + at) != line for at, line in enumerate(change.old)):
        return None
    if not _one_hunk(diffs[path], change.first, change.first + len(change.old) - 1):
        return None
    return Suggestion(Place(path, change.first, change.first + len(change.old) - 1), change.new)


def _changes(lines: Sequence[str]) -> Iterable[Change]:
    """Each run of changed lines; one that only adds takes the line before it along."""
    path = ""
    at = 0
    while at < len(lines):
        found = _HUNK.match(lines[at])
        if not found:
            path = lines[at][4:].removeprefix("b/") if lines[at].startswith("+++ ") else path
            at += 1
            continue
        end = at + 1
        left, right = (int(count or 1) for count in found.group(2, 4))
        while end < len(lines) and (left > 0 or right > 0):
            left -= lines[end][:1] in (" ", "-")
            right -= lines[end][:1] in (" ", "+")
            end += 1
        yield from _in_hunk(path, int(found[1]), lines[at + 1 : end])
        at = end


def _in_hunk(path: str, number: int, lines: Sequence[str]) -> Iterable[Change]:
    before: tuple[str, ...] = ()
    for changed, run in groupby(lines, key=lambda line: line[:1] in ("-", "+")):
        part = list(run)
        if not changed:
            kept = [line[1:] for line in part if line.startswith(" ")]
            number += len(kept)
            before = tuple(kept[-1:])
            continue
        old = tuple(line[1:] for line in part if line.startswith("-"))
        new = tuple(line[1:] for line in part if line.startswith("+"))
        yield Change(path, number, old, new) if old else Change(path, number - 1, before, (*before, *new))
        number += len(old)


def _right_side(lines: Iterable[str]) -> Iterable[tuple[int, str]]:
    """Numbers and texts of the lines that a diff shows as they are after it."""
    number = 0
    for line in lines:
        found = _HUNK.match(line)
        if found:
            number = int(found[3])
        elif line.startswith(("+", " ")):
            yield number, line[1:]
            number += 1


def _one_hunk(diff: str, first: int, last: int) -> bool:
    """Whether all the lines lie in the same hunk."""
    for hunk in re.split(r"(?m)^(?=@@ )", diff):
        shown = {number for number, _ in _right_side(hunk.split("\n"))}
        if first in shown:
            return last in shown
    return False


def body(key: str, title: str, lines: tuple[str, ...]) -> str:
    """The text of a suggestion, with the marker that keeps it from being made twice."""
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    ticks = "`" * max(3, longest + 1)
    return "\n".join([key, title, "", f"{ticks}suggestion", *lines, ticks]) + "\n"
