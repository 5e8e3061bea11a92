"""Strange input is ordinary input: an answer or a plain refusal, never a traceback, never a hang."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from calls import COMMA, COMMA_LOG, Said, logdoctor, plain_environment

STATUSES = {0, 1, 2, 3, 4}


def sane(said: Said) -> Said:
    """The call ended as documented, without a traceback and without control characters."""
    assert said.status in STATUSES, said
    assert "Traceback" not in said.err
    assert "\x1b" not in said.out
    return said


@pytest.mark.parametrize("data", [b"", b"\n", b" \n\t\r\n", b"\xef\xbb\xbf"], ids=repr)
def test_nothing_to_read(data: bytes) -> None:
    said = sane(logdoctor(stdin=data))
    assert (said.status, said.out) == (4, "")
    assert "nothing in it" in said.err
    assert "2>&1" in said.err


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "build.log").touch()
    said = sane(logdoctor(tmp_path / "build.log"))
    assert said.status == 4
    assert "2>&1" not in said.err


def test_a_directory(tmp_path: Path) -> None:
    said = sane(logdoctor(tmp_path))
    assert (said.status, said.out) == (4, "")
    assert "directory" in said.err


def test_a_missing_file() -> None:
    assert sane(logdoctor("no-such.log")).err == "logdoctor: no-such.log: No such file or directory\n"


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "build.log").touch(mode=0)
    if os.access(tmp_path / "build.log", os.R_OK):
        pytest.skip("root reads everything")
    assert "Permission denied" in sane(logdoctor(tmp_path / "build.log")).err


def test_a_name_that_is_no_unicode(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/b\xff\x1b[31m.log"
    with open(path, "wb") as file:
        file.write(COMMA_LOG.read_bytes())
    assert sane(logdoctor(os.fsdecode(path))).status == 1


BINARY = bytes(range(256)) * 40


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(BINARY, id="binary"),
        pytest.param(b"\x00" * 5000, id="only NULs"),
        pytest.param(b"\xff\xfe", id="UTF-16 mark alone"),
        pytest.param("\ud800 half".encode("utf-16-le", "surrogatepass"), id="half a pair"),
        pytest.param(b"\x1f\x8b\x08\x00cut", id="cut gzip"),
        pytest.param(b"PK\x03\x04cut", id="cut zip"),
        pytest.param(b"error: \x1b[3", id="cut escape code"),
        pytest.param(b"\x1b]8;;" + b"a" * 50_000, id="unended link"),
        pytest.param(b"\r" * 50_000, id="only carriage returns"),
        pytest.param(b"\x1b[A" * 20_000, id="only cursor moves"),
        pytest.param(b"#1 " * 20_000, id="one long line of step marks"),
        pytest.param(b"##[group]" * 20_000, id="one long line of groups"),
        pytest.param(b"##[group]x\n" * 20_000, id="groups that never end"),
        pytest.param(b"[" * 100_000, id="brackets"),
    ],
)
def test_no_log_at_all(data: bytes) -> None:
    sane(logdoctor(stdin=data))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(COMMA_LOG.read_bytes().replace(b"while", b"\xff\xfe while"), id="invalid UTF-8"),
        pytest.param(COMMA_LOG.read_text().encode("utf-16"), id="UTF-16 with its mark"),
        pytest.param(b"\xef\xbb\xbf" + COMMA_LOG.read_bytes(), id="UTF-8 with its mark"),
        pytest.param(b"\x00\x00\x00\n" + COMMA_LOG.read_bytes() + b"\x00", id="some NULs"),
        pytest.param(COMMA_LOG.read_bytes().replace(b"\n", b"\r\n"), id="Windows line ends"),
        pytest.param(COMMA_LOG.read_bytes().rstrip(b"\n"), id="no last newline"),
        pytest.param(COMMA_LOG.read_bytes() + b"\x1b[38;5", id="cut escape code at the end"),
        pytest.param(b"x" * 80_000 + b"\n" + COMMA_LOG.read_bytes(), id="long line before"),
    ],
)
def test_the_cause_is_found_all_the_same(data: bytes) -> None:
    said = sane(logdoctor(stdin=data))
    assert said.status == 1
    assert "Expected double-quoted property name" in said.out


def test_a_line_of_100_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "long.log"
    with open(path, "wb") as file:
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(b"\n" + COMMA_LOG.read_bytes())
    started = time.monotonic()
    said = sane(logdoctor(path))
    assert said.status == 1
    assert time.monotonic() - started < 60


def test_a_reader_that_goes_away_is_no_error() -> None:
    call = f"cat {COMMA_LOG} | {sys.executable} -m logdoctor --format json - | head -c 1 >/dev/null"
    ended = _bash(call + "; echo ${PIPESTATUS[1]}")
    assert (ended.stdout, ended.stderr) == (b"1\n", b"")


def test_closed_streams() -> None:
    assert _bash(f"{sys.executable} -m logdoctor <&-").returncode == 4
    ended = _bash(f"{sys.executable} -m logdoctor {COMMA_LOG} >&-")
    assert (ended.returncode, ended.stderr) == (1, b"")
    assert _bash(f"{sys.executable} -m logdoctor {COMMA_LOG} 2>&-").returncode == 1


def test_a_full_disk_is_told_of() -> None:
    ended = _bash(f"{sys.executable} -m logdoctor {COMMA_LOG} >/dev/full")
    assert ended.returncode == 2
    assert b"No space left on device" in ended.stderr
    assert b"Traceback" not in ended.stderr


@pytest.mark.parametrize("arguments", [[], ["--format", "json"]])
def test_ctrl_c(arguments: list[str]) -> None:
    call = subprocess.Popen(
        [sys.executable, "-m", "logdoctor", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=plain_environment(),
    )
    time.sleep(1.0)
    call.send_signal(signal.SIGINT)
    out, err = call.communicate(timeout=20)
    assert (call.returncode, out, err) == (130, b"", b"")


def test_a_project_that_is_not_there(tmp_path: Path) -> None:
    said = sane(logdoctor("--project", tmp_path / "gone", COMMA_LOG))
    assert said.status == 2
    assert "gone" in said.err


def test_a_dockerfile_that_is_not_there(tmp_path: Path) -> None:
    said = sane(logdoctor("--project", tmp_path, "--dockerfile", "Dockerfile.gone", COMMA_LOG))
    assert said.status in (1, 2)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="half"),
        pytest.param(b"\xff\xfe{\x00}\x00", id="UTF-16"),
        pytest.param(b"\x00" * 100, id="NULs"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b'{"dependencies": 5, "scripts": []}', id="wrong types"),
        pytest.param(b'{"a": 1e999999, "b": "\\ud800",}', id="odd values"),
    ],
)
def test_a_malformed_package_json(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "package.json").write_bytes(text)
    assert sane(logdoctor("--project", tmp_path, COMMA_LOG)).status == 1


def test_a_project_file_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "package.json").mkdir()
    (tmp_path / "Dockerfile").mkdir()
    assert sane(logdoctor("--project", tmp_path, COMMA_LOG)).status == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"FROM", id="no image"),
        pytest.param(b"from node\nrun pnpm install", id="small letters, no last newline"),
        pytest.param(b"FROM node\r\nRUN pnpm install\r\n", id="Windows line ends"),
        pytest.param(b"# escape=`\nFROM node\nRUN a `\n b\n", id="other escape"),
        pytest.param(b"FROM node\nRUN <<EOF\npnpm install\n", id="unended heredoc"),
        pytest.param(b"FROM node\nRUN a \\\n\\\n# c\n\n b\\", id="ends in a continuation"),
        pytest.param(b"FROM ${A:-${B}} AS x\nCOPY --from=x . .\n", id="variables"),
        pytest.param(b"\xef\xbb\xbfFROM node\n", id="mark"),
        pytest.param(b"FROM node\nRUN " + b"a" * 200_000, id="long line"),
        pytest.param(b"\xff\x00\x01", id="binary"),
    ],
)
def test_odd_dockerfiles(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_bytes(text)
    log = b"""#8 [4/6] RUN pnpm install
#8 1.0 ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile"
#8 ERROR: process "/bin/sh -c pnpm install" did not complete successfully: exit code: 1
------
Dockerfile:2
--------------------
   1 |     FROM node
   2 | >>> RUN pnpm install
--------------------
ERROR: failed to solve: process "/bin/sh -c pnpm install" did not complete successfully: exit code: 1
"""
    sane(logdoctor("--project", tmp_path, "-", stdin=log))
    sane(logdoctor("fix", "--diff", "--project", tmp_path, "-", stdin=log))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("schema: 1\nid: x\ntitel: y\n", "x.yaml:3:", id="a typing error"),
        pytest.param("schema: 1\nid: [x\n", "x.yaml:", id="no YAML"),
        pytest.param("", "x.yaml:1:", id="empty"),
        pytest.param("schema: 1\nschema: 1\n", "x.yaml:2:", id="twice"),
    ],
)
def test_a_wrong_rule_is_refused_with_file_and_line(text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / ".logdoctor" / "rules").mkdir(parents=True)
    (tmp_path / ".logdoctor" / "rules" / "x.yaml").write_text(text)
    said = sane(logdoctor(COMMA_LOG, cwd=tmp_path))
    assert (said.status, said.out) == (2, "")
    assert words in said.err


def test_a_wrong_settings_file(tmp_path: Path) -> None:
    (tmp_path / ".logdoctor.toml").write_text("disabel = []")
    said = sane(logdoctor("--project", tmp_path, COMMA_LOG))
    assert said.status == 2
    assert ".logdoctor.toml:1: unknown key 'disabel'; did you mean 'disable'?" in said.err


def test_the_corpus_project_is_not_needed() -> None:
    assert sane(logdoctor("--project", COMMA / "project", COMMA_LOG)).status == 1


def _bash(script: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["bash", "-c", script], capture_output=True, env=plain_environment(), timeout=60, check=False
    )
