"""Which builds must be proven, and which proofs are older than what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from logdoctor.knowledge.rules import RuleBook
from logdoctor.workshop.lab.case import Case
from logdoctor.workshop.lab.labels import row_of
from logdoctor.workshop.lab.proof import Row
from logdoctor.workshop.lab.seal import seal


class Stale(NamedTuple):
    """A build whose proof is missing or outdated, and why."""

    case: Case
    tool: str
    why: str


def provable(case: Case) -> frozenset[str]:
    """The labels of the variants that a patch must repair: those that were recorded failing."""
    if not case.spec.remedy:
        return frozenset()
    labels = [PurePosixPath(log.file).stem for log in case.spec.logs if log.outcome == "failed"]
    rows = [(label, row_of(case.spec, label)) for label in labels]
    return frozenset(label for label, row in rows if row is not None and not row.person)


def find_stale(cases: Sequence[Case], rows: Sequence[Row], book: RuleBook) -> list[Stale]:
    """Every build that must be proven and whose row is missing or carries another seal."""
    known = {(row.family, row.case, row.tool): row for row in rows}
    found = []
    for case in cases:
        for label in sorted(provable(case)):
            why = _why(case, known.get((case.spec.family, case.spec.id, label)), book)
            if why:
                found.append(Stale(case, label, why))
    return found


def _why(case: Case, row: Row | None, book: RuleBook) -> str:
    if row is None:
        return "it was never proven"
    if not row.seal:
        return "the row has no seal"
    if row.seal != seal(case, row.tool, row.rules, book):
        return f"the case, an edit or one of its rules ({', '.join(row.rules)}) changed since {row.commit}"
    return ""
