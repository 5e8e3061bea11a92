"""Logs in which every line is a JSON object: what the object says, as the tool would print it.

pnpm's `--reporter=ndjson` and pnpm-debug.log, `yarn --json`, the Docker API's stream of the old
builder, `go test -json`, cargo's messages, pino and bunyan; and CircleCI's array of messages.
An object that says nothing a person would read is kept as it stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from logdoctor.logs.read.clean import latest
from logdoctor.logs.read.mojibake import mend
from logdoctor.logs.text import shorten, strip
from logdoctor.model import Line
from logdoctor.record import NamedTuple

_LEVELS = {
    "error": "error",
    "fatal": "error",
    "warn": "warning",
    "warning": "warning",
    50: "error",
    60: "error",
}
_TEXTS = ("line", "stream", "Output", "msg", "message", "data", "rendered", "text", "log")


class Said(NamedTuple):
    """What a record says; `flows` means that it is a piece of a stream, which may end in mid-line."""

    text: str
    tag: str = ""
    flows: bool = False


def opened(lines: Sequence[Line]) -> list[Line]:
    """The lines that the records of these lines say; a record of several lines becomes several."""
    done: list[Line] = []
    unfinished = False
    for line in lines:
        said = _said(line.text)
        rows, ended = _rows(said.text)
        if unfinished and said.flows:
            done[-1] = _longer(done[-1], rows.pop(0), line.end)
        done += [line._replace(text=row, tag=said.tag or line.tag) for row in rows]
        unfinished = said.flows and not ended
    return done


def _rows(text: str) -> tuple[list[str], bool]:
    """The lines of a message, and whether the last of them has ended."""
    rows = mend(strip(text.replace("\r\n", "\n"))).split("\n")
    ended = len(rows) > 1 and not rows[-1]
    if ended:
        rows.pop()
    return [shorten(latest(row)) for row in rows], ended


def _longer(line: Line, text: str, end: int) -> Line:
    starts = (len(line.text),) * (end - line.end)
    return line._replace(text=shorten(line.text + text), end=end, joints=line.joints + starts)


def _said(text: str) -> Said:
    """What one record says."""
    if not text.startswith("{"):
        return Said(text)
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return Said(text)
    if not isinstance(record, dict):
        return Said(text)
    return _of_docker(record) or _of_tool(record) or Said(text)


def _of_docker(record: Mapping[str, object]) -> Said | None:
    if isinstance(record.get("stream"), str):
        return Said(str(record["stream"]), flows=True)
    if "errorDetail" in record:
        return Said(str(record.get("error", "")), "error")
    if isinstance(record.get("status"), str) and set(record) <= {
        "status",
        "id",
        "progress",
        "progressDetail",
    }:
        name = f"{record['id']}: " if record.get("id") else ""
        return Said(f"{name}{record['status']}")
    return None


def _of_tool(record: Mapping[str, object]) -> Said | None:
    tag = _LEVELS.get(_key(record.get("level")), _LEVELS.get(_key(record.get("type")), ""))
    error = record.get("err") or record.get("error")
    if isinstance(error, dict) and isinstance(error.get("message"), str):
        code = error.get("code") or record.get("code")
        return Said(f"{code} {error['message']}" if code else str(error["message"]), tag)
    inner = record.get("message")
    if isinstance(inner, dict):
        return _of_tool(inner)
    for name in _TEXTS:
        text = record.get(name)
        if isinstance(text, str):
            return _worded(record, text, tag)
    return None


def _worded(record: Mapping[str, object], text: str, tag: str) -> Said:
    code = record.get("displayName") or record.get("code")
    if isinstance(code, str) and code not in text:
        text = f"➤ {code}: {text}" if code.startswith("YN") else f"{code} {text}"
    return Said(text, tag, flows="Output" in record)


def _key(value: object) -> str | int:
    return value if isinstance(value, str | int) else ""


def messages(text: str) -> list[Line]:
    """The lines of CircleCI's `[{"message": …}, …]`, each numbered by where its object begins."""
    done: list[Line] = []
    number, before, unfinished = 1, 0, False
    for at, said in _messages(text):
        number += text.count("\n", before, at)
        before = at
        rows, ended = _rows(said)
        if unfinished:
            done[-1] = _longer(done[-1], rows.pop(0), number)
        done += [Line(number, row, number) for row in rows]
        unfinished = not ended
    return done


def _messages(text: str) -> Iterator[tuple[int, str]]:
    decode = json.JSONDecoder(strict=False).raw_decode
    at = text.find("{")
    while at >= 0:
        try:
            record, end = decode(text, at)
        except (ValueError, RecursionError):
            return
        if isinstance(record, dict) and isinstance(record.get("message"), str):
            yield at, record["message"]
        at = text.find("{", end)
