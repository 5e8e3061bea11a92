"""Change a JSON file where it must be changed; indentation, order and comments stay."""

from __future__ import annotations

import json
from collections.abc import Mapping

from logdoctor.record import TYPE_CHECKING
from logdoctor.remedies.edits.arguments import path_argument, same, value_argument
from logdoctor.remedies.edits.json_text import Entry, Node, parse, value_of
from logdoctor.remedies.edits.spans import EditError, Span, line_of, line_start, line_stop, newline_of

if TYPE_CHECKING:
    from typing import Any

Path = tuple[str | int, ...]


def remove_trailing_commas(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Remove each comma that no entry follows; refuses a file that is not JSON for another reason."""
    return tuple(Span(comma, comma + 1, "") for comma in parse(text).trailing)


def set_it(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Set `path` to `value` (JSON, or else a string), with the objects on the way to it; refuses a path
    that leads through something else, and a repeated key.
    """
    return _set(text, path_argument(args), value_argument(args))


def remove_it(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Remove what stands at `path`, or from the array there the item equal to `value`; refuses a repeated
    key.
    """
    path = path_argument(args)
    if "value" not in args:
        if isinstance(path[-1], int):
            raise EditError("an item is removed by its value, as its number changes")
        found = _entry(text, parse(text).root, path)
        return _removed(text, *found) if found else ()
    node = _at(text, parse(text).root, path)
    if node is None:
        return ()
    value = value_argument(args)
    hits = [
        index for index, entry in enumerate(_items(text, node, path)) if same(value_of(entry.node), value)
    ]
    if len(hits) > 1:
        raise EditError(f"line {line_of(text, node.start)} holds {value} {len(hits)} times")
    return _removed(text, node, hits[0]) if hits else ()


def add_to_list(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Add `value` (JSON, or else a string) to the array at `path`, which is made if missing; refuses what
    is no array.
    """
    path, value = path_argument(args), value_argument(args)
    node = _at(text, parse(text).root, path)
    if node is None:
        return _set(text, path, [value])
    if any(same(value_of(entry.node), value) for entry in _items(text, node, path)):
        return ()
    return _inserted(text, node, None, value)


def _set(text: str, path: Path, value: Any) -> tuple[Span, ...]:
    node = parse(text).root
    for depth, part in enumerate(path):
        index = _position(text, node, part, path)
        if index is None:
            for missing in reversed(path[depth + 1 :]):
                if isinstance(missing, int):
                    raise EditError(f"{_words(path)} is not there, so item {missing} cannot be set")
                value = {missing: value}
            return _inserted(text, node, str(part), value)
        node = (node.entries or ())[index].node
    if same(value_of(node), value):
        return ()
    begin = line_start(text, node.start)
    indent = text[begin : len(text[begin:]) - len(text[begin:].lstrip(" \t")) + begin]
    return (Span(node.start, node.end, _dump(text, value, indent, _unit(text))),)


def _position(text: str, node: Node, part: str | int, path: Path) -> int | None:
    """Where an object has a key, or an array an item; None if the key is missing."""
    line = line_of(text, node.start)
    if isinstance(part, int) and node.entries is not None and not node.is_object:
        if part >= len(node.entries):
            raise EditError(f"line {line}: the array has no item {part}")
        return part
    if not node.is_object or node.entries is None:
        raise EditError(f"line {line}: {_words(path)} leads through something that is no object")
    hits = [index for index, entry in enumerate(node.entries) if entry.key == str(part)]
    if len(hits) > 1:
        raise EditError(f"line {line_of(text, node.entries[hits[-1]].start)} repeats the key {part}")
    return hits[0] if hits else None


def _entry(text: str, root: Node, path: Path) -> tuple[Node, int] | None:
    """The object or array that holds what a path names, and its place there; None if it is missing."""
    holder = _at(text, root, path[:-1])
    if holder is None or holder.entries is None:
        return None
    if isinstance(path[-1], int) and not holder.is_object and path[-1] >= len(holder.entries):
        return None
    index = _position(text, holder, path[-1], path)
    return None if index is None else (holder, index)


def _at(text: str, root: Node, path: Path) -> Node | None:
    node = root
    for part in path:
        index = _position(text, node, part, path)
        if index is None:
            return None
        node = (node.entries or ())[index].node
    return node


def _items(text: str, node: Node, path: Path) -> tuple[Entry, ...]:
    if node.is_object or node.entries is None:
        raise EditError(f"line {line_of(text, node.start)}: {_words(path)} is no array")
    return node.entries


def _inserted(text: str, node: Node, key: str | None, value: Any) -> tuple[Span, ...]:
    """Put a new entry behind the last one, written as its neighbours are."""
    entries, unit = node.entries or (), _unit(text)
    if not entries:
        return _first(text, node, key, value)
    last = entries[-1]
    begin = line_start(text, last.start)
    indent = text[begin : last.start]
    if indent.strip():
        return (Span(last.node.end, last.node.end, f", {_written(text, node, key, value, None, '')}"),)
    new = f"{newline_of(text)}{indent}{_written(text, node, key, value, unit, indent)}"
    behind = last.node.end if last.comma is None else last.comma + 1
    stop = line_stop(text, behind)
    if not text[behind:stop].strip().startswith(("//", "/*")):
        stop = behind  # without a comment that speaks of the last entry there is nothing to jump over
    if last.comma is not None:
        return (Span(stop, stop, f"{new},"),)
    if stop == behind:
        return (Span(behind, behind, f",{new}"),)
    return (Span(behind, behind, ","), Span(stop, stop, new))


def _first(text: str, node: Node, key: str | None, value: Any) -> tuple[Span, ...]:
    """Fill an empty object or array."""
    inside = text[node.start + 1 : node.end - 1]
    begin = line_start(text, node.start)
    bare = text[begin:].lstrip("\ufeff \t")
    indent = text[begin : len(text) - len(bare)].removeprefix("\ufeff")
    unit, newline = _unit(text), newline_of(text)
    if "\n" not in text.strip():
        return (Span(node.start + 1, node.start + 1, _written(text, node, key, value, None, "")),)
    new = f"{newline}{indent}{unit}{_written(text, node, key, value, unit, indent + unit)}"
    if inside.strip():
        return (Span(node.start + 1, node.start + 1, new),)
    return (Span(node.start + 1, node.end - 1, f"{new}{newline}{indent}"),)


def _removed(text: str, node: Node, index: int) -> tuple[Span, ...]:
    """Take out an entry with its comma, and its line where it stands alone."""
    entries = node.entries or ()
    entry = entries[index]
    own = not text[line_start(text, entry.start) : entry.start].strip()
    if len(entries) == 1:
        return _emptied(text, node, entry)
    if entry.comma is not None:
        end = entry.comma + 1
        stop = line_stop(text, end)
        if own and not text[end:stop].strip():
            following = text.find("\n", end)
            return (Span(line_start(text, entry.start), len(text) if following < 0 else following + 1, ""),)
        return (Span(entry.start, end + len(text[end:stop]) - len(text[end:stop].lstrip(" \t")), ""),)
    comma = entries[index - 1].comma or 0
    above = text[comma + 1 : entry.start]
    start = entry.start - (len(above) - len(above.rstrip()))
    return _touching(Span(comma, comma + 1, ""), Span(start, entry.node.end, ""))


def _emptied(text: str, node: Node, entry: Entry) -> tuple[Span, ...]:
    end = entry.node.end if entry.comma is None else entry.comma + 1
    around = text[node.start + 1 : entry.start] + text[end : node.end - 1]
    if around.strip() or text[entry.node.end : end].strip(", \t\r\n"):
        stay = () if entry.comma is None else (Span(end - 1, end, ""),)
        return (Span(entry.start, entry.node.end, ""), *stay)
    return (Span(node.start + 1, node.end - 1, ""),)


def _touching(first: Span, second: Span) -> tuple[Span, ...]:
    return (Span(first.start, second.end, ""),) if first.end == second.start else (first, second)


def _written(text: str, node: Node, key: str | None, value: Any, unit: str | None, indent: str) -> str:
    dumped = _dump(text, value, indent, unit)
    if key is None:
        return dumped
    colon = ": "
    for entry in node.entries or ():
        between = text[entry.start : entry.node.start].rpartition('"')[2]
        colon = between if not between.strip(": \t") else colon
    return f"{_dump(text, key, '', None)}{colon}{dumped}"


def _dump(text: str, value: Any, indent: str, unit: str | None) -> str:
    dumped = json.dumps(value, ensure_ascii=False, indent=unit)
    if not dumped.isascii() and any("\ud800" <= char <= "\udfff" for char in dumped):
        dumped = json.dumps(value, indent=unit)  # half of a pair exists in JSON only as an escape
    return dumped.replace("\n", newline_of(text) + indent)


def _unit(text: str) -> str:
    """The indentation of one level: that of the first indented line."""
    for line in text.split("\n"):
        bare = line.lstrip(" \t")
        if bare.strip() and len(bare) < len(line):
            return line[: len(line) - len(bare)]
    return "  "


def _words(path: Path) -> str:
    return ".".join(map(str, path))
