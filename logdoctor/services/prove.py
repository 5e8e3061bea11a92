"""Run a build, diagnose it, patch, run again: a remedy is proven by a green build, not by its wording.

The caller says how to build with some files changed, and how to diagnose; nothing is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple

from logdoctor.model import Applicability, Diagnosis, Patch, Remedy, Report

Result = Literal["green", "another failure", "the same failure"]
End = Literal["proven", "improved", "not repaired"]
ORDER: Mapping[Applicability, int] = {"safe": 0, "review": 1, "manual": 2}
ROUNDS = 5


class Built(NamedTuple):
    """A run of the build: its exit status and what it printed."""

    status: int
    log: bytes


Build = Callable[[Mapping[str, bytes]], Built]
"""Builds the project as the user has it, with the content of some files replaced."""
Examine = Callable[[bytes], Report]
"""Diagnoses what the last build printed, with the project as it stands there."""


class Choice(NamedTuple):
    """A remedy that can be tried."""

    diagnosis: Diagnosis
    remedy: Remedy
    patch: Patch


class Round(NamedTuple):
    """One remedy that was tried, and what the build did with it."""

    diagnosis: Diagnosis
    remedy: Remedy
    patch: Patch
    result: Result
    built: Built


class Proof(NamedTuple):
    """How it ended; `contents` are the repaired files."""

    end: End
    rounds: tuple[Round, ...]
    first: Built
    last: Built
    report: Report | None
    contents: Mapping[str, bytes]


class Progress(NamedTuple):
    """Called as the work goes on: before a remedy is tried, and when its build has ended."""

    trying: Callable[[int, Diagnosis, Remedy], None]
    tried: Callable[[int, Round], None]


SILENT = Progress(lambda number, diagnosis, remedy: None, lambda number, done: None)


def prove(build: Build, examine: Examine, rounds: int = ROUNDS, progress: Progress = SILENT) -> Proof:
    """Repair a project until its build is green, nothing more is known, or rounds run out.

    Every build starts afresh from the user's files and the repairs so far: what a failed build
    leaves behind (half an install, a cache) would decide over the next one.
    """
    first = last = build({})
    report = None if first.status == 0 else examine(first.log)
    contents: dict[str, bytes] = {}
    done: list[Round] = []
    while report is not None and len(done) < rounds:
        chosen = next(_untried(report, done), None)
        if chosen is None:
            break
        progress.trying(len(done) + 1, chosen.diagnosis, chosen.remedy)
        repaired = {**contents, **chosen.patch.contents}
        built = build(repaired)
        after = None if built.status == 0 else examine(built.log)
        done.append(Round(*chosen, _result(chosen, after), built))
        progress.tried(len(done), done[-1])
        if done[-1].result != "the same failure":
            contents, last, report = repaired, built, after
    return Proof(_end(report, done), tuple(done), first, last, report, contents)


def _untried(report: Report, done: list[Round]) -> Iterator[Choice]:
    """The remedies that files call for, the first failure's first, the surest first."""
    tried = {each.patch.diff for each in done}
    for diagnosis in report.diagnoses:
        for remedy in sorted(diagnosis.remedies, key=lambda each: ORDER[each.applicability]):
            patch = remedy.outcome
            if isinstance(patch, Patch) and patch.basis == "files" and patch.diff not in tried:
                yield Choice(diagnosis, remedy, patch)


def _result(tried: Choice, report: Report | None) -> Result:
    if report is None:
        return "green"
    return "the same failure" if any(_same(tried, each) for each in report.diagnoses) else "another failure"


def _same(tried: Choice, now: Diagnosis) -> bool:
    """The same trouble is another failure where it is told, or would be repaired, in another file."""
    if (now.fingerprint, now.captures) != (tried.diagnosis.fingerprint, tried.diagnosis.captures):
        return False
    again = [each.outcome for each in now.remedies if each.id == tried.remedy.id]
    return not any(
        isinstance(patch, Patch) and set(patch.files).isdisjoint(tried.patch.files) for patch in again
    )


def _end(report: Report | None, done: list[Round]) -> End:
    if report is None:
        return "proven"
    return "improved" if any(each.result == "another failure" for each in done) else "not repaired"
