"""`logdoctor fix`: print one patch for the whole log, or write the patches and say what changed."""

from __future__ import annotations

import os
from collections.abc import Iterable

from logdoctor.faces import output, status
from logdoctor.faces.pipeline import Call, examined
from logdoctor.model import Applicability, NotPatched, Report
from logdoctor.render.clean import clean_line
from logdoctor.services.apply import Chosen, Written, apply, choose

LEVELS: dict[str, tuple[Applicability, ...]] = {"safe": ("safe",), "review": ("safe", "review")}


def printed(call: Call) -> int:
    """Print the patch alone; why a failure has none goes to standard error."""
    report, unread = examined(call)
    chosen = choose(report)
    output.answer("".join(each.patch.diff for each in chosen))
    for line in _left_out(report, chosen):
        output.tell(line)
    return 0 if call.exit_zero else status.of(report) or unread


def applied(call: Call, level: str, allow_dirty: bool) -> int:
    """Write what may be written; 0 when everything that was found is repaired by it."""
    report, unread = examined(call)
    chosen = choose(report)
    done = True
    for result in apply(chosen, os.path.realpath(call.folder), LEVELS[level], allow_dirty):
        title = clean_line(result.chosen.remedy.title)
        if isinstance(result, Written):
            output.answer(f"{title}: changed {', '.join(map(clean_line, result.chosen.patch.files))}\n")
            output.answer(result.chosen.patch.diff)
            for step in result.chosen.remedy.steps:
                output.answer(f"then: {clean_line(step)}\n")
        else:
            done = False
            output.tell(f"not written: {title}: {clean_line(result.reason)}")
    left = list(_left_out(report, chosen))
    for line in left:
        output.tell(line)
    if done and chosen and not left:
        return unread
    return status.of(report) or unread


def _left_out(report: Report, chosen: tuple[Chosen, ...]) -> Iterable[str]:
    """One line for each failure without a patch."""
    patched = {each.diagnosis.id for each in chosen}
    if report.outcome == "failed" and not report.diagnoses:
        yield "no patch: no rule knows why the build failed"
    for diagnosis in report.diagnoses:
        if diagnosis.id not in patched:
            reasons = [
                each.outcome.reason for each in diagnosis.remedies if isinstance(each.outcome, NotPatched)
            ]
            reason = reasons[0] if reasons else "there is no remedy that a patch can carry out"
            yield f"no patch: {clean_line(diagnosis.title)}: {clean_line(reason)}"
