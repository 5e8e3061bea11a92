"""Change settings in an ini file as npm reads it (.npmrc)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from logdoctor.record import NamedTuple
from logdoctor.remedies.edits.arguments import one_line
from logdoctor.remedies.edits.spans import EditError, Span, add_line, drop_lines, line_of, newline_of

PART = re.compile(r"\\[\\;#]|[^;#]")


class Setting(NamedTuple):
    """A line `key = value` outside of any section; `start` and `end` are the value's offsets."""

    key: str
    value: str
    start: int
    end: int
    has_mark: bool


def settings(text: str) -> Iterator[Setting]:
    """Every setting before the first section, in order."""
    start = 1 if text.startswith("\ufeff") else 0
    for line in text[start:].split("\n"):
        bare = line.strip()
        if bare.startswith("["):
            return
        if bare and bare[0] not in ";#":
            yield _setting(line, start)
        start += len(line) + 1


def set_it(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Set `key` to `value`; a key ending in [] gets one more value; refuses what is no single line."""
    key, value = one_line(args, "key"), one_line(args, "value")
    if _setting(f"{key}=x", 0).key != key or key[0] in "[;#":
        raise EditError(f"{key!r} is no key")
    found = [one for one in settings(text) if one.key == key]
    listed = key.endswith("[]")
    if any(one.value == value for one in (found if listed else found[-1:])):
        return ()
    written = _written(value)
    if listed or not found:
        return (_new(text, f"{key}={written}"),)
    last = found[-1]
    return (Span(last.start, last.end, written if last.has_mark else f"={written}"),)


def remove_it(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Remove the lines that set `key`, or only those that set it to `value`; sections are left alone."""
    wanted = args.get("value")
    found = [
        one
        for one in settings(text)
        if one.key == args["key"].strip() and (wanted is None or one.value == wanted.strip())
    ]
    return drop_lines(text, [one.start for one in found])


def check(before: str, after: str, spans: Sequence[Span]) -> None:
    """Refuse a result in which a setting changed that no change touches."""
    changed = {line_of(before, span.start) for span in spans} | {line_of(before, span.end) for span in spans}
    kept = {(one.key, one.value) for one in settings(after)}
    for one in settings(before):
        line = line_of(before, one.start)
        if line not in changed and not _cut(one, spans) and (one.key, one.value) not in kept:
            raise EditError(f"line {line} would be read differently")


def _cut(setting: Setting, spans: Sequence[Span]) -> bool:
    return any(span.start <= setting.start < span.end for span in spans)


def _setting(line: str, start: int) -> Setting:
    name, mark, rest = line.partition("=")
    if not mark:
        end = start + len(line.rstrip())
        return Setting(line.strip(), "true", end, end, False)
    begin = start + len(name) + 1 + (len(rest) - len(rest.lstrip(" \t")))
    raw = _raw_value(rest.strip())
    return Setting(name.strip(), _meaning(raw), begin, begin + len(raw), True)


def _raw_value(rest: str) -> str:
    """The value without the comment behind it."""
    if len(rest) > 1 and rest[0] in "\"'" and rest[-1] == rest[0]:
        return rest
    end = 0
    while end < len(rest) and (part := PART.match(rest, end)):
        end = part.end()
    return rest[:end].rstrip()


def _meaning(raw: str) -> str:
    if len(raw) > 1 and raw[0] == raw[-1] == '"':
        try:
            return str(json.loads(raw))
        except ValueError:
            return raw
    if len(raw) > 1 and raw[0] == raw[-1] == "'":
        return raw[1:-1]
    return re.sub(r"\\([\\;#])", r"\1", raw)


def _written(value: str) -> str:
    """A value as it must be written to be read back."""
    for written in (value, re.sub(r"([\\;#])", r"\\\1", value), json.dumps(value, ensure_ascii=False)):
        if _setting(f"x={written}", 0).value == value:
            return written
    raise EditError(f"{value!r} cannot be written here")


def _new(text: str, line: str) -> Span:
    """A new line at the end, or before the first section."""
    newline = newline_of(text)
    section = re.search(r"(?m)^[ \t\ufeff]*\[", text)
    if section:
        at = section.start()
        return Span(at, at, f"{line}{newline}")
    return add_line(text, line)
