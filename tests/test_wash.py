"""Bytes that are searched say what the cleaned text says, and no line that a pattern hits is missed."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logdoctor.knowledge.rules import load_book
from logdoctor.knowledge.sieve import sieve
from logdoctor.literals import engine_for, searcher
from logdoctor.logs.read import read
from logdoctor.logs.read.mojibake import mend
from logdoctor.logs.sources import Raw
from logdoctor.logs.text import decode_line, strip
from logdoctor.logs.wash import wash

BOOK = load_book()
LOGS = sorted(Path("corpus").glob("*/*/logs/*.log"))


def in_text(data: bytes) -> bytes:
    """What cleaning each line as text gives."""
    rows = [mend(strip(decode_line(row, "cp1252"))) for row in data.split(b"\n")]
    return "\n".join(rows).encode("utf-8", "replace")


@pytest.mark.parametrize("path", LOGS[::9], ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_recorded_log_is_washed_as_its_text_is_cleaned(path: Path) -> None:
    data = path.read_bytes().rstrip(b"\n") + b"\n"
    assert wash(data, "cp1252") == in_text(data)


ODD = st.sampled_from(
    [
        *"aé│✓ \t\r\n\x00\x07\x7f",
        "\x1b[31m",
        "\x1b[0m",
        "\x1b[2K",
        "\x1b[1G",
        "\x1b]8;;x\x07",
        "\x85",
        "\x9b",
        "\xa0",
        "\u2009",
        "\u200b",
        "\u202e",
        "\u2066",
        "\ufeff",
        "\u061c",
        "…",
        "â€™",
        "ΓÇë",
        "├ù",
        "Ã—",
        "?ERR_PNPM_X?",
        "^[[31m",
        "\x1b",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(ODD, max_size=30).map("".join))
def test_odd_characters_go_the_same_way(text: str) -> None:
    data = f"{text}.\n".encode()
    assert wash(data, "cp1252") == in_text(data)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60).filter(lambda data: b"\x1b" not in data))
def test_bytes_that_are_no_text_go_the_same_way(data: bytes) -> None:
    assert wash(data + b".\n", "cp1252") == in_text(data + b".\n")


@pytest.mark.parametrize("log", [b"\x1b[?25h", b"done\n\x1b[?25h"])
def test_a_last_line_of_nothing_but_codes_stays_a_line(log: bytes) -> None:
    assert wash(log, "cp1252").count(b"\n") == len(log.split(b"\n"))


@cache
def expressions() -> tuple[bytes, ...]:
    return tuple(sieve(each.line) for rule in BOOK.rules for each in rule.patterns)


def test_no_line_that_a_pattern_hits_slips_through_the_sieve() -> None:
    patterns = [re.compile(each.line) for rule in BOOK.rules for each in rule.patterns]
    needles = [each.needle for rule in BOOK.rules for each in rule.patterns]
    sieves = [re.compile(each) for each in expressions()]
    hits = set()
    for path in LOGS[::5]:
        for text in {line.text for line in read(Raw("x", path.read_bytes())).lines}:
            for number, needle in enumerate(needles):
                if needle in text and patterns[number].search(text):
                    hits.add(number)
                    assert sieves[number].search(text.encode("utf-8", "replace")), (patterns[number], text)
    assert len(hits) > 100


def test_an_engine_knows_every_expression() -> None:
    pytest.importorskip("hyperscan")
    assert engine_for(expressions()) is not None


def test_with_an_engine_and_without_the_same_lines_are_found() -> None:
    pytest.importorskip("hyperscan")
    some = expressions()[::40]
    for path in LOGS[::40]:
        data = wash(path.read_bytes(), "cp1252")
        found = [
            {(data.count(b"\n", 0, place), index) for place, index in searcher(some, engine=engine)(data)}
            for engine in (None, False)
        ]
        assert found[0] == found[1]


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (r"^npm (?:ERR!|error) code (?P<code>E\w+)$", "#5 0.3 npm error code ENOENT"),
        (r"(?i)cannot find module '(?P<name>[^']+)'", "x: CANNOT FIND MODULE 'é'"),
        (r"^.{3,300}missing\.?$", "some of it is missing"),
        (r"\bneeds (?P<n>\d{1,20}) more\b", "1: needs 12 more bytes"),
        (r"^(?:a|b)+ = [^\x00-\x7f] end", "prefix ab = é end"),
    ],
)
def test_a_sieve_lets_through_what_its_pattern_hits_after_any_prefix(pattern: str, line: str) -> None:
    assert re.search(sieve(pattern), line.encode())
