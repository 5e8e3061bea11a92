"""Install system packages in a Dockerfile."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from logdoctor.remedies.edits.arguments import one_line
from logdoctor.remedies.edits.dockerfile import Dockerfile, Instruction, commands_of, parse
from logdoctor.remedies.edits.dockerfile_find import (
    above_comments,
    after_word,
    at_or_below,
    escape_of,
    is_command,
    meant,
    stage_of,
    written,
)
from logdoctor.remedies.edits.shell import RESERVED, Command
from logdoctor.remedies.edits.spans import EditError, Span, line_start, newline_of

PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]*(?::[a-z0-9]+)?(?:[=~<>]{1,2}[\w.:~+-]+)?")
INSTALL = {"apt": (("apt-get", "install"), ("apt", "install")), "apk": (("apk", "add"),)}
FRESH = {
    "apt": "apt-get update && apt-get install -y --no-install-recommends {} && rm -rf /var/lib/apt/lists/*",
    "apk": "apk add --no-cache {}",
}


def add_packages(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Install `packages` with `manager` (apt or apk) in the RUN on `line`, or in a RUN before it; refuses a
    name that is no package's, and a stage that gave up root.
    """
    dockerfile = parse(text)
    manager, packages = one_line(args, "manager"), one_line(args, "packages").split()
    if manager not in INSTALL:
        raise EditError(f"{manager!r} is neither apt nor apk")
    for package in packages:
        if not PACKAGE.fullmatch(package):
            raise EditError(f"{package!r} is no package's name")
    instruction = at_or_below(dockerfile, args)
    place = _place(dockerfile, instruction, manager)
    if place is None:
        return _new_run(text, dockerfile, instruction, manager, packages)
    run, command = place
    have = {word.value for word in command.arguments}
    missing = [package for package in dict.fromkeys(packages) if package not in have]
    return _appended(text, run, command, missing) if missing else ()


def apt_update(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Run `apt-get update` before the first `apt-get install` of the RUN on `line`; refuses a RUN without
    one, or one in exec form.
    """
    found = tuple(commands_of(meant(parse(text), args, ("RUN",))))
    for index, command in enumerate(found):
        if not _is_install(command, "apt"):
            continue
        if any(is_command(one, (tool, "update")) for one in found[:index] for tool in ("apt-get", "apt")):
            return ()
        if command.quoting == "exec":
            raise EditError(f"line {args['line']} is in exec form, which takes one command only")
        tool = command.name
        lead = " ".join(word.raw.text for word in command.words[: command.head] if word.value == "sudo")
        update = f"{lead} {tool} update && ".lstrip()
        start = _begin(command)
        return (Span(start, start, written(command, update)),)
    raise EditError(f"the RUN on line {args['line']} installs nothing with apt-get")


def _begin(command: Command) -> int:
    """Where the command begins; `if` and `!` before it are the shell's."""
    return next(word for word in command.words if word.value not in RESERVED).start


def _is_install(command: Command, manager: str) -> bool:
    return any(is_command(command, wanted) for wanted in INSTALL[manager])


def _place(
    dockerfile: Dockerfile, instruction: Instruction, manager: str
) -> tuple[Instruction, Command] | None:
    """The installing command of this RUN, or else of the nearest before it in the stage."""
    stage = stage_of(dockerfile, instruction)
    before = [one for one in (stage.instructions if stage else ()) if one.line <= instruction.line]
    for one in reversed(before):
        inner = one.trigger or one
        if inner.keyword != "RUN" or (one.trigger is not None and inner.line != instruction.line):
            continue
        for command in commands_of(inner):
            if _is_install(command, manager):
                return inner, command
    return None


def _new_run(
    text: str, dockerfile: Dockerfile, instruction: Instruction, manager: str, packages: Sequence[str]
) -> tuple[Span, ...]:
    stage = stage_of(dockerfile, instruction)
    if stage is None or instruction.keyword == "FROM":
        raise EditError(f"line {instruction.line} is no step of a stage")
    for one in reversed([one for one in stage.instructions if one.line < instruction.line]):
        if one.keyword == "USER" and one.body.text.split(":")[0] not in ("root", "0"):
            raise EditError(f"line {one.line} gives up root, and packages need it")
        if one.keyword == "USER":
            break
    start = above_comments(text, dockerfile, instruction)
    run = f"RUN {FRESH[manager].format(' '.join(packages))}{newline_of(text)}"
    return (Span(start, start, run),)


def _appended(text: str, run: Instruction, command: Command, missing: Sequence[str]) -> tuple[Span, ...]:
    """Put packages behind the last one, each on its own line where the others are."""
    last = command.words[-1]
    indent = text[line_start(text, last.start) : last.start]
    if command.quoting or indent.strip():
        return (after_word(command, last, " ".join(missing)),)
    mark = f" {escape_of(run, last.start)}{newline_of(text)}{indent}"
    return (Span(last.end, last.end, "".join(f"{mark}{package}" for package in missing)),)
