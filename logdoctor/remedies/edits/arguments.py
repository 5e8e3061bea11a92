"""What operations are given: lines, paths into a document, values."""

from __future__ import annotations

import re
from collections.abc import Mapping

from logdoctor.record import TYPE_CHECKING
from logdoctor.remedies.edits.spans import EditError

if TYPE_CHECKING:
    from typing import Any

SEGMENT = re.compile(r"""\.?([^.\[\]"']+)|\[(\d+)\]|\.?\["((?:[^"\\]|\\.)*)"\]|\.?\['([^']*)'\]""")


def line_argument(args: Mapping[str, str]) -> int | None:
    """The argument `line`, counted from 1, if it is given."""
    given = args.get("line")
    if given is None:
        return None
    if not given.isascii() or not given.isdigit() or int(given) < 1:
        raise EditError(f"{given!r} is no line number")
    return int(given)


def one_line(args: Mapping[str, str], name: str) -> str:
    """An argument that must be there and stay within a line."""
    value = args[name].strip()
    if not value or any(char in value for char in "\r\n\0"):
        raise EditError(f"{name} must be one line of text")
    return value


def path_argument(args: Mapping[str, str]) -> tuple[str | int, ...]:
    """The argument `path`: keys joined by dots, `["a.b"]` for a key with a dot in it, `[0]` for an item."""
    given = args["path"]
    found: list[str | int] = []
    at = 0
    while at < len(given):
        match = SEGMENT.match(given, at)
        if match is None:
            raise EditError(f'{given!r} is no path: write keys with dots between, or ["key"]')
        found.append(_segment(match))
        at = match.end()
    if not found:
        raise EditError("the path is empty")
    return tuple(found)


def value_argument(args: Mapping[str, str]) -> Any:
    """The argument `value` read as JSON; what is none is a plain string."""
    import json

    given = args["value"]
    try:
        return json.loads(given, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        if given.lstrip()[:1] in ("{", "[", '"'):
            raise EditError(f"{given!r} is not valid JSON") from None
        return given


def same(left: object, right: object) -> bool:
    """Whether two parsed values mean the same; unlike `==`, 1 is not true and 1.0 is not 1."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return left == right


def _segment(match: re.Match[str]) -> str | int:
    plain, index, double, single = match.groups()
    if index is not None:
        return int(index)
    if double is not None:
        return _json_string(double)
    return plain if plain is not None else single


def _json_string(inside: str) -> str:
    import json

    try:
        return str(json.loads(f'"{inside}"'))
    except ValueError:
        raise EditError(f"{inside!r} is no key: write it as in JSON") from None


def _no_constant(name: str) -> object:
    raise ValueError(name)
