"""Steps and verdicts of the logs that real tools wrote."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.logs.steps import cut
from logdoctor.logs.steps.verdict import verdict
from logdoctor.model import Log, Step
from logdoctor.workshop.lab.case import LogLabel, find_cases

CORPUS = Path(__file__).parent.parent / "corpus"


@cache
def logs() -> tuple[tuple[str, LogLabel, Log, tuple[Step, ...]], ...]:
    found = []
    for case in find_cases(CORPUS):
        for label in case.spec.logs:
            log = read(Raw(label.file, (case.folder / label.file).read_bytes(), None))
            found.append((f"{case.name}/{label.file}", label, log, cut(log)))
    return tuple(found)


def test_no_red_log_is_called_green_and_no_green_one_red() -> None:
    opposite = {"failed": "passed", "passed": "failed"}
    wrong = [name for name, label, log, steps in logs() if verdict(log, steps) == opposite[label.outcome]]
    assert wrong == []


def test_nearly_all_red_logs_are_called_red() -> None:
    red = [(log, steps) for _, label, log, steps in logs() if label.outcome == "failed"]
    known = sum(verdict(log, steps) == "failed" for log, steps in red)
    assert known >= 0.99 * len(red)


def test_every_line_has_one_home() -> None:
    for name, _, log, steps in logs():
        if "rawjson" in name:
            continue
        homes = Counter(line.number for step in steps for line in (*step.lines, *step.repeats))
        assert homes == Counter(line.number for line in log.lines), name


def test_a_cause_stands_in_the_output_of_a_step_that_may_have_failed() -> None:
    """A captured screen is left out: it shows a line in its frames before it prints it whole."""
    for name, label, _, steps in logs():
        if label.cause is None or "-tty" in name:
            continue
        number = label.cause.line
        homes = [step for step in steps if any(line.number <= number <= line.end for line in step.lines)]
        assert [step for step in homes if step.status not in ("done", "cached")], name
