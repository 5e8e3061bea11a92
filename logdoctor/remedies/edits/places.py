"""Text put together from pieces of a file, each character knowing where it stands there.

A RUN instruction is one line to the shell but several to its author, an exec form writes its words
with JSON escapes, `sh -c` takes a script in quotes. Reading happens on the text as the program sees
it, changing in the file as the author wrote it; this is the map between the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from logdoctor.record import NamedTuple

JSON_PIECE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL
)


class Placed(NamedTuple):
    """`text[i]` stands at `starts[i]:ends[i]` of the file."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def part(self, start: int, end: int) -> Placed:
        """A slice that keeps its places."""
        return Placed(self.text[start:end], self.starts[start:end], self.ends[start:end])

    @property
    def start(self) -> int:
        """Where the first character stands."""
        return self.starts[0]

    @property
    def end(self) -> int:
        """Where the last character ends."""
        return self.ends[-1]


def placed(text: str, start: int, end: int) -> Placed:
    """A piece of the file as it stands."""
    return Placed(text[start:end], tuple(range(start, end)), tuple(range(start + 1, end + 1)))


def joined(pieces: Iterable[Placed]) -> Placed:
    """Pieces one after the other."""
    pieces = tuple(pieces)
    return Placed(
        "".join(piece.text for piece in pieces),
        tuple(at for piece in pieces for at in piece.starts),
        tuple(at for piece in pieces for at in piece.ends),
    )


def from_json(inner: Placed) -> Placed:
    """The inside of a JSON string as the program that reads it gets it."""
    import json

    pieces = []
    for found in JSON_PIECE.finditer(inner.text):
        char = found[0] if len(found[0]) == 1 else json.loads(f'"{found[0]}"')
        pieces.append(Placed(char, (inner.starts[found.start()],), (inner.ends[found.end() - 1],)))
    return joined(pieces)
