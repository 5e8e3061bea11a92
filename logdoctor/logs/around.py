"""The lines round a place of a long log, also where they reach into the next or the last block."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from logdoctor.logs.feed import Block
from logdoctor.logs.keep import Stretch, after, before, count_lines, stretch


class Around:
    """Copies lines with their neighbours; `reach` is how far back anybody will ask."""

    def __init__(self, reach: int) -> None:
        self._reach = reach
        self._earlier: deque[Stretch] = deque()
        self._held = 0
        self._unfinished: list[tuple[list[Stretch], int]] = []

    def enter(self, block: Block, number: int) -> None:
        """A new block begins: hand out the lines that the last one lacked."""
        for stretches, missing in self._unfinished:
            stop = after(block.buffer, 0, block.end, missing)
            count = count_lines(block.buffer, 0, stop)
            stretches.append(stretch(block.buffer, 0, stop, number, count))
        self._unfinished.clear()

    def copy(self, block: Block, start: int, stop: int, number: int, back: int, ahead: int) -> list[Stretch]:
        """The line from `start` to `stop`, of that number, with lines before and after it."""
        buffer, end = block
        first, last = before(buffer, 0, start, back), after(buffer, stop, end, ahead)
        older, newer = count_lines(buffer, first, start), count_lines(buffer, stop, last)
        own = stretch(buffer, first, last, number - older, older + 1 + newer)
        found = [*self._before(back - older), own]
        if newer < ahead:
            self._unfinished.append((found, ahead - newer))
        return found

    def leave(self, block: Block, number: int) -> None:
        """The block ends before the line of that number: remember its last lines."""
        first = before(block.buffer, 0, block.end, self._reach)
        count = count_lines(block.buffer, first, block.end)
        self._earlier.append(stretch(block.buffer, first, block.end, number - count, count))
        self._held += count
        while self._held - self._earlier[0].size >= self._reach:
            self._held -= self._earlier.popleft().size

    def _before(self, missing: int) -> Iterator[Stretch]:
        """Stretches of earlier blocks that hold the lines that this one lacks."""
        for each in reversed(self._earlier):
            if missing <= 0:
                return
            yield each
            missing -= each.size
