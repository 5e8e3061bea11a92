"""The data that travels with the program: the same from a wheel, an sdist and a checkout."""

from __future__ import annotations

import os
from collections.abc import Callable

from logdoctor.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

_PACKAGE = os.path.dirname(os.path.abspath(__file__))


def packaged(name: str, first: bool = False) -> bytes | None:
    """A file of the package's own data folder, or its first row; None if there is no such file."""
    try:
        with open(os.path.join(_PACKAGE, "data", name), "rb") as file:
            return file.readline() if first else file.read()
    except FileNotFoundError:
        return None


def parsed(data: bytes) -> Any:
    """What JSON says; ValueError if it is none.

    Importing the standard library's reader, with its writer and both ones' regexes, takes longer than
    all that is read here; the part of it that is written in C does the work alone.
    """
    text = data.decode()
    try:
        value, end = _scan(text, 0)
    except StopIteration:
        end = -1
    if end < len(text):
        raise ValueError("no JSON")
    return value


class _Reading:
    """How the reader is to understand what the format leaves open: as the standard library does."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float, parse_int, parse_constant = float, int, float


def _scanner() -> Callable[[str, int], tuple[Any, int]]:
    """The reader's part in C, which another Python may lack or ask more of."""
    try:
        from _json import make_scanner

        return make_scanner(_Reading)  # type: ignore[arg-type]
    except (ImportError, AttributeError, TypeError):
        return _standard


def _standard(text: str, _: int) -> tuple[Any, int]:
    import json

    return json.loads(text), len(text)


_scan = _scanner()


def checkout() -> str | None:
    """The root of the source checkout that the program runs from, or None if it is installed."""
    root = os.path.dirname(_PACKAGE)
    return root if os.path.isfile(os.path.join(root, "pyproject.toml")) else None
