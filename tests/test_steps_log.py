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


def test_a_pasted_excerpt_of_buildkit_loses_its_seconds() -> None:
    assert steps_of("42.89   error: subprocess-exited-with-error\n42.89\n42.9 exit code: 1") == (
        "s1 | log | build.log | failed\n  1   error: subprocess-exited-with-error\n  2\n  3 exit code: 1"
    )


def test_numbers_that_a_tool_prints_stay() -> None:
    assert steps_of("1.5 MB of 3\nerror: disk full\nsee above") == (
        "s1 | log | build.log | failed\n  1 1.5 MB of 3\n  2 error: disk full\n  3 see above"
    )
