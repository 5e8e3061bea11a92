"""Proves remedies: builds a case broken, lets logdoctor repair it from log and project, builds again.

Nothing of case.yaml is used but the commands and what is expected of the outcome. A green status
is no proof either: the case's `check` must find an artefact that works.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from logdoctor.diagnose import diagnose
from logdoctor.knowledge.rules import RuleBook
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.model import NotPatched, Report
from logdoctor.remedies.project import open_project
from logdoctor.services.apply import write
from logdoctor.services.prove import Build, Built, Examine, Proof, Round, prove
from logdoctor.workshop.lab import recorder
from logdoctor.workshop.lab.backend import Recording, Tool
from logdoctor.workshop.lab.case import Case

Verdict = Literal[
    "proven", "not repaired", "check failed", "not as expected", "no failure", "setup failed", "out of reach"
]
_UNREACHABLE = re.compile(
    rb"ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|ENETUNREACH|ERR_SOCKET_TIMEOUT|UND_ERR_|socket hang up"
    rb"|Temporary failure (?:in name resolution|resolving)|Could not resolve|Failed to fetch"
    rb"|Connection (?:reset|refused|timed out)|Read timed out|TLS handshake|i/o timeout|Unable to connect"
    rb"|\b50[234] (?:Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out)"
    rb"|Hash Sum mismatch|ERR_PNPM_(?:META_FETCH_FAIL|FETCH_50\d)"
)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one variant of a case; `note` says in words what was not as it should be.

    `seal` is the hash of what the row rests on, see seal.py; `commit` is for people.
    """

    family: str
    case: str
    tool: str
    where: str
    holdout: bool
    broken: int | None = None
    rules: list[str] = []
    remedies: list[str] = []
    applicability: str = ""
    fixed: int | None = None
    check: int | None = None
    seconds: float = 0.0
    verdict: Verdict
    note: str = ""
    commit: str = ""
    seal: str = ""


def prove_case(case: Case, tool: Tool, book: RuleBook) -> Row:
    """Break, diagnose, patch, build and check one variant in a folder of its own."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lab") as scratch, recorder.services(case):
        folder = Path(scratch) / "app"
        try:
            proof = prove(_builder(case, folder, tool), _examiner(folder, book))
        except recorder.SetupFailed as error:
            verdict: Verdict = "out of reach" if _is_network([str(error).encode()]) else "setup failed"
            return _row(case, tool, verdict, note=_short(str(error)))
        check = recorder.run_check(case, folder, tool) if proof.end == "proven" and case.spec.check else None
    done = _judged(case, tool, proof, check)
    return msgspec.structs.replace(done, seconds=round(time.monotonic() - began, 1))


def _builder(case: Case, folder: Path, tool: Tool) -> Build:
    def build(contents: Mapping[str, bytes]) -> Built:
        shutil.rmtree(folder, ignore_errors=True)
        recorder.prepare(case, folder, tool)
        write(str(folder), contents)
        done = recorder.run_commands(case, folder, tool)
        return Built(done.exit_code, done.data)

    return build


def _examiner(folder: Path, book: RuleBook) -> Examine:
    def examine(log: bytes) -> Report:
        return diagnose([read(Raw("build.log", log, None))], book, open_project(folder))

    return examine


def _judged(case: Case, tool: Tool, proof: Proof, check: Recording | None) -> Row:
    kept = proof.kept
    seen = {
        "broken": proof.first.status,
        "rules": [each.diagnosis.rule or each.diagnosis.klass for each in kept] or _rules(proof),
        "remedies": [each.remedy.id for each in kept],
        "applicability": _level(kept),
        "fixed": proof.last.status if kept else None,
        "check": check.exit_code if check else None,
    }
    verdict, note = _verdict(case, proof, kept, check)
    return msgspec.structs.replace(_row(case, tool, verdict, note), **seen)


def _verdict(case: Case, proof: Proof, kept: Sequence[Round], check: Recording | None) -> tuple[Verdict, str]:
    logs = [proof.first.log, proof.last.log, *(each.built.log for each in proof.rounds)]
    if proof.first.status != 0 and proof.end != "proven" and _is_network(logs):
        return "out of reach", "a package source did not answer; the case was not tried to its end"
    if proof.first.status == 0:
        return "no failure", "the build that should fail is green"
    if proof.end != "proven":
        return "not repaired", _why_not(proof)
    if check is None:
        return "check failed", "the case has no check"
    if check.exit_code != 0 and _is_network([check.data]):
        return "out of reach", "the check needs a package source that did not answer"
    if check.exit_code != 0:
        return "check failed", _short(check.data.decode(errors="replace"))
    wanted = case.spec.remedy
    names = [each.remedy.id for each in kept]
    if wanted is None or (wanted.id in names and wanted.applicability == _level(kept)):
        return "proven", "" if wanted else "the case expects no patch"
    return "not as expected", f"green and checked, but the case asks for {wanted.id} ({wanted.applicability})"


def _is_network(logs: Iterable[bytes]) -> bool:
    """Whether a package source that did not answer spoilt a build; no case with a remedy is about that."""
    return any(_UNREACHABLE.search(log) for log in logs)


def _why_not(proof: Proof) -> str:
    tried = [f"{each.remedy.id} was tried: {each.result}" for each in proof.rounds]
    if proof.report is None or not proof.report.diagnoses:
        return "; ".join([*tried, "nothing was diagnosed"])
    last = proof.report.diagnoses[0]
    reasons = [each.outcome.reason for each in last.remedies if isinstance(each.outcome, NotPatched)]
    told = f"{last.rule or last.klass}: {reasons[0] if reasons else 'no further remedy'}"
    return "; ".join([*tried, told])


def _rules(proof: Proof) -> list[str]:
    found = proof.report.diagnoses if proof.report else ()
    return [each.rule or each.klass for each in found[:1]]


def _level(kept: Sequence[Round]) -> str:
    levels = [each.remedy.applicability for each in kept]
    return "review" if "review" in levels else "".join(levels[:1])


def _row(case: Case, tool: Tool, verdict: Verdict, note: str = "") -> Row:
    return Row(
        family=case.spec.family,
        case=case.spec.id,
        tool=tool.label,
        where=case.spec.where,
        holdout=case.spec.holdout,
        verdict=verdict,
        note=note,
    )


def _short(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " · ".join(lines[-2:])[:200]
