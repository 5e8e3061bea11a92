"""Change the commands of RUN instructions: options, words, packages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from logdoctor.remedies.edits.arguments import line_argument, one_line
from logdoctor.remedies.edits.dockerfile import (
    KEYWORDS,
    Dockerfile,
    Instruction,
    commands_of,
    parse,
    scripts_of,
)
from logdoctor.remedies.edits.dockerfile_find import (
    after_word,
    escape_of,
    is_command,
    meant,
    of_kind,
    runs,
    without,
    written,
)
from logdoctor.remedies.edits.places import placed
from logdoctor.remedies.edits.shell import Command, Script, Word, plain_words, words
from logdoctor.remedies.edits.spans import EditError, Span

OPTION = re.compile(r"--?[A-Za-z][\w.:/@,=+-]*(?:[ =][\w.:/@,=+-]+)?")
MANAGERS = frozenset(("npm", "pnpm", "yarn", "bun"))
SPELLINGS = (
    ("--no-optional", "--omit=optional", "--omit optional", "--optional=false"),
    (
        *("--prod", "--production", "--prod=true", "--production=true", "-P", "--omit=dev", "--omit dev"),
        *("--only=prod", "--only=production", "--only prod", "--only production"),
    ),
)
"""Options of package managers that mean the same."""

INSTALLS = frozenset(
    (
        *("install", "i", "ci", "add", "deploy", "fetch", "prune", "rebuild", "update", "up", "upgrade"),
        *("clean-install", "install-clean", "import", "dedupe", "install-test", "it"),
    )
)


def drop_flag(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Drop the option `flag`, however it is spelled, from the RUN on `line` or every RUN, of `command` if
    given (a keyword in capitals there means the instruction's own option); refuses a line that is no RUN.
    """
    dockerfile = parse(text)
    wanted, command = one_line(args, "flag"), args.get("command", "").split()
    if command and command[0] in KEYWORDS:
        return tuple(_drop_own(dockerfile, text, wanted, command[0], args))
    found: list[Span] = []
    for run in runs(dockerfile, args):
        for one in commands_of(run):
            if not command or is_command(one, command):
                found += _dropped(text, run, one, wanted)
    return tuple(found)


def add_flag(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Add the option `flag` to each `command` (such as `npm ci`) of the RUN on `line` or of every RUN;
    refuses if no RUN has the command, or if it has the option with another value.
    """
    dockerfile = parse(text)
    flag, command = one_line(args, "flag"), one_line(args, "command").split()
    if not OPTION.fullmatch(flag):
        raise EditError(f"{flag!r} is no option")
    if command[0] in KEYWORDS:
        return tuple(_add_own(dockerfile, flag, command[0], args))
    every = [one for run in runs(dockerfile, args) for one in commands_of(run)]
    found = [(one, word) for one in every if (word := is_command(one, command))]
    if not found:
        raise EditError(f"no RUN{_on(args)} has the command {' '.join(command)}")
    return tuple(after_word(one, word, flag) for one, word in found if not _has(one, flag))


def replace_word(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Replace the words `old` by `new` in the instruction on `line`; refuses if they are not there, or
    would be more than words.
    """
    if any(word.kind != "word" for part in ("old", "new") for word in _lexed(one_line(args, part))):
        raise EditError("only words can be replaced by words")
    instruction = meant(parse(text), args)
    return _replaced(text, instruction, args, f"line {args['line']}")


def replace_run(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Replace the shell text `old` by `new` in the RUN on `line`; refuses if it is not there, or a quote
    stays open.
    """
    for part in ("old", "new"):
        if _open(one_line(args, part)):
            raise EditError(f"{part} is not a whole piece of shell text")
    return _replaced(text, meant(parse(text), args, ("RUN",)), args, f"the RUN on line {args['line']}")


def _dropped(text: str, run: Instruction, command: Command, wanted: str) -> Iterator[Span]:
    """The changes that take an option off a command."""
    marked = _marked(command, wanted)
    at = 0
    while at < len(command.words):
        end = at
        while end in marked:
            end += 1
        if end > at:
            yield from _taken(text, run, command, at, end)
        at = end + 1


def _taken(text: str, run: Instruction, command: Command, at: int, end: int) -> tuple[Span, ...]:
    first, last = command.words[at], command.words[end - 1]
    if command.quoting == "exec":
        return (Span(command.words[at - 1].end, last.end, ""),)
    return without(text, first.start, last.end, escape_of(run, first.start))


def _marked(command: Command, wanted: str) -> frozenset[int]:
    """The indexes of the words that are the option, its value included."""
    spellings = next((group for group in SPELLINGS if wanted in group), ())
    if spellings and (command.name not in MANAGERS or not _installs(command)):
        return frozenset()
    forms = spellings or _forms(wanted)
    if spellings and command.name != "pnpm":
        forms = tuple(form for form in forms if form != "-P")  # to npm -P is --save-prod, to yarn --peer
    values = [word.value for word in command.words]
    stop = values.index("--") if "--" in values else len(values)
    found: set[int] = set()
    for index in range(command.head + 1, stop):
        if values[index] in forms:
            found.add(index)
        elif index + 1 < stop and f"{values[index]} {values[index + 1]}" in forms:
            found |= {index, index + 1}
    return frozenset(found)


def _forms(wanted: str) -> tuple[str, ...]:
    name, mark, value = wanted.replace(" ", "=", 1).partition("=")
    return (wanted, f"{name}={value}", f"{name} {value}") if mark else (wanted,)


def _installs(command: Command) -> bool:
    """Whether a package manager installs here; to `npm run build --prod` the option is the script's."""
    words = [word.value for word in command.arguments if not word.value.startswith("-")]
    if not words:
        return command.name in ("yarn", "pnpm", "bun")
    return any(word in INSTALLS for word in words) and not {"run", "run-script", "exec", "dlx", "x"} & set(
        words
    )


def _has(command: Command, flag: str) -> bool:
    """Whether a command has an option already; another value of it is a conflict."""
    name, _, value = flag.replace(" ", "=", 1).partition("=")
    given = [word.value for word in command.arguments]
    for index, word in enumerate(given):
        if word == flag or word == f"{name}={value}":
            return True
        if word == name:
            if not value or given[index + 1 : index + 2] == [value]:
                return True
            raise EditError(f"{command.name} has {name} already, with another value")
        if word.startswith(f"{name}="):
            raise EditError(f"{command.name} has {word} already")
    return False


def _drop_own(
    dockerfile: Dockerfile, text: str, wanted: str, keyword: str, args: Mapping[str, str]
) -> Iterator[Span]:
    for one in _of(dockerfile, keyword, args):
        for flag in one.flags:
            if flag.value == wanted or flag.value.partition("=")[0] == wanted:
                yield from without(text, flag.start, flag.end, dockerfile.escape)


def _add_own(dockerfile: Dockerfile, flag: str, keyword: str, args: Mapping[str, str]) -> Iterator[Span]:
    name = flag.partition("=")[0]
    for one in _of(dockerfile, keyword, args):
        values = [word.value for word in one.flags]
        if flag in values:
            continue
        if name != "--mount" and any(value.partition("=")[0] == name for value in values):
            raise EditError(f"line {one.line} has {name} already, with another value")
        yield Span(one.head.end, one.head.end, f" {flag}")


def _of(dockerfile: Dockerfile, keyword: str, args: Mapping[str, str]) -> tuple[Instruction, ...]:
    if line_argument(args) is not None:
        return (meant(dockerfile, args, (keyword,)),)
    found = of_kind(dockerfile, keyword)
    if not found:
        raise EditError(f"the file has no {keyword}")
    return found


def _replaced(text: str, instruction: Instruction, args: Mapping[str, str], place: str) -> tuple[Span, ...]:
    old, new = (tuple(word.value for word in _lexed(one_line(args, part))) for part in ("old", "new"))
    if old == new:
        return ()
    found: list[Span] = []
    there = False
    for script in _texts(instruction):
        values = [word.value for word in script.words]
        covered = _places(values, new)
        there = there or bool(covered)
        for at in _places(values, old):
            if not any(start <= at and at + len(old) <= start + len(new) for start in covered):
                found.append(_swap(script, at, at + len(old), args["new"].strip(), new))
    if not found and not there:
        raise EditError(f"{place} has no {args['old'].strip()}")
    return tuple(found)


def _swap(script: Script, at: int, end: int, new: str, parts: Sequence[str]) -> Span:
    first, last = script.words[at], script.words[end - 1]
    command = Command(script.words, script.quoting, script.escape)
    if script.quoting == "exec":
        import json

        return Span(first.start, last.end, ", ".join(json.dumps(part, ensure_ascii=False) for part in parts))
    return Span(first.start, last.end, written(command, new))


def _places(values: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Where the wanted words stand one after the other, without overlaps."""
    found: list[int] = []
    at = 0
    while at + len(wanted) <= len(values):
        if tuple(values[at : at + len(wanted)]) == tuple(wanted):
            found.append(at)
            at += len(wanted)
        else:
            at += 1
    return found


def _texts(instruction: Instruction) -> Iterator[Script]:
    """The words of an instruction: as the shell reads them in RUN, else as they stand."""
    if instruction.keyword in ("RUN", "CMD", "ENTRYPOINT"):
        yield from scripts_of(instruction)
    elif instruction.items is not None:
        yield Script(instruction.items, "exec", "")
    else:
        yield Script((*instruction.flags, *plain_words(instruction.body, instruction.escape)), "", "")


def _lexed(shell: str) -> tuple[Word, ...]:
    return tuple(words(placed(shell, 0, len(shell)), "\\"))


def _open(shell: str) -> bool:
    """Whether a quote, an expansion or a comment would swallow what follows."""
    with_end = _lexed(f"{shell} ;")
    return not with_end or with_end[-1].kind != "operator" or shell.endswith("\\") or "<<" in shell


def _on(args: Mapping[str, str]) -> str:
    return f" on line {args['line']}" if "line" in args else ""
