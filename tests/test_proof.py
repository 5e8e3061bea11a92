"""The table of proofs: what counts as proven, and that nothing is left out of it silently."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from logdoctor.knowledge.rules import load_book
from logdoctor.workshop.lab import prove_all, recorder
from logdoctor.workshop.lab.backend import Backend, Phase, Recording, Tool
from logdoctor.workshop.lab.case import Case, Variant, load_case
from logdoctor.workshop.lab.proof import Row, prove_case
from logdoctor.workshop.lab.proof_page import page

COMMA = '{\n  "name": "shop",\n  "version": "1.0.0",\n}\n'
LOG = b"error SyntaxError: /app/package.json: Expected double-quoted property name in JSON at position 41\n"
CASE = """\
schema: 1
id: comma
family: manifest
title: A comma too many
broken: A comma.
holdout: true
where: host
commands: [[yarn, install]]
check: [[node, index.js]]
matrix: [{tool: yarn, versions: ["1"]}]
expect: {outcome: failed, rule: json-trailing-comma, cause: [JSON]}
remedy: {id: remove-trailing-comma, applicability: safe}
person: null
"""
PERSON = (
    CASE.replace("id: comma", "id: lost")
    .replace("remedy: {id: remove-trailing-comma, applicability: safe}", "remedy: null")
    .replace("person: null", "person: Only they know | what was meant.")
)
TOOL = Tool("yarn", "1.22.22", "20.20.2", None, "linux/amd64", Variant(tool="yarn", versions=["1"]))


def written(corpus: Path, name: str, text: str) -> Case:
    folder = corpus / "manifest" / name
    (folder / "project").mkdir(parents=True)
    (folder / "project" / "package.json").write_text(COMMA)
    (folder / "case.yaml").write_text(text)
    return load_case(folder)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return written(tmp_path, "comma", CASE)


def world(monkeypatch: pytest.MonkeyPatch, check: int = 0, always_red: bool = False) -> None:
    """A yarn that trips over commas, and a program whose check ends as given."""

    def run(case: Case, commands: object, folder: Path, tool: Tool, phase: Phase) -> Recording:
        if phase == "check":
            return Recording(b"checked\n", check)
        red = phase == "build" and (always_red or ",\n}" in (folder / "package.json").read_text())
        return Recording(LOG if red else b"Done\n", int(red))

    def names(folder: Path) -> Mapping[str, str]:
        return {}

    backend = Backend(lambda case: [TOOL], run, names)
    monkeypatch.setattr(recorder, "backend_of", lambda case: backend)
    monkeypatch.setattr(recorder.tools, "sources", frozenset)


def proven(case: Case) -> Row:
    return prove_case(case, TOOL, load_book())


def test_a_case_is_proven_by_a_second_build_and_its_check(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    world(monkeypatch)
    assert msgspec.structs.replace(proven(case), seconds=0) == Row(
        family="manifest",
        case="comma",
        tool="yarn-1.22.22",
        where="host",
        holdout=True,
        broken=1,
        rules=["json-trailing-comma"],
        remedies=["remove-trailing-comma"],
        applicability="safe",
        fixed=0,
        check=0,
        verdict="proven",
    )
    assert (case.folder / "project" / "package.json").read_text() == COMMA


def test_a_green_build_with_a_broken_program_is_no_proof(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    world(monkeypatch, check=1)
    row = proven(case)
    assert (row.verdict, row.fixed, row.check, row.note) == ("check failed", 0, 1, "checked")


def test_a_build_that_stays_red_is_not_repaired(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    world(monkeypatch, always_red=True)
    row = proven(case)
    assert (row.verdict, row.remedies, row.fixed) == ("not repaired", [], None)
    assert "remove-trailing-comma was tried: the same failure" in row.note


def test_a_tool_that_no_longer_fails_is_told(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    (case.folder / "project" / "package.json").write_text("{}\n")
    world(monkeypatch)
    assert proven(case).verdict == "no failure"


def test_another_remedy_than_the_case_asks_for_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world(monkeypatch)
    row = proven(written(tmp_path, "comma", CASE.replace("remove-trailing-comma", "delete-package-json")))
    assert row.verdict == "not as expected"


def test_the_page_holds_what_was_seen_and_what_was_not(
    case: Case, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = case.folder.parent.parent
    world(monkeypatch)
    written(corpus, "lost", PERSON)
    written(corpus, "later", CASE.replace("id: comma", "id: later"))
    assert prove_all.prove_all(corpus, [case], lambda tool: True) == 0
    text = (corpus / "PROOF.md").read_text()
    assert "| all | 1 | 1 | 1 | 1 |" in text
    assert (
        "| manifest/comma | yarn-1.22.22 | 1 | json-trailing-comma | remove-trailing-comma | safe | 0 | 0 |"
        in text
    )
    assert "## Not tried yet\n\n- manifest/later" in text
    assert "| manifest/lost | Only they know \\| what was meant. |" in text
    assert capsys.readouterr().out.startswith("proven")


def test_failures_stay_in_the_table_with_their_reason() -> None:
    row = Row(
        family="a", case="b", tool="npm-11", where="docker", holdout=False, verdict="not repaired", note="why"
    )
    text = page([row], [], "2026-11-23")
    assert "| all | 1 | 0 | 1 | 0 |" in text
    assert "**not repaired** |" in text
    assert "- a/b npm-11: not repaired; why" in text


def test_docker_is_left_out_only_loudly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case = written(tmp_path, "comma", CASE.replace("where: host", "where: docker"))
    monkeypatch.setenv("LAB_DOCKER", "0")
    assert prove_all.prove_all(tmp_path, [case], lambda tool: True) == 0
    assert "NOT proven" in capsys.readouterr().err
