"""Logs without structure, and what holds for every log."""

from __future__ import annotations

from steps_shown import steps_of


def test_a_log_without_structure_is_one_step() -> None:
    assert steps_of("hello\nworld") == "s1 | log | build.log | unknown\n  1 hello\n  2 world"
