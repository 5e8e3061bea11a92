"""`make lab`: proves the chosen cases, keeps what was seen in corpus/proof.json, writes corpus/PROOF.md."""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from logdoctor.knowledge.rules import RuleBook, load_book
from logdoctor.workshop.lab import proof, recorder
from logdoctor.workshop.lab.backend import Tool
from logdoctor.workshop.lab.case import Case, find_cases
from logdoctor.workshop.lab.proof import Row
from logdoctor.workshop.lab.proof_page import page
from logdoctor.workshop.lab.tools import ToolError, lab_folder

KEPT = "proof.json"
PAGE = "PROOF.md"
NO_DOCKER = "LAB_DOCKER=0: the cases in Docker are NOT proven in this run; their last results stay."


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """All rows, each with the state of the code it was seen with, and the day of the last one."""

    date: str = ""
    rows: list[Row] = []


def prove_all(corpus: Path, cases: Sequence[Case], wanted: Callable[[Tool], bool]) -> int:
    """Prove the cases that have a remedy; 0 if every one of them is repaired."""
    book = load_book()
    bad = 0
    for case in _possible(cases):
        for tool in _failing(case):
            if wanted(tool):
                bad += not _proven(corpus, case, tool, book)
    write_page(corpus, load(corpus))
    return 1 if bad else 0


def _proven(corpus: Path, case: Case, tool: Tool, book: RuleBook) -> bool:
    """Prove one variant and keep its row; where the lab itself fails, what was seen before stays."""
    try:
        with _alone(case):
            row = proof.prove_case(case, tool, book)
    except (OSError, subprocess.SubprocessError, ToolError) as error:
        print(f"the lab failed at {case.name} {tool.label}: {error}", file=sys.stderr)
        return False
    print(told(row), flush=True)
    _keep(corpus, row)
    return row.verdict == "proven"


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


def load(corpus: Path) -> Seen:
    """What was seen before; nothing, where nothing was proven yet."""
    file = corpus / KEPT
    return msgspec.json.decode(file.read_bytes(), type=Seen) if file.exists() else Seen()


def _keep(corpus: Path, new: Row) -> None:
    """Put a row in its place and save at once, so that an interrupted run loses nothing."""
    seen = load(corpus)
    others = [row for row in seen.rows if _key(row) != _key(new)]
    rows = sorted([*others, msgspec.structs.replace(new, commit=_commit())], key=_key)
    seen = Seen(date=datetime.datetime.now(datetime.UTC).date().isoformat(), rows=rows)
    text = msgspec.json.format(msgspec.json.encode(seen), indent=1)
    (corpus / KEPT).write_bytes(text + b"\n")


def _key(row: Row) -> tuple[str, str, str]:
    return row.family, row.case, row.tool


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def write_page(corpus: Path, seen: Seen) -> None:
    """Write PROOF.md from what was seen, with every case that no patch can repair."""
    cases = find_cases(corpus)
    rows = [row for row in seen.rows if any(_is_provable(case, row) for case in cases)]
    (corpus / PAGE).write_text(page(rows, cases, seen.date), encoding="utf-8")


def _is_provable(case: Case, row: Row) -> bool:
    """Whether a row that was seen once is still one that a patch must repair."""
    if (row.family, row.case) != (case.spec.family, case.spec.id) or not case.spec.remedy:
        return False
    persons = [
        f"{each.tool}-{version}." for each in case.spec.matrix if each.person for version in each.versions
    ]
    return not row.tool.startswith(tuple(persons))
