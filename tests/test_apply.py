"""Patches are written only where that can be undone, whole or not at all."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from reports import DIAGNOSIS, FAILED, REMEDY

from logdoctor.model import Applicability, Patch
from logdoctor.services.apply import Chosen, Kept, Written, apply, choose

NEW = b"FROM node:20\n"


def chosen(path: str = "Dockerfile", level: Applicability = "safe", basis: str = "files") -> Chosen:
    patch = Patch("a diff", (path,), basis, {path: NEW})  # type: ignore[arg-type]
    return Chosen(DIAGNOSIS, REMEDY._replace(applicability=level, outcome=patch), patch)


def reason(root: Path, wanted: Chosen, allow_dirty: bool = False) -> str:
    (result,) = apply([wanted], str(root), ("safe",), allow_dirty)
    assert isinstance(result, Kept)
    return result.reason


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_bytes(b"FROM nod:20\n")
    return tmp_path


def commit(root: Path) -> None:
    run = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*run, *command], cwd=root, check=True)


def test_a_safe_patch_is_written_and_the_mode_stays(root: Path) -> None:
    (root / "Dockerfile").chmod(0o640)
    assert isinstance(apply([chosen()], str(root), ("safe",))[0], Written)
    assert (root / "Dockerfile").read_bytes() == NEW
    assert (root / "Dockerfile").stat().st_mode & 0o777 == 0o640
    assert [path.name for path in root.iterdir()] == ["Dockerfile"]


def test_a_committed_file_is_written(root: Path) -> None:
    commit(root)
    assert isinstance(apply([chosen()], str(root), ("safe",))[0], Written)


def test_a_new_file_is_made(root: Path) -> None:
    commit(root)
    assert isinstance(apply([chosen(".dockerignore")], str(root), ("safe",))[0], Written)
    assert (root / ".dockerignore").read_bytes() == NEW


def test_review_needs_to_be_asked_for(root: Path) -> None:
    assert "--apply=review" in reason(root, chosen(level="review"))
    assert isinstance(apply([chosen(level="review")], str(root), ("safe", "review"))[0], Written)


def test_a_patch_from_the_log_alone_is_never_written(root: Path) -> None:
    assert "--project" in reason(root, chosen(basis="log"), allow_dirty=True)
    assert (root / "Dockerfile").read_bytes() != NEW


@pytest.mark.parametrize(
    ("state", "words"),
    [("changed", "has changes"), ("new", "is not yet known to git"), ("ignored", "is ignored by git")],
)
def test_work_that_git_does_not_know_is_not_touched(root: Path, state: str, words: str) -> None:
    if state == "changed":
        commit(root)
        (root / "Dockerfile").write_text("FROM mine")
    else:
        subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    if state == "ignored":
        (root / ".gitignore").write_text("Dockerfile")
    assert words in reason(root, chosen())
    assert isinstance(apply([chosen()], str(root), ("safe",), allow_dirty=True)[0], Written)


def test_links_are_not_followed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "Dockerfile").write_text("FROM theirs")
    (root / "linked").symlink_to(outside)
    (root / "Containerfile").symlink_to(outside / "Dockerfile")
    assert reason(root, chosen("linked/Dockerfile")).endswith("is reached through a link")
    assert reason(root, chosen("Containerfile")).endswith("is reached through a link")
    assert (outside / "Dockerfile").read_text() == "FROM theirs"


def test_a_hard_link_is_not_broken(root: Path) -> None:
    os.link(root / "Dockerfile", root / "other")
    assert "hard link" in reason(root, chosen())


@pytest.mark.parametrize("path", ["/etc/x", "../x", "a/../../x"])
def test_nothing_outside_is_written(root: Path, path: str) -> None:
    assert reason(root, chosen(path)).endswith("is outside the project")


def test_one_file_of_two_that_cannot_be_written_keeps_both(root: Path) -> None:
    patch = Patch("a diff", ("Dockerfile", "gone/x"), "files", {"Dockerfile": NEW, "gone/x": NEW})
    assert reason(root, Chosen(DIAGNOSIS, chosen().remedy, patch)).endswith("is in no folder")
    assert (root / "Dockerfile").read_bytes() != NEW


def test_no_file_is_changed_by_two_diagnoses() -> None:
    report = FAILED._replace(diagnoses=(DIAGNOSIS, DIAGNOSIS._replace(id="d2")))
    assert [each.diagnosis.id for each in choose(report)] == ["d1"]
