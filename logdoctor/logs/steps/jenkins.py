"""Jenkins pipelines: one step for each stage, nested as `[Pipeline] { (Stage)` nests them."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.logs.steps.draft import Draft
from logdoctor.model import Line

MARK = "[Pipeline] "


def split(lines: Sequence[Line], root: Draft) -> list[Draft]:
    """Cut the console into stages; the root keeps what Jenkins says outside of them."""
    drafts: list[Draft] = []
    blocks: list[Draft | None] = []
    outcome = ""
    for line in lines:
        now = next((draft for draft in reversed(blocks) if draft is not None), None)
        text = line.text
        if not text.startswith(MARK):
            (now or root).lines.append(line)
            if now is not None and text.startswith('Stage "') and " skipped due to " in text:
                now.status = "cancelled"
            if text.startswith("Finished: "):
                outcome = text[10:].strip()
            continue
        mark = text[len(MARK) :].strip()
        if mark.startswith("{ (") and mark.endswith(")"):
            now = Draft("jenkins-stage", mark[3:-1].removeprefix("Branch: "), now)
            drafts.append(now)
            blocks.append(now)
        elif mark == "{":
            blocks.append(None)
        elif mark == "}" and blocks:
            blocks.pop()
        (now or root).repeats.append(line)
    _judge(drafts, outcome)
    return drafts


def _judge(drafts: Sequence[Draft], outcome: str) -> None:
    """A failed job failed in the last stage that really ran; Jenkins says so only by what it skips."""
    ran = [
        draft
        for draft in drafts
        if draft.status == "unknown" and not draft.name.startswith("Declarative: ") and any(_spoken(draft))
    ]
    if outcome == "SUCCESS":
        for draft in ran:
            draft.status = "done"
    elif outcome in ("FAILURE", "UNSTABLE") and ran:
        ran[-1].fail()
        for draft in ran[:-1]:
            if draft.parent is not ran[-1] and ran[-1].parent is not draft:
                draft.status = "done"


def _spoken(draft: Draft) -> list[str]:
    return [line.text for line in draft.lines if line.text.strip()]
