"""The action, its steps run with bash from a copy of what it ships, against a server on the loopback."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from actions import Ran, event, load, use
from calls import COMMA, COMMA_LOG, plain_environment
from forges import GitHubServer, serving

ROOT = Path(__file__).parent.parent
SHIPPED = ("action.yml", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "logdoctor", "rules")
SHA = "1" * 40
FIXED = "2" * 40
LIBRARIES = {
    "PYTHONPATH": sysconfig.get_path("purelib"),
    "PIP_NO_DEPS": "1",
    "PIP_NO_BUILD_ISOLATION": "0",
}
"""They lie at hand already: only logdoctor itself is built and installed."""


@pytest.fixture(scope="module")
def action(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The action as a runner unpacks it, without a git folder."""
    place = tmp_path_factory.mktemp("actions") / "logdoctor"
    place.mkdir()
    for name in SHIPPED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, place / name)
    return place


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runner's tool cache, which outlives a job."""
    return tmp_path_factory.mktemp("tools")


@pytest.fixture
def github() -> Iterator[GitHubServer]:
    server = GitHubServer()
    server.pull(7, SHA)
    with serving(server):
        yield server


class Runner:
    """A runner with one checkout."""

    def __init__(self, server: GitHubServer, action: Path, tools: Path, scratch: Path) -> None:
        self.server, self.action, self.tools, self.scratch = server, action, tools, scratch
        self.folder = scratch / "work"
        self.folder.mkdir()

    def uses(self, payload: Any, contexts: Mapping[str, str] | None = None, **inputs: str) -> Ran:
        """`uses: logdoctor` with these inputs; `_` stands for `-` in their names."""
        environment = {
            **plain_environment(),
            **LIBRARIES,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "LOGDOCTOR_PATIENCE": "0",
            "RUNNER_TEMP": str(self.scratch),
            "RUNNER_TOOL_CACHE": str(self.tools),
            "GITHUB_ACTIONS": "true",
            "GITHUB_SERVER_URL": "https://github.example",
            "GITHUB_API_URL": self.server.url,
            "GITHUB_GRAPHQL_URL": f"{self.server.url}/graphql",
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_WORKFLOW": "CI",
            "GITHUB_RUN_ID": "1001",
            "GITHUB_JOB": "build",
            "GITHUB_SHA": "9" * 40,
            "GITHUB_WORKSPACE": str(self.folder),
            "GITHUB_EVENT_NAME": "workflow_run" if "workflow_run" in payload else "pull_request",
            "GITHUB_EVENT_PATH": event(self.scratch / "event.json", payload),
            "GITHUB_STEP_SUMMARY": str(self.scratch / "summary.md"),
        }
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        runner = {
            "github.token": "t0ken",
            "job.status": "failure",
            "toJSON(matrix)": "null",
            **(contexts or {}),
        }
        return use(self.action, given, environment, self.folder, self.scratch, runner)


@pytest.fixture
def runner(github: GitHubServer, action: Path, tools: Path, tmp_path: Path) -> Runner:
    return Runner(github, action, tools, tmp_path)


PULL = {"pull_request": {"number": 7, "head": {"sha": SHA}}}


def test_in_the_job_that_fails_and_is_fixed(runner: Runner, github: GitHubServer) -> None:
    """Install, run the build through logdoctor, comment; then green."""
    installed = runner.uses(PULL, install_only="true")
    assert installed.status == 0, installed.out
    assert [sorted(os.listdir(folder)) for folder in installed.path] == [["logdoctor"]]
    shutil.copytree(COMMA / "project", runner.folder, dirs_exist_ok=True)
    build = ["sh", "-c", f"cat {COMMA_LOG}; exit 7"]
    done = subprocess.run(
        [f"{installed.path[0]}/logdoctor", "run", "--log", "build.log", "--", *build],
        cwd=runner.folder,
        env=plain_environment() | LIBRARIES,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 7
    red = runner.uses(PULL, {"toJSON(matrix)": '{"node": 22}'}, log="build.log")
    assert red.status == 0, red.out
    (comment,) = github.comments
    assert "### ✗ package.json has a trailing comma" in comment["body"]
    assert "job `build (22)`" in comment["body"]
    assert {name: red.outputs[name] for name in ("outcome", "rule", "confidence", "fixable")} == {
        "outcome": "failed",
        "rule": "json-trailing-comma",
        "confidence": "0.98",
        "fixable": "true",
    }
    assert red.outputs["comment-url"] == comment["html_url"]
    patch = Path(red.outputs["patch-path"])
    subprocess.run(["git", "apply", "--check", patch], cwd=runner.folder, check=True)
    assert github.asked[0].headers["authorization"] == "Bearer t0ken"
    head = {"pull_request": {"number": 7, "head": {"sha": FIXED}}}
    green = runner.uses(head, {"job.status": "success", "toJSON(matrix)": '{"node": 22}'}, log="build.log")
    assert green.status == 0, green.out
    assert "### ✓ Fixed in `2222222`" in github.comments[0]["body"]


@pytest.mark.parametrize(
    "changed", ["logdoctor/data/model.json", "logdoctor/data/report.css", "hatch_build.py"]
)
def test_another_version_is_not_answered_from_the_cache(runner: Runner, changed: str) -> None:
    """Whatever goes into the package tells versions apart; what Python writes beside it does not."""

    def content() -> str:
        """The name under which this content is kept in the tool cache."""
        script = load(runner.action / "action.yml")["runs"]["steps"][0]["run"]
        only = script[: script.index("mkdir -p")] + 'echo "$content"'
        place = {
            **plain_environment(),
            "GITHUB_ACTION_PATH": str(runner.action),
            "RUNNER_TEMP": str(runner.scratch),
        }
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", only],
            env=place | {"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    before = content()
    compiled = runner.action / "logdoctor" / "__pycache__" / "made.pyc"
    compiled.parent.mkdir(exist_ok=True)
    compiled.write_bytes(b"x")
    assert content() == before
    file = runner.action / changed
    whole = file.read_bytes()
    file.write_bytes(whole + b"\n")
    try:
        assert content() != before
    finally:
        file.write_bytes(whole)


def test_in_a_second_job(runner: Runner, github: GitHubServer) -> None:
    github.run(1001, SHA, {"build": ("failure", COMMA_LOG.read_bytes()), "advice": ("running", b"")})
    github.files = {"package.json": (COMMA / "project" / "package.json").read_bytes()}
    ran = runner.uses(PULL, {"job.status": "success"})
    assert ran.status == 0, ran.out
    assert "job `build`" in github.comments[0]["body"]
    assert "```diff" in github.comments[0]["body"]


def test_woken_by_the_run_of_a_fork(runner: Runner, github: GitHubServer) -> None:
    github.pulls[0]["head"]["label"] = "stranger:topic"
    github.run(2002, SHA, {"build": ("failure", COMMA_LOG.read_bytes())}, owner="stranger")
    owner = {"owner": {"login": "stranger"}}
    run = {"id": 2002, "name": "CI", "head_sha": SHA, "head_branch": "topic", "head_repository": owner}
    ran = runner.uses({"workflow_run": {**run, "pull_requests": []}}, {"job.status": "success"})
    assert ran.status == 0, ran.out
    assert "trailing comma" in github.comments[0]["body"]


def test_without_rights_the_job_goes_on(runner: Runner, github: GitHubServer) -> None:
    github.read_only = True
    shutil.copytree(COMMA / "project", runner.folder, dirs_exist_ok=True)
    shutil.copy(COMMA_LOG, runner.folder / "build.log")
    ran = runner.uses(PULL, log="build.log", suggest="false")
    assert ran.status == 0
    assert "::error file=package.json,line=6," in ran.out
    assert "trailing comma" in (runner.scratch / "summary.md").read_text()


def test_inputs_are_words_and_never_code(runner: Runner, github: GitHubServer) -> None:
    evil = "$(touch owned); `touch owned` \"'\n--dry-run"
    ran = runner.uses(PULL, log=evil, key=evil, project=".", matrix=evil)
    assert ran.status == 0
    assert not (runner.folder / "owned").exists()


def test_a_runner_without_a_python_that_is_new_enough_is_told(
    runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "old"
    old.mkdir()
    for name in ("python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"):
        (old / name).write_text("#!/bin/sh\nexit 1\n")
        (old / name).chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(old / "python3"))
    assert (runner.uses(PULL).status, runner.uses(PULL, install_only="true").status) == (0, 1)
    assert "::warning title=logdoctor::Not run: it needs Python 3.11" in runner.uses(PULL).out


def test_no_expression_stands_inside_a_script_and_no_action_of_others_is_used() -> None:
    steps = load(ROOT / "action.yml")["runs"]["steps"]
    assert not [step for step in steps if "uses" in step]
    for step in steps:
        assert "${{" not in step["run"]


def test_every_input_is_used_and_every_output_is_set() -> None:
    text = (ROOT / "action.yml").read_text()
    for name in load(ROOT / "action.yml")["inputs"]:
        assert f"inputs.{name} " in text
    written = (ROOT / "logdoctor/faces/github_job.py").read_text() + (
        ROOT / "logdoctor/faces/comment.py"
    ).read_text()
    for name in load(ROOT / "action.yml")["outputs"]:
        assert re.search(rf'"{name}"|f"{{name}}-path"', written), name
