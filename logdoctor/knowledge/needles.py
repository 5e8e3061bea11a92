"""The literal that stands in every line a regex can match: what a scan looks for first.

Derived from the regex's parse tree. A needle holds no space, because tools put colour codes
between words, and only ASCII, because the scan of large logs looks at raw bytes.
"""

from __future__ import annotations

import re
import re._constants as op  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterable, Iterator
from typing import Any

SHORTEST = 3
MOST_COPIES = 16
MOST_VARIANTS = 256
_COMMON = """
error Error ERROR error: Error: ERROR: failed Failed fail npm ERR! err warn WARN not found the and
for with from file file: module command build install package version exit code code: line can't
cannot Cannot could Could this that was has have is at in of to run Run
"""
COMMON = frozenset(_COMMON.split())
"""Words that stand in nearly every log: looking for them finds too much."""

Node = tuple[Any, Any, bool]
"""A piece of a pattern: what it is, its argument, and whether it is blind to case."""

_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
_FOREIGN = {
    op.ASSERT: "look-around",
    op.ASSERT_NOT: "look-around",
    op.GROUPREF: "a back-reference",
    op.GROUPREF_EXISTS: "a conditional group",
    op.ATOMIC_GROUP: "an atomic group",
    op.POSSESSIVE_REPEAT: "a possessive repeat",
}


def derive(pattern: str) -> str:
    """The rarest literal that every match of the pattern contains, or nothing.

    >>> derive(r"^npm (?:ERR!|error) code (?P<code>ERESOLVE)")
    'ERESOLVE'
    """
    first, *others = _stretches(pattern)
    pieces = {piece for run in first for piece in re.split(r"[^!-~]+", run) if len(piece) >= SHORTEST}
    sure = [piece for piece in pieces if all(_stands_in(piece, runs) for runs in others)]
    return max(sure, key=lambda piece: (_rarity(piece), piece), default="")


def guarantees(pattern: str, needle: str) -> bool:
    """Whether each line that the pattern matches is sure to contain the needle."""
    return all(_stands_in(needle, runs) for runs in _stretches(pattern))


def foreign(pattern: str) -> str | None:
    """What of the pattern RE2 does not know, in words, or None."""
    return next((_FOREIGN[code] for code in _codes(parser.parse(pattern)) if code in _FOREIGN), None)


def _stands_in(needle: str, runs: list[str]) -> bool:
    return any(needle in run for run in runs)


def _rarity(piece: str) -> float:
    if piece in COMMON:
        return len(piece) / 100
    return sum(1.0 if char.islower() else 1.5 for char in piece[:24])


def _stretches(pattern: str) -> list[list[str]]:
    """For each variant of the pattern: the literal stretches that stand in all it matches."""
    tree = parser.parse(pattern)
    return [_literals(each) for each in _variants(tree, bool(tree.state.flags & re.IGNORECASE))]


def _variants(nodes: Iterable[Any], blind: bool) -> list[list[Node]]:
    """The pattern without choices: one sequence for each way through its branches."""
    found: list[list[Node]] = [[]]
    for code, arg in nodes:
        ways = _ways(code, arg, blind)
        if len(found) * len(ways) > MOST_VARIANTS:
            ways = [[(op.ANY, None, blind)]]
        found = [before + way for before in found for way in ways]
    return found


def _ways(code: Any, arg: Any, blind: bool) -> list[list[Node]]:
    if code is op.SUBPATTERN:
        _, added, removed, body = arg
        return _variants(body, bool((blind or added & re.IGNORECASE) and not removed & re.IGNORECASE))
    if code is op.ATOMIC_GROUP:
        return _variants(arg, blind)
    if code is op.BRANCH:
        return [way for branch in arg[1] for way in _variants(branch, blind)]
    if code in _REPEATS and arg[0] > 0:
        return _repeated(arg, blind)
    return [[(code, arg, blind)]]


def _repeated(repeat: Any, blind: bool) -> list[list[Node]]:
    """A repeat is one copy at least; of several ways through its body any may come first."""
    least, most, body = repeat
    ways = _variants(body, blind)
    if least == most and len(ways) == 1 and least <= MOST_COPIES:
        return [ways[0] * least]
    return [[*way, (op.ANY, None, blind)] for way in ways]


def _literals(nodes: list[Node]) -> list[str]:
    """Characters that are sure to stand side by side."""
    runs: list[str] = [""]
    for code, arg, blind in nodes:
        if code is op.LITERAL and not (blind and chr(arg).lower() != chr(arg).upper()):
            runs[-1] += chr(arg)
        elif code not in (op.AT, op.ASSERT, op.ASSERT_NOT):
            runs.append("")
    return [run for run in runs if run]


def _codes(tree: Iterable[Any]) -> Iterator[Any]:
    """What every node of a parse tree is."""
    for code, arg in tree:
        yield code
        for inner in _inside(code, arg):
            yield from _codes(inner)


def _inside(code: Any, arg: Any) -> list[Any]:
    if code is op.BRANCH:
        return list(arg[1])
    if code is op.SUBPATTERN:
        return [arg[3]]
    if code in _REPEATS:
        return [arg[2]]
    if code in (op.ASSERT, op.ASSERT_NOT):
        return [arg[1]]
    return [arg] if code is op.ATOMIC_GROUP else []
