"""Raw lines of a log into what the tool printed: the same for a whole log and for chosen lines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, repeat

from logdoctor.logs.read.layers import peel
from logdoctor.logs.read.marks import marked, sections
from logdoctor.logs.read.mojibake import mend
from logdoctor.logs.read.profile import Profile
from logdoctor.logs.text import LONGEST, shorten, strip
from logdoctor.model import Line

_SIGNS = ("\r", "##[", "##vso[", "::", "[command]", "\n20", "section_", "travis_", "bk;t=")
_LONGEST_RECORD = 1 << 20
_TELLING = ("rror", "ERR", "ailed", "FAIL", "atal")


def lines_of(rows: Sequence[str], profile: Profile, first: int = 1, bare: str | None = None) -> list[Line]:
    """Clean consecutive raw lines, the first of which has that number.

    `bare` is their text without colours, where somebody has it already.
    """
    if profile.width or profile.powershell or "gitlab" in profile.layers:
        lines = _joined(rows, profile, first)
    else:
        numbers = range(first, first + len(rows))
        lines = _lines(_texts(rows, profile, bare), numbers, numbers, profile)
    return _folded(lines, profile)


def _joined(rows: Sequence[str], profile: Profile, first: int) -> list[Line]:
    from logdoctor.logs.read.wrapping import Row, put_together

    raw = [Row(number, number, text) for number, text in enumerate(rows, first)]
    whole = put_together(raw, profile.width, profile.powershell, profile.layers)
    numbers, ends = [row.number for row in whole], [row.end for row in whole]
    lines = _lines(_texts([row.text for row in whole], profile), numbers, ends, profile)
    cuts = {row.number: row for row in whole if row.cuts}
    return [
        line._replace(joints=_joints(cuts[line.number].text, cuts[line.number].cuts, line.text))
        if line.number in cuts
        else line
        for line in lines
    ]


def _joints(raw: str, cuts: Sequence[int], text: str) -> tuple[int, ...]:
    """Where in the cleaned text each further raw line begins.

    What stands before a cut is cleaned alone; what peeling took from the line's beginning is gone
    from that too, so the place is counted from the end of the whole.
    """
    gone = len(strip(shorten(raw))) - len(text)
    places = (len(strip(raw[:cut])) - gone for cut in cuts)
    return tuple(min(max(place, 0), len(text)) for place in places)


def _texts(rows: Sequence[str], profile: Profile, bare: str | None = None) -> list[str]:
    if not rows:
        return []
    longest = _LONGEST_RECORD if profile.records else LONGEST
    if max(map(len, rows), default=0) > longest:
        rows = [shorten(row, longest) for row in rows]
        bare = None
    return mend(strip("\n".join(rows)) if bare is None else bare).split("\n")[: len(rows)]


def _lines(texts: Sequence[str], numbers: Sequence[int], ends: Sequence[int], profile: Profile) -> list[Line]:
    if not profile.layers:
        return _unprefixed(texts, numbers, ends)
    lines: list[Line] = []
    lane = ""
    for text, number, end in zip(texts, numbers, ends, strict=True):
        rest, found = peeled(text, profile.layers)
        lane = found or (lane if "gh" in profile.layers else "")
        tag = "container" if rest != text and text.startswith("[Container] ") else ""
        lines += [Line(number, each, end, mark or tag, lane) for mark, each in said(rest)]
    return lines


def _unprefixed(texts: Sequence[str], numbers: Sequence[int], ends: Sequence[int]) -> list[Line]:
    """The lines of a log without prefixes: most are what they are, the few with a sign are read."""
    # Calling the class would take five times as long, and a log has many lines.
    lines = list(map(Line._make, zip(numbers, texts, ends, repeat(""), repeat(""), repeat(()), strict=False)))
    text = "\n".join(("", *texts))
    signs = [sign for sign in _SIGNS if sign in text]
    odd = {at for sign in signs for at, each in enumerate(texts) if _has(each, sign)}
    for at in sorted(odd, reverse=True):
        rest, _ = peeled(texts[at], ())
        lines[at : at + 1] = [Line(numbers[at], each, ends[at], mark) for mark, each in said(rest)]
    return lines


def _has(text: str, sign: str) -> bool:
    return text.startswith(sign[1:]) if sign[0] == "\n" else sign in text


def is_said(text: str) -> bool:
    """Whether a raw line without prefix already is what the tool said, as nearly all are.

    >>> is_said("npm error code E404"), is_said("10%\\r20%"), is_said("::error::no")
    (True, False, False)
    """
    if len(text) > LONGEST or not (text.isascii() and text.isprintable()):
        return False
    # A code page may have lost signs to "?", as in `???ELIFECYCLE???`, and "^" may begin a colour that was
    # written out, as in `^[[31m`.
    return (
        not any(sign in text for sign in _SIGNS) and text[:2] != "20" and "?" not in text and "^" not in text
    )


def peeled(text: str, layers: Sequence[str]) -> tuple[str, str]:
    """A line without its prefixes, and the lanes that they name."""
    text = text.lstrip("\r")
    lanes: list[str] = []
    for layer in layers:
        text, lane = peel(text, layer)
        if lane:
            lanes.append(lane)
    if text[:2] == "20" and text[10:11] == "T" and text[27:28] == "Z":
        text = peel(text, "github")[0]
    return text, "\t".join(lanes)


def said(text: str) -> list[tuple[str, str]]:
    """What a line without prefixes says: a text with its tag, or several."""
    if "bk;t=" in text:
        from logdoctor.logs.read.marks import without_times

        text = without_times(text)
    if "section_" in text or "travis_" in text:
        return [(tag, latest(part)) for tag, part in sections(text)]
    text = latest(text)
    return [marked(text) if text[:2] in ("##", "::", "[c") else ("", text)]


def latest(text: str) -> str:
    r"""What matters of a line that was painted over with carriage returns.

    >>> latest("10%\r20%\rdone"), latest("error: no\r[ 9/9 ]")
    ('done', 'error: no')
    """
    if "\r" not in text:
        return text
    parts = [part for part in text.split("\r") if part.strip()]
    for part in reversed(parts):
        if any(word in part for word in _TELLING):
            return part
    return parts[-1] if parts else ""


def _folded(lines: list[Line], profile: Profile) -> list[Line]:
    """Put together what a tool printed as several lines but said as one."""
    if profile.records:
        from logdoctor.logs.read.records import opened

        lines = opened(lines)
    if any(profile.inner):
        lines = _rejoined(lines, profile)
    if profile.powershell or "powershell" in profile.formats:
        from logdoctor.logs.read.powershell import fold

        lines = fold(lines)
    if profile.boxes:
        from logdoctor.logs.read.boxes import unwrap

        lines = unwrap(lines)
    return lines


def _rejoined(lines: Sequence[Line], profile: Profile) -> list[Line]:
    """Put together lines that were cut before they got their prefixes."""
    from logdoctor.logs.read.wrapping import Row, put_together

    done: list[Line] = []
    for _, run in groupby(lines, key=lambda line: line.lane):
        same = list(run)
        at = 0
        for row in put_together([Row(each.number, each.end, each.text) for each in same], *profile.inner, ()):
            line = same[at]
            done.append(line._replace(text=row.text, end=row.end, joints=row.cuts) if row.cuts else line)
            at += len(row.cuts) + 1
    return done
