"""Read JSON with the place of everything, forgiving what editors leave behind: commas and comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from logdoctor.record import TYPE_CHECKING, NamedTuple
from logdoctor.remedies.edits.spans import EditError, Span, line_of

if TYPE_CHECKING:
    from typing import Any

TOKEN = re.compile(
    r'(?P<blank>[ \t\r\n]+|//[^\n]*|/\*(?:[^*]|\*+[^*/])*\*+/)|(?P<string>"(?:[^"\\\x00-\x1f]|\\.)*")'
    r"|(?P<word>-?[0-9][0-9.eE+-]*|true|false|null)|(?P<mark>[{}\[\]:,])"
)
DEEPEST = 200


class Entry(NamedTuple):
    """A member of an object or an item of an array; `comma` is the offset of the comma after it."""

    key: str | None
    start: int
    node: Node
    comma: int | None


class Node(NamedTuple):
    """A value; `entries` is None for a scalar, `is_object` tells objects from arrays."""

    start: int
    end: int
    scalar: Any
    entries: tuple[Entry, ...] | None
    is_object: bool


class Document(NamedTuple):
    """A whole file; `trailing` are the offsets of commas that no entry follows."""

    root: Node
    trailing: tuple[int, ...]
    comments: bool


class Token(NamedTuple):
    """A mark or a scalar as it stands."""

    text: str
    start: int
    end: int


def parse(text: str) -> Document:
    """Read a file, or say on which line it stops being JSON."""
    tokens, comments = _tokens(text)
    reader = _Reader(text, tokens)
    root = reader.value(0)
    reader.drop_trailing()
    if reader.at < len(tokens):
        raise EditError(f"line {line_of(text, tokens[reader.at].start)}: something follows after the end")
    return Document(root, tuple(reader.trailing), comments)


def value_of(node: Node) -> Any:
    """What the JSON means; of a repeated key the last counts."""
    if node.entries is None:
        return node.scalar
    if node.is_object:
        return {entry.key: value_of(entry.node) for entry in node.entries}
    return [value_of(entry.node) for entry in node.entries]


def check(before: str, after: str, spans: Sequence[Span]) -> None:
    """Refuse a result that reads worse than the file did."""
    parse(after)
    if is_strict(before) and not is_strict(after):
        raise EditError("the result would not be JSON")


def is_strict(text: str) -> bool:
    """Whether this is JSON to the letter (a byte order mark aside)."""
    try:
        json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return False
    return True


def _tokens(text: str) -> tuple[list[Token], bool]:
    found: list[Token] = []
    comments = False
    at = 1 if text.startswith("\ufeff") else 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise EditError(f"line {line_of(text, at)} is not JSON at {text[at : at + 20].splitlines()[0]!r}")
        if match.lastgroup != "blank":
            found.append(Token(match[0], at, match.end()))
        elif match[0].startswith("/"):
            comments = True
        at = match.end()
    return found, comments


class _Reader:
    """Walks over the tokens once."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text, self.tokens = text, tokens
        self.at = 0
        self.trailing: list[int] = []

    def value(self, depth: int) -> Node:
        token = self._next("a value")
        if token.text in ("{", "["):
            if depth > DEEPEST:
                raise EditError(f"line {line_of(self.text, token.start)} is nested too deeply")
            entries = tuple(self._entries(token.text == "{", depth))
            return Node(token.start, self.tokens[self.at - 1].end, None, entries, token.text == "{")
        return Node(token.start, token.end, self._scalar(token), None, False)

    def drop_trailing(self) -> None:
        """A comma after the whole document is one that nothing follows."""
        while self._peek() == ",":
            self.trailing.append(self.tokens[self.at].start)
            self.at += 1

    def _entries(self, is_object: bool, depth: int) -> Iterator[Entry]:
        close = "}" if is_object else "]"
        while self._peek() != close:
            key = self._key() if is_object else None
            node = self.value(depth + 1)
            start = key.start if key else node.start
            comma = self.tokens[self.at].start if self._peek() == "," else None
            yield Entry(json.loads(key.text) if key else None, start, node, comma)
            if comma is None:
                break
            self.at += 1
            if self._peek() == close:
                self.trailing.append(comma)
        if self._next(f"{close} or a comma").text != close:
            raise self._wrong(f"{close} or a comma")

    def _key(self) -> Token:
        key = self._next("a key")
        if not key.text.startswith('"'):
            raise self._wrong("a key in double quotes")
        self._scalar(key)
        if self._next("a colon").text != ":":
            raise self._wrong("a colon")
        return key

    def _scalar(self, token: Token) -> Any:
        try:
            return json.loads(token.text)
        except ValueError:
            raise EditError(
                f"line {line_of(self.text, token.start)}: {token.text[:40]} is no value"
            ) from None

    def _peek(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def _next(self, wanted: str) -> Token:
        if self.at >= len(self.tokens):
            raise EditError(
                f"line {line_of(self.text, len(self.text))}: the file ends where {wanted} should be"
            )
        self.at += 1
        return self.tokens[self.at - 1]

    def _wrong(self, wanted: str) -> EditError:
        token = self.tokens[self.at - 1]
        return EditError(
            f"line {line_of(self.text, token.start)}: {token.text[:40]} where {wanted} should be"
        )
