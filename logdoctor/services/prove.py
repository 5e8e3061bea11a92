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


class State(NamedTuple):
    """How far the repair has come: the rounds that led here, the build as it ends here, and why."""

    kept: tuple[Round, ...]
    contents: Mapping[str, bytes]
    built: Built
    report: Report | None


class Proof(NamedTuple):
    """How it ended; `rounds` are all that were tried, `kept` those whose repairs are in `contents`."""

    end: End
    rounds: tuple[Round, ...]
    first: Built
    last: Built
    report: Report | None
    contents: Mapping[str, bytes]
    kept: tuple[Round, ...]


class Progress(NamedTuple):
    """Called as the work goes on: before a remedy is tried, and when its build has ended."""

    trying: Callable[[int, Diagnosis, Remedy], None]
    tried: Callable[[int, Round], None]


SILENT = Progress(lambda number, diagnosis, remedy: None, lambda number, done: None)


def prove(build: Build, examine: Examine, rounds: int = ROUNDS, progress: Progress = SILENT) -> Proof:
    """Repair a project until its build is green, nothing more is known, or rounds run out.

    Every build starts afresh from the user's files and the repairs so far: what a failed build
    leaves behind (half an install, a cache) would decide over the next one. Where a repair only
    led to a failure that nothing repairs, the other remedies before it are tried.
    """
    first = build({})
    start = State((), {}, first, None if first.status == 0 else examine(first.log))
    done: list[Round] = []
    path = [(start, _choices(start.report))]
    best = start
    while path and best.report is not None and len(done) < rounds:
        state, choices = path[-1]
        chosen = next(choices, None)
        if chosen is None:
            path.pop()
            continue
        progress.trying(len(done) + 1, chosen.diagnosis, chosen.remedy)
        after = _tried(state, chosen, build, examine)
        done.append(after.kept[-1])
        progress.tried(len(done), done[-1])
        if done[-1].result != "the same failure":
            path.append((after, _choices(after.report)))
            best = after if after.report is None or len(after.kept) > len(best.kept) else best
    return Proof(_end(best), tuple(done), first, best.built, best.report, best.contents, best.kept)


def _tried(state: State, chosen: Choice, build: Build, examine: Examine) -> State:
    """Where one more repair leads."""
    repaired = {**state.contents, **chosen.patch.contents}
    built = build(repaired)
    report = None if built.status == 0 else examine(built.log)
    done = Round(*chosen, _result(chosen, report), built)
    return State((*state.kept, done), repaired, built, report)


def _choices(report: Report | None) -> Iterator[Choice]:
    """The remedies that files call for, the first failure's first, the surest first."""
    for diagnosis in report.diagnoses if report else ():
        for remedy in sorted(diagnosis.remedies, key=lambda each: ORDER[each.applicability]):
            patch = remedy.outcome
            if isinstance(patch, Patch) and patch.basis == "files":
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


def _end(state: State) -> End:
    if state.report is None:
        return "proven"
    return "improved" if state.kept else "not repaired"
