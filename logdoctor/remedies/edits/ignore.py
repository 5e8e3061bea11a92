"""Change an ignore file as Docker reads it (.dockerignore): the last pattern that fits decides."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from logdoctor.record import NamedTuple
from logdoctor.remedies.edits.arguments import one_line
from logdoctor.remedies.edits.spans import EditError, Span, add_line, drop_lines, line_of

GLOB = re.compile(r"\*\*/?|[*?]|\[[^\]/]+\]|\\.|.", re.DOTALL)


class Pattern(NamedTuple):
    """A line: the pattern as Docker cleans it, whether it is an exception, and its offset."""

    pattern: str
    excepts: bool
    start: int


def patterns(text: str) -> Iterator[Pattern]:
    """Every pattern, in order."""
    start = 1 if text.startswith("\ufeff") else 0
    for line in text[start:].split("\n"):
        bare = line.strip()
        if bare and not line.startswith("#"):
            yield Pattern(_clean(bare.removeprefix("!")), bare.startswith("!"), start)
        start += len(line) + 1


def ignored(text: str, path: str) -> bool:
    """Whether a path, or a pattern taken literally, is left out of the build."""
    verdict = False
    for one in patterns(text):
        if one.excepts != (not verdict) and _fits(one.pattern, path):
            verdict = not one.excepts
    return verdict


def add_it(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Leave `pattern` out of the build; refuses an exception or a comment as pattern."""
    pattern = _given(args)
    return () if ignored(text, _clean(pattern)) else (add_line(text, pattern),)


def remove_it(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Remove the lines that say exactly `pattern`; others that fit the same files stay."""
    pattern = _clean(_given(args))
    found = [one for one in patterns(text) if one.pattern == pattern and not one.excepts]
    return drop_lines(text, [one.start for one in found])


def except_it(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Let `pattern` into the build after all by a line `!pattern`; nothing to do if nothing leaves it out."""
    pattern = _given(args)
    return (add_line(text, f"!{pattern}"),) if ignored(text, _clean(pattern)) else ()


def check(before: str, after: str, spans: Sequence[Span]) -> None:
    """Refuse a result in which a line changed that no change touches."""
    changed = {line_of(before, span.start) for span in spans}
    kept = {(one.pattern, one.excepts) for one in patterns(after)}
    for one in patterns(before):
        cut = any(span.start <= one.start < span.end for span in spans)
        if not cut and line_of(before, one.start) not in changed and one[:2] not in kept:
            raise EditError(f"line {line_of(before, one.start)} would be read differently")


def _given(args: Mapping[str, str]) -> str:
    pattern = one_line(args, "pattern")
    if pattern[0] in "#!":
        raise EditError(f"{pattern!r} is no pattern")
    return pattern


def _clean(pattern: str) -> str:
    clean = posixpath.normpath(pattern.strip())
    return clean.lstrip("/") or "/"


def _fits(pattern: str, path: str) -> bool:
    """Whether a pattern fits a path or a folder above it."""
    if pattern == path:
        return True
    try:
        return re.fullmatch(f"(?s:{_regex(pattern)}(?:/.*)?)", path) is not None
    except re.error:  # a range that runs backwards; Docker does not take it either
        return False


def _regex(pattern: str) -> str:
    parts = []
    for found in GLOB.finditer(pattern):
        part = found[0]
        if part.startswith("**"):
            parts.append("(?:.*/)?" if part == "**/" else ".*")
        elif part in "*?":
            parts.append("[^/]*" if part == "*" else "[^/]")
        elif part.startswith("[") and len(part) > 2:
            parts.append(_class(part[1:-1]))
        else:
            parts.append(re.escape(part[-1]))
    return "".join(parts)


def _class(members: str) -> str:
    """A set of characters; only the hyphen of a range and a leading ^ keep their meaning."""
    negated = members.startswith("^")
    kept = "".join(char if char == "-" else re.escape(char) for char in members.removeprefix("^"))
    return f"[{'^' * negated}{kept}]"
