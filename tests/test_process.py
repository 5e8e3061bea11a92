"""Running a build as if we were not there."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from logdoctor.services.process import CannotRun, run

PROGRAM = """
import sys
from logdoctor.services.process import run
with open(sys.argv[1], "wb") as kept:
    sys.exit(run(sys.argv[2:], sys.stdout.buffer, kept))
"""


def teed(*command: str) -> tuple[int, bytes, bytes]:
    out, kept = io.BytesIO(), io.BytesIO()
    status = run(command, out, kept)
    return status, out.getvalue(), kept.getvalue()


def test_the_output_passes_through_and_is_kept_in_its_order() -> None:
    script = "echo one; echo two >&2; printf three; exit 3"
    assert teed("sh", "-c", script) == (3, b"one\ntwo\nthree", b"one\ntwo\nthree")


def test_bytes_that_are_no_text_pass_unchanged() -> None:
    assert teed("printf", r"\377\000\033[31m")[1] == b"\xff\x00\x1b[31m"


@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL", "SIGSEGV"])
def test_a_killed_command_has_the_status_a_shell_would_give(name: str) -> None:
    number = getattr(signal, name)
    assert teed("sh", "-c", f"kill -{number.value} $$")[0] == 128 + number


def test_a_missing_command_is_127() -> None:
    with pytest.raises(CannotRun, match="no-such-command: command not found") as raised:
        teed("no-such-command")
    assert raised.value.status == 127


def test_a_file_that_is_no_program_is_126(tmp_path: Path) -> None:
    (tmp_path / "build").write_text("not a program")
    with pytest.raises(CannotRun, match="cannot be run") as raised:
        teed(str(tmp_path / "build"))
    assert raised.value.status == 126


def test_a_daemon_that_holds_the_pipe_does_not_hold_us() -> None:
    started = time.monotonic()
    assert teed("sh", "-c", "sleep 20 & echo done")[:2] == (0, b"done\n")
    assert time.monotonic() - started < 10


def test_a_command_that_closes_its_output_is_waited_for() -> None:
    assert teed("sh", "-c", "exec >&- 2>&-; sleep 0.2; exit 7")[0] == 7


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_goes_to_the_command_which_may_clean_up(name: str, tmp_path: Path) -> None:
    script = (
        f"trap 'echo cleaned; exit 9' {name.removeprefix('SIG')}; echo ready; while :; do sleep 0.05; done"
    )
    ours = _start(tmp_path, "sh", "-c", script, start_new_session=True)
    assert ours.stdout is not None
    assert ours.stdout.readline() == b"ready\n"
    ours.send_signal(getattr(signal, name))
    assert ours.communicate(timeout=20)[0] == b"cleaned\n"
    assert ours.returncode == 9


def test_a_reader_that_goes_away_ends_the_command_as_it_would_without_us(tmp_path: Path) -> None:
    ours = _start(tmp_path, "sh", "-c", "yes")
    assert ours.stdout is not None
    ours.stdout.readline()
    ours.stdout.close()
    assert ours.wait(timeout=20) == 128 + signal.SIGPIPE


def test_ctrl_c_at_a_terminal_reaches_the_command_once(tmp_path: Path) -> None:
    wait = "i=0; while [ $i -lt 20 ]; do sleep 0.05; i=$((i+1)); done"
    script = f"n=0; trap 'n=$((n+1))' INT; echo ready; {wait}; echo n=$n"

    def press(keyboard: int) -> None:
        os.write(keyboard, b"\x03")

    shown, status = _at_terminal(tmp_path, script, press)
    assert "n=1" in shown
    assert status == 0


def _at_terminal(folder: Path, script: str, press: Callable[[int], None]) -> tuple[str, int]:
    import pty

    child, keyboard = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-c", PROGRAM, str(folder / "kept"), "sh", "-c", script])
    shown = b""
    pressed = False
    while True:
        try:
            data = os.read(keyboard, 1000)
        except OSError:
            break
        if not data:
            break
        shown += data
        if b"ready" in shown and not pressed:
            pressed = True
            time.sleep(0.2)
            press(keyboard)
    return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _start(folder: Path, *command: str, start_new_session: bool = False) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder / "kept"), *command],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=start_new_session,
    )
