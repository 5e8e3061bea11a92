"""GitLab CI: one step for each section of the job, nested as the runner and the script nest them."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.logs.steps.build import exit_code
from logdoctor.logs.steps.draft import Draft
from logdoctor.model import Line

START, END = "section_start", "section_end"
_SCRIPTS = ("step_script", "build_script")


def split(lines: Sequence[Line], root: Draft) -> list[Draft]:
    """Cut a job's lines into sections; the root keeps the runner's own first and last words."""
    drafts: list[Draft] = []
    open_: list[tuple[str, Draft]] = []
    outcome = ""
    for line in lines:
        mark, _, name = line.tag.partition(":")
        if mark == START:
            draft = Draft("gitlab-section", line.text.strip() or name, open_[-1][1] if open_ else None)
            open_.append((name, draft))
            drafts.append(draft)
            draft.repeats.append(line)
            continue
        now = open_[-1][1] if open_ else root
        (now.repeats if mark == END else now.lines).append(line)
        if mark == END:
            _close(open_, name)
        if line.text.startswith(("ERROR: Job failed", "Job succeeded")):
            outcome = line.text
    _judge(drafts, outcome)
    return drafts


def _close(open_: list[tuple[str, Draft]], name: str) -> None:
    """End a section, and those inside it that were never ended."""
    names = [each for each, _ in open_]
    if name not in names:
        return
    while open_:
        each, draft = open_.pop()
        if each not in _SCRIPTS:
            draft.status = "done" if draft.status == "unknown" else draft.status
        if each == name:
            return


def _judge(drafts: Sequence[Draft], outcome: str) -> None:
    """The job's last word is about its script, unless the runner itself broke down."""
    scripts = [draft for draft in drafts if _is_script(draft)]
    if outcome.startswith("Job succeeded"):
        for draft in drafts:
            draft.status = "done"
    elif scripts and outcome and "system failure" not in outcome:
        scripts[-1].fail(exit_code(outcome))
        for inner in drafts:
            if inner.parent is scripts[-1] and inner is drafts[-1]:
                inner.fail()


def _is_script(draft: Draft) -> bool:
    return any(name in draft.repeats[0].tag for name in _SCRIPTS)
