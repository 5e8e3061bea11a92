"""Interleaved streams that name themselves before each line: compose services, numbered steps."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.logs.steps.build import exit_code
from logdoctor.logs.steps.draft import Draft
from logdoctor.model import Line


def split(lines: Sequence[Line], root: Draft) -> list[Draft]:
    """One step for each lane; the root keeps the lines that have none, and may judge the others."""
    drafts: dict[str, Draft] = {}
    for line in lines:
        if line.lane:
            draft = drafts.get(line.lane)
            if draft is None:
                kind = "ci-step" if line.lane.startswith(("#", "Step ")) else "compose"
                draft = drafts[line.lane] = Draft(kind, line.lane)
            draft.lines.append(line)
            continue
        root.lines.append(line)
        if "exited with code " in line.text:
            _exited(drafts, line.text)
        elif line.text.startswith("ERROR: build step "):
            _failed(drafts, line.text)
    return list(drafts.values())


def _exited(drafts: dict[str, Draft], text: str) -> None:
    """`web-1 exited with code 1`, by compose."""
    draft = drafts.get(text.split()[0])
    code = exit_code(text.replace("exited with code ", "exit code: "))
    if draft is not None and code is not None:
        draft.exit_code = code
        draft.status = "failed" if code else "done"


def _failed(drafts: dict[str, Draft], text: str) -> None:
    """`ERROR: build step 0 "…" failed: step exited with non-zero status: 1`, by Cloud Build."""
    number = text.removeprefix("ERROR: build step ").partition(" ")[0]
    for lane, draft in drafts.items():
        if lane.lstrip("Step ").removeprefix("#").split(" ")[0] == number:
            draft.fail(exit_code(text.replace("non-zero status: ", "non-zero code: ")))
