"""The way in: a plain call is answered at once, everything else goes to the command line's library.

`… | logdoctor` and `logdoctor LOG` are what people type while a build is red, so they import only
what they need.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

COMMANDS = (
    "comment",
    "diagnose",
    "eval",
    "explain",
    "fix",
    "label",
    "mcp",
    "prove",
    "rules",
    "run",
    "schema",
    "serve",
    "train",
    "why-not",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one call and return its exit status."""
    # A process that lives for milliseconds gains nothing from collecting cycles.
    gc.disable()
    try:
        given = list(sys.argv[1:] if arguments is None else arguments)
        if _plain(given):
            return _filter(given)
        from logdoctor.faces.cli import run_call

        return run_call(given)
    except KeyboardInterrupt:
        return 130


def _plain(arguments: Sequence[str]) -> bool:
    if arguments and arguments[0] in COMMANDS:
        return False
    return all(argument == "-" or not argument.startswith("-") for argument in arguments)


def _filter(logs: Sequence[str]) -> int:
    from logdoctor.faces.pipeline import Call, answered

    return answered(Call(tuple(logs)))


def script() -> None:
    """The installed command: answer, then leave without taking the interpreter apart.

    Freeing every object of a process that is over takes as long as reading a common log.
    """
    status = main()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            try:  # noqa: SIM105  importing contextlib would cost half a millisecond
                stream.flush()
            except (OSError, ValueError):
                pass
    os._exit(status)


if __name__ == "__main__":
    script()
