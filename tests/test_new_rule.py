"""A rule started from a log is a rule, whatever the log says."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reports import FAILED, PASSED, UNKNOWN

from logdoctor.faces.rules import placed
from logdoctor.faces.status import Refused
from logdoctor.knowledge.authoring import parse
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.services.new_rule import pattern_for, rule_text, telling_line

LINES = st.lists(st.text(st.characters(codec="utf-8"), max_size=60), min_size=1, max_size=9)


@given(text=st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_the_pattern_matches_its_own_line(text: str) -> None:
    assert re.search(pattern_for(text), text.strip())


def test_the_pattern_matches_the_next_run() -> None:
    pattern = pattern_for("node 20.1.0: heap 512 MB (0f3a9c2b1d4e) full")
    assert re.search(pattern, "node 22.3.1: heap 1024 MB (aa55aa55aa55) full")


@given(lines=LINES, chosen=st.integers(0, 8))
@settings(max_examples=100, deadline=None)
def test_the_file_is_read_as_it_was_meant(lines: list[str], chosen: int) -> None:
    log = read(Raw("build.log", "\n".join(lines).encode()))
    telling = [line for line in log.lines if line.text.strip()]
    if not telling:
        return
    line = telling[chosen % len(telling)]
    text = rule_text(log, line.number, "my-rule", "shell")
    rule = parse(text, "my-rule.yaml").rule
    example = rule.examples[0]
    assert example.line is not None
    shown = example.log.split("\n")[example.line - 1]
    assert re.search(rule.match[0].line, shown) or not shown.strip()


def test_secrets_stay_out_of_it() -> None:
    log = read(Raw("build.log", b"one\nlogin failed: password=hunter2hunter2\ntwo"))
    assert "hunter2" not in rule_text(log, 2, "my-rule", "shell")


def test_a_line_that_is_not_there() -> None:
    with pytest.raises(ValueError, match=r"line 9 of build\.log holds nothing"):
        rule_text(read(Raw("build.log", b"one")), 9, "my-rule", "shell")


def test_the_telling_line() -> None:
    assert telling_line(FAILED) == 41
    assert telling_line(UNKNOWN) == 41
    assert telling_line(PASSED) is None


def test_a_log_and_its_line_may_be_named_in_one() -> None:
    assert placed(None, None, "logs/build.log:41") == ("logs/build.log", 41)
    assert placed(None, None, "C:/logs/build.log:7") == ("C:/logs/build.log", 7)
    assert placed("build.log", 3, None) == ("build.log", 3)


@pytest.mark.parametrize(
    ("log", "line", "place"),
    [(None, None, None), (None, None, "build.log"), (None, None, "build.log:0"), ("a.log", None, "a.log:1")],
)
def test_a_place_that_is_none(log: str | None, line: int | None, place: str | None) -> None:
    with pytest.raises(Refused):
        placed(log, line, place)
