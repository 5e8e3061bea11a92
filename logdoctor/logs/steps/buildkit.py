"""BuildKit's plain output: `#n` lines of many vertices at once, each put back together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from logdoctor.logs.steps.build import CLIPPED, Build, Vertex
from logdoctor.logs.steps.draft import Draft, without
from logdoctor.logs.steps.ending import Ending, stamp
from logdoctor.logs.steps.vertex import is_name
from logdoctor.model import Line
from logdoctor.record import TYPE_CHECKING

if TYPE_CHECKING:
    from logdoctor.logs.steps.screen import Screen

_ENDS = ("DONE ", "CACHED", "CANCELED", "ERROR")
_PROGRESS = (
    "sha256:",
    "transferring ",
    "extracting ",
    "WARN: ",
    "DONE ",
    "CACHED",
    "CANCELED",
    "ERROR",
    "...",
)


def carve(lines: Sequence[Line], outer: Draft) -> list[Draft]:
    """Take BuildKit's lines out of `lines`; the others go to the enclosing step."""
    plain = Plain(outer)
    if any('"vertexes"' in line.text for line in lines):
        from logdoctor.logs.steps.rawjson import decode

        lines = decode(lines, plain.build)
    if any("=> " in line.text[:6] for line in lines):
        from logdoctor.logs.steps.screen import Screen

        plain.screens = Screen
    plain.begin()
    plain.follow(lines)
    return plain.close()


class Plain:
    """Follows the printer: which vertex speaks now, and which build the numbers belong to."""

    __slots__ = ("build", "done", "ending", "now", "open", "outer", "screen", "screens")

    def __init__(self, outer: Draft) -> None:
        self.outer = outer
        self.done: list[Draft] = []
        self.now: Vertex | None = None
        self.open = False
        self.build = Build(outer)
        self.screens: type[Screen] | None = None

    def begin(self) -> None:
        """Make ready for the lines of a build."""
        self.ending = Ending(self.build)
        self.screen = self.screens(self.build) if self.screens else None

    def _again(self) -> None:
        """Another build begins: its numbers and names are its own."""
        self._end()
        self.build = Build(self.outer)
        self.begin()

    def _end(self) -> None:
        self.ending.close()
        if self.screen is not None:
            self.screen.close()
        self.done += self.build.close()

    def close(self) -> list[Draft]:
        """All steps of all builds in the log."""
        self._end()
        return self.done

    def follow(self, lines: Sequence[Line]) -> None:
        """Give each line where it belongs; nearly all are what a known vertex printed."""
        match = _output().match
        ending, known = self.ending, self.build.by_number
        for line in lines:
            output = None if ending.place else match(line.text)
            vertex = None if output is None else known.get(output[1])
            if output is None or vertex is None:
                self.take(line)
                ending, known = self.ending, self.build.by_number
                continue
            if ending.held:
                ending.release()
            self.now, self.open = vertex, True
            vertex.say(without(line, output.end()))

    def take(self, line: Line) -> None:
        """Give a line to its vertex, to the ending, or to the enclosing step."""
        text = line.text
        if text[:1] == "#" and not self.ending.place:
            number = _number(text)
            if number and number != "0":
                self.ending.release()
                self._numbered(line, number)
                return
        if self.open and self.now is not None and text.strip() and not line.tag and not self._ends(text):
            # BuildKit 0.11 put `#0 0.345 ` before every step's output.
            self.now.say(without(line, stamp(text)) if text[:3] == "#0 " else line)
            return
        if self.screen is not None and not self.ending.place and self.screen.take(line):
            self.ending.release()
            return
        blank = self.now is not None and not text.strip()
        self.open = False
        if self.ending.take(line):
            self.now = None
        elif blank and self.now is not None:
            self.now.draft.repeats.append(line)
        else:
            self.now = None
            self.outer.lines.append(without(line, stamp(text)) if text[:1] == "#" else line)

    @staticmethod
    def _ends(text: str) -> bool:
        return text.startswith(("------", "ERROR: ", "Dockerfile:")) or "failed to solve" in text

    def _numbered(self, line: Line, number: str) -> None:
        rest = line.text[len(number) + 2 :]
        vertex = self.build.by_number.get(number)
        if vertex is None or self._restarts(vertex, number, rest):
            vertex = self._first(number, rest)
            named = vertex.draft.name == rest
            self._put(vertex, line, number, rest, header=named)
        elif rest == vertex.draft.name:
            self._put(vertex, line, number, rest, header=True)
        elif vertex.draft.name == f"#{number}" and is_name(rest):
            self.build.rename(vertex, rest)
            self._put(vertex, line, number, rest, header=True)
        else:
            self._put(vertex, line, number, rest, header=False)
        self.now = vertex

    def _restarts(self, vertex: Vertex, number: str, rest: str) -> bool:
        """Whether a header under a number already used means that another build has begun."""
        if not is_name(rest) or rest == vertex.draft.name or vertex.draft.name.startswith("#"):
            return False
        if not (number == "1" or (vertex.finished and rest.startswith("["))):
            return False
        self._again()
        return True

    def _first(self, number: str, rest: str) -> Vertex:
        output = not rest or rest.startswith((*_PROGRESS, CLIPPED)) or stamp(rest) > 0
        vertex = self.build.open(f"#{number}" if output else rest)
        self.build.by_number[number] = vertex
        return vertex

    def _put(self, vertex: Vertex, line: Line, number: str, rest: str, *, header: bool) -> None:
        prefix = min(len(number) + 2, len(line.text))
        self.open = True
        if header or rest == "...":
            vertex.draft.repeats.append(without(line, prefix))
            self.open = header
            return
        if rest.startswith(_ENDS) and not vertex.finished:
            vertex.end(rest)
            self.open = rest.startswith("ERROR")
        vertex.say(without(line, prefix + stamp(rest)))


@cache
def _output() -> re.Pattern[str]:
    """The `#12 0.345 ` before what a vertex printed: nearly every line of a build."""
    return re.compile(r"#([0-9]{1,6}) [0-9]+\.[0-9]{1,3}(?: |$)")


def _number(text: str) -> str:
    """The vertex number that a line begins with, or nothing."""
    end = text.find(" ", 1, 8)
    number = text[1:end] if end > 0 else text[1:] if len(text) < 7 else ""
    return number if number.isdecimal() and number.isascii() else ""
