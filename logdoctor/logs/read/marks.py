"""The marks that CI systems set before a message: their meaning becomes the line's tag."""

from __future__ import annotations

import re
from functools import cache

TAGS = ("error", "warning", "notice", "group", "endgroup", "debug", "command", "section")


def marked(text: str) -> tuple[str, str]:
    """The tag that a CI mark at the start of a line stands for, and the text without the mark.

    >>> marked("##[error]Process completed with exit code 1.")
    ('error', 'Process completed with exit code 1.')
    >>> marked("::warning file=a.ts,line=3::unused name")
    ('warning', 'unused name')
    """
    if text.startswith("##["):
        tag, closed, rest = text[3:].partition("]")
        return (tag, rest) if closed and tag in TAGS else ("", text)
    if text.startswith("##vso["):
        return _azure(text)
    if text.startswith("::"):
        return _command(text)
    if text.startswith("[command]"):
        return "command", text[9:]
    return "", text


def _command(text: str) -> tuple[str, str]:
    head, closed, rest = text[2:].partition("::")
    tag = head.partition(" ")[0]
    return (tag, rest) if closed and tag in TAGS else ("", text)


def _azure(text: str) -> tuple[str, str]:
    head, closed, rest = text[6:].partition("]")
    if not closed:
        return "", text
    for tag in ("error", "warning"):
        if f"type={tag}" in head:
            return tag, rest
    failed = head.startswith("task.complete") and "result=Failed" in head
    return ("error", rest) if failed and rest else ("vso", rest)


def without_times(text: str) -> str:
    """The line without Buildkite's times, of which some tools take the escape characters only."""
    return re.sub(r"_?bk;t=\d{6,16}\x07?", "", text)


@cache
def _sections() -> re.Pattern[str]:
    return re.compile(
        r"section_(start|end):\d{9,13}:([\w.-]+)(?:\[[^\]]*\])?\r?"
        r"|travis_(fold):(start|end):([^\s]+)\r?|travis_time:(?:start|end):\S*\r?"
    )


def sections(text: str) -> list[tuple[str, str]]:
    r"""The section marks of GitLab and Travis in a line, each as a tag with the text that follows.

    >>> sections("section_end:1560896353:get\rsection_start:1560896354:build\r$ make")
    [('section_end:get', ''), ('section_start:build', '$ make')]
    """
    found: list[tuple[str, str]] = []
    tag, start = "", 0
    for match in _sections().finditer(text):
        before = text[start : match.start()]
        if tag or before.strip("\r"):
            found.append((tag, before))
        tag, start = _tag(match), match.end()
    rest = text[start:]
    if tag or rest or not found:
        found.append((tag, rest))
    return found


def _tag(match: re.Match[str]) -> str:
    if match[1]:
        return f"section_{match[1]}:{match[2]}"
    return f"fold_{match[4]}:{match[5]}" if match[3] else ""
