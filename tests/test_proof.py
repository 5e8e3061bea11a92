"""The table of proofs: what counts as proven, and that nothing is left out of it silently."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from cases_read import cases

from logdoctor.knowledge.rules import load_book
from logdoctor.model import Rule
from logdoctor.workshop.lab import prove_all, recorder, sample, seal
from logdoctor.workshop.lab.__main__ import main as lab
from logdoctor.workshop.lab.backend import Backend, Phase, Recording, Tool
from logdoctor.workshop.lab.case import Case, Variant, load_case
from logdoctor.workshop.lab.proof import Row, prove_case
from logdoctor.workshop.lab.proof_page import page
from logdoctor.workshop.lab.tools import ToolError

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
logs:
  - {file: logs/yarn-1.22.22.log, tool: yarn, version: 1.22.22, node: null, engine: null,
     platform: linux/amd64, recorded: '2026-11-23', exit_code: 1, outcome: failed,
     rule: json-trailing-comma, cause: {line: 1, text: a}}
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


def no_names(folder: Path) -> Mapping[str, str]:
    return {}


def no_run(case: Case, commands: object, folder: Path, tool: Tool, phase: Phase) -> Recording:
    raise AssertionError("nothing is to be run")


def world(monkeypatch: pytest.MonkeyPatch, check: int = 0, always_red: bool = False) -> None:
    """A yarn that trips over commas, and a program whose check ends as given."""

    def run(case: Case, commands: object, folder: Path, tool: Tool, phase: Phase) -> Recording:
        if phase == "check":
            return Recording(b"checked\n", check)
        red = phase == "build" and (always_red or ",\n}" in (folder / "package.json").read_text())
        return Recording(LOG if red else b"Done\n", int(red))

    backend = Backend(lambda case: [TOOL], run, no_names)
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
    assert prove_all.prove_all(corpus, [case], lambda case, tool: True) == 0
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
    assert prove_all.prove_all(tmp_path, [case], lambda case, tool: True) == 0
    assert "NOT proven" in capsys.readouterr().err


def test_a_proof_is_fresh_until_the_case_its_rule_or_an_edit_changes(
    case: Case, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = case.folder.parent.parent
    call = ["fresh", "--corpus", str(corpus)]
    world(monkeypatch)
    assert lab(call) == 1
    assert "manifest/comma yarn-1.22.22: it was never proven" in capsys.readouterr().out
    assert lab(["prove", "--stale", "--corpus", str(corpus)]) == 0
    assert lab(call) == 0
    file = case.folder / "case.yaml"
    file.write_text(file.read_text().replace("A comma.", "One comma more than JSON allows."))
    assert lab(call) == 0
    (case.folder / "project" / "README.md").write_text("A shop.\n")
    capsys.readouterr()
    assert lab(call) == 1
    assert "changed since" in capsys.readouterr().out
    assert lab(["prove", "--stale", "--corpus", str(corpus)]) == 0
    assert lab(call) == 0


def test_a_seal_covers_what_decides_over_rule_and_patch_and_no_prose(monkeypatch: pytest.MonkeyPatch) -> None:

    def sealed(rule: Rule) -> bytes:
        return seal._rule(rule, rule.id)

    rule = load_book().rule("json-trailing-comma")
    pattern = rule.patterns[0]._replace(line="comma")
    plan = rule.remedies[0]._replace(applicability="manual")
    assert sealed(rule._replace(explain="Other words.")) == sealed(rule)
    assert sealed(rule._replace(patterns=(pattern,))) != sealed(rule)
    assert sealed(rule._replace(remedies=(plan,))) != sealed(rule)
    before = sealed(rule)
    code = seal._code
    monkeypatch.setattr(seal, "_code", lambda name: code(name) + b"\n" * (name == "edits.json_edits"))
    assert sealed(rule) != before


def test_an_edit_means_its_modules_and_a_solver_those_that_no_other_repair_shares() -> None:
    rules = {rule.id: rule for rule in load_book().rules}
    comma = seal.edits_of(rules["json-trailing-comma"].remedies)
    native = seal.edits_of(rules["native-optional-package-missing"].remedies)
    assert "edits.json_edits" in comma
    assert "edits.dockerfile_run" not in comma
    assert {"native", "platforms", "omitted", "carried", "edits.dockerfile_run"} <= native
    assert not {"project", "site", "targets"} & native


def test_rows_of_a_variant_that_is_gone_leave_the_table(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = case.folder.parent.parent
    world(monkeypatch)
    prove_all.prove_all(corpus, [case], lambda case, tool: True)
    file = case.folder / "case.yaml"
    file.write_text(file.read_text().replace('versions: ["1"]', 'versions: ["4"]'))
    prove_all.write_page(corpus)
    assert prove_all.load(corpus).rows == []


def test_a_package_source_that_does_not_answer_is_no_proof_and_no_failure_of_the_patch(
    case: Case, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tried again, then told apart; what was seen before stays in the table."""
    asked = []

    def run(case: Case, commands: object, folder: Path, tool: Tool, phase: Phase) -> Recording:
        asked.append(phase)
        return Recording(b"request to registry.example failed, reason: read ECONNRESET\n", 1)

    monkeypatch.setattr(recorder, "backend_of", lambda case: Backend(lambda case: [TOOL], run, no_names))
    monkeypatch.setattr(recorder.tools, "sources", frozenset)
    monkeypatch.setattr(prove_all, "PAUSE", 0)
    corpus = case.folder.parent.parent
    assert prove_all.prove_all(corpus, [case], lambda case, tool: True) == 1
    assert asked == ["setup"] * prove_all.TRIES
    assert "NOT proven" in capsys.readouterr().err
    assert prove_all.load(corpus).rows == []
    assert prove_all.prove_sample([case]) == 1


def test_without_an_engine_the_run_fails_and_says_so_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def variants(case: Case) -> list[Tool]:
        raise ToolError("the engine did not come up: no space left on device")

    monkeypatch.setattr(recorder, "backend_of", lambda case: Backend(variants, no_run, no_names))
    monkeypatch.delenv("LAB_DOCKER", raising=False)
    text = CASE.replace("where: host", "where: docker")
    both = [written(tmp_path, name, text.replace("id: comma", f"id: {name}")) for name in ("one", "two")]
    assert prove_all.prove_all(tmp_path, both, lambda case, tool: True) == 1
    err = capsys.readouterr().err
    assert err.count("the lab failed at") == 1
    assert "no space left on device" in err
    assert "LAB_DOCKER=0" in err


@pytest.mark.parametrize("seed", range(5))
def test_ci_proves_each_case_of_the_host_once_and_ten_in_docker(seed: int) -> None:
    drawn = sample.sample(cases(), seed)
    host = [case.name for case in cases() if case.spec.remedy and case.spec.where == "host"]
    assert [case.name for case in drawn if case.spec.where == "host"] == host
    docker = [case.name for case in drawn if case.spec.where == "docker"]
    assert len(docker) == len(set(docker)) == 10
    assert all(len(case.spec.matrix) == len(case.spec.matrix[0].versions) == 1 for case in drawn)


def test_a_few_commits_prove_every_docker_case_and_every_tool() -> None:
    able = [case for case in cases() if case.spec.remedy]
    drawn = [each for seed in range(12) for each in sample.sample(able, seed)]
    assert {case.name for case in drawn} == {case.name for case in able}
    commas = [case.spec.matrix[0] for case in drawn if case.name == "manifest/trailing-comma"]
    assert {(row.tool, row.versions[0]) for row in commas} >= {("pnpm", "12"), ("npm", "10"), ("yarn", "4")}


def test_what_is_not_reached_in_time_is_told_apart(
    case: Case, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    world(monkeypatch)
    assert prove_all.prove_sample([case], minutes=-1) == 1
    assert "1 not reached in time" in capsys.readouterr().out
