"""Calls of the program as a user makes them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

CORPUS = Path(__file__).parent.parent / "corpus"
COMMA = CORPUS / "manifest" / "trailing-comma"
COMMA_LOG = COMMA / "logs" / "pnpm-10.34.9.log"


class Said(NamedTuple):
    """What a call answered."""

    status: int
    out: str
    err: str


def logdoctor(
    *arguments: object, stdin: bytes = b"", cwd: Path | None = None, environment: dict[str, str] | None = None
) -> Said:
    """Call the program in a folder that is no project, unless one is given."""
    call = subprocess.run(
        [sys.executable, "-m", "logdoctor", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=cwd or Path(__file__).parent,
        env=plain_environment() | (environment or {}),
        timeout=120,
        check=False,
    )
    return Said(call.returncode, call.stdout.decode(), call.stderr.decode())


def plain_environment() -> dict[str, str]:
    """Ours, without what the machine says about colours and windows."""
    meddling = (
        "NO_COLOR",
        "FORCE_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
        "TERM",
        "CI",
        "GITHUB_ACTIONS",
    )
    return {name: value for name, value in os.environ.items() if name not in meddling}
