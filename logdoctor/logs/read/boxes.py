"""The boxes in which pnpm 12 and other Rust tools print errors, with their word wrap undone.

      × installing dependencies
      ├─▶ Failed to resolve dependency tree: No matching version found for is-
      │   number@^99.0.0
      ╰─▶ No matching version found for is-number@^99.0.0 while fetching it from
          https://registry.example/
      help: The latest release is 7.0.0

Each cause becomes one line. A prefix of another tool before every row (`#12 0.345 `) is taken off the
rows that are put behind the first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from logdoctor.model import Line

WIDE = 79
"""A row of one word that is at least this wide was cut in mid-word."""

_MARGINS = {"×": "  │ ", "⚠": "  │ ", "☞": "  │ ", "├": "  │   ", "╰": "      ", "help": "        "}


def unwrap(lines: Sequence[Line]) -> list[Line]:
    """Put the rows of each cause together."""
    done: list[Line] = []
    rest: tuple[re.Pattern[str], str | None] | None = None
    for line in lines:
        said = _said(done[-1], line, *rest) if rest else ""
        if said:
            done[-1] = _longer(done[-1], line, said)
            continue
        rest = _rest_of(line.text) if "  " in line.text else None
        done.append(line)
    return done


def _said(first: Line, row: Line, rest: re.Pattern[str], step: str | None) -> str:
    """What a row adds to the cause before it; empty if it is no part of that."""
    if first.end + 1 != row.number or first.lane != row.lane:
        return ""
    match = rest.match(row.text)
    return match["said"].rstrip() if match and match["step"] == step else ""


def _longer(first: Line, row: Line, said: str) -> Line:
    """A line with one more row of it."""
    text = first.text.rstrip()
    # The wrap falls after a hyphen or slash of a word, or, in a word too long for a row, anywhere.
    last = first.joints[-1] if first.joints else 0
    broken = text[-1:] == "/" or (text[-1:] == "-" and text[-2:-1].strip() != "")
    broken = broken or (len(text) - last >= WIDE - 8 and " " not in text[last:].strip() and bool(last))
    text += "" if broken else " "
    return first._replace(text=text + said, end=row.end, joints=(*first.joints, len(text)))


def _rest_of(text: str) -> tuple[re.Pattern[str], str | None] | None:
    """What the further rows of the cause that this row begins look like, and the step they are of."""
    match = _first().match(text)
    if match is None:
        return None
    return _rest(match["frame"] is not None, _MARGINS[match["sign"] or match["help"]]), match["step"]


@cache
def _first() -> re.Pattern[str]:
    return re.compile(
        r"(?P<frame>(?P<step>#\d+ )?\d+\.\d{1,3} |[\w@./-]{1,80} [\w:-]{1,40}: )?(?:Error: |\w{1,12}: )?"
        r"  (?:(?P<sign>[×⚠☞├╰])(?:─▶)? |(?P<help>help): )\S"
    )


@cache
def _rest(framed: bool, margin: str) -> re.Pattern[str]:
    frame = r"(?:(?P<step>#\d+ )?\d+\.\d{1,3} |[\w@./-]{1,80} [\w:-]{1,40}: )" if framed else "(?P<step>#)?"
    return re.compile(rf"{frame}{margin}(?P<said>[^\s│├╰].*|\s*$)")
