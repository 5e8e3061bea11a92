"""The way in: a plain call is answered at once, everything else goes to the command line's library.

`… | logdoctor` and `logdoctor LOG` are what people type while a build is red, so they import only
what they need.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

COMMANDS = ("diagnose", "explain", "fix", "rules", "run", "schema", "why-not")


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


if __name__ == "__main__":
    sys.exit(main())
