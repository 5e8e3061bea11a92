"""Writes corpus/PROOF.md: which faults logdoctor repaired itself, seen in second builds, and which not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from logdoctor.workshop.lab.case import Case
from logdoctor.workshop.lab.proof import Row

INTRODUCTION = """\
# Proof

Each row is a real build that failed, was diagnosed from its log and project alone, patched by logdoctor,
built again, and its artefact checked to work. Nobody wrote a patch by hand, and a green status without a
passing check does not count. `make lab` writes this page.
"""
HEAD = (
    "| case | tool | broken | rule | remedy | applicability | fixed | check | seconds | verdict |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)


def page(rows: Sequence[Row], cases: Sequence[Case], date: str) -> str:
    """The whole page: totals, the rows that failed with their reasons, tables, cases for a person."""
    seen = {(row.family, row.case) for row in rows}
    parts = [
        INTRODUCTION,
        f"The last row was seen on {date or 'no day yet'}. {_commits(rows)}\n",
        _totals(rows, cases),
        _table("Cases that rules and edits were written with", [row for row in rows if not row.holdout]),
        _table("Cases held out", [row for row in rows if row.holdout]),
        _reasons(rows),
        _never(case for case in cases if case.spec.remedy and (case.spec.family, case.spec.id) not in seen),
        _persons(cases),
    ]
    return "\n".join(part for part in parts if part)


def _commits(rows: Sequence[Row]) -> str:
    """With which states of the code the rows were seen."""
    counted = Counter(row.commit for row in rows if row.commit)
    told = ", ".join(f"{commit} ({count} builds)" for commit, count in counted.most_common())
    return f"Seen at commits: {told}." if told else ""


def _totals(rows: Sequence[Row], cases: Sequence[Case]) -> str:
    lines = ["| | builds | proven | cases | proven in every build |", "|---|---|---|---|---|"]
    for name, chosen in (
        ("all", list(rows)),
        ("held out", [row for row in rows if row.holdout]),
        ("on the host", [row for row in rows if row.where == "host"]),
        ("in Docker", [row for row in rows if row.where == "docker"]),
    ):
        proven = sum(row.verdict == "proven" for row in chosen)
        lines.append(f"| {name} | {len(chosen)} | {proven} | {_whole(chosen)} |")
    person = sum(not case.spec.remedy and bool(case.spec.person) for case in cases)
    return "\n".join(lines) + f"\n\n{person} more cases need a person and are listed below with the reason.\n"


def _whole(rows: Sequence[Row]) -> str:
    cases: dict[tuple[str, str], bool] = {}
    for row in rows:
        key = row.family, row.case
        cases[key] = cases.get(key, True) and row.verdict == "proven"
    return f"{len(cases)} | {sum(cases.values())}"


def _table(title: str, rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    return "\n".join([f"## {title}\n", HEAD, *(_line(row) for row in rows)]) + "\n"


def _line(row: Row) -> str:
    cells = (
        f"{row.family}/{row.case}",
        row.tool,
        _number(row.broken),
        ", ".join(row.rules),
        ", ".join(row.remedies),
        row.applicability,
        _number(row.fixed),
        _number(row.check),
        f"{row.seconds:.1f}",
        row.verdict if row.verdict == "proven" else f"**{row.verdict}**",
    )
    return "| " + " | ".join(cell or "–" for cell in cells) + " |"


def _number(status: int | None) -> str:
    return "" if status is None else str(status)


def _reasons(rows: Sequence[Row]) -> str:
    failed = [row for row in rows if row.verdict != "proven"]
    if not failed:
        return ""
    lines = [f"- {row.family}/{row.case} {row.tool}: {row.verdict}; {_plain(row.note)}" for row in failed]
    return "\n".join(["## Not proven, and why\n", *lines]) + "\n"


def _never(cases: Iterable[Case]) -> str:
    lines = [f"- {case.name}" for case in cases]
    return "\n".join(["## Not tried yet\n", *lines]) + "\n" if lines else ""


def _persons(cases: Sequence[Case]) -> str:
    whole = [(case.name, case.spec.person) for case in cases if not case.spec.remedy]
    parts = [
        (f"{case.name} with {row.tool} {', '.join(row.versions)}", row.person)
        for case in cases
        if case.spec.remedy
        for row in case.spec.matrix
    ]
    lines = [f"| {name} | {_plain(why)} |" for name, why in (*whole, *parts) if why]
    return (
        "\n".join(["## Cases for a person\n", "| case | why |", "|---|---|", *lines]) + "\n" if lines else ""
    )


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
