"""The prefixes that CI systems, hosts and runners put before every line, and how each looks.

Whether a log has one is decided from a sample of its lines, because `12:01:44 ` at the start of one
line may be a tool's own word.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache

from logdoctor.record import NamedTuple

DEPTH = 6
"""Prefixes that may stand before one line."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LEVELS = ("silly", "verbose", "info", "http", "timing", "notice", "warn", "error")
_BEGUN = 5
"""Characters of a shape by which most lines are known not to have it."""
_DIGITS = bytes.maketrans(b"123456789", b"000000000")


class Layer(NamedTuple):
    """A prefix of lines.

    At least `share` of a log's lines must have it, and `fewest` of them. `format` is whose prefix it
    is, if that is certain. A group `lane` names the stream that the prefix tells apart. `shapes`,
    beginnings with every digit written as 0, and `hint`, a part of it, tell without a regex that a log
    has no such prefix.
    """

    name: str
    format: str
    share: float
    pattern: str
    shapes: tuple[str, ...] = ()
    hint: str = ""
    fewest: int = 1


_ALL = (
    Layer("gh", "github-actions", 0.5, r"(?P<lane>[^\t]{1,250}\t[^\t]{1,250})\t", hint="\t20"),
    Layer(
        "github",
        "",
        0.02,
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z ?",
        ("0000-00-00T00:00:00.0000000Z",),
    ),
    Layer(
        "gitlab",
        "gitlab",
        0.02,
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z [0-9a-f]{2}[OE][ +]",
        ("0000-00-00T00:00:00.000000Z 0",),
    ),
    Layer(
        "timestamper",
        "jenkins",
        0.3,
        r"\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\](?: |$)",
        ("[0000-00-00T00:00:00.000Z]",),
    ),
    Layer("vercel", "vercel", 0.3, r"\[?\d\d:\d\d:\d\d\.\d{3}\]?(?: |$)", ("00:00:00.000", "[00:00:00.000]")),
    Layer(
        "netlify",
        "netlify",
        0.15,
        r"(?:\d{1,2}:\d\d:\d\d [AP]M: |Line \d+: )",
        ("0:00:00 AM: ", "00:00:00 AM: ", "0:00:00 PM: ", "00:00:00 PM: ", "Line 0"),
    ),
    Layer("clock", "", 0.5, r"\d\d:\d\d:\d\d(?: +|$)", ("00:00:00 ",)),
    Layer(
        "coolify",
        "coolify",
        0.1,
        r"\d{4}-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d\.\d{6}(?: |$)",
        tuple(f"0000-{month}-00 00:00:00.000000" for month in MONTHS),
    ),
    Layer(
        "digitalocean",
        "digitalocean",
        0.3,
        r"(?:\[[\w-]+\] )?\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\](?: |$)(?:[│╭╰].? ?)?",
        ("[0000-00-00 00:00:00]",),
        hint="] [20",
    ),
    Layer(
        "container",
        "codebuild",
        0.0,
        r"\[Container\] \d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)? ",
        ("[Container] 0000/00/00 ",),
    ),
    Layer("cloud-build", "cloud-build", 0.1, r'Step (?P<lane>#\d+(?: - "[^"]*")?): ', ("Step #0",)),
    Layer("drone", "drone", 0.3, r"\[(?P<lane>[^\]:\[]{1,80}):L?\d+(?::\d+s)?\](?: |$)", hint="] "),
    # git puts it before what any server says; a whole log of them is a push to Heroku.
    Layer("heroku", "heroku", 0.75, r"remote: {0,9}", ("remote:",)),
    Layer("dyno", "heroku", 0.5, r"(?:app|heroku)\[[a-z][\w-]{0,40}(?:\.\d{1,6})?\]: ?", hint="]: "),
    Layer("compose", "compose", 0.5, r"(?P<lane>[A-Za-z][\w.-]{0,60}) +\|(?: |$)", hint=" | "),
    Layer(
        "npm-debug",
        "npm-debug",
        0.5,
        r"\d{1,7} (?=(?:silly|verbose|info|http|timing|notice|warn|error) )",
        tuple("0" * digits + " " + level for digits in range(1, 6) for level in _LEVELS),
    ),
    Layer("vercel-cli", "vercel", 0.3, r"Building: ", ("Building: ",)),
    Layer(
        "stamp",
        "",
        0.4,
        r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]?:?(?: +|$)"
        r"(?:\[(?:inf|err|warn|info|error)\] +)?",
        ("0000-00-00T00:00:00", "0000-00-00 00:00:00", "[0000-00-00T00:00:00", "[0000-00-00 00:00:00"),
    ),
    Layer(
        "journal",
        "",
        0.4,
        r"[A-Z][a-z]{2} [ \d]?\d,? \d\d:\d\d:\d\d(?:\.\d+)?(?: [AP]M)?"
        r"(?: [\w.-]+ [\w./-]+(?:\[\d+\])?:)?(?: +|$)",
        tuple(f"{month} {day}" for month in MONTHS for day in ("0", " 0")),
    ),
    # Markdown's way to paste a log; a few lines may be indented on their own.
    Layer("margin", "", 1.0, " {4}", hint="    ", fewest=4),
)
LAYERS = {layer.name: layer for layer in _ALL}


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The compiled prefix of that layer."""
    return re.compile(LAYERS[name].pattern)


def layers_of(sample: Sequence[str]) -> tuple[str, ...]:
    """The names of the layers that the sample's lines carry, outermost first."""
    found: list[str] = []
    lines = [line for line in sample if line]
    while lines and len(found) < DEPTH:
        name = _outermost(lines, found)
        if not name:
            break
        found.append(name)
        lines = [rest for line in lines if (rest := peel(line, name)[0])]
    return tuple(found)


def peel(line: str, name: str) -> tuple[str, str]:
    """The line without that prefix, and the lane that the prefix named.

    >>> peel("web-1  | #4 DONE 0.1s", "compose")
    ('#4 DONE 0.1s', 'web-1')
    """
    match = pattern(name).match(line)
    if match is None:
        return line, ""
    lane = match["lane"].replace('"', "") if match.lastgroup else ""
    return line[match.end() :], lane


def bare(row: str, layers: Sequence[str]) -> str:
    """A raw line without its prefixes, colours kept."""
    for name in layers:
        row = peel(row, name)[0]
    return row


def _outermost(lines: Sequence[str], known: Iterable[str]) -> str:
    text, heads = "\n".join(lines), "\n".join([line[:40] for line in lines])
    shapes = heads.encode("ascii", "replace").translate(_DIGITS).decode().split("\n")
    begun = {shape[:_BEGUN] for shape in shapes}
    for name, layer in LAYERS.items():
        if name in known or not _seen(layer, text, begun):
            continue
        least = max(layer.fewest, layer.share * len(lines))
        if _likely(layer, lines, shapes) >= least and _sure(name, lines) >= least:
            return name
    return ""


def _seen(layer: Layer, text: str, begun: Collection[str]) -> bool:
    """Whether any line may have that prefix; most logs have none of most."""
    if layer.hint and layer.hint in text:
        return True
    return any(shape[:_BEGUN] in begun for shape in layer.shapes)


def _likely(layer: Layer, lines: Sequence[str], shapes: Sequence[str]) -> int:
    count = sum(layer.hint in line for line in lines) if layer.hint else 0
    if layer.shapes:
        count += sum(shape.startswith(layer.shapes) for shape in shapes)
    return count


def _sure(name: str, lines: Sequence[str]) -> int:
    match = pattern(name).match
    return sum(match(line) is not None for line in lines)
