"""pnpm in a workspace: lines that say before each text which package's script printed it."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.logs.steps.build import exit_code
from logdoctor.logs.steps.draft import Draft, without
from logdoctor.model import Line

DEEPEST = 12
"""Folders below each other that a workspace's package may lie in."""
_BAR, _CORNER = "│", "└─"


def carve(lines: Sequence[Line], outer: Draft) -> list[Draft]:
    """Take the scripts' lines out of `lines`; only announced ones count, `error TS1: …` is no script."""
    scripts = Scripts(outer)
    announced = (at for at, line in enumerate(lines) if "$ " in line.text and _announced(line.text))
    first = next(announced, len(lines))
    outer.lines.extend(lines[:first])
    for line in lines[first:]:
        scripts.take(line)
    return list(scripts.drafts.values())


class Scripts:
    """Follows which scripts were announced, which still run, and which one failed last."""

    __slots__ = ("drafts", "failed", "folders", "outer", "running", "shown")

    def __init__(self, outer: Draft) -> None:
        self.outer = outer
        self.drafts: dict[str, Draft] = {}
        self.running: dict[str, Draft] = {}
        self.folders: dict[str, Draft] = {}
        self.shown: set[str] = set()
        self.failed: Draft | None = None

    def take(self, line: Line) -> None:
        """Give a line to the script it names, or to the enclosing step."""
        text = line.text
        if "$ " in text and (name := _announced(text)):
            draft = self.drafts.setdefault(name, Draft("pnpm-script", name, self.outer))
            self.running[name] = self.folders[name.split(" ")[0]] = draft
            draft.repeats.append(line)
        elif not self.drafts:
            self.outer.lines.append(line)
        elif text.startswith((_BAR, _CORNER)):
            self._drawn(line, text.lstrip("│└─ "))
        else:
            self._spoken(line, text)

    def _spoken(self, line: Line, text: str) -> None:
        draft = self.drafts.get(_speaker(text))
        if draft is None:
            self.outer.lines.append(line)
            self._explain(text)
            return
        spoken = without(line, min(len(draft.name) + 2, len(text)))
        draft.lines.append(spoken)
        self._judge(draft, spoken.text)

    def _drawn(self, line: Line, said: str) -> None:
        """A line of a terminal's picture: the frame names no script, and is drawn again and again."""
        draft = self._at(said) or (next(iter(self.running.values())) if len(self.running) == 1 else None)
        target = draft or self.outer
        copy = line.text in self.shown or said.startswith("Running...")
        self.shown.add(line.text)
        (target.repeats if copy else target.lines).append(without(line, len(line.text) - len(said)))
        if draft is not None and line.text.startswith(_CORNER):
            self._judge(draft, said)

    def _at(self, said: str) -> Draft | None:
        """The script of `Failed in 3.2s at /app/packages/b`."""
        where = said.partition(" at ")[2].replace("\\", "/") if said.startswith("Failed in ") else ""
        parts = where.split("/")[-DEEPEST:]
        names = ["/".join(parts[start:]) for start in range(len(parts))]
        return next((self.folders[name] for name in names if name in self.folders), None)

    def _judge(self, draft: Draft, said: str) -> None:
        """pnpm's own last word tells how a script ended."""
        if said == "Failed" or said.startswith("Failed in "):
            draft.fail(draft.exit_code)
            self.failed = draft
            self.running.pop(draft.name, None)
        elif said == "Done" or said.startswith("Done in "):
            draft.status = "done" if draft.status == "unknown" else draft.status
            self.running.pop(draft.name, None)

    def _explain(self, text: str) -> None:
        """What pnpm says right after: with which code, or that it stopped the script itself."""
        if self.failed is None:
            return
        if "ELIFECYCLE" in text and "with signal SIGTERM" in text:
            self.failed.status = "cancelled"
        elif "ELIFECYCLE" in text or text.startswith("Exit status "):
            self.failed.exit_code = exit_code(text.replace("Exit ", "exit "))
        else:
            return
        self.failed = None


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


def _speaker(text: str) -> str:
    """What stands before the first colon of a line, if it is short enough for a folder and a script."""
    end = text.find(": ", 0, 130)
    return text[:end] if end > 0 else text[:130].rstrip().removesuffix(":")
