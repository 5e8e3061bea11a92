"""Every recorded log's cause line, rule and chain: a change of rules or ranking shows all that it moves.

`pytest tests/test_moved_verdicts.py --bless` accepts the verdicts of now; git shows them for review.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from cases_read import CORPUS, cases

from logdoctor.diagnose import diagnose
from logdoctor.knowledge.rules import load_book
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.workshop.lab import verdicts
from logdoctor.workshop.lab.verdicts import Verdict

SUMMED_UP = "green/tests-that-print-errors/"
"""Known weakness: a test run prints what looks broken, and only its summary says that all is well."""


@cache
def now() -> dict[str, Verdict]:
    return dict(verdicts.verdicts(cases(), load_book()))


def test_no_verdict_has_moved(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--bless"):
        verdicts.save(CORPUS, now())
    rows = verdicts.moved(verdicts.load(CORPUS), now())
    table = "\n".join(rows)
    assert not rows, f"{len(rows)} verdicts moved (--bless accepts them for review):\n{table}"


def test_nearly_every_verdict_is_right_and_no_green_log_is_blamed() -> None:
    """The wrong ones are known by name; a figure that falls is a step back, whatever was blessed."""
    told = {name: each for name, each in now().items() if not name.startswith(SUMMED_UP)}
    marks = Counter(each.mark for each in told.values())
    assert marks["false alarm"] == marks["wrapper won"] == 0
    assert marks["right"] / marks.total() > 0.99


def test_a_chain_leads_down_the_log_and_shows_no_line_twice() -> None:
    """Two rules may know the same line: it is one link."""
    for name, each in now().items():
        lines = (each.cause, *each.chain)
        assert list(lines) == sorted(set(lines)), name


def test_two_packages_that_fail_side_by_side_are_both_told() -> None:
    case = next(each for each in cases() if each.name == "shell/recursive-two-fail-in-parallel")
    for label in case.spec.logs:
        log = read(Raw(label.file, (case.folder / label.file).read_bytes(), None))
        told = {each.rule for each in diagnose([log], load_book()).diagnoses}
        assert told == {"module-not-found", "missing-env-var"}, label.file


BEFORE = {
    "a/one/npm.log": Verdict("right", "script-missing", 3, (4, 9)),
    "a/two/npm.log": Verdict("right", "json-trailing-comma", 5, ()),
    "a/old/npm.log": Verdict("right", "", 0, ()),
}


def test_the_table_says_what_was_and_what_is() -> None:
    after = {
        "a/one/npm.log": Verdict("wrapper won", "npm-exit-code", 4, (9,)),
        "a/two/npm.log": Verdict("silent", "", 0, ()),
        "a/new/npm.log": Verdict("right", "eresolve", 2, (3,)),
    }
    assert verdicts.moved(BEFORE, BEFORE) == []
    assert "\n".join(verdicts.moved(BEFORE, after)).splitlines() == [
        "a/new/npm.log",
        "    was –",
        "    now right: eresolve at 2 > 3",
        "a/old/npm.log",
        "    was right",
        "    now –",
        "a/one/npm.log",
        "    was right: script-missing at 3 > 4 > 9",
        "    now wrapper won: npm-exit-code at 4 > 9",
        "a/two/npm.log",
        "    was right: json-trailing-comma at 5",
        "    now silent",
    ]


def test_what_is_blessed_is_what_is_expected_next_time(tmp_path: Path) -> None:
    verdicts.save(tmp_path, BEFORE)
    assert verdicts.load(tmp_path) == BEFORE
