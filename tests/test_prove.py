"""Proving repairs: a copy is patched and built until it is green, and the user's files stay as they are."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from calls import Said, logdoctor, plain_environment
from reports import DIAGNOSIS, FAILED, REMEDY

from logdoctor.model import Patch, Remedy, Report
from logdoctor.services.copy import TooBig, copy_project
from logdoctor.services.prove import Built
from logdoctor.services.prove import prove as repair

COMMA = '{\n  "name": "shop",\n  "version": "1.0.0",\n}\n'
WHOLE = '{\n  "name": "shop",\n  "version": "1.0.0"\n}\n'
ALWAYS = """\
print("yarn install v1.22.22")
print("error SyntaxError: /app/package.json: Expected double-quoted property name in JSON at position 41")
raise SystemExit(1)
"""
BUILD = """\
import json, sys
from pathlib import Path
for file in sorted(Path.cwd().rglob("package.json")):
    try:
        json.loads(file.read_text())
    except ValueError:
        print(f" ERROR  Expected double-quoted property name in JSON at position 41 "
              f"while parsing '{{  \\"name\\": \\"shop\\"' in {file} \\n\\n"
              f"  3 |   \\"version\\": \\"1.0.0\\",\\n> 4 | }}\\n    | ^\\n")
        sys.exit(1)
Path("made").write_text("by the build")
"""
GREEN = 'print("all is well")\n'
THEN_UNKNOWN = 'print("error: the moon is in the wrong house")\nsys.exit(7)\n'


def project(folder: Path, after: str = GREEN, *packages: str) -> Path:
    """A project with a trailing comma in each package, and a build that trips over them one by one."""
    for name in packages or ("",):
        place = folder / "shop" / name
        place.mkdir(parents=True, exist_ok=True)
        (place / "package.json").write_text(COMMA)
    (folder / "shop" / "build.py").write_text(BUILD + after)
    return folder / "shop"


def prove(folder: Path, *options: str) -> Said:
    return logdoctor("prove", *options, "--", sys.executable, "build.py", cwd=folder)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_green_build_needs_no_patch(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "package.json").write_text(WHOLE)
    said = prove(folder)
    assert (said.status, said.out) == (0, "")
    assert "the build is green as it is" in said.err


def test_one_round_ends_green_with_a_patch_that_git_takes(tmp_path: Path) -> None:
    folder = project(tmp_path)
    before = tree(folder)
    said = prove(folder)
    assert said.status == 0, said.err
    assert tree(folder) == before
    assert said.out == (
        "--- a/package.json\n+++ b/package.json\n@@ -1,4 +1,4 @@\n {\n"
        '   "name": "shop",\n-  "version": "1.0.0",\n+  "version": "1.0.0"\n }\n'
    )
    assert "1      json-trailing-comma  remove-trailing-comma  safe   green" in said.err
    assert "  | all is well" in said.err
    assert "proven: the build is green with this patch" in said.err


def test_faults_one_behind_the_other_end_in_one_patch(tmp_path: Path) -> None:
    folder = project(tmp_path, GREEN, "a", "b", "c")
    said = prove(folder)
    assert said.status == 0, said.err
    assert [line for line in said.out.splitlines() if line.startswith("+++")] == [
        "+++ b/a/package.json",
        "+++ b/b/package.json",
        "+++ b/c/package.json",
    ]
    assert "another failure" in said.err


def test_the_rounds_are_limited(tmp_path: Path) -> None:
    folder = project(tmp_path, GREEN, "a", "b", "c")
    said = prove(folder, "--rounds", "2")
    assert said.status == 1
    assert "c/package.json" not in said.out


def test_another_failure_behind_the_first_is_an_improvement(tmp_path: Path) -> None:
    folder = project(tmp_path, THEN_UNKNOWN)
    said = prove(folder, "--apply")
    assert said.status == 1
    assert "improved, not green" in said.err
    assert "not written: the build is not green with it" in said.err
    assert (folder / "package.json").read_text() == COMMA


def test_a_failure_that_nothing_repairs_stays(tmp_path: Path) -> None:
    folder = project(tmp_path, THEN_UNKNOWN)
    (folder / "package.json").write_text(WHOLE)
    said = prove(folder)
    assert (said.status, said.out) == (3, "")
    assert "not repaired" in said.err


def test_a_remedy_that_does_not_help_is_taken_back(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "build.py").write_text(ALWAYS)
    said = prove(folder)
    assert (said.status, said.out) == (3, "")
    assert "the same failure" in said.err


def test_apply_writes_what_is_proven(tmp_path: Path) -> None:
    folder = project(tmp_path)
    said = prove(folder, "--apply")
    assert said.status == 0, said.err
    assert (folder / "package.json").read_text() == WHOLE
    assert not (folder / "made").exists()


def test_apply_leaves_alone_what_git_could_not_bring_back(tmp_path: Path) -> None:
    folder = project(tmp_path)
    subprocess.run(["git", "init", "-q", folder], check=True)
    said = prove(folder, "--apply")
    assert said.status == 1
    assert "is not yet known to git" in said.err
    assert (folder / "package.json").read_text() == COMMA


def test_the_words_of_the_build_stay_the_build_s(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "build.py").write_text("import sys\nsys.exit(0 if sys.argv[1:] == ['--apply'] else 1)\n")
    said = logdoctor("prove", "--", sys.executable, "build.py", "--apply", cwd=folder)
    assert said.status == 0, said.err


def test_a_command_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    said = logdoctor("prove", "--", "no-such-command", cwd=project(tmp_path))
    assert (said.status, said.out) == (2, "")
    assert "no-such-command: command not found" in said.err


def test_a_project_over_the_limit_is_refused(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "big.bin").write_bytes(bytes(1_100_000))
    said = prove(folder, "--limit", "1")
    assert said.status == 2
    assert "holds more than 1 MB (big.bin 1 MB" in said.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_leaves_the_user_s_files_alone(tmp_path: Path, number: signal.Signals) -> None:
    folder = project(tmp_path, 'print("waiting", flush=True)\nimport time\ntime.sleep(60)\n')
    before = tree(folder)
    command = [sys.executable, "-m", "logdoctor", "prove", "--apply", "--", sys.executable, "build.py"]
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=plain_environment() | {"TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as call:
        assert call.stderr is not None
        _until(lambda: b"waiting" in call.stderr.readline())  # type: ignore[union-attr]
        os.killpg(call.pid, number)
        out, err = call.communicate(timeout=30)
    assert (call.returncode, out) == (130, b"")
    assert b"stopped; your files are as they were" in err
    assert tree(folder) == before
    assert not list(scratch.iterdir())


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end


def test_a_copy_has_links_that_lead_into_the_copy(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    (source / ".git").mkdir(parents=True)
    (source / "deep").mkdir()
    (source / "deep" / "file").write_text("x")
    (source / "absolute").symlink_to(source / "deep")
    (source / "relative").symlink_to("deep/file")
    (source / "outside").symlink_to("../elsewhere")
    os.mkfifo(source / "pipe")
    copy_project(str(source), str(target), 10_000)
    assert os.readlink(target / "absolute") == str(target / "deep")
    assert os.readlink(target / "relative") == "deep/file"
    assert os.readlink(target / "outside") == str(tmp_path / "elsewhere")
    assert not (target / ".git").exists()
    assert not (target / "pipe").exists()


def test_a_copy_ends_at_its_limit(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "file").write_bytes(bytes(2000))
    with pytest.raises(TooBig):
        copy_project(str(tmp_path / "a"), str(tmp_path / "b"), 1000)


def test_another_remedy_is_tried_where_the_first_led_nowhere() -> None:
    def remedy(id: str) -> Remedy:
        return REMEDY._replace(id=id, outcome=Patch(id, (id,), "files", {id: b""}))

    both = DIAGNOSIS._replace(remedies=(remedy("corepack"), remedy("npm")))
    other = DIAGNOSIS._replace(fingerprint="f1:other", remedies=())

    def build(contents: Mapping[str, bytes]) -> Built:
        return Built(0 if "npm" in contents else 1, b"red with corepack" if contents else b"red")

    def examine(log: bytes) -> Report:
        return FAILED._replace(diagnoses=(other if b"corepack" in log else both,))

    proof = repair(build, examine)
    assert [(each.remedy.id, each.result) for each in proof.rounds] == [
        ("corepack", "another failure"),
        ("npm", "green"),
    ]
    assert (proof.end, proof.contents) == ("proven", {"npm": b""})
    assert [each.remedy.id for each in proof.kept] == ["npm"]
