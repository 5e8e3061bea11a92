"""pnpm in a workspace: lines that say before each text which package's script printed it."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.logs.steps.draft import Draft, without
from logdoctor.model import Line

_BAR, _CORNER = "│", "└─"


def carve(lines: Sequence[Line], outer: Draft) -> list[Draft]:
    """Take the scripts' lines out of `lines`; only announced ones count, `error TS1: …` is no script."""
    drafts: dict[str, Draft] = {}
    last: Draft | None = None
    for line in lines:
        text = line.text
        if "$ " in text and (name := _announced(text)):
            last = drafts[name] = drafts.get(name) or Draft("pnpm-script", name, outer)
            last.repeats.append(line)
            continue
        draft, width = _speaker(text, drafts)
        if draft is None and last is not None and text.startswith((_BAR, _CORNER)):
            draft, width = last, 3 if text.startswith(_CORNER) else min(2, len(text))
        if draft is None:
            outer.lines.append(line)
        else:
            _say(draft, without(line, width))
    return list(drafts.values())


def _announced(text: str) -> str:
    """`packages/app build` of `packages/app build$ tsc -p .`, or nothing."""
    name = text.partition("$ ")[0]
    folder, blank, script = name.partition(" ")
    if not blank or not folder or not script or len(name) > 120:
        return ""
    plain = script.replace(":", "").replace("-", "").replace("_", "").replace(".", "")
    if not plain.isalnum() or not script[0].isalpha():
        return ""
    return name if all(char.isalnum() or char in "@./\\_-+" for char in folder) else ""


def _speaker(text: str, drafts: dict[str, Draft]) -> tuple[Draft | None, int]:
    """The announced script that a line begins with, and how wide that is."""
    if not drafts:
        return None, 0
    end = text.find(": ", 0, 130)
    name = text[:end] if end > 0 else text.rstrip().removesuffix(":")
    draft = drafts.get(name) if len(name) < 130 else None
    return draft, min(len(name) + 2, len(text))


def _say(draft: Draft, line: Line) -> None:
    """Take a line; pnpm's own last word tells how the script ended."""
    draft.lines.append(line)
    if line.text == "Failed" or line.text.startswith("Failed in "):
        draft.fail(draft.exit_code)
    elif (line.text == "Done" or line.text.startswith("Done in ")) and draft.status == "unknown":
        draft.status = "done"
