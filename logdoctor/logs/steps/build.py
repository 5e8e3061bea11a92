"""One run of BuildKit: its vertices, and which of them an error message means."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.logs.steps.draft import Draft
from logdoctor.logs.steps.vertex import Name, parse, squeezed
from logdoctor.model import Line, SourceLine

CACHE = "importing cache manifest"
"""A vertex whose failure costs time, never the build."""
CLIPPED = "[output clipped, "
MOST = 400
"""Vertices that a name or a message is compared with: no build has more, a hostile log might."""


class Vertex:
    """A vertex with what was seen of it: its step, the parts of its name, how it ended."""

    __slots__ = ("command", "draft", "error", "finished", "flat", "name", "screened", "texts")

    def __init__(self, draft: Draft, name: Name) -> None:
        self.draft = draft
        self.name = name
        self.flat = self.command = ""
        self.finished = False
        self.error = ""
        self.screened = False
        self.texts: set[str] | None = None

    def say(self, line: Line) -> None:
        """Take a line that the command itself printed."""
        self.draft.lines.append(line)
        if line.text.startswith(CLIPPED):
            self.draft.clipped = True

    def mirror(self, line: Line) -> None:
        """Take a line of the summary at the end: a copy, unless it was never shown before."""
        if self.texts is None:
            self.texts = {each.text.strip() for each in self.draft.lines}
        text = line.text.strip()
        known = not text or text in self.texts
        (self.draft.repeats if known else self.draft.lines).append(line)

    def replay(self) -> None:
        """Before an excerpt: what a screen showed of the output was cut, the excerpt is whole."""
        if self.screened:
            self.draft.repeats += self.draft.lines
            self.draft.lines = []
            self.texts = None

    def end(self, mark: str) -> None:
        """Note the mark that BuildKit closes a vertex with."""
        self.finished = True
        if mark.startswith("ERROR"):
            self.error = mark[5:].lstrip(": ")
            if self.error.endswith("context canceled"):
                self.draft.status = "cancelled"
            elif not self.draft.name.startswith(CACHE):
                self.draft.fail(exit_code(mark))
        elif mark.startswith("CANCELED"):
            self.draft.status = "cancelled"
        elif self.draft.status == "unknown" or mark.startswith("CACHED"):
            self.draft.status = "cached" if mark.startswith("CACHED") else "done"


class Build:
    """The vertices of one build, by display number and by name."""

    __slots__ = ("by_name", "by_number", "outer", "targets", "vertices")

    def __init__(self, outer: Draft) -> None:
        self.outer = outer
        self.by_number: dict[str, Vertex] = {}
        self.by_name: dict[str, Vertex] = {}
        self.targets: set[str] = set()
        self.vertices: list[Vertex] = []

    def open(self, name: str) -> Vertex:
        """A new vertex of that name."""
        draft = Draft("buildkit", name, self.outer)
        vertex = Vertex(draft, Name())
        self.vertices.append(vertex)
        self.rename(vertex, name)
        return vertex

    def rename(self, vertex: Vertex, name: str) -> None:
        """Give a vertex the name that its header tells."""
        vertex.draft.name = name
        vertex.name = parts = parse(name)
        vertex.flat = squeezed(name).removesuffix("...")
        vertex.command = squeezed(parts.instruction)
        vertex.draft.platform, vertex.draft.stage = parts.platform, parts.stage
        self.by_name.setdefault(name, vertex)
        if parts.target:
            self.targets.add(parts.target)

    def named(self, name: str) -> Vertex | None:
        """The vertex of that name, of which one side may have been cut to the width of a screen."""
        found = self.by_name.get(name)
        if found is None:
            wanted = squeezed(name).removesuffix("...")
            near = (vertex for vertex in self.vertices[-MOST:] if _alike(vertex.flat, wanted))
            found = next(near, None)
            if found is not None:
                self.by_name[name] = found
        return found

    def nameless(self) -> Vertex | None:
        """A failed vertex whose header stood before the log began."""
        for vertex in self.vertices[:MOST]:
            if vertex.draft.status == "failed" and vertex.draft.name.startswith("#"):
                return vertex
        return None

    def close(self) -> list[Draft]:
        """The steps of this build; lone words that turned out to be bake targets are no stages."""
        for vertex in self.vertices:
            if vertex.name.lone and vertex.name.stage in self.targets:
                vertex.draft.stage = None
        return [vertex.draft for vertex in self.vertices]


def _alike(own: str, wanted: str) -> bool:
    if len(own) <= len(wanted):
        return wanted.startswith(own) and (len(own) > 12 or own == wanted)
    return own.startswith(wanted) and len(wanted) > 12


def blamed(build: Build, message: str) -> Vertex | None:
    """The vertex that a `failed to solve` message speaks of."""
    recent = build.vertices[: -MOST - 1 : -1]
    for vertex in recent:
        if vertex.error and (message.endswith(vertex.error) or vertex.error.endswith(message)):
            return vertex
    command = squeezed(command_of(message))
    failed = [vertex for vertex in recent if vertex.draft.status == "failed"]
    if command:
        for vertex in (*failed, *recent):
            if runs(vertex, command):
                return vertex
    return failed[0] if len(failed) == 1 else None


def runs(vertex: Vertex, command: str) -> bool:
    """Whether a vertex runs that command; old versions cut its name, flags stand before it."""
    own = vertex.command
    if not own.startswith("RUN "):
        return False
    if own.endswith(command):
        return True
    cut = own.removesuffix("...")[4:]
    return cut != own[4:] and len(cut) > 8 and command.startswith(cut)


def command_of(message: str) -> str:
    """The command of `process "/bin/sh -c …" did not complete…` or `executor failed running […]`.

    >>> command_of('process "/bin/sh -c echo \\\\"a\\\\"" did not complete successfully: exit code: 1')
    'echo "a"'
    """
    _, quoted, rest = message.partition('process "')
    if quoted:
        command = rest.rpartition('" did not complete')[0] or rest
        command = command.replace('\\"', '"').replace("\\t", " ").replace("\\n", " ")
    else:
        _, found, rest = message.partition("executor failed running [")
        command = rest.rpartition("]")[0] if found else ""
    for shell in ("/bin/sh -c ", "/bin/bash -c ", "/bin/bash -o pipefail -c ", "/bin/bash -ol pipefail -c "):
        command = command.removeprefix(shell)
    return command


def exit_code(text: str) -> int | None:
    """The exit code an error message ends with, if it names one."""
    for words in _CODES:
        _, found, rest = text.rpartition(words)
        digits = rest[:5].split(" ")[0].strip(".)'\"")
        if found and digits.isdecimal():
            return int(digits)
    return None


_CODES = (
    "exit code: ",
    "exit code ",
    "exit status ",
    "non-zero code: ",
    "exited with code ",
    "exited with status ",
    "exited with ",
)


def owner(build: Build, source: Sequence[SourceLine]) -> Vertex | None:
    """The failed vertex whose instruction a quoted piece of Dockerfile shows."""
    failed = [vertex for vertex in build.vertices[-MOST:] if vertex.draft.status == "failed"]
    if len(failed) < 2:
        return failed[0] if failed else None
    quoted = squeezed(" ".join(each.text for each in source if each.failing))
    return max(failed, key=lambda vertex: _shared(quoted, vertex.command))


def _shared(one: str, other: str) -> int:
    """How many characters two texts have in common from their beginning."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
