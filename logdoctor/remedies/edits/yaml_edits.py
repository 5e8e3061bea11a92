"""Change a YAML file where it must be changed; comments, quotes and indentation stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from logdoctor.record import TYPE_CHECKING
from logdoctor.remedies.edits.arguments import path_argument, same
from logdoctor.remedies.edits.spans import (
    EditError,
    Span,
    add_line,
    after_line,
    line_of,
    line_start,
    line_stop,
    newline_of,
    splice,
)
from logdoctor.remedies.edits.yaml_text import Node, read, value_of
from logdoctor.remedies.edits.yaml_words import block, entry, given_value, inline

if TYPE_CHECKING:
    from typing import Any

Path = tuple[str | int, ...]
MISSING = object()


def set_it(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Set `path` to `value` (YAML), with the mappings on the way to it; refuses a path that leads through
    something else, and a value that is shared by an alias.
    """
    return _set(text, path_argument(args), given_value(args["value"]))


def remove_it(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Remove what stands at `path`, or from the list there the item equal to `value`; an emptied parent
    becomes {} or []; refuses what is shared by an alias.
    """
    path, data = path_argument(args), value_of(text)
    if "value" in args:
        value = given_value(args["value"])
        items = _look(data, path)
        hits = [at for at, one in enumerate(items) if same(one, value)] if isinstance(items, list) else []
        if len(hits) > 1:
            raise EditError(f"{_words(path)} holds {args['value']} {len(hits)} times")
        if not hits:
            return ()
        path = (*path, hits[0])
    elif isinstance(path[-1], int):
        raise EditError("an item is removed by its value, as its number changes")
    if _look(data, path) is MISSING:
        return ()
    root = read(text)
    if root is None:
        return ()
    wanted = _copied(data)
    holder = _look(wanted, path[:-1])
    del holder[_key(holder, path[-1])]
    return _proven(text, _removed(text, root, path), wanted)


def add_to_list(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Add `value` (YAML) to the list at `path`, which is made if missing; refuses what is no list."""
    path, value, data = path_argument(args), given_value(args["value"]), value_of(text)
    items = _look(data, path)
    if items is MISSING or items is None:
        return _set(text, path, [value])
    node = _node(text, path)
    if not isinstance(items, list):
        raise EditError(f"line {line_of(text, node.start)}: {_words(path)} is no list")
    if any(same(one, value) for one in items):
        return ()
    wanted = _copied(data)
    _look(wanted, path).append(value)
    if node.kind == "alias":
        raise EditError(f"line {line_of(text, node.start)}: {_words(path)} is shared by an alias")
    if node.flow:
        return _proven(text, _into_flow(text, node, inline(value, _quote(node))), wanted)
    last = node.children[-1]
    indent = " " * _column(text, _dash(text, node, len(node.children) - 1))
    return _proven(text, _under(text, last.end, [f"{indent}- {inline(value, _quote(node))}"]), wanted)


def _set(text: str, path: Path, value: Any) -> tuple[Span, ...]:
    data = value_of(text)
    if same(_look(data, path), value):
        return ()
    wanted = _with(_copied(data), path, 0, value)
    root = read(text)
    if root is None:
        return _proven(text, _appended(text, path, value), wanted)
    node, depth = root, 0
    for depth, part in enumerate(path):
        found = _child(text, node, part, path)
        if found is None:
            return _proven(text, _inserted(text, root, node, path[depth:], value), wanted)
        key, child = found
        if _is_null(child) and depth + 1 < len(path):
            return _proven(
                text, _valued(text, root, node, key, child, _nested(path[depth + 1 :], value)), wanted
            )
        if depth + 1 == len(path):
            return _proven(text, _valued(text, root, node, key, child, value), wanted)
        node = child
    raise EditError(f"{_words(path)} cannot be set")


def _proven(text: str, spans: tuple[Span, ...], wanted: Any) -> tuple[Span, ...]:
    """Only changes after which the file means exactly what was asked for."""
    try:
        settled = same(value_of(splice(text, spans)), wanted)
    except EditError:
        settled = False
    if not settled:
        raise EditError(
            f"line {line_of(text, spans[0].start)} cannot be changed without touching its neighbours"
        )
    return spans


def _inserted(text: str, root: Node, node: Node, rest: Path, value: Any) -> tuple[Span, ...]:
    """A new key at the end of a mapping."""
    key, value = str(rest[0]), _nested(rest[1:], value)
    if node.flow:
        return _into_flow(text, node, f"{inline(key)}: {inline(value)}")
    indent = " " * _column(text, node.children[0].start)
    lines = entry(f"{inline(key)}:", value, indent, *_steps(text, root), _quote_of(text, root))
    return _under(text, node.end, list(lines))


def _valued(text: str, root: Node, parent: Node, key: Node | None, old: Node, value: Any) -> tuple[Span, ...]:
    """Another value for a key or an item that is there."""
    quote = old.style if old.style in ("'", '"') else ""
    if key is None or parent.flow or (not _is_block(old) and not _fills(value)):
        blank = " " if old.start == old.end else ""
        return (Span(old.start, old.end, f"{blank}{inline(value, quote or '')}"),)
    colon = text.index(":", key.end)
    newline, stop = newline_of(text), line_stop(text, colon)
    if _fills(value):
        unit, dash = _steps(text, root)
        indent = " " * _column(text, key.start) + (dash if isinstance(value, list) else unit)
        new = "".join(f"{newline}{line}" for line in block(value, indent, unit, dash, _quote_of(text, root)))
        head = ""
    else:
        new, head = "", f" {inline(value)}"
    if _is_block(old) and old.start > stop:
        spans = [Span(stop, max(old.end, stop), new)]
    elif old.end < stop:
        spans = [Span(colon + 1, old.end, ""), Span(stop, stop, new)]
    else:
        return (Span(colon + 1, old.end, head + new),)
    if head:
        spans.append(Span(colon + 1, colon + 1, head))
    return tuple(span for span in spans if span.text or span.start < span.end)


def _removed(text: str, root: Node, path: Path) -> tuple[Span, ...]:
    parent, key = root, None
    for part in path[:-1]:
        found = _child(text, parent, part, path)
        if found is None:
            raise EditError(f"{_words(path)} comes from elsewhere (a merge key or an alias)")
        key, parent = found
    children = _spans_of(text, parent)
    index = _index(parent, path[-1])
    if index is None:
        raise EditError(f"{_words(path)} comes from elsewhere (a merge key or an alias)")
    start, end = children[index]
    empty = "{}" if parent.kind == "mapping" else "[]"
    if parent.flow:
        return _out_of_flow(text, children, index)
    if len(children) == 1:
        return _emptied(text, key, parent, start, end, empty)
    if text[line_start(text, start) : start].strip():
        return (Span(start, children[index + 1][0], ""),)
    return _lines(text, start, end)


def _emptied(text: str, key: Node | None, parent: Node, start: int, end: int, empty: str) -> tuple[Span, ...]:
    """The only entry goes, and the parent says that it is empty rather than null."""
    if key is None or text[line_start(text, start) : start].strip():
        return (Span(start, end, empty),)
    colon = text.index(":", key.end)
    return (Span(colon + 1, colon + 1, f" {empty}"), *_lines(text, start, end))


def _lines(text: str, start: int, end: int) -> tuple[Span, ...]:
    begin, stop = line_start(text, start), after_line(text, end)
    if stop == len(text) and not text.endswith("\n") and begin > 0:
        begin -= 2 if text[:begin].endswith("\r\n") else 1
    return (Span(begin, stop, ""),)


def _out_of_flow(text: str, children: Sequence[tuple[int, int]], index: int) -> tuple[Span, ...]:
    start, end = children[index]
    own = not text[line_start(text, start) : start].strip()
    comma = text.find(",", end)
    between = text[end:comma].strip() if comma >= 0 else "none"
    if own and (not between and not text[comma + 1 : line_stop(text, comma)].strip()):
        return (Span(line_start(text, start), after_line(text, comma), ""),)
    if index + 1 < len(children):
        return (Span(start, children[index + 1][0], ""),)
    if index and "#" not in text[children[index - 1][1] : start]:
        return (Span(children[index - 1][1], end, ""),)
    return (Span(start, end if between else comma + 1, ""),)


def _into_flow(text: str, node: Node, new: str) -> tuple[Span, ...]:
    """A new entry behind the last one of a flow collection, on a line of its own where the last is."""
    if not node.children:
        inside = text[node.start + 1 : node.end - 1]
        blank = " " if inside.strip(" ") == "" and node.kind == "mapping" and not inside else ""
        return (Span(node.start + 1, node.start + 1, f"{blank}{new}{blank}"),)
    start, end = _spans_of(text, node)[-1]
    before = text[line_start(text, start) : start]
    gap = f"{newline_of(text)}{before}" if not before.strip() else " "
    return (Span(end, end, f",{gap}{new}"),)


def _appended(text: str, path: Path, value: Any) -> tuple[Span, ...]:
    lines = entry(f"{inline(str(path[0]))}:", _nested(path[1:], value), "", "  ", "  ")
    return (add_line(text, newline_of(text).join(lines)),)


def _under(text: str, offset: int, lines: Sequence[str]) -> tuple[Span, ...]:
    at = line_stop(text, offset)
    return (Span(at, at, "".join(f"{newline_of(text)}{line}" for line in lines)),)


def _spans_of(text: str, node: Node) -> list[tuple[int, int]]:
    """Where each entry begins (with its dash) and ends."""
    if node.kind == "mapping":
        return [(key.start, max(key.end, value.end)) for key, value in node.entries]
    if node.flow:
        return [(item.start, item.end) for item in node.children]
    return [(_dash(text, node, at), item.end) for at, item in enumerate(node.children)]


def _dash(text: str, node: Node, index: int) -> int:
    """The dash of a list's item."""
    if index == 0:
        return node.start
    return text.index("-", _after_comments(text, node.children[index - 1].end))


def _after_comments(text: str, offset: int) -> int:
    """Past the blanks and comments behind an item."""
    while True:
        stop = line_stop(text, offset)
        bare = text[offset:stop].strip()
        if bare and not bare.startswith("#"):
            return offset
        if after_line(text, offset) == len(text):
            return offset
        offset = after_line(text, offset)


def _child(text: str, node: Node, part: str | int, path: Path) -> tuple[Node | None, Node] | None:
    """The node of a key (with its key) or an item; None if the mapping has no such key."""
    if node.kind == "sequence" and isinstance(part, int) and part < len(node.children):
        return None, node.children[part]
    if node.kind != "mapping" or isinstance(part, int):
        raise EditError(
            f"line {line_of(text, node.start)}: {_words(path)} leads through something that is no mapping"
        )
    return next(((key, value) for key, value in node.entries if key.value == part), None)


def _index(parent: Node, part: str | int) -> int | None:
    if isinstance(part, int) and parent.kind == "sequence":
        return part if part < len(parent.children) else None
    return next((at for at, (key, _) in enumerate(parent.entries) if key.value == str(part)), None)


def _node(text: str, path: Path) -> Node:
    node = read(text)
    for part in path:
        found = _child(text, node, part, path) if node else None
        if found is None:
            raise EditError(f"{_words(path)} comes from elsewhere (a merge key or an alias)")
        node = found[1]
    if node is None:
        raise EditError("the file is empty")
    return node


def _look(data: Any, path: Path) -> Any:
    for part in path:
        key = _key(data, part)
        if key is MISSING:
            return MISSING
        data = data[key]
    return data


def _key(data: Any, part: str | int) -> Any:
    """How a loaded mapping or list calls what a path names: `20` may be a number there."""
    if isinstance(data, list):
        return part if isinstance(part, int) and part < len(data) else MISSING
    if not isinstance(data, dict):
        return MISSING
    return next((key for key in data if key == part or str(key) == str(part)), MISSING)


def _with(data: Any, path: Path, depth: int, value: Any) -> Any:
    """The data as it must be afterwards."""
    if depth == len(path):
        return value
    key = _key(data, path[depth])
    if key is not MISSING:
        data[key] = _with(data[key], path, depth + 1, value)
        return data
    if data is not None and not isinstance(data, dict):
        raise EditError(f"{_words(path)} leads through something that is no mapping")
    if isinstance(path[depth], int):
        raise EditError(f"there is no item {path[depth]}")
    return {**(data or {}), path[depth]: _nested(path[depth + 1 :], value)}


def _copied(data: Any) -> Any:
    """A copy in which nothing is shared, so that an alias does not follow a change."""
    if isinstance(data, dict):
        return {key: _copied(value) for key, value in data.items()}
    return [_copied(one) for one in data] if isinstance(data, list) else data


def _nested(path: Path, value: Any) -> Any:
    for part in reversed(path):
        if isinstance(part, int):
            raise EditError(f"there is no item {part}")
        value = {part: value}
    return value


def _steps(text: str, root: Node) -> tuple[str, str]:
    """How far the file moves in mappings, and lists, under their key."""
    found: dict[str, str] = {}
    stack = [root]
    while stack:
        node = stack.pop()
        stack += node.children
        for key, value in node.entries if node.kind == "mapping" and not node.flow else ():
            if value.children and not value.flow and value.start > line_stop(text, key.end):
                step = " " * max(0, _column(text, value.start) - _column(text, key.start))
                found.setdefault(value.kind, step)
    unit = found.get("mapping") or found.get("sequence") or "  "
    return unit, found.get("sequence", unit)


def _quote(node: Node) -> str:
    """The quotes that all items of a list have."""
    styles = {child.style for child in node.children if child.kind == "scalar"}
    return (styles.pop() or "") if len(styles) == 1 else ""


def _quote_of(text: str, root: Node) -> str:
    """The quotes that items of the file's first list have."""
    for _, value in root.entries if root.kind == "mapping" else ():
        if value.kind == "sequence" and value.children:
            return _quote(value)
    return ""


def _is_null(node: Node) -> bool:
    return node.kind == "scalar" and node.style is None and node.value in ("", "~", "null")


def _is_block(node: Node) -> bool:
    return bool(node.children) and not node.flow


def _fills(value: Any) -> bool:
    """Whether a value takes lines of its own."""
    return isinstance(value, dict | list) and bool(value)


def _column(text: str, offset: int) -> int:
    return (
        offset
        - line_start(text, offset)
        - (1 if text.startswith("\ufeff") and line_start(text, offset) == 0 else 0)
    )


def _words(path: Path) -> str:
    return ".".join(map(str, path))
