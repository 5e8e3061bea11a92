"""Exit statuses: a contract with scripts, the same for every format."""

from __future__ import annotations

from logdoctor.model import Report

NO_FAILURE = 0
DIAGNOSED = 1
USAGE = 2
UNKNOWN_CAUSE = 3
UNREADABLE = 4
INTERRUPTED = 130


class Refused(Exception):
    """The call cannot be answered: what to tell the user, and the exit status."""

    def __init__(self, message: str, status: int = USAGE) -> None:
        super().__init__(message)
        self.status = status


def of(report: Report) -> int:
    """Tell a known cause from an unknown one; a red build never becomes status 0."""
    if report.outcome != "failed":
        return NO_FAILURE
    if any(each.origin == "rule" for each in report.diagnoses):
        return DIAGNOSED
    return UNKNOWN_CAUSE
