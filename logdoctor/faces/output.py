"""Write answers to standard output, everything else to standard error, and survive a closed pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from logdoctor.faces.status import Refused
from logdoctor.model import Report
from logdoctor.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

MODULES = {
    "html": "html",
    "json": "json_report",
    "junit": "junit",
    "lines": "lines",
    "markdown": "markdown",
    "sarif": "sarif",
}
"""The formats that look the same wherever they are written, and the modules that write them."""


def answer(text: str) -> None:
    """Write an answer; a reader that has gone away is no error."""
    _write(sys.stdout, text)


def tell(text: str) -> None:
    """Write a message beside the answer."""
    _write(sys.stderr, text if text.endswith("\n") else text + "\n")


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:
        return
    try:
        encoding = stream.encoding if stream.isatty() else "utf-8"
        data = text.encode(encoding or "utf-8", "backslashreplace" if stream.isatty() else "surrogateescape")
    except UnicodeEncodeError:
        data = text.encode("utf-8", "replace")
    try:
        stream.flush()
        stream.buffer.write(data)
        stream.buffer.flush()
    except OSError as error:
        # Python flushes once more when it exits and would print a traceback then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not isinstance(error, BrokenPipeError):
            raise Refused(f"cannot write the answer: {error.strerror}") from None


def shown(
    report: Report,
    format: str = "auto",
    colour: str = "auto",
    again: str = "",
    on_stderr: bool = False,
    project: str | None = None,
) -> str:
    """The report in the format asked for; `auto` paints where somebody is watching."""
    stream = sys.stderr if on_stderr else sys.stdout
    painted = coloured(stream, colour)
    if format == "auto":
        format = "terminal" if painted or is_terminal(stream) else "plain"
    if format == "plain":
        from logdoctor.render.plain import render as plain

        return plain(report, again)
    if format in MODULES:
        from importlib import import_module

        render: Callable[[Report], str] = import_module(f"logdoctor.render.{MODULES[format]}").render
        return render(report)
    if format == "github":
        from logdoctor.faces.github_job import guarded

        return guarded(report, again, project or "")
    from logdoctor.render.terminal import render as terminal

    return terminal(report, columns(stream), painted, not speaks_unicode(stream), again)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether somebody is watching; a closed stream is nobody."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def coloured(stream: TextIO | None, choice: str = "auto") -> bool:
    """The option first, then what the environment asks for, then whether somebody is watching."""
    if choice != "auto":
        return choice == "always"
    environment = os.environ
    if environment.get("NO_COLOR"):
        return False
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        if environment.get(name, "0") not in ("", "0"):
            return True
    if environment.get("CLICOLOR") == "0" or environment.get("TERM") == "dumb":
        return False
    return is_terminal(stream)


def columns(stream: TextIO | None) -> int:
    """Columns of the window."""
    try:
        return int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        pass
    try:
        return os.get_terminal_size(stream.fileno() if stream else 1).columns or 80
    except (OSError, ValueError):
        return 100


def speaks_unicode(stream: TextIO | None) -> bool:
    """Whether the stream can show the pretty signs."""
    if not is_terminal(stream):
        return True
    encoding = (stream.encoding if stream else None) or "ascii"
    try:
        "✗│›…⋮✓".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
