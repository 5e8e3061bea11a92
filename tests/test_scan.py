"""Given a log too long to be read whole, what comes out is what reading it whole would give."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logdoctor.knowledge.match import match, wanted
from logdoctor.knowledge.rules import load_book
from logdoctor.literals import Wanted
from logdoctor.logs.feed import BACK, FRONT, Narrowed, Source, blocks
from logdoctor.logs.read import read
from logdoctor.logs.scan import scan
from logdoctor.logs.sources import Raw, Stream
from logdoctor.logs.steps import cut
from logdoctor.model import Log

CORPUS = Path("corpus")
BOOK = load_book()


@cache
def sought() -> Wanted:
    return wanted(BOOK)


def stream(data: bytes, head: int | None = None) -> Stream:
    head = len(data) // 3 if head is None else head
    return Stream("x", data[:head], io.BytesIO(data[head:]))


def seen(log: Log) -> list[tuple[object, ...]]:
    """What the rules find in a log."""
    return [
        (
            each.rule.id,
            each.line.number,
            each.line.text,
            each.span,
            each.captures,
            each.step.kind,
            each.step.name,
        )
        for each in match(BOOK, cut(log))
    ]


def corpus_logs() -> list[Path]:
    """Some logs of the corpus, others on another day's list of cases."""
    return sorted(CORPUS.glob("*/*/logs/*"))[::13]


@pytest.mark.parametrize("engine", [None, False], ids=["hyperscan", "plain"])
def test_every_log_of_the_corpus_comes_out_the_same(engine: bool | None) -> None:
    chance = random.Random(4)
    for path in corpus_logs():
        data = path.read_bytes()
        whole = read(Raw("x", data))
        passing = scan(
            Stream("x", data, io.BytesIO()), sought(), block=chance.choice([61, 997, 1 << 16]), engine=engine
        )
        assert passing._replace(formats=whole.formats) == whole, path
        assert seen(passing) == seen(whole), path


def test_nothing_depends_on_where_a_block_ends() -> None:
    log = (
        b"#5 [2/3] RUN npm ci\n#5 0.3 npm error code ERESOLVE\r\n#5 0.4 npm error code EUSAGE\n\n#5 ERROR: x"
    )
    expected = scan(stream(log), sought())
    assert expected == read(Raw("x", log))._replace(formats=expected.formats)
    for size in range(1, len(log) + 2):
        for head in (1, size, len(log)):
            assert scan(stream(log, head), sought(), block=size) == expected


def noise(count: int, seed: int = 1) -> Iterator[bytes]:
    words = ["alpha", "beta", "gamma", "delta", "omega", "kappa", "sigma"]
    chance = random.Random(seed)
    return (f"{number} {' '.join(chance.choices(words, k=6))}".encode() for number in range(count))


def test_the_first_and_last_hits_of_a_long_log_are_exact() -> None:
    rows = list(noise(60_000))
    for place in range(700, 60_000, 950):
        rows[place] = b"\x1b[31mnpm error\x1b[0m code ERESOLVE"
    rows[30_000] = b"curl: (6) Could not resolve host: mirror.example"
    data = b"\n".join(rows) + b"\n"
    whole, passing = read(Raw("x", data)), scan(stream(data), sought(), block=8192)
    assert seen(passing) == seen(whole)
    assert passing.clipped
    assert not whole.clipped
    assert len(passing.lines) < 2_000
    assert (passing.count, passing.size) == (whole.count, whole.size)
    assert {line.number for line in passing.lines} >= {*range(1, 60), *range(59_650, 60_001)}
    assert {line.number: line.text for line in passing.lines}.items() <= {
        line.number: line.text for line in whole.lines
    }.items()


def test_each_vertex_keeps_its_own_hits() -> None:
    rows = [b"#1 [internal] load build definition from Dockerfile", b"#1 DONE 0.0s", b""]
    for vertex in (5, 6):
        rows += [f"#{vertex} [stage-{vertex} 2/2] RUN npm ci".encode()]
        rows += [f"#{vertex} 0.1 ".encode() + row for row in noise(5_000, vertex)]
        rows += [f"#{vertex} 9.1 npm error code E{vertex}00".encode(), b""]
    rows += [b'#6 ERROR: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1']
    data = b"\n".join(rows)
    passing = scan(stream(data), sought(), block=4096)
    assert seen(passing) == seen(read(Raw("x", data)))
    assert [(step.name, step.status) for step in cut(passing)][-1] == ("[stage-6 2/2] RUN npm ci", "failed")


def test_conditions_read_lines_of_the_neighbouring_blocks() -> None:
    rows = list(noise(3_000))
    rows[1_500] = b"npm error code ERESOLVE"
    rows[1_501] = b"npm error ERESOLVE unable to resolve dependency tree"
    data = b"\n".join(rows)
    whole = seen(read(Raw("x", data)))
    for size in (200, 333, 1_024):
        assert seen(scan(stream(data), sought(), block=size)) == whole


def test_utf_16_is_read_on_the_way() -> None:
    rows = [*noise(3_000), "Error: ERESOLVE é".encode(), b"npm error code ERESOLVE"]
    data = b"\r\n".join(rows).decode().encode("utf-16")
    passing = scan(stream(data, 4_097), sought(), block=1_001)
    assert passing.encoding == "utf-16-le"
    assert passing.size == len(data)
    assert seen(passing) == seen(read(Raw("x", data)))


def test_lines_that_a_console_cut_are_put_together_first() -> None:
    chance = random.Random(3)
    text = []
    for number in range(2_000):
        line = " ".join(chance.choices(["resolution", "continues", "with", "another", "candidate"], k=20))
        text.append(line if number != 1_000 else line[:76] + "npm error code ERESOLVE" + line[90:])
    rows = [line[at : at + 80] for line in text for at in range(0, len(line), 80)]
    data = "\n".join(rows).encode()
    whole, passing = read(Raw("x", data)), scan(stream(data, len(data) // 2), sought(), block=4_096)
    assert any(line.joints for line in whole.lines)
    assert (passing.count, passing.size) == (whole.count, whole.size)
    assert seen(passing) == seen(whole)


class Endless(io.RawIOBase):
    """So many bytes of the same, then an end."""

    def __init__(self, left: int, end: bytes) -> None:
        self._left, self._end = left, end

    def readable(self) -> bool:
        return True

    def readinto(self, view: memoryview) -> int:  # type: ignore[override]
        count = min(self._left, len(view))
        view[:count] = b"x" * count
        self._left -= count
        if not count:
            count, self._end = min(len(view), len(self._end)), b""
            view[:count] = b"\nnpm error code ERESOLVE\n"[:count]
        return count


def test_one_line_of_a_hundred_megabytes() -> None:
    log = scan(Stream("x", b"first ", Endless(100 << 20, b"\nnpm error code ERESOLVE\n")), sought())  # type: ignore[arg-type]
    assert [line.number for line in log.lines] == [1, 2]
    assert log.lines[0].text.startswith("first xxx")
    assert len(log.lines[0].text) <= 8192
    assert log.lines[1].text == "npm error code ERESOLVE"


def test_what_is_kept_does_not_grow_with_the_log() -> None:
    def hostile() -> Iterable[bytes]:
        for number in range(15_000):
            yield f"##[group]Run step {number}\n".encode()
            yield b"npm error code ERESOLVE " + b"y" * 300 + b"\n"
            yield b"ERROR: failed to solve: process\n"
            yield f"#{number % 9} [a {number}/9] RUN x\n".encode()

    log = scan(stream(b"".join(hostile()), 1 << 20), sought())
    assert log.clipped
    assert len(log.lines) < 40_000
    assert sum(len(line.text) for line in log.lines) < 24 << 20
    assert log.lines[-1].number == log.count == 60_000


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300), st.integers(1, 80), st.integers(0, 300))
def test_blocks_lose_no_byte(data: bytes, size: int, head: int) -> None:
    source = Source(stream(data, head))
    assert b"".join(bytes(each.buffer[: each.end]) for each in blocks(source, size)) == data
    assert source.size == len(data)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200), st.integers(1, 80))
def test_utf_16_in_blocks(text: str, size: int) -> None:
    data = b"\xff\xfe" + text.encode("utf-16-le", "replace")
    found = b"".join(
        bytes(each.buffer[: each.end])
        for each in blocks(Narrowed(Source(stream(data, 3)), "utf-16-le"), size)
    )
    assert found.decode() == text.removeprefix("\ufeff")


def test_of_a_long_line_both_ends_stay() -> None:
    data = b"a" * FRONT + b"b" * 200_000 + b"c" * BACK + b"\nnext\n"
    found = b"".join(bytes(each.buffer[: each.end]) for each in blocks(Source(stream(data, 10)), 1_000))
    assert found.startswith(b"a" * FRONT)
    assert found.endswith(b"c" * BACK + b"\nnext\n")
    assert len(found) < 2 * (FRONT + BACK)


def test_an_oracle_over_every_cleaned_line_finds_nothing_more() -> None:
    re2 = pytest.importorskip("re2")
    rules = BOOK.rules
    options = re2.Options()
    options.max_mem = 1 << 28
    oracle = re2.Set.SearchSet(options)
    for rule in rules:
        for pattern in rule.patterns:
            oracle.Add(pattern.line)
    oracle.Compile()
    patterns = [(rule.id, pattern.line) for rule in rules for pattern in rule.patterns]
    numbers = [(rule, place) for rule, each in enumerate(BOOK.rules) for place in range(len(each.patterns))]
    known = [(BOOK.at(rule).id, BOOK.at(rule).patterns[place].line) for rule, place in numbers]
    for path in corpus_logs():
        log = read(Raw("x", path.read_bytes()))
        for line in log.lines:
            if line.tag == "powershell" or "\n" in line.text:
                continue
            for index in oracle.Match(line.text) or ():
                assert patterns[index] in known
                assert _is_found(patterns[index], line.text), (path, line, patterns[index])


def _is_found(pattern: tuple[str, str], text: str) -> bool:
    """Whether the search by literals comes to try that pattern on a line of that text."""
    return any(
        pattern == (BOOK.at(number).id, BOOK.at(number).patterns[place].line)
        for needle, literal in enumerate(BOOK.needles.texts)
        if literal.decode() in text
        for number, place in BOOK.owners(needle)
    )
