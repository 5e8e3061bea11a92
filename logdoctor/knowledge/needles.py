"""The literal that stands in every line a regex can match: what a scan looks for first.

Derived from the regex's parse tree. A needle holds no space, because tools put colour codes
between words, and only ASCII, because the scan of large logs looks at raw bytes.
"""

from __future__ import annotations

import re
import re._constants as op  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

SHORTEST = 3
MOST_COPIES = 16
MOST_VARIANTS = 256
MOST_WAYS = 16
_COMMON = """
error Error ERROR error: Error: ERROR: errors failed Failed failure fail warn WARN warning Warning npm
ERR! err not found the and for with from into this that was has have are is at in of to on by as it be or
no you your can't cannot Cannot could Could must should will would when while because which than then
there does did file File file: files path paths folder directory directories module modules Module
node_modules command Command build Build builder building built builds install installed installing
Installing package packages Package package.json version versions Version exit exited code code: line
lines column run Run running Running start started Starting stop stopped use used using Using unable
Unable missing Missing required Required require requires load loading loaded read reading write writing
open close create created creating update updated download downloading Downloading fetch fetching
Fetching get GET set resolve resolved resolving Resolving request response Request server host port
https:// http:// :// registry Registry repository Repository target targets platform platforms linux arch
release Release project Project workspace script scripts Script compile compiled compiling Compiling
compilation bundle link linking test tests Test Tests passed step STEP Step image images Image layer
layers digest sha256: docker Docker Dockerfile container metadata manifest config configuration option
options default value values type types name names string number object function undefined null true
false return import export default class const async await require( src/ dist/ lib/ /usr/ /bin/ /app/
/lib/ node node: Node v20. python java info INFO debug DEBUG done Done DONE cache cached CACHED progress
time total size lock locked unknown Unknown invalid Invalid expected Expected unexpected Unexpected
available dependencies dependency devDependencies peer optional root user group permission process
artifact source stage COPY FROM RUN WORKDIR ENV [internal] .json .yaml .js .ts .mjs .cjs .tsx .so .py .go
.java 200 404 429 401 500
"""
COMMON = tuple(_COMMON.split())
"""Words that stand in many lines of many logs: looking for a part of one of them finds too much."""

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
    return rarer(*(_common_part(piece, others) for piece in pieces))


def clues(pattern: str) -> list[list[str]]:
    """What else stands in a line that the pattern matches: one of these sets of literals, all of it.

    >>> clues(r"(?:cannot|could not) find package (?P<package>[^,]+)")
    [['cannot', 'find', 'package'], ['could', 'not', 'find', 'package']]
    """
    ways = [
        [piece for run in runs for piece in re.split(r"[^!-~]+", run) if len(piece) > 1]
        for runs in _stretches(pattern)
    ]
    return _few(ways)


def stretches(pattern: str) -> list[list[str]]:
    """What stands in a cleaned line that the pattern matches: one of these sets of stretches, all of it.

    >>> stretches(r"failed to (?:copy|fetch) (?P<what>\\S+): EOF")
    [['failed to copy ', ': EOF'], ['failed to fetch ', ': EOF']]
    """
    return _few(_stretches(pattern))


def _few(ways: list[list[str]]) -> list[list[str]]:
    """Of very many ways only what all have in common, with the rarest piece of each."""
    if len(ways) <= MOST_WAYS:
        return ways
    common = [piece for piece in ways[0] if all(piece in way for way in ways)]
    rarest = sorted({rarer(*way) for way in ways})
    return [[*common, piece] for piece in rarest] if rarest[0] and len(rarest) <= MOST_WAYS else [common]


def each_way(pattern: str, needle: str) -> list[str]:
    """Literals of which one stands in every match: the needle, or better ones if it is a common word.

    >>> each_way("^npm error code (?:ECONNRESET|ETIMEDOUT)", "npm")
    ['ECONNRESET', 'ETIMEDOUT']
    """
    if needle and not is_common(needle):
        return [needle]
    ways = clues(pattern)
    best = [rarer(*(piece for piece in way if len(piece) >= SHORTEST)) for way in ways]
    if all(piece and not is_common(piece) for piece in best):
        return sorted(set(best))
    return [needle] if needle else []


@lru_cache(maxsize=8192)
def is_common(piece: str) -> bool:
    """Whether the literal is a part of a word that stands in many lines."""
    return any(piece in word for word in COMMON)


def guarantees(pattern: str, needle: str) -> bool:
    """Whether each line that the pattern matches is sure to contain the needle."""
    return all(_stands_in(needle, runs) for runs in _stretches(pattern))


def foreign(pattern: str) -> str | None:
    """What of the pattern RE2 does not know, in words, or None."""
    return next((_FOREIGN[code] for code in _codes(parser.parse(pattern)) if code in _FOREIGN), None)


def _common_part(piece: str, others: list[list[str]]) -> str:
    """The longest part of a literal that stands in every variant."""
    for length in range(len(piece), SHORTEST - 1, -1):
        for start in range(len(piece) - length + 1):
            part = piece[start : start + length]
            if all(_stands_in(part, runs) for runs in others):
                return part
    return ""


def _stands_in(needle: str, runs: list[str]) -> bool:
    return any(needle in run for run in runs)


def rarer(*pieces: str) -> str:
    """The one of these literals that fewest lines of build logs contain.

    >>> rarer("package", "ERESOLVE", "npm")
    'ERESOLVE'
    """
    return max((piece for piece in pieces if piece), key=lambda piece: (_rarity(piece), piece), default="")


def _rarity(piece: str) -> float:
    weight = sum(1.0 if char.islower() else 1.5 for char in piece[:24])
    return weight / 100 if is_common(piece) else weight


@lru_cache(maxsize=2048)
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
