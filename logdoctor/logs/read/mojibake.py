"""Characters that went through the wrong code page on their way to the log, put right again.

PowerShell and cmd.exe decode the UTF-8 of node tools with the console's own page, so that pnpm's
thin spaces, miette's boxes and the arrows of yarn arrive as letters of code page 437, 850 or 1252.
"""

from __future__ import annotations

import re
from functools import cache

LEADS = {"Γ": "cp437", "Ô": "cp850", "â": "cp1252"}
"""What the byte E2, with which all those signs begin, looks like in each page."""

CROSSES = ("├ù", "Ã—")

LOST = ("?ERR_", "?ELIF", "?WARN", "?ERROR", "\ufffdERR_", "\ufffdELIF", "\ufffdWARN", "\ufffdERROR")


def mend(text: str) -> str:
    """Read such signs anew; thin spaces become spaces, also where only `???` is left of them.

    >>> mend("ΓÇëERR_PNPM_NO_LOCKFILEΓÇë Cannot install"), mend("???ELIFECYCLE??? Command failed")
    (' ERR_PNPM_NO_LOCKFILE  Cannot install', ' ELIFECYCLE  Command failed')
    """
    if not text.isascii():
        if any(lead in text for lead in LEADS):
            text = _signs().sub(_sign, text)
        for cross in CROSSES:
            text = text.replace(cross, "×")
    if any(lost in text for lost in LOST):
        text = _lost().sub(r" \1 ", text)
    return text


@cache
def _signs() -> re.Pattern[str]:
    return re.compile(r"[ΓÔâ][^\x00-\x7f]{2}")


@cache
def _lost() -> re.Pattern[str]:
    return re.compile(r"[?\ufffd]{1,3}(ERR_PNPM_[A-Z0-9_]+|ELIFECYCLE|WARN|ERROR)[?\ufffd]{1,3}")


def _sign(match: re.Match[str]) -> str:
    try:
        sign = match[0].encode(LEADS[match[0][0]]).decode("utf-8")
    except UnicodeError:
        return match[0]
    return " " if sign in "\u2009\u200a\u202f" else sign
