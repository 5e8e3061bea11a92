"""Long logs whose lines a console cut: put together first, then looked at like any other.

Slower than looking at raw bytes, but a literal that was cut in two is found only this way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from logdoctor.logs.feed import Block
from logdoctor.logs.read import Profile, read_lines
from logdoctor.model import Line

MOST = 50_000
"""Lines that are remembered before those that nobody keeps are forgotten."""


def is_cut(how: Profile) -> bool:
    """Whether what this log's lines say can only be told from several raw lines together."""
    together = how.width or how.powershell or how.records or "gitlab" in how.layers
    return bool(together or "powershell" in how.formats)


class Rejoined:
    """A log's cleaned lines as the rows of another one; `count` is how many raw lines there were."""

    def __init__(self, raw: Iterator[Block], how: Profile) -> None:
        self.count = 0
        self._raw, self._how = raw, how
        self._lines: dict[int, Line] = {}
        self._next = 1
        self._rest: list[bytes] = []
        self._ready = memoryview(b"")

    def readinto(self, view: memoryview) -> int:
        """Write the next rows into the view."""
        while not self._ready:
            block = next(self._raw, None)
            if block is None and not self._rest:
                return 0
            self._ready = memoryview(self._joined(block))
        count = min(len(view), len(self._ready))
        view[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _joined(self, block: Block | None) -> bytes:
        """Rows of one block; its last line may go on in the next one, and waits for it."""
        first = self.count - len(self._rest) + 1
        rows = self._rest
        if block is not None:
            fresh = bytes(memoryview(block.buffer)[: block.end]).removesuffix(b"\n").split(b"\n")
            self.count += len(fresh)
            rows = rows + fresh
        lines = read_lines(rows, self._how, first)
        self._rest = []
        if block is not None and lines and lines[0].number < lines[-1].number:
            waiting = lines[-1].number
            lines = [line for line in lines if line.number < waiting]
            self._rest = rows[waiting - first :]
        self._lines.update(enumerate(lines, self._next))
        self._next += len(lines)
        return b"".join(line.text.encode("utf-8", "replace") + b"\n" for line in lines)

    def forget(self, kept: Callable[[], Iterable[int]], seen: int) -> None:
        """Forget the lines before row `seen` that nobody keeps, once there are many."""
        if len(self._lines) > MOST:
            needed = set(kept())
            self._lines = {n: line for n, line in self._lines.items() if n >= seen or n in needed}

    def lines(self, rows: Iterable[int]) -> Iterator[Line]:
        """The lines of these rows, in order."""
        return (self._lines[row] for row in sorted(rows))
