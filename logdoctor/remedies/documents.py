"""Parse the project's JSON and YAML for reading only; what does not parse is simply not known."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from logdoctor.record import TYPE_CHECKING
from logdoctor.remedies.project import Project

if TYPE_CHECKING:
    from typing import Any

DEEPEST = 60
MOST_YAML = 200_000
"""Characters; the YAML reader takes seconds for a megabyte, and settings files are small."""


def read_json(project: Project, path: str) -> Mapping[str, Any]:
    """The object in a JSON file, empty if there is none."""
    text = project.text(path)
    try:
        value = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def read_yaml(project: Project, path: str) -> Mapping[str, Any]:
    """The mapping in a YAML file, empty if there is none."""
    text = project.text(path)
    if not text or len(text) > MOST_YAML or _depth(text) > DEEPEST:
        return {}
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        value = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _depth(text: str) -> int:
    """How deep brackets nest; the YAML reader takes time that grows with the square of it."""
    depth = most = 0
    for char in text:
        if char in "[{":
            depth += 1
            most = max(most, depth)
        elif char in "]}":
            depth -= 1
    return most


def at(value: object, *keys: str) -> Any:
    """Follow keys down into nested mappings; nothing where one is missing."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def strings(value: object) -> tuple[str, ...]:
    """The strings in a list, or a lone string as a list of one."""
    if isinstance(value, str):
        return (value,)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def line_of(text: str, pieces: Sequence[str]) -> int | None:
    """The first line, from 1, that holds all the pieces."""
    for number, line in enumerate(text.split("\n"), 1):
        if all(piece in line for piece in pieces):
            return number
    return None


def ini(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, key and value of each setting in an .npmrc-like file."""
    for number, line in enumerate(text.split("\n"), 1):
        key, mark, value = line.partition("=")
        if mark and key.strip()[:1] not in ("", "#", ";"):
            yield number, key.strip(), value.strip().strip("\"'")
