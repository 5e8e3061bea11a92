"""A release says one version everywhere, trusts no action of others, and its image runs as nobody."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from actions import load
from calls import logdoctor
from test_recipes import problems, scripts

ROOT = Path(__file__).parent.parent
WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def release_notes(tag: str, folder: Path, changelog: str) -> subprocess.CompletedProcess[str]:
    (folder / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "release-notes", folder / ".ci")
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "CHANGELOG.md").write_text(changelog)
    return subprocess.run(
        [folder / ".ci" / "release-notes", tag], capture_output=True, text=True, check=False
    )


def test_the_version_is_written_in_one_place() -> None:
    assert logdoctor("--version").out == f"logdoctor {VERSION}\n"
    headings = re.findall(r"(?m)^## (.*)$", (ROOT / "CHANGELOG.md").read_text())
    assert headings[0].startswith(f"{VERSION}, ")
    tracked = [*(ROOT / "logdoctor").rglob("*.py"), ROOT / "Containerfile", ROOT / "action.yml", WORKFLOW]
    assert not [path for path in tracked if re.search(rf"\b{re.escape(VERSION)}\b", path.read_text())]


def test_notes_are_the_newest_section(tmp_path: Path) -> None:
    changelog = f"# Changes\n\n## {VERSION}, 2026-12-24\n\n- new\n- newer\n\n## 0.0.9, 2025-01-01\n\n- old\n"
    done = release_notes(f"v{VERSION}", tmp_path, changelog)
    assert (done.returncode, done.stdout) == (0, "- new\n- newer\n")


@pytest.mark.parametrize(
    ("tag", "heading", "words"),
    [
        ("v9.9.9", f"{VERSION}, 2026-12-24", f"pyproject.toml says {VERSION}"),
        (f"v{VERSION}", f"{VERSION}, not yet released", "a release needs"),
        (f"v{VERSION}", "0.0.1, 2026-12-24", "a release needs"),
    ],
)
def test_what_does_not_agree_stops_the_release(tmp_path: Path, tag: str, heading: str, words: str) -> None:
    done = release_notes(tag, tmp_path, f"# Changes\n\n## {heading}\n\n- x\n")
    assert done.returncode == 1
    assert words in done.stderr


def test_the_workflow_keeps_to_its_schema_and_uses_no_action() -> None:
    workflow = load(WORKFLOW)
    assert problems("github-workflows", workflow) == []
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    assert not [step for step in steps if "uses" in step]
    assert workflow["permissions"] == {}


def test_its_shell_is_shell_without_expressions() -> None:
    for text in scripts(load(WORKFLOW)):
        assert "${{" not in text
        assert subprocess.run(["bash", "-n"], input=text.encode(), check=False).returncode == 0


def test_only_the_job_that_runs_no_tests_may_write() -> None:
    jobs = load(WORKFLOW)["jobs"]
    assert jobs["test"]["permissions"] == {"contents": "read"}
    assert ".ci/run" not in "".join(scripts(jobs["release"]))
    assert jobs["release"]["needs"] == "test"


def test_the_image_is_small_runs_as_nobody_and_reads_standard_input() -> None:
    from dockerfile import parse_string

    said = parse_string((ROOT / "Containerfile").read_text())
    last = [each.cmd.lower() for each in said][::-1].index("from")
    final = said[-last - 1 :]
    assert [each.cmd.lower() for each in final] == ["from", "copy", "env", "user", "workdir", "entrypoint"]
    assert next(each.value for each in final if each.cmd.lower() == "user") == ("65534:65534",)
    assert final[-1].value == ("logdoctor",)
    assert all(":" in each.value[0] for each in said if each.cmd.lower() == "from")


def test_all_that_the_image_copies_is_there_and_let_through() -> None:
    text = (ROOT / "Containerfile").read_text()
    copied = " ".join(re.findall(r"(?m)^COPY (?!--from)(.*) \S+$", text)).split()
    ignored = (ROOT / ".dockerignore").read_text().split("\n")
    for path in copied:
        assert (ROOT / path).exists()
        assert f"!{path}" in ignored
