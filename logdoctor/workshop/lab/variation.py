"""Logs made from recorded ones with a seed, for training and stress: never counted as quality.

A recorded step is put among other steps' output, coloured or bleached, wrapped in what CI systems
and builders print, interleaved with a neighbour, and cut where logs get cut. The line that tells the
cause stays in it and stays labelled.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from logdoctor.workshop.lab.envelopes import BUILDERS, PLATFORMS, Row, Scene

_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_LOUD = re.compile(r"\b(?:error|ERR!|ERROR|Error|fatal|FATAL|failed)\b")
LIMIT = "[output clipped, log limit 2MiB reached]"
COMMANDS = (
    "npm ci",
    "npm run build",
    "pnpm install --frozen-lockfile",
    "pnpm build",
    "make",
    "sh ci/build.sh",
)
Change = Callable[[list[Row], random.Random], list[Row]]


class Recorded(NamedTuple):
    """A recorded log: its lines, which of them tell the cause (counted from 0), where it ran."""

    name: str
    lines: Sequence[str]
    causes: frozenset[int]
    failed: bool
    on_host: bool


class Variation(NamedTuple):
    """A made log: its bytes, the lines that tell the cause (counted from 1), and what was done."""

    data: bytes
    causes: tuple[int, ...]
    recipe: tuple[str, ...]


def vary(source: Recorded, noise: Sequence[Recorded], seed: str) -> Variation:
    """Make a log of a recorded one; the same seed gives the same bytes.

    `noise` are recordings of builds that passed: what other steps of the same job printed.
    """
    chance = random.Random(f"{seed}/{source.name}")
    rows = [Row(text, number in source.causes) for number, text in enumerate(source.lines)]
    recipe: list[str] = []
    for name, odds, change in _changes(source, noise):
        if chance.random() < odds:
            rows = change(rows, chance)
            recipe.append(name)
    scene = Scene(chance.choice(COMMANDS), source.failed, chance)
    if source.on_host and chance.random() < 0.45:
        recipe.append(chance.choice(sorted(BUILDERS)))
        rows = BUILDERS[recipe[-1]](rows, scene)
    if chance.random() < 0.3:
        recipe.append("other steps")
        rows = _earlier(rows, noise, chance)
    recipe.append(chance.choice(sorted(PLATFORMS)))
    rows = PLATFORMS[recipe[-1]](rows, scene)
    if source.failed and chance.random() < 0.2:
        recipe.append(chance.choice(("head only", "tail only")))
        rows = head_only(rows, chance) if recipe[-1] == "head only" else tail_only(rows, chance)
    return _written(rows, recipe, chance)


def _changes(source: Recorded, noise: Sequence[Recorded]) -> list[tuple[str, float, Change]]:
    """What may happen to the step's own output, with how often it does."""
    return [
        ("colours off", 0.4, bleached),
        ("colours on", 0.25 if source.on_host else 0.0, coloured),
        ("output before", 0.5 if source.on_host else 0.0, lambda rows, chance: _earlier(rows, noise, chance)),
        ("interleaved", 0.12 if source.on_host else 0.0, lambda rows, chance: woven(rows, noise, chance)),
        ("clipped", 0.06 if source.on_host else 0.0, clipped),
    ]


def bleached(rows: Sequence[Row], chance: random.Random) -> list[Row]:
    """Without colours, as a pipe shows it."""
    return [row._replace(text=_ANSI.sub("", row.text)) for row in rows]


def coloured(rows: Sequence[Row], chance: random.Random) -> list[Row]:
    """With colours in the middle of words' rows, as a terminal shows it."""
    return [row._replace(text=_LOUD.sub("\x1b[31m\\g<0>\x1b[39m", row.text)) for row in rows]


def woven(rows: Sequence[Row], noise: Sequence[Recorded], chance: random.Random) -> list[Row]:
    """Mixed with the output of a neighbour that ran at the same time, each in its own order."""
    other = [Row(text) for text in chance.choice(noise).lines] if noise else []
    woven: list[Row] = []
    mine, yours = list(rows), other
    while mine and yours:
        source = mine if chance.random() < len(mine) / (len(mine) + len(yours)) else yours
        woven.append(source.pop(0))
    return woven + mine + yours


def clipped(rows: Sequence[Row], chance: random.Random) -> list[Row]:
    """Cut by BuildKit's limit somewhere; the cause is not what was lost."""
    cause = next((n for n, row in enumerate(rows) if row.cause), None)
    last = max((n for n, row in enumerate(rows) if row.cause), default=-1)
    before = cause is not None and cause > 2 and chance.random() < 0.5
    if before and cause is not None:
        begin = chance.randrange(1, cause)
        return [*rows[:begin], Row(LIMIT), *rows[chance.randrange(begin, cause) :]]
    begin = chance.randrange(last + 1, len(rows) + 1)
    return [*rows[:begin], Row(LIMIT)]


def head_only(rows: Sequence[Row], chance: random.Random) -> list[Row]:
    """Only the beginning of a log, the cause among it."""
    last = max((n for n, row in enumerate(rows) if row.cause), default=-1)
    return list(rows[: chance.randrange(last + 1, len(rows) + 1)])


def tail_only(rows: Sequence[Row], chance: random.Random) -> list[Row]:
    """Only the end of a log, the cause among it."""
    first = next((n for n, row in enumerate(rows) if row.cause), len(rows) - 1)
    return list(rows[chance.randrange(0, max(1, first + 1)) :])


def _earlier(rows: Sequence[Row], noise: Sequence[Recorded], chance: random.Random) -> list[Row]:
    """After the long output of commands that passed."""
    if not noise:
        return list(rows)
    before = [chance.choice(noise) for _ in range(chance.randrange(1, 4))]
    return [*(Row(text) for each in before for text in each.lines), *rows]


def _written(rows: Sequence[Row], recipe: list[str], chance: random.Random) -> Variation:
    causes = tuple(number for number, row in enumerate(rows, 1) if row.cause)
    end = "\r\n" if chance.random() < 0.08 else "\n"
    text = "".join(row.text + end for row in rows)
    if chance.random() < 0.08:
        return Variation(text.encode("utf-16"), causes, (*recipe, "utf-16"))
    return Variation(text.encode("utf-8", "surrogateescape"), causes, tuple(recipe))
