"""The words of a log line, without what differs between two runs: numbers, times, hashes, folders."""

from __future__ import annotations

import re
from functools import cache

READ = 500
"""Characters of a line that are read into words."""

_TOKEN = (
    r"(?P<url>\b[a-z][a-z+]{1,9}://[^\s'\"<>)\]]+)"
    r"|(?P<path>(?:[A-Za-z]:)?[\w.@~+-]*(?:[\\/]+[\w.@+~-]+){1,}[\\/]?)"
    r"|(?P<hash>\b(?=[0-9a-f-]*\d)[0-9a-f]{7,}(?:-[0-9a-f]{4,})*\b|\b0x[0-9a-f]+\b)"
    r"|(?P<number>\d+(?:[.,:]\d+)*[a-z]{0,2}\b)"
    r"|(?P<word>[^\W\d_]['’\w]*)"
    r"|(?P<sign>[✗✖⨯×✘×>│^~+$*•]|\.{3})"
)


@cache
def _token() -> re.Pattern[str]:
    return re.compile(_TOKEN)


def words(text: str) -> list[str]:
    """A line's words in lower case, with marks in place of what no two builds share.

    >>> words("src/a.ts(3,7): error TS2307: Cannot find module './b'")
    ['<path>', '<n>', 'error', '<CODE>', 'ts#', 'cannot', 'find', 'module', '<path>']
    """
    found: list[str] = []
    for each in _token().finditer(text[:READ]):
        kind = each.lastgroup
        if kind == "word":
            found += _word(each[0])
        elif kind == "number":
            found.append("<n>")
        elif kind == "sign":
            found.append(each[0])
        else:
            found.append(f"<{kind}>")
    return found


def _word(word: str) -> list[str]:
    """A word, with the kind of thing it names: a tool's code, an exception."""
    low = word.lower().replace("’", "'")
    if word.isupper() and len(word) >= 4 and (word[0] == "E" or "_" in word):
        return ["<CODE>", low]
    if low[-1].isdigit():
        stem = low.rstrip("0123456789")
        return ["<CODE>", stem + "#"] if word[:2].isupper() and len(low) - len(stem) >= 3 else [stem + "#"]
    if len(word) > 5 and word[0].isupper() and low.endswith(("error", "exception")):
        return ["<EXCEPTION>", low]
    return [low]


_VARIABLE = (
    r"(?P<path>(?:[A-Za-z]:)?(?:[\\/]+[^\\/\s'\":,()]+){2,})"
    r"|(?P<hash>\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{9,}\b|\b0x[0-9a-f]+\b|\b(?=[0-9a-f]*\d)[0-9a-f]{7,}\b|\b(?=\w*\d)[a-z0-9]{25}\b)"
    r"|(?P<number>\d+(?:[.,:]\d+)*)"
)


@cache
def _variable() -> re.Pattern[str]:
    return re.compile(_VARIABLE)


def template(text: str) -> str:
    """The line as two runs of one build print it: the constant part of what its printer filled in.

    >>> template("Error: listen EADDRINUSE at 0x7ffd12 after 12.5s in /tmp/run-8812/srv/app.js:31")
    'error: listen eaddrinuse at <hash> after <n>s in app.js:<n>'
    """

    def masked(found: re.Match[str]) -> str:
        kind = found.lastgroup
        if kind == "path":
            return re.sub(r"\d+", "<n>", found[0].replace("\\", "/").rsplit("/", 1)[-1])
        return f"<{'n' if kind == 'number' else kind}>"

    return " ".join(_variable().sub(masked, text.lower()).split())
