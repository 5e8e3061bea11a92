"""Recipes are copied without being read: each is parsed, checked against its system's schema, and tried."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import typer
from actions import load
from calls import COMMA_LOG, plain_environment
from forges import GitLabServer, serving
from jsonschema import Draft7Validator, validators
from pygments import lex
from pygments.lexers import get_lexer_by_name
from pygments.token import Error

from logdoctor.faces.cli import app

ROOT = Path(__file__).parent.parent
RECIPES = ROOT / "docs" / "recipes"
FILES = sorted(path for path in RECIPES.iterdir() if path.name != "README.md")
GITHUB = sorted(RECIPES.glob("github-*.yml"))
SCHEMAS = {
    **dict.fromkeys((path.name for path in GITHUB), "github-workflows"),
    "gitlab-ci.yml": "gitlab-ci",
    "circleci.yml": "circle-ci",
    "buildkite.yml": "buildkite",
}
CALL = re.compile(
    r"""(?:^|[\s/\\&;])logdoctor(?:\.exe"?)? ((?:diagnose|comment|run|fix)\b[^\n]*)""", re.MULTILINE
)
SHELL = ("shell.sh", "pre-push", "container.sh")


def schema(name: str) -> Any:
    """A system's published schema, as check-jsonschema carries it."""
    text = files("check_jsonschema") / "builtin_schemas" / "vendor" / f"{name}.json"
    return json.loads(text.read_text(encoding="utf-8"))


def problems(name: str, document: Any) -> list[str]:
    published = schema(name)
    validator = validators.validator_for(published, Draft7Validator)(published)
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(document)]


def scripts(document: Any) -> Iterator[str]:
    """Every piece of shell in a recipe."""
    if isinstance(document, dict):
        for key, value in document.items():
            if key in ("run", "command", "script", "after_script") and not isinstance(value, dict):
                yield "\n".join(value) if isinstance(value, list) else value
            else:
                yield from scripts(value)
    elif isinstance(document, list):
        for each in document:
            yield from scripts(each)


def shell_of(path: Path) -> list[str]:
    if path.suffix == ".yml":
        return [re.sub(r"\$\{\{.*?\}\}", "x", text) for text in scripts(load(path))]
    if path.name == "Jenkinsfile":
        text = path.read_text()
        return [a or b for a, b in re.findall(r"sh '''(.*?)'''|sh '([^'\n]+)'", text, re.DOTALL)]
    return [path.read_text()] if path.name in SHELL else []


def calls_in(text: str) -> Iterator[list[str]]:
    """Each call of logdoctor: its words up to where the shell would end the command."""
    joined = re.sub(r"(?m)^\s*#.*$", "", text.replace("\\\n", " "))
    for found in CALL.finditer(joined):
        words: list[str] = []
        for word in shlex.split(found[1], comments=True):
            if word in ("|", ";", "&&", "||", ">", "<") or word.endswith(";"):
                words += [word[:-1]] if word.endswith(";") and word != ";" else []
                break
            words.append(word)
        yield words


def test_every_recipe_is_in_the_list() -> None:
    listed = re.findall(r"\]\(([^)/]+)\)", (RECIPES / "README.md").read_text())
    assert sorted(listed) == [path.name for path in FILES]


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_keeps_to_its_system_s_schema(name: str) -> None:
    assert problems(SCHEMAS[name], load(RECIPES / name)) == []


def test_the_check_can_fail() -> None:
    workflow = load(RECIPES / "github-in-job.yml")
    workflow["jobs"]["build"]["stepz"] = []
    assert problems("github-workflows", workflow)


def test_the_action_keeps_to_its_schema() -> None:
    assert problems("github-actions", load(ROOT / "action.yml")) == []


@pytest.mark.parametrize("path", [path for path in FILES if shell_of(path)], ids=lambda path: path.name)
def test_its_shell_can_be_parsed(path: Path) -> None:
    for text in shell_of(path):
        done = subprocess.run(["bash", "-n"], input=text.encode(), capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("name", ["Jenkinsfile", "windows.ps1"])
def test_it_is_a_text_of_its_language(name: str) -> None:
    language = {"Jenkinsfile": "groovy", "windows.ps1": "powershell"}[name]
    text = (RECIPES / name).read_text()
    assert not [word for kind, word in lex(text, get_lexer_by_name(language)) if kind is Error]
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_call_in_it_is_understood(path: Path) -> None:
    texts = shell_of(path) or [path.read_text()]
    calls = [call for text in texts for call in calls_in(text)]
    uses = [step for step in steps_of(path) if "logdoctor" in step.get("uses", "")]
    assert calls or uses
    group = typer.main.get_group(app)
    for command, *words in calls:
        group.commands[command].make_context(command, words)


def steps_of(path: Path) -> list[dict[str, Any]]:
    if not path.name.startswith("github-"):
        return []
    return [step for job in load(path)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", GITHUB, ids=lambda path: path.name)
class TestGitHub:
    """What the schema does not know."""

    def test_inputs_are_the_action_s(self, path: Path) -> None:
        known = load(ROOT / "action.yml")["inputs"]
        for step in steps_of(path):
            if "logdoctor" in step.get("uses", ""):
                assert set(step.get("with", {})) <= set(known)

    def test_rights_are_named_and_no_more_than_needed(self, path: Path) -> None:
        workflow = load(path)
        allowed = {"actions": "read", "contents": "read", "pull-requests": "write"}
        for rights in [
            workflow["permissions"],
            *(j.get("permissions", {}) for j in workflow["jobs"].values()),
        ]:
            assert rights.items() <= allowed.items()

    def test_only_github_s_own_actions_and_ours_are_used(self, path: Path) -> None:
        for step in steps_of(path):
            assert re.match(r"actions/|OWNER/logdoctor@", step.get("uses", "actions/"))

    def test_a_workflow_with_a_stranger_s_code_in_reach_runs_none_of_it(self, path: Path) -> None:
        workflow = load(path)
        triggers = workflow.get("on", workflow.get(True))
        assert "pull_request_target" not in str(triggers)
        if "workflow_run" in str(triggers):
            assert [step for step in steps_of(path) if "run" in step or "checkout" in step["uses"]] == []


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder with `logdoctor` and a `pip` that has nothing to do, for the path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "logdoctor").write_text(f'#!/bin/sh\nexec {sys.executable} -m logdoctor "$@"\n')
    (folder / "pip").write_text("#!/bin/sh\n")
    (folder / "make").write_text(f"#!/bin/sh\ncat {COMMA_LOG}\nexit 2\n")
    for each in folder.iterdir():
        each.chmod(0o755)
    return folder


def tried(script: str, program: Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = plain_environment() | {"PATH": f"{program}:/usr/bin:/bin", "PYTHONPATH": str(ROOT)} | environment
    command = ["bash", "-e", "-o", "pipefail", "-c", script, "script", "make", "all"]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_the_script_ends_as_the_build_does(program: Path, tmp_path: Path) -> None:
    done = tried((RECIPES / "shell.sh").read_text(), program, tmp_path)
    assert done.returncode == 2
    assert "package.json has a trailing comma" in done.stderr
    assert (tmp_path / "build.log").read_bytes() == COMMA_LOG.read_bytes()


def test_gitlab_s_jobs_write_the_note(program: Path, tmp_path: Path) -> None:
    recipe = load(RECIPES / "gitlab-ci.yml")
    server = GitLabServer()
    with serving(server):
        environment = {
            "GITLAB_CI": "true",
            "CI_SERVER_URL": "https://gitlab.example",
            "CI_API_V4_URL": f"{server.url}/api/v4",
            "CI_PROJECT_ID": "42",
            "CI_PIPELINE_ID": "900",
            "CI_COMMIT_SHA": server.sha,
            "CI_MERGE_REQUEST_IID": "7",
            "GITLAB_TOKEN": "t0ken",
            "CI_JOB_NAME": "build",
            "LOGDOCTOR_PATIENCE": "0",
        }
        red = tried("\n".join(recipe["build"]["script"]), program, tmp_path, **environment)
        assert red.returncode == 2
        after = "\n".join(recipe["build"]["after_script"])
        assert tried(after, program, tmp_path, CI_JOB_STATUS="failed", **environment).returncode == 0
        assert "trailing comma" in server.notes[0]["body"]
        server.job("build", "success", b"")
        last = tried("\n".join(recipe["diagnose"]["script"]), program, tmp_path, **environment)
        assert last.returncode == 0, last.stderr
        assert "### ✓ Fixed in `c0ffee0`" in server.notes[0]["body"]
