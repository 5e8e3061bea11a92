"""Buildah and Podman: `[1/3] STEP 12/14: RUN …`, one instruction after the other."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.logs.steps.build import exit_code
from logdoctor.logs.steps.draft import Draft
from logdoctor.logs.steps.legacy import from_clause
from logdoctor.model import Line

_LAST = ("Error: building at STEP ", "error building at STEP ", "Error: error building at STEP ")


def carve(lines: Sequence[Line], outer: Draft) -> list[Draft]:
    """Take the instructions out of `lines`; what stands before and after goes to the outer step."""
    drafts: list[Draft] = []
    stages: dict[str, tuple[str | None, str | None]] = {}
    now: Draft | None = None
    for line in lines:
        text = line.text.strip()
        stage, instruction = _instruction(text)
        if instruction:
            now = _next(now, stage, instruction, outer, stages)
            now.repeats.append(line)
            drafts.append(now)
        elif now is None or line.tag:
            outer.lines.append(line)
        else:
            now = _follow(now, line, text, outer)
    return drafts


def _next(
    before: Draft | None,
    stage: str,
    instruction: str,
    outer: Draft,
    stages: dict[str, tuple[str | None, str | None]],
) -> Draft:
    """A new step; that it began proves that the one before it ended well."""
    if before is not None and before.status == "unknown":
        before.status = "done"
    if instruction.upper().startswith("FROM "):
        stages[stage] = from_clause(instruction)
    draft = Draft("buildah", f"{stage} {instruction}".strip(), outer)
    draft.stage, draft.platform = stages.get(stage, (None, None))
    return draft


def _follow(now: Draft, line: Line, text: str, outer: Draft) -> Draft | None:
    """Give a line to the running instruction; nothing of it follows its image or its error."""
    if text.startswith(_LAST):
        now.lines.append(line)
        now.fail(exit_code(text))
        return None
    if text.startswith(("COMMIT", "[")) and " COMMIT " in f" {text} ":
        outer.lines.append(line)
        now.status = "done" if now.status == "unknown" else now.status
        return None
    now.lines.append(line)
    if text.startswith("--> Using cache "):
        now.status = "cached"
    elif text.startswith("--> ") and now.status == "unknown":
        now.status = "done"
    elif text.startswith("Error: ") and not (now.name.partition("] ")[2] or now.name).startswith("RUN "):
        now.fail(exit_code(text))
    return now


def _instruction(text: str) -> tuple[str, str]:
    """Stage mark and instruction of `[1/3] STEP 12/14: RUN npm ci`, or nothing."""
    stage = ""
    if text.startswith("[") and "] STEP " in text[:24]:
        stage, _, text = text.partition("] ")
        stage += "]"
    if not text.startswith("STEP "):
        return "", ""
    place, colon, instruction = text[5:].partition(": ")
    if not colon or not place.replace("/", "", 1).isdecimal():
        return "", ""
    return stage, instruction
