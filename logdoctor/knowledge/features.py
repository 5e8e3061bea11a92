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
    (7, r"\berror\b:? ?(?:TS|CS|MSB|NU)\d{3,5}\b|^error\[E\d{4}\]|:\d+(?::\d+)?:? (?:fatal )?error\b|\(\d+,\d+\): error"),
    (6, r"Module not found|Cannot find (?:module|package)|Can't resolve|JavaScript heap out of memory|failed to resolve"),
    (6, r"^\W*(?:\w+\.)*\w*(?:Error|Exception)(?: \[\w+\])?: \S"),
    (5, r"^\W*(?:E|fatal|FATAL|FATAL ERROR|error|ERROR|Error|Fatal error|panic|configure: error)(?::|\s*\]|\s) ?\S"),
    (5, r"\bERR_[A-Z_]{4,}|\bnpm (?:error|ERR!) (?:code )?E[A-Z0-9]{3,}|\bYN0*[1-9]\d*:|\bE(?:ACCES|NOENT|PERM|NOSPC|RESOLVE)\b"),
    (4, r"(?i)\b(?:not found|no such file|cannot|can't|could not|couldn't|unable to|denied|is not recognized"
        r"|does not (?:exist|have)|doesn't exist|undefined reference|no matching|not supported|unsupported"
        r"|is required|must be|out of memory|no space left|refused|timed out|unauthorized|conflict|unexpected"
        r"|not installed|missing|invalid|incompatible|has no|changed its|not allowed|is not)\b"),
    (3, r"(?i)\berr(?:or)?s?\b|\bfail(?:ed|ure|s)?\b|\bfatal\b|\bpanic\b|✗|✖|⨯|×"),
)  # fmt: skip
_DULL: tuple[tuple[float, str], ...] = (
    (5, r"(?i)\bwarn(?:ing)?\b|\bdeprecated\b|\bnotice\b|^W: "),
    (6, r"(?i)exit(?:ed with)?(?: with)?(?: exit)? (?:code|status):? ?\d|ELIFECYCLE|non-zero code|complete log of this run"
        r"|RECURSIVE_(?:RUN|EXEC)_FIRST_FAIL|failed to solve: process|command failed|lifecycle script|buildx failed with"
        r"|did not complete successfully|fix the upstream dependency|npm (?:error|ERR!) (?:errno|path|command|cwd)\b"
        r"|Build failed because of webpack errors|> Build failed|^\W*Failed to compile\W*$|Error occurred prerendering"
        r"|Command \"[^\"]*\" exited|^debconf:|returned an error code|^\W*error during build:\W*$|spawn ENOENT"),
    (4, r"^\s*at |^\s*\^+\s*$|^\s*~+\s*$|^npm verbose|\b0 errors?\b|^\s*from \S+:\d+"),
)  # fmt: skip


@cache
def _compiled() -> tuple[
    tuple[tuple[float, re.Pattern[str]], ...], tuple[tuple[float, re.Pattern[str]], ...]
]:
    return (
        tuple((weight, re.compile(shape)) for weight, shape in _SHAPES),
        tuple((weight, re.compile(shape)) for weight, shape in _DULL),
    )


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
    shapes, dull = _compiled()
    text = line.text[:500]
    best = 0.0
    for value, shape in shapes:
        if shape.search(text):
            best = value
            break
    if line.tag == "error":
        best = max(best, 4.0)
    if not best or line.tag == "powershell":
        return 0.0
    return best - sum(value for value, shape in dull if shape.search(text))


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
