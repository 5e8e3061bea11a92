"""Read a Dockerfile as BuildKit does, keeping the place of everything."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from logdoctor.record import NamedTuple
from logdoctor.remedies.edits.places import Placed, joined, placed
from logdoctor.remedies.edits.shell import (
    SHELLS,
    Command,
    Script,
    Word,
    commands,
    nested,
    plain_words,
    scripts,
    words,
)

KEYWORDS = frozenset(
    (
        *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL"),
        *("MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
    )
)
DIRECTIVE = re.compile(r"#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*$")
HEREDOC = re.compile(r"\d*<<(-?)([^<]+)$")
JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
WITH_JSON = frozenset(("ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME"))
WITH_HEREDOC = frozenset(("ADD", "COPY", "RUN"))


class Heredoc(NamedTuple):
    """A here-document: the lines between `<<NAME` and `NAME`."""

    name: str
    content: Placed


class Instruction(NamedTuple):
    """One instruction. `value` is what follows the keyword, continued lines joined, comments left out.

    `start` and `end` are offsets in the file, from the keyword to the last character, here-documents
    included and the line end excluded. `body` is `value` without the flags, every character with its
    place. `items` are the words of an exec form, or None. `trigger` is what ONBUILD holds back.
    """

    keyword: str
    value: str
    line: int
    end_line: int
    start: int
    end: int
    head: Placed
    flags: tuple[Word, ...]
    body: Placed
    items: tuple[Word, ...] | None
    heredocs: tuple[Heredoc, ...]
    trigger: Instruction | None
    escape: str


class Stage(NamedTuple):
    """From one FROM to the next; `base` and `platform` as written, `line` that of the FROM."""

    number: int
    name: str | None
    base: str
    platform: str | None
    line: int
    instructions: tuple[Instruction, ...]


class Dockerfile(NamedTuple):
    """A whole file; `instructions` also holds the ARGs before the first FROM."""

    text: str
    instructions: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    escape: str
    directives: tuple[tuple[str, str, int], ...]
    unclosed: tuple[int, ...]


class Physical(NamedTuple):
    """A line of the file: its number and its offsets without the line end."""

    number: int
    start: int
    end: int


def parse(text: str) -> Dockerfile:
    """Read a Dockerfile; strange text is read as the instructions that it most looks like."""
    lines = tuple(_physical(text))
    directives, top = _directives(text, lines)
    escape = next((value for key, value, _ in directives if key == "escape" and value in "\\`"), "\\")
    unclosed: list[int] = []
    found = tuple(_instructions(text, lines, top, escape, unclosed))
    return Dockerfile(text, found, tuple(_stages(found)), escape, directives, tuple(unclosed))


def scripts_of(instruction: Instruction) -> Iterator[Script]:
    """Every shell text of a RUN: its own, its here-documents, and what it hands to `sh -c`."""
    shell = "\\" if instruction.escape == "\\" else ""
    if instruction.items is not None:
        script = Script(instruction.items, "exec", shell)
        yield script
        yield from nested(Command(instruction.items, "exec", shell))
        return
    yield from scripts(instruction.body, "", shell)
    if _runs_heredoc(instruction, shell):
        for heredoc in instruction.heredocs:
            yield from scripts(heredoc.content, "", shell)


def commands_of(instruction: Instruction) -> Iterator[Command]:
    """Every command that a RUN starts, in order."""
    for script in scripts_of(instruction):
        yield from commands(script)


def flag(instruction: Instruction, name: str) -> Word | None:
    """The flag `--name=…` of an instruction."""
    return next((word for word in instruction.flags if word.value.startswith(f"--{name}=")), None)


def _physical(text: str) -> Iterator[Physical]:
    start = 1 if text.startswith("\ufeff") else 0
    for number, line in enumerate(text[start:].removesuffix("\n").split("\n"), 1):
        yield Physical(number, start, start + len(line.rstrip("\r")))
        start += len(line) + 1


def _directives(text: str, lines: tuple[Physical, ...]) -> tuple[tuple[tuple[str, str, int], ...], int]:
    found: list[tuple[str, str, int]] = []
    for line in lines:
        match = DIRECTIVE.match(text[line.start : line.end])
        if match is None or match[1].lower() not in ("syntax", "escape", "check"):
            break
        found.append((match[1].lower(), match[2], line.number))
    return tuple(found), len(found)


def _instructions(
    text: str, lines: tuple[Physical, ...], at: int, escape: str, unclosed: list[int]
) -> Iterator[Instruction]:
    closers: dict[bool, dict[str, list[int]]] = {}
    while at < len(lines):
        first = at
        pieces, at = _logical(text, lines, at, escape)
        source = joined(pieces)
        if not source.text.strip():
            continue
        draft = _instruction(source, escape, lines[first].number, lines[at - 1].number)
        holder = draft.trigger or draft
        heredocs: list[Heredoc] = []
        for name, chomp in _heredoc_marks(holder):
            if chomp not in closers:
                closers[chomp] = _closers(text, lines, chomp)
            after = closers[chomp].get(name, [])
            close = bisect_left(after, at)
            if close == len(after):
                unclosed.append(draft.line)
                break
            content = placed(text, lines[at].start, lines[after[close]].start)
            heredocs.append(Heredoc(name, content))
            at = after[close] + 1
        yield _with_heredocs(draft, tuple(heredocs), lines[at - 1])


def _logical(text: str, lines: tuple[Physical, ...], at: int, escape: str) -> tuple[list[Placed], int]:
    """The pieces of one instruction, and the index of the line after it."""
    pieces: list[Placed] = []
    opening = True
    while at < len(lines):
        line = lines[at]
        at += 1
        content = text[line.start : line.end]
        bare = content.lstrip()
        if not bare or bare.startswith("#"):
            if opening:
                break
            continue
        start = line.end - len(bare) if opening else line.start
        stop = _continued(content, escape)
        if stop is None:
            pieces.append(placed(text, start, line.end))
            break
        pieces.append(placed(text, start, max(start, line.start + stop)))
        opening = False
    return pieces, at


def _continued(content: str, escape: str) -> int | None:
    """The offset of the escape character that continues this line, if one does."""
    bare = content.rstrip(" \t")
    if not bare.endswith(escape) or bare.endswith(escape * 2):
        return None
    return len(bare) - 1


def _instruction(source: Placed, escape: str, line: int, end_line: int) -> Instruction:
    text = source.text
    begin = len(text) - len(text.lstrip())
    stop = len(text.rstrip())
    space = next((at for at in range(begin, stop) if text[at] in " \t\v\f\r"), stop)
    rest = next((at for at in range(space, stop) if text[at] not in " \t\v\f\r"), stop)
    keyword, value = text[begin:space].upper(), source.part(rest, stop)
    flags = tuple(_flags(value, escape))
    offset = len(value.text) if not value.text else _behind(value, flags)
    body = value.part(offset, len(value.text))
    trigger = None
    if keyword == "ONBUILD" and body.text:
        trigger = _instruction(body, escape, line, end_line)
    items = _items(body) if keyword in WITH_JSON else None
    return Instruction(
        keyword=keyword,
        value=value.text,
        line=line,
        end_line=end_line,
        start=source.starts[begin],
        end=source.ends[stop - 1],
        head=source.part(begin, space),
        flags=flags,
        body=body,
        items=items,
        heredocs=(),
        trigger=trigger,
        escape=escape,
    )


def _flags(value: Placed, escape: str) -> Iterator[Word]:
    if not value.text.startswith("--"):
        return
    for word in plain_words(value, escape):
        if not word.raw.text.startswith("--") or word.raw.text == "--":
            return
        yield word


def _behind(value: Placed, flags: tuple[Word, ...]) -> int:
    """The index in `value` at which the first word after the flags begins."""
    at = value.starts.index(flags[-1].raw.starts[-1]) + 1 if flags else 0
    while at < len(value.text) and value.text[at] in " \t\v\f\r":
        at += 1
    if value.text[at:].split(None, 1)[:1] == ["--"] and flags:
        return _past_dashes(value, at)
    return at


def _past_dashes(value: Placed, at: int) -> int:
    rest = value.text[at + 2 :]
    return at + 2 + len(rest) - len(rest.lstrip())


def _items(body: Placed) -> tuple[Word, ...] | None:
    if not body.text.startswith("["):
        return None
    import json

    try:
        value = json.loads(body.text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return None
    found = JSON_STRING.finditer(body.text)
    return tuple(
        Word("word", body.part(match.start(), match.end()), item)
        for match, item in zip(found, value, strict=False)
    )


def _heredoc_marks(instruction: Instruction) -> Iterator[tuple[str, bool]]:
    if (
        instruction.keyword not in WITH_HEREDOC
        or instruction.items is not None
        or "<<" not in instruction.body.text
    ):
        return
    for word in plain_words(instruction.body, instruction.escape):
        mark = HEREDOC.match(word.raw.text)
        if mark:
            name = mark[2].replace('"', "").replace("'", "").replace("\\", "")
            if name:
                yield name, mark[1] == "-"


def _closers(text: str, lines: tuple[Physical, ...], chomp: bool) -> dict[str, list[int]]:
    """The lines that could end a here-document, by their content."""
    found: dict[str, list[int]] = {}
    for index, line in enumerate(lines):
        content = text[line.start : line.end]
        found.setdefault(content.lstrip("\t") if chomp else content, []).append(index)
    return found


def _with_heredocs(draft: Instruction, heredocs: tuple[Heredoc, ...], last: Physical) -> Instruction:
    if not heredocs:
        return draft
    trigger = draft.trigger
    if trigger:
        trigger = trigger._replace(heredocs=heredocs, end_line=last.number, end=last.end)
    return draft._replace(heredocs=heredocs, end_line=last.number, end=last.end, trigger=trigger)


def _runs_heredoc(instruction: Instruction, shell: str) -> bool:
    """Whether its here-documents are scripts, not the content of a file."""
    if not instruction.heredocs:
        return False
    content = instruction.heredocs[0].content.text
    first = content.split("\n", 1)[0]
    if first.startswith("#!") and "sh" not in first.rsplit("/", 1)[-1]:
        return False
    own = [word.value for word in words(instruction.body, shell) if word.kind == "word"]
    return not own or (own[0].rsplit("/", 1)[-1] in SHELLS and all(word.startswith("-") for word in own[1:]))


def _stages(found: tuple[Instruction, ...]) -> Iterator[Stage]:
    starts = [index for index, instruction in enumerate(found) if instruction.keyword == "FROM"]
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(found)], strict=False)):
        first = found[start]
        names = first.body.text.split()
        named = len(names) >= 3 and names[1].lower() == "as"
        platform = flag(first, "platform")
        yield Stage(
            number=number,
            name=names[2] if named else None,
            base=names[0] if names else "",
            platform=platform.value.partition("=")[2] if platform else None,
            line=first.line,
            instructions=found[start:end],
        )
