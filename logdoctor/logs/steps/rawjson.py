"""BuildKit's `--progress=rawjson`: one status object after the other, in one line or in many."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator, Sequence

from logdoctor.logs.steps.build import Build, Vertex
from logdoctor.model import Line
from logdoctor.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


def decode(lines: Sequence[Line], build: Build) -> list[Line]:
    """Fill the build's vertices from the objects; hand back the lines that are none.

    The raw lines are the enclosing step's repeats; what they carry becomes lines of the vertices
    under the same number.
    """
    vertices: dict[str, Vertex] = {}
    pending: dict[str, str] = {}
    rest: list[Line] = []
    for block in _blocks(lines):
        status = _parsed(block)
        if status is None:
            rest.extend(block)
            continue
        build.outer.repeats.extend(block)
        _vertexes(status, block, vertices, build)
        for entry, line in zip(_list(status, "logs"), _where(block), strict=False):
            _speak(entry, line, vertices, pending)
    return rest


def _blocks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The lines of one object together; any other line by itself."""
    block: list[Line] = []
    for line in lines:
        text = line.text.rstrip()
        if block:
            block.append(line)
            if text == "}":
                yield block
                block = []
        elif text == "{":
            block = [line]
        else:
            yield [line]
    for line in block:
        yield [line]


def _parsed(block: Sequence[Line]) -> dict[str, Any] | None:
    if not block[0].text.startswith("{"):
        return None
    try:
        status = json.loads("\n".join(line.text for line in block))
    except (ValueError, RecursionError):
        return None
    known = ("vertexes", "statuses", "logs", "warnings")
    return status if isinstance(status, dict) and any(key in status for key in known) else None


def _list(status: dict[str, Any], key: str) -> list[dict[str, Any]]:
    entries = status.get(key)
    return [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []


def _vertexes(
    status: dict[str, Any], block: Sequence[Line], vertices: dict[str, Vertex], build: Build
) -> None:
    errors = [line for line in block if '"error":' in line.text]
    for entry in _list(status, "vertexes"):
        digest, name, error = (str(entry.get(key) or "") for key in ("digest", "name", "error"))
        vertex = vertices.get(digest)
        if vertex is None:
            vertex = vertices[digest] = build.open(name or digest)
            vertex.draft.repeats.append(Line(block[0].number, name, block[-1].end))
        if error and not vertex.error:
            line = errors.pop(0) if errors else block[0]
            vertex.say(Line(line.number, f"ERROR: {error}", line.end))
            vertex.end("CANCELED" if error.endswith("context canceled") else f"ERROR: {error}")
        elif entry.get("cached"):
            vertex.end("CACHED")
        elif entry.get("completed"):
            vertex.end("DONE")


def _where(block: Sequence[Line]) -> Iterator[Line]:
    """The raw line that each log entry of an object stands on."""
    if len(block) > 1:
        yield from (line for line in block if line.text.lstrip().startswith('"data":'))
    while True:
        yield block[0]


def _speak(entry: dict[str, Any], line: Line, vertices: dict[str, Vertex], pending: dict[str, str]) -> None:
    digest = str(entry.get("vertex") or "")
    vertex = vertices.get(digest)
    if vertex is None:
        return
    try:
        data = b64decode(str(entry.get("data") or "")).decode("utf-8", "replace")
    except ValueError:
        return
    *whole, last = (pending.pop(digest, "") + data).split("\n")
    if last:
        pending[digest] = last
    for text in whole:
        vertex.say(Line(line.number, text.rstrip("\r"), line.end))
