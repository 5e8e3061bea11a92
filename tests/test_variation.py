"""Made logs: whatever is put round a recorded step, its cause stays findable, and a seed decides all."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logdoctor import diagnose
from logdoctor.knowledge.rules import load_book
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.logs.steps import cut
from logdoctor.logs.text import decode, strip
from logdoctor.workshop.lab.envelopes import BUILDERS, PLATFORMS, Row, Scene
from logdoctor.workshop.lab.variation import LIMIT, Recorded, vary
from logdoctor.workshop.labelled import labelled
from logdoctor.workshop.train.samples import Source, as_recorded, backgrounds

CORPUS = Path(__file__).parent.parent / "corpus"
FAILED = "error TS2307: Cannot find module './gone' or its corresponding type declarations."
GREEN = Recorded(
    "green", ("added 3 packages in 2s", "0 errors", "\x1b[32mbuilt\x1b[39m"), frozenset(), False, True
)


def recorded(before: int, after: int) -> Recorded:
    """A command that says its cause among other lines."""
    lines = [f"compiling module {number}" for number in range(before)] + [f"src/a.ts(3,7): {FAILED}"]
    lines += [f"  at step {number}" for number in range(after)]
    return Recorded(f"case-{before}-{after}", lines, frozenset({before}), True, True)


def test_the_same_seed_gives_the_same_bytes_and_another_one_others() -> None:
    made = {vary(recorded(9, 4), [GREEN], str(seed)).data for seed in range(40)}
    again = {vary(recorded(9, 4), [GREEN], str(seed)).data for seed in range(40)}
    assert made == again
    assert len(made) > 35


@settings(max_examples=150, deadline=None)
@given(before=st.integers(0, 12), after=st.integers(0, 12), seed=st.integers(0, 10_000))
def test_the_cause_stays_findable_and_labelled(before: int, after: int, seed: int) -> None:
    made = vary(recorded(before, after), [GREEN], str(seed))
    raw = decode(made.data)[0].split("\n")
    assert made.causes, made.recipe
    if "circleci" not in made.recipe:  # one JSON text, in which colours are escaped
        assert all(FAILED in strip(raw[number - 1]) for number in made.causes)
    log = read(Raw("made", made.data))
    assert any(FAILED in line.text and line.number in made.causes for line in log.lines), made.recipe


@cache
def _trailing_comma() -> Recorded:
    log = CORPUS / "manifest" / "trailing-comma" / "logs" / "npm-10.9.9.log"
    lines = log.read_text().removesuffix("\n").split("\n")
    cause = next(number for number, line in enumerate(lines) if "JSON.parse" in line or "EJSONPARSE" in line)
    return Recorded("comma", lines, frozenset({cause}), True, True)


@pytest.mark.parametrize("name", [*PLATFORMS, *BUILDERS])
def test_the_reader_takes_off_what_was_put_round(name: str) -> None:
    """Each envelope is one that the program knows: the recorded lines come out whole."""
    source = _trailing_comma()
    rows = [Row(line, number in source.causes) for number, line in enumerate(source.lines)]
    wrapped = (PLATFORMS | BUILDERS)[name](rows, Scene("npm ci", True, random.Random(1)))
    log = read(Raw("made", "".join(row.text + "\n" for row in wrapped).encode()))
    texts = [line.text.strip() for step in cut(log) for line in step.lines]
    for wanted in filter(None, (line.strip() for line in source.lines)):
        assert any(text.endswith(wanted) for text in texts), wanted


def test_all_that_can_happen_does_happen() -> None:
    recipes = {word for seed in range(600) for word in vary(recorded(9, 4), [GREEN], str(seed)).recipe}
    assert recipes >= {*PLATFORMS, *BUILDERS}
    assert recipes >= {
        "head only",
        "tail only",
        "clipped",
        "interleaved",
        "colours on",
        "colours off",
        "utf-16",
    }
    assert any(
        LIMIT in vary(recorded(9, 4), [GREEN], str(seed)).data.decode("utf-8", "ignore") for seed in range(99)
    )


def test_a_log_that_passed_stays_without_a_cause() -> None:
    assert all(vary(GREEN, [GREEN], str(seed)).causes == () for seed in range(60))


def test_of_hundreds_of_green_logs_hardly_one_is_called_red() -> None:
    """Every recorded green build as CI systems and builders would show it, beside what others printed."""
    book = load_book()
    green = [Source(case, case.read()) for case in labelled(CORPUS) if case.passed]
    noise = backgrounds(green)
    made = [
        (case.name, vary(as_recorded(case, data), noise, f"green.{n}"))
        for case, data in green
        for n in range(4)
    ]
    alarms = [
        (name, variation.recipe)
        for name, variation in made
        if diagnose([read(Raw(name, variation.data))], book).outcome == "failed"
    ]
    assert len(made) > 300
    assert len(alarms) <= len(made) / 100, alarms
