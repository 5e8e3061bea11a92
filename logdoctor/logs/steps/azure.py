"""Azure Pipelines: one step for each task between `Starting: …` and `Finishing: …`."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.logs.steps.build import exit_code
from logdoctor.logs.steps.draft import Draft
from logdoctor.model import Line


def split(lines: Sequence[Line], root: Draft) -> list[Draft]:
    """Cut a job's lines into tasks; the root keeps what stands between them."""
    drafts: list[Draft] = []
    now: Draft | None = None
    head = 0
    for line in lines:
        if line.tag == "section" and line.text.startswith("Starting: "):
            now = Draft("azure-task", line.text[10:].strip())
            drafts.append(now)
            now.repeats.append(line)
            head = 0
        elif now is None:
            root.lines.append(line)
        elif line.tag == "section" and line.text.startswith("Finishing: "):
            now.repeats.append(line)
            now.status = "done" if now.status == "unknown" else now.status
            now = None
        else:
            head += line.text.startswith("=====")
            quoted = line.text.startswith("=====") or (head == 1 and " : " in line.text)
            (now.repeats if quoted else now.lines).append(line)
            if line.tag == "error":
                now.fail(exit_code(line.text) or now.exit_code)
    return drafts
