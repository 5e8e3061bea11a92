"""`logdoctor run`: be the build, and speak only when it fails."""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Sequence

from logdoctor.faces import output
from logdoctor.faces.pipeline import Call, again, examined
from logdoctor.faces.status import Refused
from logdoctor.services.process import CannotRun, run


def watched(command: Sequence[str], call: Call) -> int:
    """Run the build; whatever we find out or fail at, the status is the build's."""
    with tempfile.TemporaryFile("w+b") as kept:
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
        output.tell(output.shown(report, call.format, call.colour, again(call), on_stderr=True))
        return status
