"""What is kept of a log too long to be kept: stretches of raw lines, within a fixed budget.

Of each step its beginning and its end are kept. When the budget is spent, old steps give up most of
theirs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from logdoctor.logs.feed import SEAM, Buffer
from logdoctor.record import NamedTuple

HEAD, TAIL = 80, 440
"""Lines kept at a step's beginning and end; a few more than are read, as headers come off."""
STUB = 8
"""Lines that stay at either end of an old step."""
BUDGET = 8 << 20
ROW = 300
"""Bytes that all kept lines may take, and what a line costs beside its text."""
MOST_STEPS = 2_000
USUAL = 200
"""Bytes that are searched for a line's beginning at first."""
FRONT, BACK = 24 * 1024, 8 * 1024
"""Bytes kept of the ends of a very long line: all that is read, were every character four bytes."""


class Stretch(NamedTuple):
    """Consecutive lines: the number of the first, how many, and their bytes."""

    number: int
    size: int
    data: bytes

    def rows(self) -> Iterator[tuple[int, bytes]]:
        """Each line with its number, without its line feed."""
        return zip(range(self.number, self.number + self.size), self.data.split(b"\n"), strict=False)


def weight(stretches: Iterable[Stretch]) -> int:
    """What lines take, in bytes: their text and what they cost beside it."""
    return sum(len(each.data) + ROW * each.size for each in stretches)


def stretch(buffer: Buffer, start: int, stop: int, number: int, count: int) -> Stretch:
    """A copy of some lines, the very long ones among them without their middle."""
    data = bytes(memoryview(buffer)[start:stop])
    if len(data) > FRONT + BACK and len(data) > 512 * count:
        data = b"\n".join(map(narrow, data.split(b"\n")))
    return Stretch(number, count, data)


def narrow(row: bytes) -> bytes:
    """A line without its middle, if it is very long."""
    return row if len(row) <= FRONT + BACK else row[:FRONT] + SEAM + row[-BACK:]


def count_lines(buffer: Buffer, start: int, stop: int) -> int:
    """Lines from `start` to `stop`; the last one may lack its line feed."""
    return buffer.count(b"\n", start, stop) + (stop > start and buffer[stop - 1] != 10)


def after(buffer: Buffer, start: int, stop: int, count: int) -> int:
    """Where the first `count` lines from `start` end."""
    for _ in range(count):
        feed = buffer.find(b"\n", start, stop)
        if feed < 0:
            return stop
        start = feed + 1
    return start


def before(buffer: Buffer, start: int, stop: int, count: int, usual: int = USUAL) -> int:
    """Where the last `count` lines up to `stop` begin; most of them are no longer than `usual`."""
    if count <= 0:
        return stop
    feeds = count + (stop > start and buffer[stop - 1] == 10)
    size = count * usual
    while True:
        first = max(start, stop - size)
        rest, *found = bytes(memoryview(buffer)[first:stop]).rsplit(b"\n", feeds)
        if len(found) == feeds:
            return first + len(rest) + 1
        if first == start:
            return start
        size *= 8


class Shelf:
    """The beginning and the end of one step."""

    __slots__ = ("head", "headed", "tail", "tailed", "weight")

    def __init__(self) -> None:
        self.head: list[Stretch] = []
        self.headed = 0
        self.tail: deque[Stretch] = deque()
        self.tailed = 0
        self.weight = 0

    def add(self, buffer: Buffer, start: int, stop: int, number: int, count: int) -> None:
        """Take `count` lines; what the last of them push out again is not even copied."""
        if self.headed < HEAD and not self.tail:
            taken = min(count, HEAD - self.headed)
            end = after(buffer, start, stop, taken)
            self.head.append(self._weighed(stretch(buffer, start, end, number, taken)))
            self.headed += taken
            start, number, count = end, number + taken, count - taken
        if count > TAIL:
            usual = (stop - start) // count * 5 // 4 + 8
            start, number, count = before(buffer, start, stop, TAIL, usual), number + count - TAIL, TAIL
        if count:
            self.tail.append(self._weighed(stretch(buffer, start, stop, number, count)))
            self.tailed += count
            while self.tailed - self.tail[0].size >= TAIL:
                gone = self.tail.popleft()
                self.tailed -= gone.size
                self.weight -= weight([gone])

    def _weighed(self, each: Stretch) -> Stretch:
        self.weight += weight([each])
        return each

    def shrink(self) -> None:
        """Keep only a few lines of either end."""
        rows = [row for each in self.stretches() for row in each.rows()]
        self.head = _single(rows[:STUB])
        self.tail = deque(_single(rows[STUB:][-STUB:]))
        self.headed, self.tailed = len(self.head), len(self.tail)
        self.weight = weight(self.stretches())

    def stretches(self) -> Iterator[Stretch]:
        """All that is kept of the step."""
        yield from self.head
        yield from self.tail


def _single(rows: Iterable[tuple[int, bytes]]) -> list[Stretch]:
    return [Stretch(number, 1, data) for number, data in rows]


class Shelves:
    """The beginnings and ends of all steps, by the steps' keys; the least lately used come first."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._shelves: dict[str, Shelf] = {}
        self._weight = 0
        self._budget = budget

    def add(self, key: str, buffer: Buffer, start: int, stop: int, number: int, count: int) -> None:
        """Take lines of a step."""
        shelf = self._shelves.pop(key, None) or Shelf()
        self._shelves[key] = shelf
        self._weight -= shelf.weight
        shelf.add(buffer, start, stop, number, count)
        self._weight += shelf.weight
        if self._weight > self._budget or len(self._shelves) > MOST_STEPS:
            self._make_room(key)

    def _make_room(self, current: str) -> None:
        """Shrink old steps, and where that is not enough forget the oldest."""
        for key, shelf in list(self._shelves.items()):
            if self._weight <= self._budget * 3 // 4:
                break
            if key != current and shelf.headed + shelf.tailed > 2 * STUB:
                self._weight -= shelf.weight
                shelf.shrink()
                self._weight += shelf.weight
        for key in list(self._shelves):
            if self._weight <= self._budget and len(self._shelves) <= MOST_STEPS * 3 // 4:
                break
            if key != current:
                self._weight -= self._shelves.pop(key).weight

    def stretches(self) -> Iterator[Stretch]:
        """All that is kept."""
        for shelf in self._shelves.values():
            yield from shelf.stretches()
