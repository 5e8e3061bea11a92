"""The corpus tells the truth: labels stand where they say, and no log names the machine it came from."""

from __future__ import annotations

import json
import re
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
from cases_read import CORPUS, cases

from logdoctor.workshop.lab.case import Case, LogLabel
from logdoctor.workshop.lab.labels import row_of
from logdoctor.workshop.lab.normalise import foreign_hosts
from logdoctor.workshop.lab.recorder import lines_of

MACHINE_PATHS = re.compile(rb"/root/|/work/|/tmp/(?:lab|tmp)\w+|/home/(?!user\b|node\b|app\b)\w+/")


def logs() -> list[tuple[Case, LogLabel]]:
    return [(case, label) for case in cases() for label in case.spec.logs]


def where(case: Case, label: LogLabel) -> str:
    return f"{case.name}/{label.file}"


def test_every_case_has_a_recorded_log() -> None:
    assert [case.name for case in cases() if not case.spec.logs] == []


def test_labels_and_files_are_the_same_set() -> None:
    for case in cases():
        files = {f"logs/{file.name}" for file in case.folder.glob("logs/*")}
        assert files == {label.file for label in case.spec.logs}, case.name


def test_the_cause_is_the_line_the_label_says() -> None:
    for case, label in logs():
        lines = lines_of((case.folder / label.file).read_bytes())
        for place in (label.cause, *label.chain):
            if place is not None:
                assert lines[place.line - 1] == place.text, where(case, label)


def test_a_failed_log_has_a_cause_and_a_status_and_a_passed_one_neither() -> None:
    for case, label in logs():
        failed = label.outcome == "failed"
        assert (label.cause is not None) == failed, where(case, label)
        assert (label.exit_code != 0) == failed, where(case, label)
        assert label.rule is None or failed, where(case, label)


def test_consequences_stand_after_their_cause() -> None:
    for case, label in logs():
        if label.cause is not None:
            assert all(place.line > label.cause.line for place in label.chain), where(case, label)


def test_every_log_says_what_it_was_made_with() -> None:
    for case, label in logs():
        assert re.fullmatch(r"\d+(\.\d+)+(\S*)", label.version), where(case, label)
        assert re.fullmatch(r"linux/(amd64|arm64)(/v\d)?", label.platform), where(case, label)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", label.recorded), where(case, label)
        assert label.steps or case.spec.where == "docker", where(case, label)


def test_no_log_names_a_package_host_or_a_path_of_this_machine() -> None:
    for case, label in logs():
        data = (case.folder / label.file).read_bytes()
        assert foreign_hosts(data) == [], where(case, label)
        if case.spec.where == "host":  # a container has paths of its own
            assert MACHINE_PATHS.findall(data) == [], where(case, label)


def test_no_project_names_a_package_host() -> None:
    files = [file for file in CORPUS.glob("*/*/project/**/*") if file.is_file() and not file.is_symlink()]
    assert [str(file) for file in files if foreign_hosts(file.read_bytes())] == []


def test_a_repair_or_a_person_is_named_for_every_failing_case() -> None:
    for case in cases():
        if case.spec.expect.outcome == "failed":
            assert case.spec.remedy or case.spec.person, case.name


def test_a_case_that_is_repaired_can_prove_it() -> None:
    for case in cases():
        if case.spec.remedy and case.spec.where == "host":
            assert case.spec.check, case.name


def test_each_family_keeps_cases_back_for_an_honest_measure() -> None:
    held: dict[str, list[bool]] = defaultdict(list)
    for case in cases():
        held[case.spec.family].append(case.spec.holdout)
    short = [
        family
        for family, flags in held.items()
        if len(flags) >= 4 and not 0.3 <= sum(flags) / len(flags) <= 0.7
    ]
    assert short == []


def test_projects_are_small_enough_to_read() -> None:
    sizes = {
        case.name: sum(f.stat().st_size for f in (case.folder / "project").rglob("*") if f.is_file())
        for case in cases()
    }
    assert [name for name, size in sizes.items() if size > 20_000] == []


def test_stub_answers_are_json() -> None:
    for case in cases():
        if "registry-stub" in case.spec.services:
            assert json.loads((case.folder / "stub.json").read_text(encoding="utf-8")), case.name


@pytest.mark.parametrize(
    "family", ["manifest", "native-module", "lockfile", "pnpm", "npm", "registry", "engines", "compile"]
)
def test_the_families_of_package_managers_are_covered(family: str) -> None:
    assert sum(case.spec.family == family for case in cases()) >= 2


def test_no_file_of_a_project_is_left_out_of_the_repository() -> None:
    """A `dist/` that the project needs must not fall under our own .gitignore."""
    if not (CORPUS.parent / ".git").exists():
        pytest.skip("not a clone")
    files = [str(file) for file in CORPUS.glob("*/*/project/**/*") if file.is_file()]
    command = ["git", "check-ignore", "--no-index", "--stdin"]
    done = subprocess.run(
        command, cwd=CORPUS, input="\n".join(files), capture_output=True, text=True, check=False
    )
    assert done.stdout == ""


def test_each_log_belongs_to_a_row_of_its_matrix() -> None:
    for case, label in logs():
        assert row_of(case.spec, Path(label.file).stem) is not None, where(case, label)
