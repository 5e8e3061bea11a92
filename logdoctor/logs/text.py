"""Bytes into text as the tool meant it: encodings told apart, colours and control codes taken out.

Every function here keeps line feeds where they are, so it may be given one line or a whole log and
says the same about both.
"""

from __future__ import annotations

import re
from functools import cache

LONGEST = 8192
"""Characters of one line that are looked at; of a longer one the beginning and the end are kept."""

_TAIL = 2048

SPACES = ("\u2009", "\u200a", "\u2028", "\u2029", "\x85", "\xa0", "\u202f")
"""Characters that tools print where a space is meant."""


def decode(data: bytes) -> tuple[str, str]:
    r"""The text of a log and the name of its encoding.

    >>> decode("\ufeff#1 DONE".encode("utf-16-le"))
    ('#1 DONE', 'utf-16-le')
    """
    encoding = encoding_of(data[:4096])
    if encoding.startswith("utf-16"):
        return _decode_wide(data, encoding)
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        page = code_page(data)
        lines = [decode_line(line, page) for line in data.split(b"\n")]
        return "\n".join(lines), _name(data, page)


def encoding_of(head: bytes) -> str:
    """`utf-16-le`, `utf-16-be` or `utf-8`, told by a byte order mark or by where the zeros stand."""
    if head.startswith(b"\xff\xfe"):
        return "utf-16-le"
    if head.startswith(b"\xfe\xff"):
        return "utf-16-be"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 8 * even and _is_wide(head, odd, b"\n\x00"):
        return "utf-16-le"
    if even > 8 * odd and _is_wide(head, even, b"\x00\n"):
        return "utf-16-be"
    return "utf-8"


def _is_wide(head: bytes, zeros: int, feed: bytes) -> bool:
    """Whether that many zeros belong to UTF-16 rather than to a file that a tool quotes in a line."""
    return zeros * 8 > len(head) and head.count(feed) * 2 >= head.count(b"\n")


def _decode_wide(data: bytes, encoding: str) -> tuple[str, str]:
    """UTF-16, and lines in between that another program appended in plain bytes."""
    if data.count(0) * 3 >= len(data):
        return data.decode(encoding, "replace").removeprefix("\ufeff"), encoding
    feed = b"\n\x00" if encoding == "utf-16-le" else b"\x00\n"
    if data.count(b"\n") <= data.count(feed) or encoding == "utf-16-be":
        return data.decode(encoding, "replace").removeprefix("\ufeff"), encoding
    lines = [_decode_mixed(line) for line in data.removeprefix(b"\xff\xfe").split(b"\n")]
    return "\n".join(lines), encoding


def _decode_mixed(line: bytes) -> str:
    line = line.removeprefix(b"\x00")
    if line.count(0) * 4 > len(line):
        return line.decode("utf-16-le", "replace")
    return decode_line(line, "cp1252")


def decode_line(line: bytes, page: str = "cp1252") -> str:
    """One line of UTF-8, or of that code page where it cannot be UTF-8."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        whole = sum(character > "\x7f" for character in text[:LONGEST]) - broken
        return text if whole >= broken else line.decode(page, "replace")


def code_page(data: bytes) -> str:
    """The code page that bytes beyond ASCII belong to, by which letters they would be.

    >>> code_page("não é possível".encode("cp1252")), code_page("não é possível".encode("cp850"))
    ('cp1252', 'cp437')
    """
    high = data[: 1 << 20].translate(None, _ASCII)
    return "cp437" if len(high.translate(None, _DOS)) < len(high.translate(None, _WINDOWS)) else "cp1252"


_ASCII = bytes(range(0x80))
_DOS = bytes(
    [*range(0x80, 0x91), *range(0xA0, 0xA8), 0xB3, 0xBA, 0xBF, 0xC0, 0xC3, 0xC4, 0xC6, 0xCD, 0xD9, 0xDA]
)
_WINDOWS = bytes([*range(0x91, 0x98), 0xA0, 0xAB, 0xB0, 0xBB, 0xC7, 0xC9, *range(0xDF, 0x100)])


def _name(data: bytes, page: str) -> str:
    text = data[: 1 << 20].decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return "utf-8" if sum(character > "\x7f" for character in text) - broken >= broken else page


ERASE = ("\x1b[2K", "\x1b[G", "\x1b[0G", "\x1b[1G")
"""What wipes a line out or goes back to its beginning."""
ESCAPE = r"\x1b(?:\[[0-?]*[ -/]*[@-~]?|[\]_PX^][^\x07\x1b\n]*(?:\x07|\x1b\\)|[ -/]*[0-~])"
"""Colours, cursor movements, titles and links."""


@cache
def _escape(single: bool) -> re.Pattern[str]:
    """Escape codes, and those that begin with a single character of their own."""
    return re.compile(ESCAPE + r"|\x9b[0-?]*[ -/]*[@-~]" if single else ESCAPE)


@cache
def _written_out() -> re.Pattern[str]:
    """Colours as `cat -v` writes them; logs that were copied from a pager hold them so."""
    return re.compile(r"\^\[\[[0-9;]*[mKGJH]")


_CONTROLS = bytes([*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
"""Control characters but tab, line feed and carriage return."""
_INVISIBLE = frozenset(
    chr(code)
    for codes in (
        (0x061C, 0xFEFF),
        range(0x80, 0x85),
        range(0x86, 0xA0),
        range(0x200B, 0x2010),
        range(0x202A, 0x202F),
        range(0x2060, 0x206A),
    )
    for code in codes
)
"""Control characters beyond ASCII but U+0085; bidi and zero-width ones."""


def strip(text: str) -> str:
    """Take out colours, cursor movements, links and invisible characters; erasing a line is a `\\r`.

    >>> strip("npm \\x1b[0m\\x1b[91mERR!\\x1b[0m code")
    'npm ERR! code'
    >>> strip("^[[91merror^[[0m TS6196")
    'error TS6196'
    """
    if "\x1b" in text or "\x9b" in text:
        for code in ERASE:
            text = text.replace(code, "\r")
        text = _escape("\x9b" in text).sub("", text)
    if "^[[" in text:
        text = _written_out().sub("", text)
    text = _visible(text)
    return text if text.isascii() else _spaces(text)


def _visible(text: str) -> str:
    data = text.encode("utf-8", "surrogatepass")
    kept = data.translate(None, _CONTROLS)
    if len(kept) < len(data):
        text = kept.decode("utf-8", "surrogatepass")
    if text.isascii():
        return text
    for character in _INVISIBLE.intersection(kept.translate(None, _ASCII).decode("utf-8", "surrogatepass")):
        text = text.replace(character, "")
    return text


def _spaces(text: str) -> str:
    for space in SPACES:
        if space in text:
            text = text.replace(space, " ")
    return text


def shorten(line: str, longest: int = LONGEST) -> str:
    """The beginning and the end of a line that is too long to look at whole."""
    if len(line) <= longest:
        return line
    return line[: longest - _TAIL - 1] + "…" + line[-_TAIL:]
