"""`make lab`: proves the chosen cases, keeps what was seen in corpus/proof.json, writes corpus/PROOF.md."""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from logdoctor.knowledge.rules import RuleBook, load_book
from logdoctor.workshop.lab import proof, recorder
from logdoctor.workshop.lab.backend import Tool
from logdoctor.workshop.lab.case import Case, find_cases
from logdoctor.workshop.lab.freshness import Stale, find_stale, provable
from logdoctor.workshop.lab.proof import Row
from logdoctor.workshop.lab.proof_page import page
from logdoctor.workshop.lab.seal import seal
from logdoctor.workshop.lab.tools import ToolError, lab_folder

KEPT = "proof.json"
PAGE = "PROOF.md"
NO_DOCKER = "LAB_DOCKER=0: the cases in Docker are NOT proven in this run; their last results stay."
TRIES = 3
PAUSE = 10.0
MINUTES = 20


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """All rows, each with the state of the code it was seen with, and the day of the last one."""

    date: str = ""
    rows: list[Row] = []


Wanted = Callable[[Case, Tool], bool]


def prove_all(corpus: Path, cases: Sequence[Case], wanted: Wanted) -> int:
    """Prove the cases that have a remedy; 0 if every one of them is repaired."""
    counts = Counter(_each(cases, wanted, load_book(), lambda row: _keep(corpus, row)))
    write_page(corpus)
    return _summary(counts) or int(counts["out of reach"] > 0)


def prove_sample(cases: Sequence[Case], minutes: float = MINUTES) -> int:
    """Prove what was drawn for CI, within a time; writes nothing into the tree.

    A package source that does not answer is nobody's fault and no proof: such cases are counted
    apart, and fail the run only where they are most of it.
    """
    until = time.monotonic() + minutes * 60
    counts: Counter[str] = Counter()
    for case in cases:
        late = time.monotonic() > until and bool(_possible([case]))
        counts.update(["not reached in time"] if late else _each([case], _any, load_book(), _forget))
    if counts["out of reach"] + counts["not reached in time"] > counts["proven"]:
        print("most cases could not be tried: the lab proves nothing on this machine", file=sys.stderr)
        return _summary(counts) or 1
    return _summary(counts)


def _any(case: Case, tool: Tool) -> bool:
    return True


def _forget(row: Row) -> None:
    """In CI nothing is written."""


def _summary(counts: Counter[str]) -> int:
    if not counts:
        return 0
    spared = {"proven", "out of reach", "not reached in time"}
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.most_common()), flush=True)
    if counts["out of reach"]:
        print("Out of reach: NOT proven, because a package source did not answer.", file=sys.stderr)
    return 1 if counts.keys() - spared else 0


def _each(
    cases: Sequence[Case], wanted: Wanted, book: RuleBook, keep: Callable[[Row], None]
) -> Iterator[str]:
    """The verdicts; an engine that cannot be made ready is told once, not for each case."""
    lost: set[str] = set()
    for case in _possible(cases):
        if case.spec.where in lost:
            yield "lab failed"
            continue
        try:
            tools = [tool for tool in _failing(case) if wanted(case, tool)]
        except (OSError, subprocess.SubprocessError, ToolError) as error:
            _complain(case.name, error)
            if case.spec.where == "docker":
                lost.add("docker")
                print("No Docker engine: LAB_DOCKER=0 leaves these cases out, loudly.", file=sys.stderr)
            yield "lab failed"
            continue
        for tool in tools:
            yield _proven(case, tool, book, keep)


def _proven(case: Case, tool: Tool, book: RuleBook, keep: Callable[[Row], None]) -> str:
    """Prove one variant and keep its row; where the lab itself fails, what was seen before stays."""
    try:
        with _alone(case):
            row = _patiently(case, tool, book)
    except (OSError, subprocess.SubprocessError, ToolError) as error:
        _complain(f"{case.name} {tool.label}", error)
        return "lab failed"
    print(told(row), flush=True)
    if row.verdict != "out of reach":
        keep(msgspec.structs.replace(row, seal=seal(case, row.tool, row.rules, book)))
    return row.verdict


def _patiently(case: Case, tool: Tool, book: RuleBook) -> Row:
    """Try again where only the network was in the way."""
    row = proof.prove_case(case, tool, book)
    for _ in range(TRIES - 1):
        if row.verdict != "out of reach":
            break
        time.sleep(PAUSE)
        row = proof.prove_case(case, tool, book)
    return row


def _complain(name: str, error: Exception) -> None:
    print(f"the lab failed at {name}: {error}", file=sys.stderr, flush=True)


@contextlib.contextmanager
def _alone(case: Case) -> Iterator[None]:
    """One proof at a time in Docker: a check runs the image by its tag, which all cases share."""
    if case.spec.where != "docker":
        yield
        return
    with (lab_folder() / "proof.lock").open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        yield


def _possible(cases: Sequence[Case]) -> list[Case]:
    """Without Docker only where somebody said so: a missing engine is an error, not a skip."""
    chosen = [case for case in cases if case.spec.remedy]
    if os.environ.get("LAB_DOCKER") != "0":
        return chosen
    if any(case.spec.where == "docker" for case in chosen):
        print(NO_DOCKER, file=sys.stderr)
    return [case for case in chosen if case.spec.where != "docker"]


def _failing(case: Case) -> list[Tool]:
    tools = [tool for tool in recorder.variants(case) if not tool.row.person]
    return [tool for tool in tools if tool.row.expected(case.spec.expect).outcome == "failed"]


def told(row: Row) -> str:
    """One line for somebody who watches."""
    name = f"{row.family}/{row.case} {row.tool}"
    how = f"{', '.join(row.remedies) or '-'} [{row.applicability or '-'}]"
    return f"{row.verdict:15} {row.seconds:5.1f} s  {name}: {how} {row.note}".rstrip()


def stale(corpus: Path, cases: Iterable[Case]) -> list[Stale]:
    """The builds of these cases whose proof is missing or older than what it rests on."""
    return find_stale(list(cases), load(corpus).rows, load_book())


def load(corpus: Path) -> Seen:
    """What was seen before; nothing, where nothing was proven yet."""
    file = corpus / KEPT
    return msgspec.json.decode(file.read_bytes(), type=Seen) if file.exists() else Seen()


def _keep(corpus: Path, new: Row) -> None:
    """Put a row in its place and save at once, so that an interrupted run loses nothing."""
    others = [row for row in load(corpus).rows if _key(row) != _key(new)]
    rows = sorted([*others, msgspec.structs.replace(new, commit=_commit())], key=_key)
    _save(corpus, Seen(date=datetime.datetime.now(datetime.UTC).date().isoformat(), rows=rows))


def _save(corpus: Path, seen: Seen) -> None:
    text = msgspec.json.format(msgspec.json.encode(seen), indent=1)
    fresh = corpus / f".{KEPT}"
    fresh.write_bytes(text + b"\n")
    fresh.replace(corpus / KEPT)


def _key(row: Row) -> tuple[str, str, str]:
    return row.family, row.case, row.tool


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def write_page(corpus: Path) -> None:
    """Write PROOF.md from what was seen, with every case that no patch can repair.

    Rows of variants that no longer exist, or that now need a person, are dropped for good.
    """
    cases, seen = find_cases(corpus), load(corpus)
    wanted = {(case.spec.family, case.spec.id, label) for case in cases for label in provable(case)}
    rows = [row for row in seen.rows if _key(row) in wanted]
    if len(rows) < len(seen.rows):
        _save(corpus, msgspec.structs.replace(seen, rows=rows))
    (corpus / PAGE).write_text(page(rows, cases, seen.date), encoding="utf-8")
