"""What BuildKit prints once a build has failed: excerpt, piece of Dockerfile, closing error.

All three say again what was said before, so they land in `repeats` of the step they speak of. An
excerpt's lines are the step's own where nothing else of it is there: pasted ends of logs, captured
screens, clipped output.
"""

from __future__ import annotations

from logdoctor.logs.steps.build import MOST, Build, Vertex, blamed, command_of, exit_code, owner
from logdoctor.logs.steps.draft import without
from logdoctor.model import Line, SourceLine

RULE = "------"
DASHES = "-" * 20
SOLVE = "failed to solve"
LONGEST = 200
"""Lines of an excerpt of a plain log or of a quoted piece of Dockerfile that make sense at most."""


class Ending:
    """Reads the lines after the last vertex; `take` says whether a line was one of these."""

    __slots__ = ("block", "build", "excerpt", "fresh", "held", "messages", "place", "source")

    def __init__(self, build: Build) -> None:
        self.build = build
        self.place = ""
        self.held: list[Line] = []
        self.block: list[Line] = []
        self.source: list[SourceLine] = []
        self.excerpt: Vertex | None = None
        self.fresh: Vertex | None = None
        self.messages = 0

    def take(self, line: Line) -> bool:
        """Take a line if it belongs to the ending."""
        text = line.text.strip()
        if self.place == "excerpt":
            return self._in_excerpt(line, text)
        if self.place == "source":
            return self._in_source(line, text)
        if self.held:
            return self._after_held(line, text)
        return self._outside(line, text)

    def _outside(self, line: Line, text: str) -> bool:
        if text == RULE or _is_place(text):
            self.held.append(line)
            return True
        if (SOLVE in text or text.startswith("executor failed running [")) and self.messages < MOST:
            self.messages += 1
            return self._solve(line, text)
        if self.fresh is not None and text:
            fresh, self.fresh = self.fresh, None
            if text.startswith("ERROR: "):
                fresh.draft.lines.append(line)
                return True
        return False

    def _after_held(self, line: Line, text: str) -> bool:
        """After `------` or `Dockerfile:14`: what follows shows whether it was the mark it seemed."""
        head = self.held[0].text.strip()
        if not text and len(self.held) < 4:
            self.held.append(line)
            return True
        if head == RULE and text.startswith("> ") and text.endswith(":"):
            self._open_excerpt(line, text[2:-1].strip())
            return True
        if head != RULE and text == DASHES:
            self.block, self.held, self.place = [*self.held, line], [], "source"
            return True
        self.release()
        return self._outside(line, text)

    def release(self) -> None:
        """Give held lines back to the enclosing step: they were no marks."""
        self.build.outer.lines.extend(self.held)
        self.held = []

    def _open_excerpt(self, line: Line, name: str) -> None:
        vertex = self.build.named(name) or self.build.nameless() or self.build.open(name)
        if len(name) > len(vertex.draft.name) or vertex.draft.name.startswith("#"):
            self.build.rename(vertex, name)
        vertex.replay()
        if vertex.draft.status != "cancelled":
            vertex.draft.fail()
        vertex.draft.repeats.extend([*self.held, line])
        self.excerpt, self.held, self.place = vertex, [], "excerpt"

    def _in_excerpt(self, line: Line, text: str) -> bool:
        assert self.excerpt is not None
        if text == RULE:
            self.excerpt.draft.repeats.append(line)
            self.place = ""
            return True
        if line.tag or _leaves(text):
            self.place = ""
            return self._outside(line, text)
        self.excerpt.mirror(without(line, stamp(line.text)))
        return True

    def _in_source(self, line: Line, text: str) -> bool:
        self.block.append(line)
        if text == DASHES:
            self._close_source()
        elif SOLVE in text or line.tag or len(self.block) > LONGEST:
            self.block.pop()
            self._close_source()
            return self._outside(line, text)
        elif quoted := _quoted(line.text):
            self.source.append(quoted)
        return True

    def _close_source(self) -> None:
        vertex = owner(self.build, self.source)
        if vertex is None:
            failing = " ".join(each.text.strip() for each in self.source if each.failing)
            self.fresh = vertex = self._opened(failing or SOLVE)
            vertex.draft.fail()
        file, _, number = self.block[0].text.strip().rpartition(":")
        vertex.draft.file, vertex.draft.line = file, int(number)
        vertex.draft.source = tuple(self.source)
        vertex.draft.repeats.extend(self.block)
        self.block, self.source, self.place = [], [], ""

    def _solve(self, line: Line, text: str) -> bool:
        """`failed to solve: …`: the last word of a build, and the name of the guilty."""
        before, _, message = text.partition(SOLVE)
        message = message.lstrip(": ").removeprefix("rpc error: code = Unknown desc = ")
        if "target " in before:
            self.build.targets.add(before.rpartition("target ")[2].strip(": "))
        vertex = blamed(self.build, message)
        if vertex is None and not line.tag:
            vertex = self._unseen(message)
        if vertex is None:
            return False
        code = exit_code(message)
        if not message.endswith("context canceled"):
            vertex.draft.fail(code if code is not None else vertex.draft.exit_code)
        if line.tag:
            return False
        vertex.draft.lines.append(line)
        return True

    def _unseen(self, message: str) -> Vertex:
        command = command_of(message)
        for vertex in self.build.vertices:
            if vertex.draft.name == message:
                return vertex
        return self._opened(f"RUN {command}" if command else message or SOLVE)

    def _opened(self, name: str) -> Vertex:
        """A vertex of which only the ending speaks, with the excerpt whose head was not pasted."""
        vertex = self.build.open(name)
        outer = self.build.outer.lines
        start = len(outer)
        while start and (stamp(outer[start - 1].text) or outer[start - 1].text.strip() in ("", RULE)):
            start -= 1
        if any(stamp(line.text) for line in outer[start:]):
            vertex.texts = {RULE}  # the rule that closes the excerpt is no output
            for line in outer[start:]:
                vertex.mirror(without(line, stamp(line.text)))
            vertex.texts = None
            del outer[start:]
        return vertex

    def close(self) -> None:
        """End of the log: what is still held or open goes where it belongs."""
        if self.place == "source":
            self._close_source()
        self.release()


def stamp(text: str) -> int:
    """How many characters the `#12 0.345 ` (or `0.345 `) before an output line takes.

    >>> stamp("#12 0.345 npm error"), stamp("12.34 npm"), stamp("1.2.3 npm")
    (10, 6, 0)
    """
    start = 0
    if text.startswith("#"):
        start = text.find(" ") + 1
        if not start or not text[1 : start - 1].isdecimal():
            return 0
    end = text.find(" ", start)
    end = len(text) if end < 0 else end
    whole, point, part = text[start:end].partition(".")
    if point and whole.isdecimal() and part.isdecimal() and 1 <= len(part) <= 3:
        return min(end + 1, len(text))
    return 0


def _is_place(text: str) -> bool:
    """Whether a line is nothing but `Dockerfile:14`."""
    file, colon, number = text.rpartition(":")
    return (
        bool(colon)
        and number.isdecimal()
        and len(number) < 6
        and 0 < len(file) < 400
        and file[-1] not in ": "
    )


def _leaves(text: str) -> bool:
    """Whether an excerpt ended without its closing rule."""
    if SOLVE in text and not text[:1].isdecimal():
        return True
    return text.startswith("#") and "[internal] load" in text


def _quoted(text: str) -> SourceLine | None:
    """A line such as `  14 | >>> RUN npm ci`."""
    number, bar, rest = text.partition(" |")
    if not bar or not number.strip().isdecimal() or len(number) > 12:
        return None
    failing = rest.lstrip().startswith(">>>")
    rest = rest.lstrip()[3:].removeprefix(" ") if failing else rest.removeprefix("     ")
    return SourceLine(int(number), rest, failing)
