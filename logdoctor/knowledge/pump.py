"""Lines made to hurt a regex: built from its own parts, long, and just missing a match."""

from __future__ import annotations

import re
import re._constants as op  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import statistics
from collections.abc import Iterable, Iterator
from functools import cache
from time import thread_time
from typing import Any

LENGTHS = (16, 20, 24, 28, 32, 48, 64, 128, 256, 512, 1024, 2048)
"""Climbed one by one, so that an exponential pattern is caught while its search still ends."""
SHARE = 0.7
"""A pattern is too slow if it takes this share of what a plainly quadratic one takes here."""
NEAR = 0.3
"""The share of the limit from which on a time is looked at more closely."""

_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT)
_ALPHABET = "a1 -:/b.A_\t\"'~"


def too_slow(pattern: str) -> str | None:
    """How a line begins on which the pattern takes quadratic time or worse, or None."""
    search = re.compile(pattern).search
    for before, body in pumps(pattern):
        if _climb(search, before, body):
            return (before + body * 3)[:60]
    return None


def limit() -> float:
    """Seconds that a pattern may take on the longest line, on this machine as it is now."""
    search = re.compile(r"\S+: x").search
    line = "a" * LENGTHS[-1]
    return SHARE * min(_timed(search, line) for _ in range(5))


@cache
def _first_limit() -> float:
    return limit()


def pumps(pattern: str) -> Iterator[tuple[str, str]]:
    """Beginnings of lines, and what is repeated after them."""
    tree = parser.parse(pattern)
    seen = set()
    for before, body in [("", _sample(tree)), *_repeats(tree, "")]:
        for pump in ((before, body), ("", body), ("", before + body), ("", before)):
            if pump[1] and pump not in seen:
                seen.add(pump)
                yield pump


def _climb(search: Any, before: str, body: str) -> bool:
    """Whether a line of one of the lengths takes too long, by the median of a few tries.

    A machine that others use may be faster or slower than it was when the limit was taken, so what comes
    near to that is held against the limit of each moment.
    """
    for length in LENGTHS:
        line = (before + body * (length // len(body) + 1))[:length] + "\x01"
        if _timed(search, line) < NEAR * _first_limit():
            continue
        if statistics.median(_timed(search, line) / limit() for _ in range(5)) > 1:
            return True
    return False


def _timed(search: Any, line: str) -> float:
    begin = thread_time()
    search(line)
    return thread_time() - begin


def _repeats(nodes: Iterable[Any], before: str) -> Iterator[tuple[str, str]]:
    """Each repeated part, with a sample of what stands before it."""
    for code, arg in nodes:
        if code in _REPEATS:
            yield before, _sample(arg[2])
            yield from _repeats(arg[2], before)
        elif code is op.SUBPATTERN:
            yield from _repeats(arg[3], before)
        elif code is op.BRANCH:
            for branch in arg[1]:
                yield from _repeats(branch, before)
        before += _of_node(code, arg)


def _sample(nodes: Iterable[Any]) -> str:
    """A text that a part of a pattern matches, more or less."""
    return "".join(_of_node(code, arg) for code, arg in nodes)


def _of_node(code: Any, arg: Any) -> str:
    if code is op.LITERAL:
        return str(chr(arg))
    if code is op.BRANCH:
        return _sample(arg[1][0])
    if code is op.SUBPATTERN:
        return _sample(arg[3])
    if code in _REPEATS:
        return _sample(arg[2]) * int(arg[0] or 1)
    if code is op.IN:
        return _of_set(arg)
    return "a" if code in (op.ANY, op.NOT_LITERAL) else ""


def _of_set(items: list[tuple[Any, Any]]) -> str:
    """A character of a set such as `[^"\\s]`."""
    negated = items[0][0] is op.NEGATE
    own = "" if negated else "".join(chr(arg) for code, arg in items if code is op.LITERAL)
    for char in own + _ALPHABET:
        if any(_is_in(char, code, arg) for code, arg in items) != negated:
            return char
    return chr(items[0][1][0]) if items[0][0] is op.RANGE else "~"


def _is_in(char: str, code: Any, arg: Any) -> bool:
    if code is op.LITERAL:
        return bool(ord(char) == arg)
    if code is op.RANGE:
        return bool(arg[0] <= ord(char) <= arg[1])
    if code is not op.CATEGORY:
        return False
    kinds = {
        op.CATEGORY_DIGIT: char.isdigit(),
        op.CATEGORY_SPACE: char.isspace(),
        op.CATEGORY_WORD: char.isalnum() or char == "_",
        op.CATEGORY_NOT_DIGIT: not char.isdigit(),
        op.CATEGORY_NOT_SPACE: not char.isspace(),
        op.CATEGORY_NOT_WORD: not (char.isalnum() or char == "_"),
    }
    return kinds.get(arg, False)
