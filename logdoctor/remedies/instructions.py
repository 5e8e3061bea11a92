"""A Dockerfile as a list of plain instructions, for those who only ask what it does."""

from __future__ import annotations

from functools import lru_cache

from logdoctor.record import NamedTuple

LONGEST = 200_000
"""Characters; a longer text is no Dockerfile that anybody wrote."""


class Instruction(NamedTuple):
    """An instruction with its continued lines joined and here-documents after it; lines count from 1."""

    keyword: str
    value: str
    line: int
    end: int


@lru_cache(maxsize=128)
def instructions(text: str) -> tuple[Instruction, ...]:
    """Read every instruction, those before the first FROM included."""
    from logdoctor.remedies.edits.dockerfile import parse

    if len(text) > LONGEST:
        return ()
    try:
        found = parse(text).instructions
    except RecursionError:
        return ()
    return tuple(
        Instruction(
            each.keyword,
            "\n".join((each.value, *(heredoc.content.text for heredoc in each.heredocs))),
            each.line,
            each.end_line,
        )
        for each in found
    )
