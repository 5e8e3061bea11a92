"""Find the commands and words of a shell text, each with its place in the file.

Enough of the shell's grammar to tell which command a word belongs to; nothing is ever run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from logdoctor.record import TYPE_CHECKING, NamedTuple
from logdoctor.remedies.edits.places import Placed, from_json, joined

if TYPE_CHECKING:
    from typing import Literal

    Kind = Literal["word", "operator", "redirect"]
    Quoting = Literal["", "exec", "json", "'", '"']


BLANK = " \t\r\v\f"
BREAK = " \t\r\v\f\n;&|()<>"
OPERATOR = re.compile(r"&&|\|\||;;|\|&|[;|&()\n]")
REDIRECT = re.compile(r"(?:\d*(?:<<<|<<-?|>>|>\||>&|<&|<>|>|<)|&>>?)[ \t]*")
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
RESERVED = frozenset(("if", "then", "else", "elif", "do", "while", "until", "!", "{"))
WRAPPERS = frozenset(
    ("sudo", "env", "exec", "command", "nice", "time", "nohup", "corepack", "npx", "eatmydata")
)
SHELLS = frozenset(("sh", "bash", "ash", "dash", "zsh"))


class Word(NamedTuple):
    """A word, an operator or a redirection; `value` is what the program gets, quotes taken off."""

    kind: Kind
    raw: Placed
    value: str

    @property
    def start(self) -> int:
        """Where it begins in the file."""
        return self.raw.start

    @property
    def end(self) -> int:
        """Where it ends in the file."""
        return self.raw.end


class Script(NamedTuple):
    """A whole shell text; `quoting` says inside of what it is written."""

    words: tuple[Word, ...]
    quoting: Quoting
    escape: str


class Command(NamedTuple):
    """The words of one simple command, assignments and wrappers such as sudo included."""

    words: tuple[Word, ...]
    quoting: Quoting
    escape: str

    @property
    def head(self) -> int:
        """The index of the word that names the program, or the number of words."""
        return _head(self.words)

    @property
    def name(self) -> str:
        """The program, without its folder or version."""
        index = self.head
        return program(self.words[index].value) if index < len(self.words) else ""

    @property
    def arguments(self) -> tuple[Word, ...]:
        """What follows the program's name."""
        return self.words[self.head + 1 :]


def program(word: str) -> str:
    """The name of a program in `/usr/bin/npm` or `pnpm@9`."""
    base = word.rsplit("/", 1)[-1]
    return base.split("@", 1)[0] or base


def scripts(text: Placed, quoting: Quoting, escape: str) -> Iterator[Script]:
    """A shell text, and those that its commands hand to another shell with `-c`."""
    script = Script(tuple(words(text, escape)), quoting, escape)
    yield script
    for command in commands(script):
        yield from nested(command)


def commands(script: Script) -> Iterator[Command]:
    """Cut a script at its operators."""
    current: list[Word] = []
    for word in script.words:
        if word.kind == "word":
            current.append(word)
        elif word.kind == "operator" and current:
            yield Command(tuple(current), script.quoting, script.escape)
            current = []
    if current:
        yield Command(tuple(current), script.quoting, script.escape)


def nested(command: Command) -> Iterator[Script]:
    """The script in `sh -c "…"`, where it is one quoted word that the outer shell leaves alone."""
    if command.name not in SHELLS or command.quoting not in ("", "exec"):
        return
    rest = command.arguments
    for flag, word in pairwise(rest):
        if not flag.value.startswith("-"):
            return
        if flag.value.endswith("c") and not flag.value.startswith("--"):
            yield from _quoted(word, command)
            return


def _quoted(word: Word, command: Command) -> Iterator[Script]:
    raw = word.raw
    if len(raw.text) < 2 or raw.text[0] != raw.text[-1] or raw.text[0] not in "\"'":
        return
    inner, mark = raw.part(1, len(raw.text) - 1), raw.text[0]
    if command.quoting == "exec":
        yield Script(tuple(words(from_json(inner), command.escape)), "json", command.escape)
    elif mark == "'" and "'" not in inner.text:
        yield Script(tuple(words(inner, command.escape)), "'", command.escape)
    elif mark == '"' and _end(raw.text, 0, command.escape, BREAK) == len(raw.text):
        yield Script(tuple(words(unquoted(raw, command.escape), command.escape)), '"', command.escape)


def words(text: Placed, escape: str) -> Iterator[Word]:
    """Cut a shell text into words, operators and redirections; comments are left out."""
    source, at = text.text, 0
    while at < len(source):
        if source[at] in BLANK:
            at += 1
        elif source[at] == "#":
            at = _until(source, at, "\n")
        elif source.startswith(f"{escape}\n", at) and escape:
            at += 2
        else:
            word = _word(text, at, escape)
            at += len(word.raw.text)
            yield word


def plain_words(text: Placed, escape: str) -> Iterator[Word]:
    """Cut at blanks only, quotes respected, as Dockerfile instructions other than RUN are read."""
    source, at = text.text, 0
    while at < len(source):
        if source[at] in BLANK or source[at] == "\n":
            at += 1
            continue
        stop = _end(source, at, escape, BLANK + "\n", expansions=False)
        yield Word("word", text.part(at, stop), unquoted(text.part(at, stop), escape).text)
        at = stop


def unquoted(raw: Placed, escape: str) -> Placed:
    """Take off quotes and escapes; expansions stay as written."""
    kept: list[Placed] = []
    quote, at = "", 0
    while at < len(raw.text):
        char = raw.text[at]
        if char == escape and quote != "'" and at + 1 < len(raw.text):
            stays = quote == '"' and raw.text[at + 1] not in '"\\$`\n'
            follower = raw.part(at + 1, at + 2)
            if stays:
                kept.append(raw.part(at, at + 2))
            elif follower.text != "\n":
                kept.append(Placed(follower.text, (raw.starts[at],), follower.ends))
            at += 2
            continue
        if char in "\"'" and quote in ("", char):
            quote = "" if quote else char
        else:
            kept.append(raw.part(at, at + 1))
        at += 1
    return joined(kept)


def _word(text: Placed, at: int, escape: str) -> Word:
    source = text.text
    redirect = REDIRECT.match(source, at)
    if redirect:
        stop = _end(source, redirect.end(), escape, BREAK)
        return Word("redirect", text.part(at, stop), source[at:stop])
    operator = OPERATOR.match(source, at)
    if operator:
        return Word("operator", text.part(at, operator.end()), operator[0])
    raw = text.part(at, _end(source, at, escape, BREAK))
    return Word("word", raw, unquoted(raw, escape).text)


def _end(source: str, at: int, escape: str, breaks: str, expansions: bool = True) -> int:
    """Where a word ends: at a break that no quote and no `$(…)` holds."""
    open_marks: list[str] = []
    while at < len(source):
        char, top = source[at], open_marks[-1] if open_marks else ""
        if char == escape and top != "'":
            at += 2
            continue
        if char == top:
            open_marks.pop()
        elif top != "'":
            closer = _closer(source, at, top, escape, expansions)
            if closer:
                open_marks.append(closer)
                at += source[at] == "$"
            elif not open_marks and char in breaks:
                break
        at += 1
    return min(at, len(source))


def _closer(source: str, at: int, top: str, escape: str, expansions: bool) -> str:
    """What must come to close the quote or expansion that begins here, or nothing."""
    char = source[at]
    if char == '"' or (char == "'" and top != '"'):
        return char
    if not expansions:
        return ""
    if char == "$" and source[at + 1 : at + 2] in ("(", "{"):
        return ")" if source[at + 1] == "(" else "}"
    if char == "`" and escape == "\\":
        return "`"
    return ")" if char == "(" and top == ")" else ""


def _head(given: Sequence[Word]) -> int:
    wrapped = False
    for index, word in enumerate(given):
        value = word.value
        if value in RESERVED or ASSIGNMENT.match(word.raw.text):
            continue
        if program(value) in WRAPPERS:
            wrapped = True
            continue
        if wrapped and value.startswith("-"):
            continue
        return index
    return len(given)


def _until(source: str, at: int, char: str) -> int:
    found = source.find(char, at)
    return len(source) if found < 0 else found
