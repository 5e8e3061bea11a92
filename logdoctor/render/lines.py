"""The report as problem lines, `file:line:column: error: message [rule]`, the shape editors parse.

It is the shape of GCC's messages: Vim's and Emacs' defaults and the `$gcc` matcher of VS Code take it.
"""

from __future__ import annotations

from collections.abc import Iterable

from logdoctor.model import Diagnosis, Patch, Report
from logdoctor.render.clean import clean_line, tame
from logdoctor.render.page import UNKNOWN, known
from logdoctor.render.places import log_of, place_of

LONGEST = 500
"""Characters of one message."""


def render(report: Report) -> str:
    """One `error` for each failure, at its place in the repository, and the cause's line as a `note`.

    A failure that no file is known for stands at its line of the log alone. Nothing is written of a
    log without failures.
    """
    return "".join(f"{tame(line)}\n" for line in _lines(report))


def _lines(report: Report) -> Iterable[str]:
    for diagnosis in report.diagnoses:
        yield from _diagnosis(diagnosis, report)
    if report.outcome == "failed" and not report.diagnoses:
        for log in report.logs[:1]:
            yield _line(log.name, max(1, log.count), 1, "error", "The build failed, and no rule knows why")


def _diagnosis(diagnosis: Diagnosis, report: Report) -> Iterable[str]:
    title = diagnosis.title if known(diagnosis) else UNKNOWN
    message = f"{title} [{diagnosis.rule or diagnosis.klass}]"
    place, log, cause = place_of(diagnosis, report), log_of(diagnosis, report), diagnosis.cause
    if place:
        yield _line(place.file, place.line, 1, "error", message)
    if cause and log:
        kind = "note" if place else "error"
        text = f"{cause.text.strip()} [cause]" if place else message
        yield _line(log.name, cause.line, cause.span[0] + 1, kind, text)
    first = diagnosis.remedies[0] if diagnosis.remedies else None
    if place and first and isinstance(first.outcome, Patch):
        yield _line(place.file, place.line, 1, "note", f"{first.title} [{first.applicability}]")


def _line(file: str, line: int, column: int, kind: str, message: str) -> str:
    name = clean_line(file).replace(":", "_") if "://" in file else clean_line(file)
    return f"{name}:{line}:{column}: {kind}: {clean_line(message)[:LONGEST]}"
