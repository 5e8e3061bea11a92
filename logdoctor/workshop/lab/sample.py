"""The builds that CI proves each time: every case of the host with one tool, and ten cases in Docker.

Which tool and which ten follows from the commit, so that a few commits see them all and one commit
always sees the same. Docker cases run on the modern engine here; `make lab` runs both.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from logdoctor.workshop.lab.case import Case, Variant

IN_DOCKER = 10


def seed_of(commit: str) -> int:
    """A number out of a commit's hash."""
    return int(commit[:8], 16)


def sample(cases: Sequence[Case], seed: int) -> list[Case]:
    """Cases with a remedy, each cut down to the one variant of its matrix that is this commit's turn."""
    chosen = [(case, _rows(case)) for case in cases if case.spec.remedy]
    able = [(case, rows) for case, rows in chosen if rows]
    host = [pair for pair in able if pair[0].spec.where == "host"]
    docker = _turn([pair for pair in able if pair[0].spec.where == "docker"], seed)
    return [
        Case(case.folder, msgspec.structs.replace(case.spec, matrix=[rows[(seed + place) % len(rows)]]))
        for place, (case, rows) in enumerate([*host, *docker])
    ]


def _turn(pairs: Sequence[tuple[Case, list[Variant]]], seed: int) -> list[tuple[Case, list[Variant]]]:
    """Ten neighbours in the ring of cases, the next ten for the next seed."""
    count = min(IN_DOCKER, len(pairs))
    start = seed * IN_DOCKER
    return [pairs[(start + step) % len(pairs)] for step in range(count)]


def _rows(case: Case) -> list[Variant]:
    """The matrix with one version a row, without what passes, needs a person, or needs another engine."""
    return [
        msgspec.structs.replace(row, versions=[version])
        for row in case.spec.matrix
        if not row.person and row.expected(case.spec.expect).outcome == "failed" and _is_usual(row)
        for version in row.versions
    ]


def _is_usual(row: Variant) -> bool:
    return not row.tool.endswith("-20.10") and row.platform in (None, "linux/amd64")
