"""Lines into steps: what each command of a build printed, put back together.

Every line of the log lands in exactly one step: in its `lines` if the command printed it, in its
`repeats` if a tool only quotes or repeats (headers, command echoes, summaries, the Dockerfile).
"""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.logs.steps.draft import Draft, finish
from logdoctor.model import Line, Log, Step


def cut(log: Log) -> tuple[Step, ...]:
    """Cut a log into its steps, in the order in which the log first speaks of them."""
    root = Draft("log", log.name)
    drafts = [root, *_carve(log.lines, root)]
    if not root.lines and not root.repeats:
        _dissolve(root, drafts)
    return finish(drafts, log)


def _carve(lines: Sequence[Line], outer: Draft) -> list[Draft]:
    """Take the builders' steps out of the lines of one outer step."""
    text = "\n".join(["", *(line.text for line in lines)])
    drafts: list[Draft] = []
    if "\n#" in text or "failed to solve" in text:
        from logdoctor.logs.steps import buildkit

        drafts += buildkit.carve(lines, outer)
        lines, outer.lines = outer.lines, []
    if "Step " in text and " : " in text:
        from logdoctor.logs.steps import legacy

        drafts += legacy.carve(lines, outer)
        lines, outer.lines = outer.lines, []
    outer.lines = list(lines)
    return drafts


def _dissolve(root: Draft, drafts: list[Draft]) -> None:
    """Drop an enclosing step of which nothing is left."""
    drafts.remove(root)
    for draft in drafts:
        if draft.parent is root:
            draft.parent = None
