"""Read YAML with the place of everything; ruamel reads, and only when there is YAML to change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from logdoctor.record import TYPE_CHECKING, NamedTuple
from logdoctor.remedies.edits.spans import EditError, Span

if TYPE_CHECKING:
    from typing import Any

MOST = 50_000
"""Characters; the reader takes seconds for a megabyte, and settings files are small."""


class Node(NamedTuple):
    """A value. `children` are keys and values in turn, or items; an alias and a scalar have none."""

    kind: str
    start: int
    end: int
    flow: bool
    value: str
    style: str | None
    children: tuple[Node, ...]

    @property
    def entries(self) -> tuple[tuple[Node, Node], ...]:
        """The keys of a mapping with their values."""
        return tuple(zip(self.children[::2], self.children[1::2], strict=True))


def read(text: str) -> Node | None:
    """The root of the only document, or None where there is nothing but comments."""
    roots: list[Node] = []
    stack: list[tuple[Any, list[Node]]] = []
    for event in _events(text):
        kind = type(event).__name__
        if kind in ("MappingStartEvent", "SequenceStartEvent"):
            stack.append((event, []))
            continue
        node = _leaf(event, kind, text)
        if kind in ("MappingEndEvent", "SequenceEndEvent"):
            opening, children = stack.pop()
            node = _collection(opening, event, _placed(text, opening, children))
        if node:
            (stack[-1][1] if stack else roots).append(node)
    if len(roots) > 1:
        raise EditError("the file holds several documents")
    return roots[0] if roots and not _is_empty(roots[0]) else None


def value_of(text: str) -> Any:
    """What the YAML means."""
    from ruamel.yaml import YAML

    if len(text) > MOST:
        raise EditError("the file is too large to be changed")
    return _guarded(lambda: YAML(typ="safe", pure=True).load(text))


def check(before: str, after: str, spans: Sequence[Span]) -> None:
    """Refuse a result that does not read; what it means is compared where the change is made."""
    value_of(after)


def _events(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML

    if len(text) > MOST:
        raise EditError("the file is too large to be changed")
    return iter(_guarded(lambda: list(YAML(typ="safe", pure=True).parse(text))))


def _guarded(read_it: Any) -> Any:
    """Run the reader; it meets strange text with errors of many kinds."""
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return read_it()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}: " if mark else ""
        raise EditError(f"{place}{str(error.problem or 'this is not YAML').splitlines()[0]}") from None
    except (YAMLError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise EditError(f"the file is not YAML ({type(error).__name__})") from None


def _leaf(event: Any, kind: str, text: str) -> Node | None:
    start, end = event.start_mark.index, event.end_mark.index
    if kind == "AliasEvent":
        return Node("alias", start, end, False, "", None, ())
    if kind != "ScalarEvent":
        return None
    if event.style in ("|", ">"):
        end = start + len(text[start:end].rstrip())
    return Node("scalar", start, end, False, event.value, event.style or None, ())


def _collection(opening: Any, closing: Any, children: list[Node]) -> Node:
    kind = "mapping" if type(opening).__name__.startswith("Mapping") else "sequence"
    flow = bool(opening.flow_style)
    start = opening.start_mark.index
    end = closing.end_mark.index if flow else max([start, *(child.end for child in children)])
    return Node(kind, start, end, flow, "", None, tuple(children))


def _placed(text: str, opening: Any, children: list[Node]) -> list[Node]:
    """Put missing values behind their colon; the reader says they are where the next key begins."""
    if opening.flow_style or not type(opening).__name__.startswith("Mapping"):
        return children
    for at in range(1, len(children), 2):
        key, value = children[at - 1 : at + 1]
        colon = text.find(":", key.end, value.start)
        if value.start == value.end and value.kind == "scalar" and colon >= 0:
            children[at] = value._replace(start=colon + 1, end=colon + 1)
    return children


def _is_empty(node: Node) -> bool:
    return node.kind == "scalar" and node.start == node.end
