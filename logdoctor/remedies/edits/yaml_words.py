"""Write values as YAML that reads back as the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from logdoctor.record import TYPE_CHECKING
from logdoctor.remedies.edits.arguments import same
from logdoctor.remedies.edits.spans import EditError
from logdoctor.remedies.edits.yaml_text import value_of

if TYPE_CHECKING:
    from typing import Any

PLAIN = re.compile(r"[\w./^~<>=+@$%()*!|&?;:-][\w ./^~<>=+@$%()*!|&?;:-]*")


def given_value(text: str) -> Any:
    """An argument read as YAML; what is none is a plain string."""
    try:
        value = value_of(text)
        json.dumps(value)
    except (EditError, TypeError, ValueError):
        return text
    return text if value is None and text.strip() not in ("null", "~") else value


def inline(value: Any, quote: str = "") -> str:
    """A value on one line, strings in the quotes that their neighbours have."""
    if isinstance(value, dict):
        inside = ", ".join(f"{inline(key)}: {inline(one, quote)}" for key, one in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(inline(one, quote) for one in value)}]"
    if isinstance(value, str):
        return _string(value, quote)
    return json.dumps(value)


def block(value: Any, indent: str, unit: str, dash: str, quote: str = "") -> Iterator[str]:
    """The lines of a mapping or list under its key; `dash` is how far lists are moved in."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from entry(f"{inline(key)}:", one, indent, unit, dash, quote)
    else:
        for one in value:
            yield f"{indent}- {inline(one, quote)}"


def entry(head: str, value: Any, indent: str, unit: str, dash: str, quote: str = "") -> Iterator[str]:
    """The lines of `key: value`."""
    if isinstance(value, dict | list) and value:
        yield f"{indent}{head}"
        deeper = indent + (dash if isinstance(value, list) else unit)
        yield from block(value, deeper, unit, dash, quote)
    else:
        yield f"{indent}{head} {inline(value, quote)}"


def _string(value: str, quote: str) -> str:
    doubled = json.dumps(value, ensure_ascii=False)
    single = "'" + value.replace("'", "''") + "'"
    plain = [value] if PLAIN.fullmatch(value) and not quote else []
    for written in (*plain, *([doubled] if quote == '"' else []), *([single] if value.isprintable() else [])):
        if _reads(written, value):
            return written
    return doubled if _reads(doubled, value) else json.dumps(value)


def _reads(written: str, value: str) -> bool:
    try:
        return same(value_of(f"- {written}"), [value]) and same(
            value_of(f"[{written}, {written}: 1]")[:1], [value]
        )
    except EditError:
        return False
