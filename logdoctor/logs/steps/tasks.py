"""Task runners over many packages: turbo and lerna put a name before each line, or above a block."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.logs.steps.build import exit_code
from logdoctor.logs.steps.draft import Draft, without
from logdoctor.model import Line

_CACHE = ("cache miss, executing", "cache hit, ", "cache bypass, force executing")
_RUNNER = (" NX ", "NX ", "———", " Tasks: ", "Tasks: ", " ERROR  run failed", " Lerna ")


def carve(lines: Sequence[Line], outer: Draft) -> list[Draft]:
    """Take the tasks' lines out of `lines`; a name counts once a task has been announced under it."""
    tasks = Tasks(outer)
    for position, line in enumerate(lines, 1):
        tasks.take(line, lines[position].text if position < len(lines) else "")
    return list(tasks.drafts.values())


class Tasks:
    """Follows which tasks were announced, whose block stands open, and what the runner says of them."""

    __slots__ = ("drafts", "listing", "now", "outer", "running")

    def __init__(self, outer: Draft) -> None:
        self.outer = outer
        self.drafts: dict[str, Draft] = {}
        self.now: Draft | None = None
        self.listing = False
        self.running: list[Draft] = []

    def take(self, line: Line, after: str) -> None:
        """Give a line to its task; `after` is the text of the next line."""
        text = line.text
        if name := _heading(text, after):
            self.now = self._draft(name)
            self.now.repeats.append(line)
            return
        name, width = _prefix(text)
        if name and (name in self.drafts or _announces(name, text[width:])):
            _say(self._draft(name), without(line, width))
            return
        if self.now is not None and (line.tag or text.startswith(_RUNNER)):
            self.now = None
        if self._judges(text) or self.now is None:
            self.outer.lines.append(line)
        else:
            self.now.lines.append(line)

    def _draft(self, name: str) -> Draft:
        if name not in self.drafts:
            self.drafts[name] = Draft("turbo-task", name, self.outer)
            self.running.append(self.drafts[name])
        return self.drafts[name]

    def _judges(self, text: str) -> bool:
        """Whether a line of the runner itself says how a task ended."""
        said = text.strip()
        if "#" in text and ("exited (" in text or said.startswith("Failed:")):
            names = [word.rstrip(":").replace("#", ":") for word in text.replace(",", " ").split()]
            failed = [name for name in names if self._fail(name, _code(text))]
            return bool(failed)
        if said.startswith("✖") and "nx run " in text:
            return self._fail(text.partition("nx run ")[2].split("  ")[0].strip())
        if said.startswith("lerna ERR! ") and " in '" in said:
            return self._fail(said.partition(" in '")[2].strip("'"), exit_code(said))
        if said == "Failed tasks:" or (self.listing and (not said or said.startswith("- "))):
            self.listing = True
            return self._fail(said[2:]) or self._fail(said[2:].rpartition(":")[0])
        self.listing = False
        if said.startswith("Tasks: ") and "successful" in said:
            self._finish(said)
        return False

    def _fail(self, name: str, code: int | None = None) -> bool:
        draft = self.drafts.get(name)
        if draft is not None:
            draft.fail(code if code is not None else draft.exit_code)
        return draft is not None

    def _finish(self, said: str) -> None:
        """`Tasks:    3 successful, 3 total`: all went well if the numbers agree."""
        numbers = [word for word in said.replace(",", " ").split() if word.isdecimal()]
        if len(numbers) > 1 and numbers[0] == numbers[1]:
            for draft in self.running:
                draft.status = "done"
        self.running = []


def _heading(text: str, after: str) -> str:
    """The task whose output follows as a block, or nothing."""
    if text.startswith("> nx run "):
        return text[9:].split("  ")[0].strip()
    if after.startswith(_CACHE) and ":" in text and " " not in text and len(text) < 130:
        return text
    return ""


def _prefix(text: str) -> tuple[str, int]:
    """The name before the first `: `, if it is a package's or a task's, and how wide it is."""
    end = text.find(": ", 0, 130)
    if end < 0 and text.endswith(":") and len(text) < 130:
        end = len(text) - 1
    name = text[: max(end, 0)]
    if not name or " " in name or not all(char.isalnum() or char in "@/:#._-" for char in name):
        return "", 0
    return name, min(end + 2, len(text))


def _announces(name: str, rest: str) -> bool:
    """Whether a prefixed line is the first of a task: turbo's cache line, or the script's header."""
    if rest.startswith("> "):
        return rest[2:].startswith(name.partition(":")[0].partition("#")[0] + "@")
    return rest.startswith(_CACHE) and (":" in name or "#" in name)


def _say(draft: Draft, line: Line) -> None:
    draft.lines.append(line)
    if line.text.startswith("ERROR: command finished with error"):
        draft.fail(_code(line.text))


def _code(text: str) -> int | None:
    _, found, rest = text.rpartition("exited (")
    digits = rest.partition(")")[0]
    return int(digits) if found and digits.isdecimal() and len(digits) < 5 else exit_code(text)
