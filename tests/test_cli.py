"""Commands, options, exit statuses, and which stream says what."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from calls import COMMA, COMMA_LOG, logdoctor, plain_environment

GREEN = b"npm notice\nadded 3 packages in 2s\nDone in 1.2s\n"
RIDDLE = b"""> build
> frobnicate

frobnicate: the widget refused
npm error Lifecycle script `build` failed with error:
npm error code 7
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    shutil.copytree(COMMA / "project", root)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*git, *command], cwd=root, check=True)
    return root


def test_a_pipe_a_file_and_a_dash_say_the_same(tmp_path: Path) -> None:
    log = COMMA_LOG.read_bytes()
    piped = logdoctor(stdin=log)
    assert piped.status == 1
    assert piped.out.startswith("X ")
    assert "Expected double-quoted property name in JSON" in piped.out
    assert piped.err == ""
    assert logdoctor("-", stdin=log) == piped
    (tmp_path / "LOG").write_bytes(log)
    named = logdoctor("LOG", cwd=tmp_path)
    assert named.out.replace("LOG", "stdin") == piped.out.replace("LOG", "stdin")
    assert logdoctor("diagnose", "LOG", cwd=tmp_path) == named


def test_the_files_at_hand_make_a_patch(project: Path) -> None:
    said = logdoctor(COMMA_LOG, cwd=project)
    assert said.status == 1
    assert '-    "is-number": "7.0.0",\n' in said.out
    assert f"logdoctor fix --apply {COMMA_LOG}" in said.out


def test_a_green_log_has_status_0() -> None:
    said = logdoctor(stdin=GREEN)
    assert (said.status, said.err) == (0, "")


def test_an_unknown_cause_has_status_3_and_shows_telling_lines() -> None:
    said = logdoctor(stdin=RIDDLE)
    assert said.status == 3
    assert "the widget refused" in said.out


def test_exit_zero_turns_verdicts_but_not_mistakes_into_0(tmp_path: Path) -> None:
    assert logdoctor("--exit-zero", COMMA_LOG).status == 0
    assert logdoctor("--exit-zero", "-", stdin=RIDDLE).status == 0
    assert logdoctor("--exit-zero", tmp_path / "none.log").status == 0
    assert logdoctor("--exit-zero", "--nonsense").status == 2


@pytest.mark.parametrize("format", ["plain", "terminal", "json", "markdown"])
def test_every_format_keeps_the_status(format: str) -> None:
    assert logdoctor("--format", format, COMMA_LOG).status == 1
    assert logdoctor("--format", format, "-", stdin=GREEN).status == 0
    assert logdoctor("--format", format, "-", stdin=RIDDLE).status == 3


def test_json_is_json(project: Path) -> None:
    said = logdoctor("--format=json", "--project", project, COMMA_LOG)
    report = json.loads(said.out)
    assert report["outcome"] == "failed"
    assert report["diagnoses"][0]["rule"] == "json-trailing-comma"
    assert report["diagnoses"][0]["remedies"][0]["basis"] == "files"


def test_several_logs_are_told_apart() -> None:
    other = COMMA.parent / "merge-conflict" / "logs" / "pnpm-10.34.9.log"
    said = logdoctor(COMMA_LOG, other)
    assert said.status == 1
    assert f"{COMMA_LOG}:1" in said.out
    assert "2 independent failures" in said.out


def test_one_unreadable_log_of_two_is_told_of(tmp_path: Path) -> None:
    said = logdoctor(tmp_path / "gone.log", COMMA_LOG)
    assert said.status == 1
    assert "gone.log: No such file or directory" in said.err
    assert logdoctor(tmp_path / "gone.log", "-", stdin=GREEN).status == 4


def test_colour_is_asked_for_by_option_then_environment() -> None:
    assert "\x1b[" not in logdoctor(COMMA_LOG).out
    assert "\x1b[" in logdoctor("--color=always", COMMA_LOG).out
    assert "\x1b[" in logdoctor(COMMA_LOG, environment={"FORCE_COLOR": "1"}).out
    both = {"FORCE_COLOR": "1", "NO_COLOR": "1"}
    assert "\x1b[" not in logdoctor(COMMA_LOG, environment=both).out
    assert "\x1b[" in logdoctor("--color", "always", COMMA_LOG, environment=both).out
    assert "\x1b[" not in logdoctor("--color=never", COMMA_LOG, environment={"FORCE_COLOR": "1"}).out


def test_a_terminal_gets_colour_and_its_own_width() -> None:
    text, status = _at_terminal([str(COMMA_LOG)], columns=60)
    assert status == 1
    assert "\x1b[1;31m✗\x1b[0m" in text
    bare = re.sub(r"\x1b\[[0-9;]*m", "", text)
    wrapped, _, copied = bare.partition("  Next ")
    assert max(len(row) for row in wrapped.split("\r\n")) <= 60
    assert copied.startswith("logdoctor explain")


def test_a_dumb_terminal_without_unicode_gets_plain_signs() -> None:
    text, _ = _at_terminal([str(COMMA_LOG)], 60, {"TERM": "dumb", "PYTHONIOENCODING": "ascii"})
    assert text.isascii()
    assert "\x1b" not in text


def test_a_terminal_as_input_gets_short_help() -> None:
    text, status = _at_terminal([], 80)
    assert status == 2
    assert "give me the log of a failed build" in text


def test_diff_alone_on_stdout(project: Path) -> None:
    for call in (["--diff"], ["fix", "--diff"], ["diagnose", "--diff"]):
        said = logdoctor(*call, COMMA_LOG, cwd=project)
        assert said.status == 1
        assert said.out.startswith("--- a/package.json\n+++ b/package.json\n")
        assert said.err == ""


def test_the_diff_is_taken_by_git(project: Path) -> None:
    diff = logdoctor("fix", "--diff", COMMA_LOG, cwd=project).out
    subprocess.run(["git", "apply"], input=diff.encode(), cwd=project, check=True)
    json.loads((project / "package.json").read_text())


def test_no_diff_says_why_on_stderr() -> None:
    said = logdoctor("fix", "--diff", "-", stdin=RIDDLE)
    assert said.out == ""
    assert said.err.startswith("no patch: ")


def test_apply_writes_and_says_what(project: Path) -> None:
    said = logdoctor("fix", "--apply", COMMA_LOG, cwd=project)
    assert said.status == 0, said
    assert "changed package.json" in said.out
    json.loads((project / "package.json").read_text())


def test_apply_refuses_a_dirty_file(project: Path) -> None:
    text = (project / "package.json").read_text() + "\n"
    (project / "package.json").write_text(text)
    said = logdoctor("fix", "--apply", "--project", project, COMMA_LOG)
    assert said.status == 1
    assert "package.json has changes" in said.err
    assert (project / "package.json").read_text() == text
    assert logdoctor("fix", "--apply", "--allow-dirty", "--project", project, COMMA_LOG).status == 0


def test_run_is_the_command_and_speaks_when_it_fails(project: Path) -> None:
    said = logdoctor("run", "--", "sh", "-c", f"cat {COMMA_LOG}; exit 7", cwd=project)
    assert said.status == 7
    assert said.out == COMMA_LOG.read_text()
    assert said.err.startswith("X ")
    assert "sh -c cat" in said.err


def test_run_is_silent_about_a_green_build() -> None:
    said = logdoctor("run", "echo", "fine")
    assert said == (0, "fine\n", "")


def test_run_leaves_the_options_of_the_command_alone() -> None:
    assert logdoctor("run", "echo", "--format", "json").out == "--format json\n"


def test_run_without_such_a_command() -> None:
    said = logdoctor("run", "no-such-command")
    assert said == (127, "", "logdoctor: no-such-command: command not found\n")


def test_explain_tells_all_about_a_rule() -> None:
    said = logdoctor("explain", "json-trailing-comma")
    assert said.status == 0
    assert said.out.startswith("# json-trailing-comma\n")


def test_explain_helps_with_a_misspelt_name() -> None:
    said = logdoctor("explain", "json-trailing-coma")
    assert (said.status, said.out) == (2, "")
    assert "did you mean 'json-trailing-comma'?" in said.err


def test_why_not_tells_what_was_missing() -> None:
    said = logdoctor("why-not", "json-trailing-comma", "-", stdin=RIDDLE)
    assert said.status == 0
    assert "no line holds" in said.out
    said = logdoctor("why-not", "json-trailing-comma", COMMA_LOG)
    assert "it is a verdict on this log" in said.out


def test_rules_are_listed() -> None:
    assert "json-trailing-comma" in logdoctor("rules", "list").out
    listed = json.loads(logdoctor("rules", "list", "--format", "json").out)
    assert {"id", "family", "tier", "nature", "title", "ours"} == set(listed[0])


def test_a_rule_made_from_a_log_works_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "build.log").write_bytes(RIDDLE)
    said = logdoctor("rules", "new", "build.log", "--id", "widget-refused", "--line", "4", cwd=tmp_path)
    assert (said.status, said.out) == (0, ".logdoctor/rules/shell/widget-refused.yaml\n")
    said = logdoctor("build.log", "--format=json", cwd=tmp_path)
    diagnosis = json.loads(said.out)["diagnoses"][0]
    assert (said.status, diagnosis["rule"], diagnosis["cause"]["line"]) == (1, "widget-refused", 4)
    assert logdoctor("rules", "new", "build.log", "--id", "widget-refused", cwd=tmp_path).status == 2


def test_settings_turn_rules_off(tmp_path: Path) -> None:
    (tmp_path / ".logdoctor.toml").write_text('disable = ["json-trailing-comma"]')
    said = logdoctor(COMMA_LOG, cwd=tmp_path)
    assert said.status == 3
    assert said.out.startswith("X The build failed, and no rule knows why")
    (tmp_path / ".logdoctor.toml").write_text('disable = ["json-trailing-coma"]')
    said = logdoctor(COMMA_LOG, cwd=tmp_path)
    assert said.status == 2
    assert "did you mean 'json-trailing-comma'?" in said.err


def test_settings_ask_for_more_confidence(tmp_path: Path) -> None:
    (tmp_path / ".logdoctor.toml").write_text("min-confidence = 1.0")
    said = logdoctor(COMMA_LOG, cwd=tmp_path)
    assert said.status == 3
    assert "no rule knows why" in said.out


@pytest.mark.parametrize("call", [["--help"], ["-h"], ["fix", "--help"], ["rules", "new", "-h"]])
def test_help_goes_to_stdout(call: list[str]) -> None:
    said = logdoctor(*call)
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith("Usage: logdoctor")


def test_version() -> None:
    assert re.fullmatch(r"logdoctor \d+\.\d+\.\d+\n", logdoctor("--version").out)


@pytest.mark.parametrize(
    "call", [["--nonsense"], ["--format", "xml"], ["fix", "--apply=all"], ["explain"], ["rules", "nonsense"]]
)
def test_a_wrong_call_has_status_2_and_an_empty_stdout(call: list[str]) -> None:
    said = logdoctor(*call, stdin=GREEN)
    assert (said.status, said.out) == (2, "")
    assert said.err


def _at_terminal(
    arguments: list[str], columns: int, environment: dict[str, str] | None = None
) -> tuple[str, int]:
    """Call the program with a terminal as its input and output."""
    import fcntl
    import pty
    import struct
    import termios

    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        os.chdir(Path(__file__).parent)
        settled = plain_environment() | {"TERM": "xterm", "PYTHONUTF8": "1"} | (environment or {})
        os.execve(sys.executable, [sys.executable, "-m", "logdoctor", *arguments], settled)
    shown = b""
    while True:
        try:
            data = os.read(terminal, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
    return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
