"""Task runners over many packages: turbo and lerna put a name before each line, nx one above them."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.logs.steps.build import exit_code
from logdoctor.logs.steps.draft import Draft, without
from logdoctor.model import Line

SIGNS = ("cache miss, executing", "cache hit, ", "cache bypass, force executing", "lerna ", "> nx run ")
_HEADS = ("cache miss, executing", "cache hit, ", "cache bypass, force executing", "> ")


def carve(lines: Sequence[Line], outer: Draft) -> list[Draft]:
    """Take the tasks' lines out of `lines`; a name counts once a task has been announced under it."""
    drafts: dict[str, Draft] = {}
    now: Draft | None = None
    for line in lines:
        text = line.text
        if text.startswith("> nx run "):
            now = _draft(drafts, text[9:].split("  ")[0].strip(), outer)
            now.repeats.append(line)
            continue
        name, width = _prefix(text)
        if name and (name in drafts or _announces(name, text[width:])):
            _say(_draft(drafts, name, outer), without(line, width))
            continue
        if now is not None and (text.startswith((" NX ", "———", "NX ")) or line.tag):
            now = None
        if _judges(text, drafts) or now is None:
            outer.lines.append(line)
        else:
            now.lines.append(line)
    return list(drafts.values())


def _draft(drafts: dict[str, Draft], name: str, outer: Draft) -> Draft:
    if name not in drafts:
        drafts[name] = Draft("turbo-task", name, outer)
    return drafts[name]


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
    if not rest.startswith(_HEADS):
        return False
    if rest.startswith("> "):
        package = name.partition(":")[0].partition("#")[0]
        return rest[2:].startswith(package + "@")
    return ":" in name or "#" in name


def _say(draft: Draft, line: Line) -> None:
    draft.lines.append(line)
    if line.text.startswith("ERROR: command finished with error"):
        draft.fail(_code(line.text))


def _judges(text: str, drafts: dict[str, Draft]) -> bool:
    """Whether a line of the runner itself says how a task ended."""
    if "#" in text and ("exited (" in text or text.lstrip().startswith("Failed:")):
        for word in text.replace(",", " ").split():
            draft = drafts.get(word.rstrip(":").replace("#", ":"))
            if draft is not None:
                draft.fail(draft.exit_code or _code(text))
                return True
    if text.lstrip().startswith(("✖ ", "✖")) and "nx run " in text:
        return _fail(drafts, text.partition("nx run ")[2].split("  ")[0].strip())
    if text.startswith("lerna ERR! ") and " in '" in text:
        return _fail(drafts, text.partition(" in '")[2].strip("'"))
    if text.lstrip().startswith("Tasks: ") and "successful" in text:
        _finish(text, drafts)
    return False


def _fail(drafts: dict[str, Draft], name: str) -> bool:
    draft = drafts.get(name)
    if draft is not None:
        draft.fail(draft.exit_code)
    return draft is not None


def _finish(text: str, drafts: dict[str, Draft]) -> None:
    """` Tasks:    3 successful, 3 total`: all went well if the numbers agree."""
    numbers = [word for word in text.replace(",", " ").split() if word.isdecimal()]
    if len(numbers) > 1 and numbers[0] == numbers[1]:
        for draft in drafts.values():
            draft.status = "done"


def _code(text: str) -> int | None:
    _, found, rest = text.rpartition("exited (")
    digits = rest.partition(")")[0]
    return int(digits) if found and digits.isdecimal() and len(digits) < 5 else exit_code(text)
