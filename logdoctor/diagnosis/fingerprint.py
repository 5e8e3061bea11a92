"""A stable name for a failure: the same across runs, machines, times and patch versions."""

from __future__ import annotations

import re
from collections.abc import Mapping

try:
    # hashlib loads OpenSSL, which takes longer than reading a common log.
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

_PATH = r"(?:[A-Za-z]:)?(?:[\\/][^\\/\s'\"]+){2,}"
_VERSION = r"\b(\d+)\.\d+(?:\.\d+)?(?:[-+][\w.]+)?"


def of_rule(rule: str, captures: Mapping[str, str]) -> str:
    """Name a failure that a rule knows, from what two builds of the same project share."""
    parts = [rule, *(f"{key}={_steady(captures[key])}" for key in sorted(captures) if captures[key])]
    return _digest("\n".join(parts))


def of_line(text: str) -> str:
    """Name a failure that no rule knows, from the template that its cause line was printed with."""
    from logdoctor.words import template

    return _digest("line\n" + template(text))


def _steady(value: str) -> str:
    if value.count("/") + value.count("\\") > 1:
        value = re.sub(_PATH, lambda path: _tail(path[0]), value)
    return re.sub(_VERSION, r"\1", value) if "." in value else value


def _tail(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def _digest(text: str) -> str:
    return "f1:" + blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
