"""Raw logs into cleaned lines."""

from __future__ import annotations

from logdoctor.logs.read.clean import is_said, lines_of
from logdoctor.logs.read.profile import Profile, examine, profile
from logdoctor.logs.sources import Raw
from logdoctor.logs.text import decode, decode_line, strip
from logdoctor.model import Line, Log

__all__ = ["Profile", "clean_line", "profile", "raw_line_of", "read", "read_lines"]


def read(raw: Raw, id: str = "l1") -> Log:
    """Clean a whole log; line numbers count from 1 and mean its raw lines, which end at a line feed."""
    text, encoding = decode(raw.data)
    if "\r\n" in text:
        text = text.replace("\r\n", "\n")
    rows = text.split("\n")
    if not rows[-1]:
        rows.pop()
    lines, formats = _array(text)
    if not lines:
        bare = strip(text)
        how = examine(text, rows, bare.split("\n"), encoding)
        lines, formats = lines_of(rows, how, bare=bare), how.formats
    return Log(id, raw.name, tuple(lines), len(raw.data), len(rows), encoding, formats, False, raw.job)


def _array(text: str) -> tuple[list[Line], tuple[str, ...]]:
    """The lines of a log that is one JSON array of messages, as CircleCI keeps it."""
    head = text[:4096].lstrip()
    if not head.startswith("[") or '"message"' not in head or head[1:].lstrip()[:1] != "{":
        return [], ()
    from logdoctor.logs.read.records import messages

    return messages(text), ("circleci",)


def read_lines(rows: list[bytes] | list[str], how: Profile, first: int = 1) -> list[Line]:
    """Clean consecutive raw lines of a log of that profile; the first has the number given."""
    texts = [row if isinstance(row, str) else decode_line(row, how.page) for row in rows]
    if len(texts) == 1 and not _is_folded(how) and is_said(texts[0]):
        return [Line(first, texts[0], first)]
    return lines_of([text.removesuffix("\r") for text in texts], how, first)


def _is_folded(how: Profile) -> bool:
    """Whether every line of such a log has something to be taken off, opened or put together."""
    return bool(how.layers or how.records or "powershell" in how.formats)


def clean_line(row: bytes | str, number: int, how: Profile) -> Line:
    """Clean one raw line for itself."""
    text = row if isinstance(row, str) else decode_line(row, how.page)
    return lines_of([text.removesuffix("\r")], how, number)[-1]


def raw_line_of(line: Line, offset: int) -> int:
    """The number of the raw line in which the character at that offset of a cleaned line stands.

    >>> raw_line_of(Line(4, "Cannot find module", 5, joints=(9,)), 12)
    5
    """
    return min(line.number + sum(joint <= offset for joint in line.joints), line.end)
