"""BuildKit's terminal picture caught in a file: frames drawn over each other, names cut to width."""

from __future__ import annotations

from logdoctor.logs.steps.build import Build, Vertex
from logdoctor.logs.steps.draft import without
from logdoctor.model import Line

_MARKS = {"ERROR ": "failed", "CANCELED ": "cancelled", "CACHED ": "cached"}


class Screen:
    """Gathers what the frames show of each vertex; the frames themselves are copies of each other."""

    __slots__ = ("build", "finished", "now")

    def __init__(self, build: Build) -> None:
        self.build = build
        self.now: Vertex | None = None
        self.finished = False

    def take(self, line: Line) -> bool:
        """Take a line if it is a part of a frame."""
        text = line.text.strip()
        if text.startswith("[+] Building "):
            return self._frame(line, text)
        if not text.startswith("=> "):
            return False
        if text.startswith("=> => "):
            return self._detail(line, text[6:])
        self._vertex(line, text[3:])
        return True

    def _frame(self, line: Line, text: str) -> bool:
        """A frame's head; that of the last one may say that nothing runs any more."""
        self.build.outer.repeats.append(line)
        self.now = None
        self.finished = self.finished or " FINISHED" in text
        return True

    def _vertex(self, line: Line, text: str) -> None:
        mark = next((mark for mark in _MARKS if text.startswith(mark)), "")
        name = _untimed(text[len(mark) :])
        vertex = self.build.named(name)
        if vertex is None:
            vertex = self.build.open(name)
        elif len(name) > len(vertex.draft.name):
            self.build.rename(vertex, name)
        vertex.screened = True
        vertex.draft.repeats.append(line)
        self.now = vertex
        if mark == "ERROR ":
            vertex.draft.fail(vertex.draft.exit_code)
        elif mark:
            vertex.end("CANCELED" if mark == "CANCELED " else "CACHED")

    def _detail(self, line: Line, text: str) -> bool:
        """Under a vertex: its progress, or (`# …`) the last lines it has printed."""
        if self.now is None:
            self.build.outer.repeats.append(line)
        elif text.startswith("# "):
            shown = without(line, line.text.index("# ") + 2)
            self.now.mirror(shown._replace(text=shown.text.rstrip()))
        else:
            self.now.draft.repeats.append(line)
        return True

    def close(self) -> None:
        """End of the log: in a finished picture, what carries no mark went well."""
        drafts = [vertex.draft for vertex in self.build.vertices if vertex.screened]
        if self.finished or any(draft.status == "failed" for draft in drafts):
            for draft in drafts:
                draft.status = "done" if draft.status == "unknown" else draft.status


def _untimed(text: str) -> str:
    """The name without the padding and the `1.2s` at the right edge.

    >>> _untimed("[deps 3/3] RUN npm ci       1.4s")
    '[deps 3/3] RUN npm ci'
    """
    name, _, time = text.rstrip().rpartition(" ")
    if time.endswith("s") and time[:-1].replace(".", "", 1).isdecimal():
        return name.rstrip()
    return text.rstrip()
