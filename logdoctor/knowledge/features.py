"""How telling a line of a step is: which lines a person would want to read first.

The weights are judgement, not measurement; they choose the excerpt and order the guesses of the
generic rules, and never touch the verdict of a specific rule.
"""

from __future__ import annotations

import re
from functools import cache

from logdoctor.model import Line, Step

FIRST, LAST = 64, 400
"""The part of a long step that is read: its first and last lines, the same on both scan paths."""

_SHAPES: tuple[tuple[float, str], ...] = (
    (
        7,
        r"\berror\b:? ?(?:TS|CS|MSB|NU)\d{3,5}\b|^error\[E\d{4}\]|:\d+:? (?:fatal )?error\b|\(\d+,\d+\): error",
    ),
    (6, r"^\W*[\w.]{0,80}(?:Error|Exception)(?: \[\w+\])?: \S"),
    (
        5,
        r"^\W*(?:E|fatal|FATAL|FATAL ERROR|error|ERROR|Error|Fatal error|panic|configure: error)(?::|\s*\]|\s) ?\S",
    ),
    (
        5,
        r"\bERR_[A-Z_]{4,}|\bnpm (?:error|ERR!) (?:code )?E[A-Z0-9]{3,}|\bYN0*[1-9]\d*:|\bE(?:ACCES|NOENT|PERM|NOSPC)\b",
    ),
)
_SURE = (
    "module not found",
    "cannot find module",
    "cannot find package",
    "can't resolve",
    "heap out of memory",
)
_PHRASES = (
    "not found",
    "no such file",
    "cannot",
    "can't",
    "could not",
    "couldn't",
    "unable to",
    "denied",
    "not recognized",
    "does not exist",
    "doesn't exist",
    "does not have",
    "undefined reference",
    "no matching",
    "not supported",
    "unsupported",
    "is required",
    "must be",
    "out of memory",
    "no space left",
    "refused",
    "timed out",
    "unauthorized",
    "conflict",
    "unexpected",
    "not installed",
    "missing",
    "invalid",
    "incompatible",
    "has no ",
    "changed its",
    "not allowed",
    "is not ",
    "must ",
    "needs to",
    "too old",
    "there are no ",
    "not registered",
    "failed to resolve",
)
_WORDS = ("error", "err!", "fail", "fatal", "panic", "exception", "✗", "✖", "⨯", "×")
_HINTS = ("err", "fail", "fatal", "panic", "excep", "e: ", "✗", "✖", "⨯", "×", *_SURE, *_PHRASES)
_WARNINGS = ("warn", "deprecated", "notice", "npm verbose")
_WRAPPERS = (
    "exit code", "exit status", "exited with", "elifecycle", "non-zero code", "complete log of this run", "first_fail",
    "failed to solve: process", "command failed", "lifecycle script", "buildx failed with", "complete successfully",
    "fix the upstream dependency", "error errno", "error path", "error command", "error cwd", "err! errno", "err! path",
    "err! command", "err! cwd", "because of webpack errors", "failed to compile", "error occurred prerendering",
    "debconf:", "returned an error code", "error during build:", "spawn enoent", "run failed: command", "0 errors", "could not compile", "aborting due to", "calledprocesserror",
)  # fmt: skip


@cache
def _shapes() -> tuple[tuple[float, re.Pattern[str]], ...]:
    return tuple((weight, re.compile(shape)) for weight, shape in _SHAPES)


def window(step: Step) -> range | list[int]:
    """The positions of a step's lines that are read as a whole: the first 64 and the last 400.

    >>> len(window(Step("s1", "l1", "log", "", "unknown", 1, 1, ())))
    0
    """
    count = len(step.lines)
    if count <= FIRST + LAST:
        return range(count)
    return [*range(FIRST), *range(count - LAST, count)]


def weight(line: Line) -> float:
    """How telling one line is by itself; 0 or less says nothing of a failure."""
    text = line.text[:500]
    low = text.lower()
    if line.tag == "powershell" or not (line.tag == "error" or any(hint in low for hint in _HINTS)):
        return 0.0
    best = _best(text, low)
    if line.tag == "error":
        best = max(best, 4.0)
    return best - _dull(low) if best else 0.0


def _best(text: str, low: str) -> float:
    for value, shape in _shapes():
        if shape.search(text):
            return value if value > 6 or not any(phrase in low for phrase in _SURE) else 6.5
    if any(phrase in low for phrase in _SURE):
        return 6.0
    if any(phrase in low for phrase in _PHRASES):
        return 4.0
    return 3.0 if any(word in low for word in _WORDS) else 0.0


def _dull(low: str) -> float:
    """What speaks against a line: a warning, a tool that passes an error on, a frame of a stack."""
    value = 5.0 if any(word in low for word in _WARNINGS) or low.startswith("w: ") else 0.0
    if any(phrase in low for phrase in _WRAPPERS):
        value += 6.0
    start = low.lstrip()
    if start.startswith(("at ", "^", "~", "note:")) or " note: " in low:
        value += 4.0
    return value


def telling(step: Step) -> dict[int, float]:
    """Positions of a step's telling lines with their weights, the first of a run a little ahead."""
    found: dict[int, float] = {}
    span = max(1, len(step.lines))
    previous = -10
    for position in window(step):
        value = weight(step.lines[position])
        if value <= 0:
            continue
        found[position] = value + (0.5 if position - previous > 3 else 0.0) + 0.5 * position / span
        previous = position
    return found
