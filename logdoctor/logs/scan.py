"""Long logs in passing: candidate lines found in bytes, a step's beginning and end, no more.

Bytes are searched, without colours but with every prefix, because cleaning everything first would
cost five times the search; what may be a hit is cleaned and tried there and then. The result is a
log with gaps that goes through the same stages as a short one. It holds every line that those stages
can speak of: each pattern's first and last hits in each step, with the lines their conditions may read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain

from logdoctor.literals import Finder, Hit, Wanted, engine_for, finder
from logdoctor.logs.around import Around
from logdoctor.logs.feed import BLOCK, Block, Buffer, Narrowed, Reader, Source, blocks
from logdoctor.logs.keep import Shelves, Stretch, count_lines, narrow, weight
from logdoctor.logs.read import Profile, profile, read_lines
from logdoctor.logs.rejoin import Rejoined, is_cut
from logdoctor.logs.sources import Stream
from logdoctor.logs.transitions import MARKS, transition
from logdoctor.logs.wash import washed
from logdoctor.model import Line, Log
from logdoctor.record import NamedTuple

KEPT = 9
"""Hits of a pattern in a step that are kept at either end: more than are used, as some are copies."""
LOOK_BACK = 60
"""Lines before a builder's last word that belong to it: excerpt and quoted Dockerfile."""
MOST_MARKS, MOST_REMARKS = 1_000, 15
"""Transitions, and last words with the lines before them, that are kept at either end of the log."""
MOST_HITS = 20_000
ROUND = 2 << 20
"""Patterns times steps that are kept, and bytes that their hits may take with the lines round them."""
LOOK = 1 << 20
"""Bytes from whose look is told how to read the log."""


class Part(NamedTuple):
    """Lines of one block that belong to one step; the numbers of its first line and of the next part's."""

    start: int
    stop: int
    number: int
    next: int
    key: str


class Ends:
    """The first and the last of many finds, each with the lines round it."""

    __slots__ = ("first", "last", "most")

    def __init__(self, most: int) -> None:
        self.most = most
        self.first: list[list[Stretch]] = []
        self.last: deque[list[Stretch]] = deque(maxlen=most)

    def add(self, find: list[Stretch]) -> None:
        """One more find, the last so far."""
        (self.last if self.full else self.first).append(find)

    @property
    def full(self) -> bool:
        """Whether the first finds are known."""
        return len(self.first) >= self.most

    def stretches(self) -> Iterator[Stretch]:
        """All that is kept."""
        for find in chain(self.first, self.last):
            yield from find


def scan(
    stream: Stream, wanted: Wanted, id: str = "l1", block: int = BLOCK, engine: bool | None = None
) -> Log:
    """Read a long log in passing; `engine` False does without hyperscan."""
    how = profile(stream.head[:LOOK])
    source = Source(stream)
    reader: Reader = Narrowed(source, how.encoding) if how.encoding.startswith("utf-16") else source
    raw = blocks(reader, block)
    rejoined = Rejoined(raw, how) if is_cut(how) else None
    scanner = Scanner(wanted, Profile() if rejoined else how, _finder(wanted, engine))
    for each in blocks(rejoined, block) if rejoined else washed(raw, how.page):
        scanner.take(each)
        if rejoined:
            rejoined.forget(scanner.rows, scanner.number)
    rows, seen = scanner.rows(), scanner.number - 1
    # What is kept twice for a moment, as bytes and as lines, is most of what the scan takes.
    del scanner
    clipped = len(rows) < seen
    lines = rejoined.lines(rows) if rejoined else _cleaned(rows, how)
    count = rejoined.count if rejoined else seen
    return Log(
        id, stream.name, tuple(lines), source.size, count, how.encoding, how.formats, clipped, stream.job
    )


def _finder(wanted: Wanted, engine: bool | None) -> Finder:
    """Finds the marks of transitions, numbered first, and then the patterns' lines, exactly or nearly so."""
    if engine is not False and (found := engine_for((*map(re.escape, MARKS), *wanted.expressions))):
        return found
    literals = wanted.literals()
    find = finder((*((mark,) for mark in MARKS), *literals), engine=False)
    owners = [[index] for index in range(len(MARKS))]
    owners += [[len(MARKS) + pattern for pattern in each] for each in literals.values()]
    return lambda data: [(place, owner) for place, index in find(data) for owner in owners[index]]


def _cleaned(rows: dict[int, bytes], how: Profile) -> Iterator[Line]:
    """The kept rows as lines; rows that follow each other are read together, and let go."""
    run: list[bytes] = []
    first = 0
    for number in sorted(rows):
        if number != first + len(run):
            yield from read_lines(run, how, first)
            run, first = [], number
        run.append(rows.pop(number))
    yield from read_lines(run, how, first)


class Scanner:
    """What was seen of a log so far; `number` is that of the next line."""

    def __init__(self, wanted: Wanted, how: Profile, find: Finder) -> None:
        self.number = 1
        self._wanted, self._how, self._find = wanted, how, find
        self._key = ""
        self._opened = 0
        self._vertices: dict[str, bytes] = {}
        self._marks = Ends(MOST_MARKS)
        self._remarks = Ends(MOST_REMARKS)
        self._shelves = Shelves()
        self._around = Around(max(LOOK_BACK, *wanted.reach, 0))
        self._found: dict[tuple[int, str], Ends] = {}
        self._round = 0
        self._texts: dict[int, list[str]] = {}
        self._parts: list[Part] = []

    def take(self, block: Block) -> None:
        """Look at one block of whole lines."""
        hits = self._find(memoryview(block.buffer)[: block.end])
        self._around.enter(block, self.number)
        self._parts = list(self._cut(block, hits))
        self._texts.clear()
        for (pattern, key), begins in self._candidates(hits).items():
            self._try(block, pattern, key, begins)
        self._around.leave(block, self.number)

    def rows(self) -> dict[int, bytes]:
        """Every line that is kept, by number."""
        rows: dict[int, bytes] = {}
        ends = chain([self._marks, self._remarks], self._found.values())
        stretches = chain.from_iterable(each.stretches() for each in ends)
        for each in chain(stretches, self._shelves.stretches()):
            rows.update(each.rows())
        return rows

    def _cut(self, block: Block, hits: Sequence[Hit]) -> Iterator[Part]:
        """The block cut where one step ends and another begins."""
        buffer, end = block
        start = last = 0
        for begin, index in hits:
            if begin < last or index >= len(MARKS):
                continue
            first, last = _line(buffer, begin, end)
            found = transition(bytes(buffer[first:last]))
            if found is None:
                continue
            yield from self._part(buffer, start, first)
            start = first
            if found.remark:
                self._remarks.add(self._around.copy(block, first, last, self.number, LOOK_BACK, 0))
                continue
            self._key = found.vertex or self._next_key()
            if not found.vertex or self._vertices.get(found.vertex) != found.name:
                self._vertices[found.vertex] = found.name
                self._marks.add(self._around.copy(block, first, last, self.number, 0, 0))
            if found.closing:
                yield from self._part(buffer, first, last)
                start, self._key = last, ""
        yield from self._part(buffer, start, end)

    def _next_key(self) -> str:
        self._opened += 1
        return f"step {self._opened}"

    def _part(self, buffer: Buffer, start: int, stop: int) -> Iterator[Part]:
        if start < stop:
            count = count_lines(buffer, start, stop)
            part = Part(start, stop, self.number, self.number + count, self._key)
            self._shelves.add(self._key, buffer, start, stop, self.number, count)
            self.number = part.next
            yield part

    def _candidates(self, hits: Sequence[Hit]) -> dict[tuple[int, str], list[int]]:
        """Where each pattern may hit in each step's lines, in order."""
        places: dict[tuple[int, str], list[int]] = {}
        known, at = len(MARKS), 0
        for begin, index in hits:
            if index >= known:
                while begin >= self._parts[at].stop:
                    at += 1
                places.setdefault((index - known, self._parts[at].key), []).append(begin)
        return places

    def _try(self, block: Block, pattern: int, key: str, begins: Sequence[int]) -> None:
        """Try candidates from the front until the first hits are known, then only from the back."""
        found = self._found.get((pattern, key)) or Ends(KEPT)
        tried = last = 0
        for begin in begins:
            if found.full:
                break
            tried += 1
            if begin >= last:
                start, last = _line(block.buffer, begin, block.end)
                if self._hits(block, start, last, pattern):
                    found.add(self._copied(block, start, last, pattern))
        late: list[list[Stretch]] = []
        start = block.end
        for begin in reversed(begins[tried:]):
            if len(late) >= KEPT or begin < last:
                break
            if begin < start:
                start, stop = _line(block.buffer, begin, block.end)
                if self._hits(block, start, stop, pattern):
                    late.append(self._copied(block, start, stop, pattern))
        self._remember(pattern, key, found, late)

    def _remember(self, pattern: int, key: str, found: Ends, late: list[list[Stretch]]) -> None:
        for _ in range(len(found.last) + len(late) - KEPT):
            self._round -= weight(found.last.popleft())
        found.last.extend(reversed(late))
        if found.first and len(self._found) < MOST_HITS:
            self._found[pattern, key] = found

    def _hits(self, block: Block, start: int, stop: int, pattern: int) -> bool:
        """Whether the pattern hits what the line says once it is cleaned."""
        texts = self._texts.get(start)
        if texts is None:
            row = bytes(memoryview(block.buffer)[start:stop])
            lines = read_lines([narrow(row.rstrip(b"\n"))], self._how)
            texts = self._texts[start] = [line.text for line in lines if line.tag != "powershell"]
        return any(self._wanted.tries(pattern, text) for text in texts)

    def _copied(self, block: Block, start: int, stop: int, pattern: int) -> list[Stretch]:
        """A hit's line with the lines that its conditions may read."""
        part = self._parts[bisect_right(self._parts, start, key=_start) - 1]
        number = part.number + block.buffer.count(b"\n", part.start, start)
        reach = self._wanted.reach[pattern] if self._round < ROUND else 0
        found = self._around.copy(block, start, stop, number, reach, reach)
        self._round += weight(found)
        return found


def _start(part: Part) -> int:
    return part.start


def _line(buffer: Buffer, begin: int, end: int) -> tuple[int, int]:
    """Where the line round a place starts and ends."""
    feed = buffer.find(b"\n", begin, end)
    return buffer.rfind(b"\n", 0, begin) + 1, feed + 1 if feed >= 0 else end
