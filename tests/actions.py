"""Run a composite action's steps as a GitHub runner would: with bash, and the files it hands them."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML


class Ran(NamedTuple):
    """What a use of the action printed and set."""

    status: int
    out: str
    outputs: Mapping[str, str]
    path: tuple[str, ...]


def load(path: Path) -> Any:
    """A YAML file as plain data."""
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def use(
    action: Path,
    inputs: Mapping[str, str],
    environment: Mapping[str, str],
    folder: Path,
    scratch: Path,
    contexts: Mapping[str, str],
) -> Ran:
    """Use an action in a job. `contexts` gives what its inputs' defaults ask the runner for."""
    declared = load(action / "action.yml")
    assert set(inputs) <= set(declared["inputs"])
    known = {
        f"inputs.{name}": inputs.get(name, _filled(str(spec.get("default", "")), contexts))
        for name, spec in declared["inputs"].items()
    }
    path: list[str] = []
    out = ""
    status = 0
    for number, step in enumerate(declared["runs"]["steps"]):
        assert step["shell"] == "bash"
        if "if" in step and not _holds(step["if"], known):
            continue
        files = {name: scratch / f"{name.lower()}-{number}" for name in ("GITHUB_OUTPUT", "GITHUB_PATH")}
        for each in files.values():
            each.write_text("")
        (scratch / f"step-{number}.sh").write_text(step["run"])
        env = {
            **environment,
            "GITHUB_ACTION_PATH": str(action),
            "PATH": os.pathsep.join([*path, environment["PATH"]]),
            **{name: str(each) for name, each in files.items()},
            **{name: _filled(str(value), known) for name, value in step.get("env", {}).items()},
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(scratch / f"step-{number}.sh")],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=300,
        )
        out += done.stdout.decode()
        for line in files["GITHUB_OUTPUT"].read_text().splitlines():
            name, _, value = line.partition("=")
            known[f"steps.{step['id']}.outputs.{name}"] = value
        path = [*files["GITHUB_PATH"].read_text().splitlines(), *path]
        status = done.returncode
        if status:
            break
    outputs = {name: _filled(spec["value"], known) for name, spec in declared["outputs"].items()}
    return Ran(status, out, outputs, tuple(path))


def _filled(text: str, known: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda found: known.get(found[1], ""), text)


def _holds(condition: str, known: Mapping[str, str]) -> bool:
    """Conditions of the form `a != 'b' && c == 'd'`, which is all that the action has."""
    inner = condition.strip().removeprefix("${{").removesuffix("}}").strip()
    for part in inner.split("&&"):
        found = re.fullmatch(r"\s*(\S+) (==|!=) '(.*)'\s*", part)
        assert found, part
        if (known.get(found[1], "") == found[3]) != (found[2] == "=="):
            return False
    return True


def event(path: Path, payload: object) -> str:
    """A file with an event's payload."""
    path.write_text(json.dumps(payload))
    return str(path)
