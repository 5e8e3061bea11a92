"""The builder before BuildKit: `Step 3/9 : RUN …`, one step after the other."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.logs.steps.build import exit_code
from logdoctor.logs.steps.draft import Draft
from logdoctor.model import Line

NON_ZERO = "returned a non-zero code: "
_CLOSINGS = ("The command ", "ERROR: Service ", "Service ", "ERROR: The command ")
_PULLING = (": Pull", ": Waiting", ": Download", ": Verifying", ": Extracting", ": Already exists")
_NOTES = (
    "---> ",
    "Remov",
    "Digest: ",
    "Status: ",
    "[Warning]",
    "SECURITY WARNING",
    "WARNING: ",
    "# Executing ",
)
"""What the builder says of an instruction that goes well."""
_DAEMON = (
    "unable to find user ",
    "OCI runtime ",
    "failed to ",
    "Error response from daemon: ",
    "no space left",
)
"""How the daemon words that a command could not be run at all."""


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
        elif now is None or line.tag or _is_after(now, text):
            outer.lines.append(line)
            now = None if not text or line.tag in ("", "error") else now
        else:
            (now.repeats if _is_progress(text) else now.lines).append(line)
            now = _judge(now, text)
    return drafts


def _is_progress(text: str) -> bool:
    """Whether the builder tells which container or layer it is at: no command said this.

    >>> _is_progress("---> Running in 6229b5c2a1e2"), _is_progress("---> Package glibc will be updated")
    (True, False)
    """
    said = text[5:] if text.startswith("---> ") else ""
    return said.startswith(("Running in ", "Using cache")) or (len(said) == 12 and said.isalnum())


def _is_after(now: Draft, text: str) -> bool:
    """Whether a line comes after the step: the builder's last words, or anything behind its image."""
    if text.startswith(("Successfully built ", "Successfully tagged ")):
        now.status = "done" if now.status == "unknown" else now.status
        return True
    return now.status in ("done", "cached") and bool(text) and not text.startswith(_NOTES)


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


def _judge(now: Draft, text: str) -> Draft | None:
    """What a line says of its step; nothing runs any more after the line that breaks it."""
    if NON_ZERO in text and text.startswith(_CLOSINGS):
        now.fail(exit_code(text))
        return None
    if text.startswith("---> "):
        now.status = "cached" if text.startswith("---> Using cache") else now.status
        if now.status == "unknown" and " " not in text[5:]:
            now.status = "done"
    elif text and _refuses(now, text):
        now.fail()
        return None
    return now


def _refuses(now: Draft, text: str) -> bool:
    """Whether the builder says itself that an instruction cannot be done, without a command's output."""
    if text.startswith(_NOTES) or any(words in text for words in _PULLING):
        return False
    if now.name.upper().startswith("RUN "):
        return len(now.lines) < 2 and (text.startswith(_DAEMON) or " requires BuildKit" in text)
    return not any(line.text.startswith("# Executing ") for line in now.lines[:3])


def _instruction(text: str) -> str:
    """What follows `Step 3/9 : ` (`Step 3 : ` before Docker 1.13), or nothing."""
    if not text.startswith("Step "):
        return ""
    place, colon, instruction = text[5:].partition(" : ")
    index, slash, total = place.partition("/")
    counted = index.isdecimal() and (total.isdecimal() if slash else instruction[:1].isupper())
    return instruction if colon and counted else ""
