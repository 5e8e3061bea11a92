"""The builder before BuildKit: `Step 3/9 : RUN …`, one step after the other."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.logs.steps.build import exit_code
from logdoctor.logs.steps.draft import Draft
from logdoctor.model import Line

NON_ZERO = "returned a non-zero code: "
_REFUSALS = (
    "COPY failed: ",
    "ADD failed: ",
    "Error response from daemon: ",
    "failed to ",
    "Failed to ",
    "pull access denied",
    "manifest for ",
    "error ",
    "Error: ",
    "ERROR: ",
    "unable to ",
    "invalid ",
    "unknown ",
    "Get ",
    "OCI runtime ",
    "toomanyrequests",
    "unauthorized: ",
    "denied: ",
    "no matching manifest",
)
"""How the daemon words the failure of an instruction that runs no command."""


def carve(lines: Sequence[Line], outer: Draft) -> list[Draft]:
    """Take the builder's steps out of `lines`; what stands before and after goes to the outer step."""
    drafts: list[Draft] = []
    now: Draft | None = None
    for line in lines:
        text = line.text.strip()
        if instruction := _instruction(text):
            now = _next(now, instruction, outer)
            now.repeats.append(line)
            drafts.append(now)
        elif now is None or line.tag:
            outer.lines.append(line)
            now = None if line.tag == "error" else now
        else:
            now = _follow(now, line, text)
    return drafts


def _next(before: Draft | None, instruction: str, outer: Draft) -> Draft:
    """A new step; that it began proves that the one before it ended well."""
    if before is not None and before.status == "unknown":
        before.status = "done"
    draft = Draft("legacy", instruction, outer)
    if before is not None and not instruction.upper().startswith("FROM "):
        draft.stage, draft.platform = before.stage, before.platform
    else:
        draft.stage, draft.platform = from_clause(instruction)
    return draft


def from_clause(instruction: str) -> tuple[str | None, str | None]:
    """Stage and platform of `FROM --platform=linux/arm64 node:20 AS builder`."""
    words = instruction.split()
    stage = words[-1] if len(words) > 3 and words[-2].upper() == "AS" else None
    platform = next((word[11:] for word in words if word.startswith("--platform=")), None)
    return stage, platform


def _follow(now: Draft, line: Line, text: str) -> Draft | None:
    """Give a line to the running step; nothing runs any more after the line that ends it."""
    now.lines.append(line)
    if NON_ZERO in text and text.startswith(
        ("The command ", "ERROR: Service ", "Service ", "ERROR: The command ")
    ):
        now.fail(exit_code(text))
        return None
    if text.startswith("---> "):
        now.status = "cached" if text.startswith("---> Using cache") else now.status
        if now.status == "unknown" and " " not in text[5:]:
            now.status = "done"
    elif text.startswith(("Successfully built ", "Successfully tagged ")):
        now.status = now.status if now.status == "cached" else "done"
    elif now.status != "failed" and text.startswith(_REFUSALS) and _is_idle(now):
        now.fail()
    return now


def _is_idle(now: Draft) -> bool:
    """Whether no command runs in the step, so that an error line is the builder's own."""
    return not now.name.upper().startswith("RUN ")


def _instruction(text: str) -> str:
    """What follows `Step 3/9 : `, or nothing."""
    if not text.startswith("Step "):
        return ""
    place, colon, instruction = text[5:].partition(" : ")
    index, slash, total = place.partition("/")
    return instruction if colon and slash and index.isdecimal() and total.isdecimal() else ""
