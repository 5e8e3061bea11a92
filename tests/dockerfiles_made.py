"""Dockerfiles made from a model, in every layout of their authors, and what a strict parser reads."""

from __future__ import annotations

import json
import random
import shlex
from typing import NamedTuple

import dockerfile as oracle
from hypothesis import strategies as st

Words = tuple[str, ...]


class Run(NamedTuple):
    """A RUN: commands that follow each other, written as shell, exec form, here-document or `sh -c`."""

    commands: tuple[Words, ...]
    form: str = "shell"
    flags: Words = ()
    onbuild: bool = False


class Plain(NamedTuple):
    """Any other instruction."""

    keyword: str
    words: Words
    flags: Words = ()


class Made(NamedTuple):
    """A model, the file written from it, and the first and last line of every instruction."""

    model: tuple[Run | Plain, ...]
    text: str
    lines: tuple[tuple[int, int], ...]
    escape: str


COMMANDS: tuple[Words, ...] = (
    ("pnpm", "install", "--no-optional", "--frozen-lockfile"),
    ("pnpm", "install", "--frozen-lockfile", "--no-optional"),
    ("pnpm", "--filter", "./web", "install", "--no-optional", "--omit=optional"),
    ("corepack", "pnpm", "i", "-P"),
    ("npm", "ci", "--omit=optional"),
    ("npm", "ci", "--omit", "optional", "--no-audit"),
    ("npm", "ci", "--omit=dev", "--foo"),
    ("npm", "run", "build", "--prod"),
    ("NODE_ENV=production", "yarn", "--prod"),
    ("echo", "--no-optional", "'é 😀 ü'"),
    ("apk", "add", "--no-cache", "curl", "git"),
    ("sudo", "apt-get", "install", "-y", "curl"),
    ("apt-get", "-qq", "update"),
    ("apt-get", "install", "-y", "--no-install-recommends", "git", "curl"),
)
PLAIN = (
    Plain("COPY", ("package.json", "./"), ("--from=biuld",)),
    Plain("COPY", ("a", "b", "./"), ("--chown=node:node",)),
    Plain("COPY", (".", ".")),
    Plain("WORKDIR", ("/app",)),
    Plain("ENV", ("NAME=größe",)),
    Plain("RUNN", ("echo", "hi")),
    Plain("CMD", ("npm", "start")),
)


def written(
    model: tuple[Run | Plain, ...], seed: int | None = None, newline: str = "\n", final: bool = True
) -> Made:
    """Write a model as a file; without a seed in the plainest layout."""
    chance = random.Random(seed) if seed is not None else None
    escape = "`" if chance and chance.random() < 0.15 else "\\"
    blocks = [[f"# escape={escape}"]] if escape == "`" else []
    lines, at = [], len(blocks)
    for one in model:
        if chance and chance.random() < 0.25:
            blocks.append(chance.choice([[""], ["# größe: what follows"], ["", "# note \\"]]))
            at += len(blocks[-1])
        block = _instruction(one, chance, escape)
        lines.append((at + 1, at + len(block)))
        at += len(block)
        blocks.append(block)
    text = newline.join(line for block in blocks for line in block) + (newline if final else "")
    if chance and chance.random() < 0.1 and escape == "\\":
        text = f"\ufeff{text}"
    return Made(model, text, tuple(lines), escape)


def made(*instructions: st.SearchStrategy[Run | Plain]) -> st.SearchStrategy[Made]:
    """Dockerfiles of two stages that hold these instructions among others."""
    middle = st.tuples(st.lists(steps(), max_size=3), st.tuples(*instructions), st.lists(steps(), max_size=2))
    bases = st.sampled_from([(), ("--platform=linux/amd64",)])
    return st.builds(
        lambda base, before, after, seed, newline, final: written(
            (
                Plain("FROM", ("node:20-alpine", "AS", "build"), base),
                *before,
                Plain("FROM", ("node:20",)),
                *(step for group in after for step in group),
            ),
            seed,
            newline,
            final,
        ),
        bases,
        st.lists(steps(), max_size=2),
        middle,
        st.integers(0, 2**20),
        st.sampled_from(["\n", "\n", "\r\n"]),
        st.booleans(),
    )


def runs(
    commands: tuple[Words, ...] = COMMANDS, forms: str = "shell shell heredoc exec sh"
) -> st.SearchStrategy[Run]:
    """RUN instructions."""
    return st.builds(
        _run,
        st.lists(st.sampled_from(commands), min_size=1, max_size=3),
        st.sampled_from(forms.split()),
        st.sampled_from([(), (), ("--mount=type=cache,target=/root",)]),
        st.sampled_from([False, False, False, True]),
    )


def _run(commands: list[Words], form: str, flags: Words, onbuild: bool) -> Run:
    """A RUN as it can exist: an exec form has one command and no assignment before it."""
    if form == "exec":
        return Run(tuple(commands[:1]), "shell" if "=" in commands[0][0] else "exec", flags, onbuild)
    return Run(tuple(commands), form, flags, onbuild and form != "heredoc")


def steps() -> st.SearchStrategy[Run | Plain]:
    """Any instruction but FROM."""
    return st.one_of(runs(), st.sampled_from(PLAIN))


def meaning(text: str) -> list[tuple[object, ...]]:
    """What the strict parser reads: keywords, flags and words; layout does not count."""
    found = []
    for one in oracle.parse_string(text.removeprefix("\ufeff")):
        words = one.value if one.json else tuple(word for part in one.value for word in _split(part))
        if one.json and words[:2] == ("sh", "-c"):
            words = (*words[:2], *_split(words[2]))
        bodies = tuple(_split(body.content) for body in one.heredocs)
        found.append((one.cmd.upper(), (one.sub_cmd or "").upper(), one.flags, one.json, words, bodies))
    return found


def _split(text: str) -> tuple[str, ...]:
    lexer = shlex.shlex(text.replace("\r", "").replace("\n", " ; "), posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    return tuple(lexer)


def _instruction(one: Run | Plain, chance: random.Random | None, escape: str) -> list[str]:
    if isinstance(one, Plain):
        return [" ".join((one.keyword, *one.flags, *one.words))]
    keyword = "run" if chance and chance.random() < 0.1 else "RUN"
    head = " ".join((*(["ONBUILD"] if one.onbuild else []), keyword, *one.flags))
    bare = [tuple(word.strip("'") for word in words) for words in one.commands]
    script = " && ".join(" ".join(word.replace("'", "") for word in words) for words in one.commands)
    if one.form == "exec":
        return [f"{head} {json.dumps(list(bare[0]), ensure_ascii=bool(chance and chance.random() < 0.3))}"]
    if one.form == "sh":
        if chance and chance.random() < 0.5:
            return [f'{head} sh -c "{script}"']
        return [f"{head} sh -c '{script}'"] if chance else [f'{head} sh -c "{script}"']
    if one.form == "heredoc":
        return [f"{head} <<EOF", *(" ".join(words) for words in one.commands), "EOF"]
    return _shell(head, one.commands, chance, escape)


def _shell(head: str, commands: tuple[Words, ...], chance: random.Random | None, escape: str) -> list[str]:
    """Words with continuations and comments between them."""
    lines = [head]
    for number, words in enumerate(commands):
        for word in (*(["&&"] if number else []), *words):
            broken = chance.random() if chance else 1.0
            if broken > 0.25:
                lines[-1] += f" {word}"
                continue
            lines[-1] += f" {escape}"
            lines += ["    # größe"] * (broken < 0.05)
            lines.append(f"    {word}")
    return lines
