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
    rest: re.Pattern[str] | None = None
    for line in lines:
        if rest is not None and done[-1].end + 1 == line.number and done[-1].lane == line.lane:
            match = rest.match(line.text)
            if match and match["said"].strip():
                done[-1] = _longer(done[-1], line, match["said"].rstrip())
                continue
        rest = _rest_of(line.text) if "  " in line.text else None
        done.append(line)
    return done


def _longer(first: Line, row: Line, said: str) -> Line:
    """A line with one more row of it."""
    text = first.text.rstrip()
    # The wrap falls after a hyphen or slash of a word, or, in a word too long for a row, anywhere.
    last = first.joints[-1] if first.joints else 0
    broken = text[-1:] == "/" or (text[-1:] == "-" and text[-2:-1].strip() != "")
    broken = broken or (len(text) - last >= WIDE - 8 and " " not in text[last:].strip() and bool(last))
    text += "" if broken else " "
    return first._replace(text=text + said, end=row.end, joints=(*first.joints, len(text)))


def _rest_of(text: str) -> re.Pattern[str] | None:
    """What the further rows of the cause that this row begins look like; None if it begins none."""
    match = _first().match(text)
    if match is None:
        return None
    return _rest(match["frame"] is not None, _MARGINS[match["sign"] or match["help"]])


@cache
def _first() -> re.Pattern[str]:
    return re.compile(
        r"(?P<frame>(?:#\d+ )?\d+\.\d{1,3} |[\w@./-]{1,80} [\w:-]{1,40}: )?(?:Error: |\w{1,12}: )?"
        r"  (?:(?P<sign>[×⚠☞├╰])(?:─▶)? |(?P<help>help): )\S"
    )


@cache
def _rest(framed: bool, margin: str) -> re.Pattern[str]:
    frame = r"(?:(?:#\d+ )?\d+\.\d{1,3} |[\w@./-]{1,80} [\w:-]{1,40}: )" if framed else ""
    return re.compile(rf"{frame}{margin}(?P<said>[^\s│├╰].*|\s*$)")
