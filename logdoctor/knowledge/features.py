"""What a model sees of a line: its words, its shape, where it stands, and what stands beside it.

`weight` is judgement, not measurement: it says which lines are worth asking about, and is itself one
of the features. What it is worth, the training decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise

from logdoctor.model import Line, Step
from logdoctor.words import words

FIRST, LAST = 64, 400
"""The part of a long step that is read: its first and last lines, the same on both scan paths."""
LATE = 24
"""Last lines of a step that are asked about in any case: a cause may be worded without alarm."""

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
    "failed to push some refs", "[remote rejected]", "push rejected to", "!     push failed",
)  # fmt: skip


_PROBE = (
    r"^(?:\s*=== (?:RUN|PAUSE|CONT|NAME) |\s*--- (?:PASS|SKIP): |-- (?:Looking for|Performing Test|Check for|Checking|Could NOT find) "
    r"|checking (?:for|if|whether|how) |ok  ?\t"
    r"|\W{0,8}(?:\[[^\]]{1,40}\]\W{0,3}|npm (?:ERR!|error) )?"
    r"If you (?:see|get|are|have|want|need|think|believe|encounter|do not|don't)\b"
    r"|(?:npm ERR!|error) (?:argv \"|node v\d|npm  ?v\d|(?:Windows_NT|Linux|Darwin) \d)"
    r"|npm ERR! +(?:Make sure you have|If you do, this|not with npm itself|Tell the author|You can get information"
    r"|Or if that isn't available|There is likely additional|Please include the following|npm (?:bugs|owner ls) ))"
)
"""Lines whose bad words tell nothing: what a tool tries, a test that passed, advice for a trouble that may never
come, and what npm before version 5 prints of itself round an error."""


_ADVICE = (
    r"^(?:\[ERROR\] (?:To see the full stack trace of the errors|Re-run Maven using|For more information about the errors"
    r"|After correcting the problems|\[Help \d+\] |  mvn <\w+> -rf )|> (?:Run with --|Get more help at )"
    r"|\.NET 5 has some compatibility issues with older Nuget|Info: Azure Pipelines hosted agents have been updated"
    r"|(?:Some errors have detailed explanations|For more information about (?:this|an) error)[:,] )"
)
"""What a tool says after each failure, whatever failed."""


@cache
def _shapes() -> tuple[tuple[float, re.Pattern[str]], ...]:
    return tuple((weight, re.compile(shape)) for weight, shape in _SHAPES)


@cache
def _aside() -> re.Pattern[str]:
    return re.compile(f"{_PROBE}|{_ADVICE}")


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


def candidates(step: Step) -> dict[int, float]:
    """Positions of the lines that speak of trouble at all, with the weight that judgement gives them."""
    found: dict[int, float] = {}
    end = len(step.lines) - LATE
    for position in window(step):
        line = step.lines[position]
        low = line.text[:500].lower()
        if line.tag == "powershell" or not low.strip() or _aside().match(line.text):
            continue
        if position >= end or line.tag == "error" or any(hint in low for hint in _HINTS):
            found[position] = weight(line)
    return found


def of_candidates(step: Step, weights: Mapping[int, float]) -> dict[int, list[str]]:
    """The features of each candidate of a step, as names; a name that a model does not know counts nothing."""
    ordered = sorted(weights)
    place = {position: number for number, position in enumerate(ordered)}
    ranks = {position: n for n, position in enumerate(sorted(ordered, key=lambda p: (-weights[p], p)))}
    best = max(weights.values(), default=0.0)
    first: dict[float, int] = {}
    last: dict[float, int] = {}
    for position in ordered:
        first.setdefault(weights[position], position)
        last[weights[position]] = position
    made: dict[int, list[str]] = {}
    for position in ordered:
        value = weights[position]
        names = _of_line(step.lines[position]) + _of_place(step, position)
        names.append(f"weight:{value}")
        names.append(f"rank:{min(ranks[position], 6)}")
        names.append(f"behind:{min(5.0, best - value):.0f}")
        names.append(f"before:{_scale(place[position])}")
        names.append(f"after:{_scale(len(ordered) - 1 - place[position])}")
        if first[value] == position:
            names.append(f"first:{value}")
        if last[value] == position:
            names.append(f"last:{value}")
        if position - 1 not in weights and position - 2 not in weights:
            names.append("starts a run")
        made[position] = names
    return made


def _of_line(line: Line) -> list[str]:
    text = line.text[:500]
    found = words(text)
    names = ["w:" + word for word in dict.fromkeys(found)]
    names += ["b:" + one + " " + other for one, other in pairwise(found)]
    if found:
        names.append("h:" + found[0])
    body = text.lstrip()
    names.append(f"indent:{min(3, (len(text) - len(body) + 1) // 2)}")
    names.append(f"length:{_scale(len(body) // 10)}")
    names += [f"shape:{number}" for number, (_, shape) in enumerate(_shapes()) if shape.search(text)]
    if line.tag:
        names.append("tag:" + line.tag)
    if body.endswith((":", "{", "(", ",")):
        names.append("goes on")
    return names


def _of_place(step: Step, position: int) -> list[str]:
    count = len(step.lines)
    names = [f"end:{_scale(count - 1 - position)}", f"part:{8 * position // max(1, count)}"]
    names.append(f"status:{step.status}")
    for offset in (-2, -1, 1, 2):
        beside = position + offset
        names.append(f"near{offset}:{_kind(step.lines, beside)}")
    return names


def _kind(lines: Sequence[Line], position: int) -> str:
    """What sort of line stands there, in a word."""
    if not 0 <= position < len(lines):
        return "edge"
    text = lines[position].text[:200]
    low = text.lower().strip()
    if not low:
        return "blank"
    if low.startswith(("at ", "from ", "file ")):
        return "frame"
    if low[0] in "^~|│>" or (low[0].isdigit() and "|" in low[:8]):
        return "source"
    if any(word in low for word in _WARNINGS):
        return "warning"
    if any(word in low for word in _WRAPPERS):
        return "wrapper"
    return "trouble" if any(hint in low for hint in _HINTS) else "text"


def _scale(count: int) -> int:
    """Counts in powers of two: 0, 1, 2, 3–4, 5–8, …"""
    return (count - 1).bit_length() + 1 if count > 0 else 0
