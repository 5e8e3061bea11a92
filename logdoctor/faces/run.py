"""`logdoctor run`: be the build, and speak only when it fails."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Sequence
from typing import BinaryIO, cast

from logdoctor.faces import output
from logdoctor.faces.pipeline import Call, again, examined
from logdoctor.faces.status import Refused
from logdoctor.services.process import CannotRun, run


def watched(command: Sequence[str], call: Call, log: str | None = None) -> int:
    """Run the build; whatever we find out or fail at, the status is the build's.

    Its output is also kept in the file `log`, if one is named.
    """
    with _kept(log) as kept:
        try:
            status = run(command, sys.stdout.buffer if sys.stdout else io.BytesIO(), kept)
        except CannotRun as error:
            output.tell(f"logdoctor: {error}")
            return error.status
        if status == 0:
            return 0
        kept.seek(0)
        try:
            report, _ = examined(call, kept, " ".join(command))
        except Refused as refused:
            output.tell(f"logdoctor: {refused}")
            return status
        output.tell(output.shown(report, call.format, call.colour, again(call), True, call.project))
        return status


def _kept(log: str | None) -> BinaryIO:
    if log is None:
        return cast(BinaryIO, tempfile.TemporaryFile("w+b"))
    try:
        return open(log, "w+b")
    except OSError as error:
        raise Refused(f"{log}: {error.strerror}") from None
