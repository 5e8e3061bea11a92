"""Run a build as if we were not there: its output, its signals, its exit status; and keep what it printed."""

from __future__ import annotations

import os
import select
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import BinaryIO

CHUNK = 1 << 16
PATIENCE = 0.25
"""Seconds without output after the command's end; a daemon it left behind may hold the pipe for hours."""
NOT_FOUND = 127
NOT_RUNNABLE = 126
FORWARDED = ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH")


class CannotRun(Exception):
    """The command did not start; `status` is what a shell would return."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


Handler = Callable[[int, FrameType | None], None] | signal.Handlers


def run(
    command: Sequence[str],
    out: BinaryIO,
    kept: BinaryIO,
    folder: str | None = None,
    heard: list[int] | None = None,
) -> int:
    """Run the command, pass its output on as it comes, keep a copy, and return its status.

    Both of its streams go through one pipe, because their order is part of what they say. The
    signals that came while it ran are put into `heard`, for who must not go on after Ctrl-C.
    """
    child = _start(command, folder)
    with _signals(child, [] if heard is None else heard):
        _tee(child, out, kept)
        status = child.wait()
    return 128 - status if status < 0 else status


def _start(command: Sequence[str], folder: str | None) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0, cwd=folder
        )
    except FileNotFoundError:
        raise CannotRun(f"{command[0]}: command not found", NOT_FOUND) from None
    except (OSError, ValueError) as error:
        raise CannotRun(f"{command[0]}: cannot be run ({error})", NOT_RUNNABLE) from None


def _tee(child: subprocess.Popen[bytes], out: BinaryIO, kept: BinaryIO) -> None:
    assert child.stdout is not None
    pipe = child.stdout.fileno()
    while True:
        ended = child.poll() is not None
        ready, _, _ = select.select([pipe], [], [], PATIENCE if ended else 1.0)
        if not ready:
            if ended:
                return
            continue
        data = os.read(pipe, CHUNK)
        if not data:
            return
        kept.write(data)
        if not _passed_on(out, data):
            # The reader has gone: let the command meet the closed pipe itself, as it would without us.
            child.stdout.close()
            return


def _passed_on(out: BinaryIO, data: bytes) -> bool:
    try:
        out.write(data)
        out.flush()
    except BrokenPipeError:
        return False
    return True


@contextmanager
def _signals(child: subprocess.Popen[bytes], heard: list[int]) -> Iterator[None]:
    """Hand signals on to the command, and let it decide when to end.

    Ctrl-C reaches the whole group of a terminal's foreground, the command too: a second copy would
    make docker and pnpm stop without cleaning up.
    """
    forward = _forwarder(child, heard)
    wanted: dict[int, Handler] = {
        getattr(signal, name): forward for name in FORWARDED if hasattr(signal, name)
    }
    wanted[signal.SIGINT] = _forwarder(None, heard) if _in_foreground() else forward
    before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _forwarder(
    child: subprocess.Popen[bytes] | None, heard: list[int]
) -> Callable[[int, FrameType | None], None]:
    """Note a signal, and hand it on to the child that has not got it from the terminal."""

    def forward(number: int, frame: FrameType | None) -> None:
        del frame
        heard.append(number)
        if child is not None:
            child.send_signal(number)

    return forward


def _in_foreground() -> bool:
    for stream in (0, 2, 1):
        try:
            return os.tcgetpgrp(stream) == os.getpgrp()
        except OSError:
            continue
    return False
