"""Logs without structure."""

from __future__ import annotations

from steps_shown import log_of, steps_of

from logdoctor.logs.steps import cut


def test_a_log_without_structure_is_one_step() -> None:
    assert steps_of("hello\nworld") == "s1 | log | build.log | unknown\n  1 hello\n  2 world"


def test_its_step_failed_where_its_words_say_so() -> None:
    assert steps_of("npm error code E404") == "s1 | log | build.log | failed\n  1 npm error code E404"


def test_an_empty_log_has_no_steps() -> None:
    assert cut(log_of("")) == ()
