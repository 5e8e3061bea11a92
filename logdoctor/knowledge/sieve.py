"""A rule's pattern as an engine looks for it in raw bytes: wider than the pattern, never narrower.

Where a match begins and ends does not matter, only on which line. So the anchors go, because a raw
line still has its prefixes, and what a match may lack at either end; a repeat counts no further than
a few, because long counts are what an automaton is slow at. Text is UTF-8 here: what may be a
character beyond ASCII may be up to four bytes.
"""

from __future__ import annotations

import re
import re._constants as op  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterable, Sequence
from typing import Any

from logdoctor.knowledge.needles import stretches

MOST = 6
"""A repeat of more than so many may as well be endless."""
TELLING = 12
"""Literal characters side by side after which a match need not be followed further."""
_UNROLLED = 3
_ASCII, _WIDE = frozenset(range(128)), frozenset(range(128, 256))
_ANY = (_ASCII | _WIDE) - {10}
_CLASSES = {
    op.CATEGORY_DIGIT: frozenset(b"0123456789"),
    op.CATEGORY_WORD: frozenset(code for code in range(128) if chr(code).isalnum() or code == ord("_")),
    op.CATEGORY_SPACE: frozenset(code for code in range(128) if chr(code).isspace()),
}
_OTHERS = {
    op.CATEGORY_NOT_DIGIT: op.CATEGORY_DIGIT,
    op.CATEGORY_NOT_WORD: op.CATEGORY_WORD,
    op.CATEGORY_NOT_SPACE: op.CATEGORY_SPACE,
}
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
_NOTHING = (op.AT, op.ASSERT, op.ASSERT_NOT)
_SETS = (op.ANY, op.IN, op.NOT_LITERAL)

Node = tuple[Any, Any]


def sieve(pattern: str) -> bytes:
    """An expression that is found in the bytes of every line that the pattern matches.

    >>> sieve(r"^npm (?:ERR!|error) code (?P<code>E\\d+)$")
    b'npm\\\\ ERR!\\\\ code\\\\ E|npm\\\\ error\\\\ code\\\\ E'
    >>> sieve(r"^yarn: (?P<code>E\\d+)$")
    b'yarn:\\\\ (?:E[\\\\x30-\\\\x39])'
    """
    if telling := _telling(pattern):
        return "|".join(map(re.escape, telling)).encode()
    tree: Any = parser.parse(pattern)
    body = _sequence(_told(_trimmed(_trimmed(tree, 0), -1)))
    return (f"(?i:{body})" if tree.state.flags & re.IGNORECASE else body).encode()


def _sequence(nodes: Iterable[Node]) -> str:
    return "".join(_one(code, arg) for code, arg in nodes)


def _one(code: Any, arg: Any) -> str:
    """One piece of a parse tree as an expression over bytes."""
    if code is op.LITERAL:
        return _literal(arg)
    if code in _SETS:
        return _character(_set(code, arg))
    if code is op.SUBPATTERN:
        return f"(?{'i' if arg[1] & re.IGNORECASE else ''}:{_sequence(arg[3])})"
    if code is op.BRANCH:
        return f"(?:{'|'.join(map(_sequence, arg[1]))})"
    if code in _REPEATS:
        return _repeat(*arg)
    return "" if code in _NOTHING else f"(?:{_sequence(arg)})"


def _literal(code: int) -> str:
    return re.escape(chr(code)) if code < 128 else "".join(f"\\x{byte:02x}" for byte in chr(code).encode())


def _repeat(least: int, most: int, body: Sequence[Node]) -> str:
    alone = len(body) == 1 and body[0][0] in _SETS
    text = _class(_set(*body[0])) if alone else f"(?:{_sequence(body)})"
    if least == 0 and most > MOST:
        return f"{text}*"
    return f"{text}{{{least},}}" if most > MOST else f"{text}{{{least},{most}}}"


def _set(code: Any, arg: Any) -> frozenset[int]:
    """The bytes that a character of that set may consist of."""
    if code is op.ANY:
        return _ANY
    if code is op.NOT_LITERAL:
        return _ANY - {arg}
    if arg[0][0] is op.NEGATE:
        return _ANY - (_union(arg[1:]) & _ASCII)
    return _union(arg) - {10}


def _union(items: Iterable[Node]) -> frozenset[int]:
    found: set[int] = set()
    for code, arg in items:
        if code is op.CATEGORY:
            found |= _category(arg)
        else:
            first, last = arg if code is op.RANGE else (arg, arg)
            found.update(range(first, min(last, 127) + 1))
            found |= _WIDE if last > 127 else frozenset()
    return frozenset(found)


def _category(name: Any) -> frozenset[int]:
    if name in _OTHERS:
        return (_ASCII - _CLASSES[_OTHERS[name]]) | _WIDE
    return _CLASSES[name] | (_WIDE if name is not op.CATEGORY_DIGIT else frozenset())


def _character(bytes_of_it: frozenset[int]) -> str:
    """One character: a byte of ASCII, or as many bytes as a wide one may have."""
    narrow, wide = bytes_of_it & _ASCII, "[\\x80-\\xff]{1,4}"
    if not bytes_of_it & _WIDE:
        return _class(narrow)
    return f"(?:{_class(narrow)}|{wide})" if narrow else wide


def _class(members: frozenset[int]) -> str:
    """A set of bytes in brackets."""
    starts = [byte for byte in sorted(members) if byte - 1 not in members]
    ends = [byte for byte in sorted(members) if byte + 1 not in members]
    return f"[{''.join(_range(*each) for each in zip(starts, ends, strict=True))}]"


def _range(first: int, last: int) -> str:
    return f"\\x{first:02x}" if first == last else f"\\x{first:02x}-\\x{last:02x}"


def _telling(pattern: str) -> list[str]:
    """Literals of which one stands in every match, each so long that chance hardly makes it; or none.

    An engine finds literals much more quickly than what stands round them in the pattern.
    """
    longest = {max(way, key=len, default="") for way in stretches(pattern)}
    return sorted(longest) if all(len(each) >= TELLING for each in longest) else []


def _told(nodes: list[Node]) -> list[Node]:
    """Of a pattern only the literal characters, if so many stand side by side that chance hardly makes them.

    The alternatives and classes round them are what an engine spends its time on.
    """
    start = 0
    for place, (code, _) in enumerate([*nodes, (None, None)]):
        if code is not op.LITERAL:
            if place - start >= TELLING:
                return nodes[start:place]
            start = place + 1
    return nodes


def _trimmed(nodes: Iterable[Node], end: int) -> list[Node]:
    """Without what a match may lack at its beginning (`end` 0) or at its end (-1)."""
    kept = list(nodes)
    while kept:
        code, arg = kept[end]
        inner = _trimmed_inside(code, arg, end)
        if inner:
            kept[end:] = inner if end else [*inner, *kept[1:]]
            return kept
        kept.pop(end)
    return kept


def _trimmed_inside(code: Any, arg: Any, end: int) -> list[Node]:
    """The outermost node without what a match may lack there; empty if it may lack all of it."""
    if code in _NOTHING:
        return []
    if code in _REPEATS:
        least, _, body = arg
        copies: list[Node] = list(body) * min(least, _UNROLLED)
        return copies
    if code is op.SUBPATTERN:
        inner = _trimmed(arg[3], end)
        return [(code, (*arg[:3], inner))] if inner else []
    if code is op.BRANCH:
        ways = [_trimmed(way, end) for way in arg[1]]
        return [(code, (None, ways))] if all(ways) else []
    return [(code, arg)]
