"""Run a build, diagnose it, patch, run again: a remedy is proven by a green build, not by its wording.

The caller says how to build and how to diagnose; this module only writes into the folder it is
given, which is a copy. What it wrote last is what the proof is about.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple

from logdoctor.model import Applicability, Diagnosis, Patch, Remedy, Report
from logdoctor.services.apply import write

Result = Literal["green", "another failure", "the same failure"]
End = Literal["proven", "improved", "not repaired"]
ORDER: Mapping[Applicability, int] = {"safe": 0, "review": 1, "manual": 2}
ROUNDS = 5


class Built(NamedTuple):
    """A run of the build: its exit status and what it printed."""

    status: int
    log: bytes


class Round(NamedTuple):
    """One remedy that was tried, and what the build did with it."""

    diagnosis: Diagnosis
    remedy: Remedy
    patch: Patch
    result: Result
    built: Built


class Proof(NamedTuple):
    """How it ended; `contents` are the repaired files, `before` what they held (None: no file)."""

    end: End
    rounds: tuple[Round, ...]
    first: Built
    last: Built
    report: Report | None
    contents: Mapping[str, bytes]
    before: Mapping[str, bytes | None]


class Progress(NamedTuple):
    """Called as the work goes on: before a remedy is tried, and when its build has ended."""

    trying: Callable[[int, Diagnosis, Remedy], None]
    tried: Callable[[int, Round], None]


SILENT = Progress(lambda number, diagnosis, remedy: None, lambda number, done: None)


def prove(
    build: Callable[[], Built],
    examine: Callable[[bytes], Report],
    folder: str,
    rounds: int = ROUNDS,
    progress: Progress = SILENT,
) -> Proof:
    """Repair the project in `folder` until its build is green, nothing more is known, or rounds run out."""
    first = last = build()
    report = None if first.status == 0 else examine(first.log)
    done: list[Round] = []
    before: dict[str, bytes | None] = {}
    while report is not None and len(done) < rounds:
        chosen = next(_untried(report, done), None)
        if chosen is None:
            break
        progress.trying(len(done) + 1, *chosen)
        tried, report_after = _attempt(chosen, build, examine, folder, before)
        done.append(tried)
        progress.tried(len(done), tried)
        if tried.result != "the same failure":
            last, report = tried.built, report_after
    return Proof(_end(report, done), tuple(done), first, last, report, _contents(done), _kept(before, done))


def _attempt(
    chosen: tuple[Diagnosis, Remedy],
    build: Callable[[], Built],
    examine: Callable[[bytes], Report],
    folder: str,
    before: dict[str, bytes | None],
) -> tuple[Round, Report | None]:
    """Patch and build; a patch that changes nothing about the failure is taken back."""
    diagnosis, remedy = chosen
    patch = remedy.outcome
    assert isinstance(patch, Patch)
    held = {path: _content(folder, path) for path in patch.contents}
    for path, content in held.items():
        before.setdefault(path, content)
    write(folder, patch.contents)
    built = build()
    report = None if built.status == 0 else examine(built.log)
    result = _result(diagnosis, report)
    if result == "the same failure":
        _restore(folder, held)
    return Round(diagnosis, remedy, patch, result, built), report


def _untried(report: Report, done: list[Round]) -> Iterator[tuple[Diagnosis, Remedy]]:
    """The remedies that files call for, the first failure's first, the surest first."""
    tried = {each.patch.diff for each in done}
    for diagnosis in report.diagnoses:
        for remedy in sorted(diagnosis.remedies, key=lambda each: ORDER[each.applicability]):
            patch = remedy.outcome
            if isinstance(patch, Patch) and patch.basis == "files" and patch.diff not in tried:
                yield diagnosis, remedy


def _result(diagnosis: Diagnosis, report: Report | None) -> Result:
    if report is None:
        return "green"
    same = any(each.fingerprint == diagnosis.fingerprint for each in report.diagnoses)
    return "the same failure" if same else "another failure"


def _end(report: Report | None, done: list[Round]) -> End:
    if report is None:
        return "proven"
    return "improved" if any(each.result == "another failure" for each in done) else "not repaired"


def _contents(done: list[Round]) -> dict[str, bytes]:
    kept = [each.patch.contents for each in done if each.result != "the same failure"]
    return {path: content for contents in kept for path, content in contents.items()}


def _kept(before: Mapping[str, bytes | None], done: list[Round]) -> dict[str, bytes | None]:
    return {path: before[path] for path in _contents(done)}


def _content(folder: str, path: str) -> bytes | None:
    try:
        with open(os.path.join(folder, path), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def _restore(folder: str, held: Mapping[str, bytes | None]) -> None:
    write(folder, {path: content for path, content in held.items() if content is not None})
    for path, content in held.items():
        if content is None:
            os.unlink(os.path.join(folder, path))
