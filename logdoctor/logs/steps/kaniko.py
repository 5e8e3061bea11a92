"""Kaniko: `INFO[0012] RUN …`, the instruction's output bare between the tool's own lines."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.logs.steps.build import exit_code
from logdoctor.logs.steps.draft import Draft
from logdoctor.logs.steps.legacy import from_clause
from logdoctor.model import Line

_INSTRUCTIONS: tuple[str, ...] = (
    "RUN ",
    "COPY ",
    "ADD ",
    "WORKDIR ",
    "ENV ",
    "ARG ",
    "USER ",
    "LABEL ",
    "EXPOSE ",
    "CMD ",
)
_INSTRUCTIONS += ("ENTRYPOINT ", "VOLUME ", "HEALTHCHECK ", "SHELL ", "STOPSIGNAL ", "ONBUILD ")


def carve(lines: Sequence[Line], outer: Draft) -> list[Draft]:
    """Take the instructions out of `lines`; what stands before and after goes to the outer step."""
    drafts: list[Draft] = []
    stage: str | None = None
    now: Draft | None = None
    for line in lines:
        said = _said(line.text)
        if said.startswith(("Building stage '", "FROM ")):
            stage = from_clause(said)[0]
        if said.startswith(_INSTRUCTIONS):
            now = _next(now, said, stage, outer)
            now.repeats.append(line)
            drafts.append(now)
        elif now is None or line.tag:
            outer.lines.append(line)
        else:
            now = _follow(now, line, said, outer)
    return drafts


def _next(before: Draft | None, instruction: str, stage: str | None, outer: Draft) -> Draft:
    if before is not None and before.status == "unknown":
        before.status = "done"
    draft = Draft("kaniko", instruction, outer)
    draft.stage = stage
    return draft


def _follow(now: Draft, line: Line, said: str, outer: Draft) -> Draft | None:
    """Give a line to the running instruction, until the tool's last error."""
    if line.text.startswith("error building image: "):
        now.lines.append(line)
        now.fail(exit_code(line.text))
        return None
    if said.startswith(("Pushing image ", "Pushed ")):
        outer.lines.append(line)
        now.status = "done" if now.status == "unknown" else now.status
        return None
    (now.repeats if said else now.lines).append(line)
    if said.startswith(("Using caching version of cmd: ", "Found cached layer")):
        now.status = "cached"
    return now


def _said(text: str) -> str:
    """What the tool itself says behind `INFO[0012] `, or nothing."""
    if not text.startswith("INFO["):
        return ""
    seconds, _, said = text[5:].partition("] ")
    return said.strip() if seconds.strip().isdecimal() else ""
