"""Change text at named places only, and show the change as a diff that `git apply` takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from logdoctor.record import NamedTuple

CONTEXT = 3
NO_NEWLINE = "\\ No newline at end of file\n"


class EditError(ValueError):
    """A change that cannot be made, with the reason in words for the user."""


class Span(NamedTuple):
    """Replace `text[start:end]`; offsets count characters of the text as decoded."""

    start: int
    end: int
    text: str


def splice(text: str, spans: Sequence[Span]) -> str:
    """Carry out all changes at once; those that touch the same characters are refused."""
    pieces: list[str] = []
    at, last = 0, -1
    for span in sorted(spans):
        if span.start < at or span.start == span.end == last or not span.start <= span.end <= len(text):
            raise EditError(f"line {line_of(text, span.start)}: two changes touch the same place")
        pieces += text[at : span.start], span.text
        at = last = span.end
    return "".join((*pieces, text[at:]))


def line_of(text: str, offset: int) -> int:
    """The line, counted from 1, in which an offset lies."""
    return text.count("\n", 0, offset) + 1


def newline_of(text: str) -> str:
    """The line end that a file uses."""
    at = text.find("\n")
    return "\r\n" if at > 0 and text[at - 1] == "\r" else "\n"


def line_start(text: str, offset: int) -> int:
    """Where the line of an offset begins."""
    return text.rfind("\n", 0, offset) + 1


def line_stop(text: str, offset: int) -> int:
    """Where the line of an offset ends, before its line end."""
    at = text.find("\n", offset)
    if at < 0:
        return len(text)
    return at - 1 if at > offset and text[at - 1] == "\r" else at


def after_line(text: str, offset: int) -> int:
    """Where the next line begins, or the end of the text."""
    at = text.find("\n", offset)
    return len(text) if at < 0 else at + 1


def drop_lines(text: str, offsets: Sequence[int]) -> tuple[Span, ...]:
    """Drop the lines of these offsets; where the last one has no line end, the line before loses its own."""
    runs: list[tuple[int, int]] = []
    for offset in sorted(offsets):
        start, end = line_start(text, offset), after_line(text, offset)
        if runs and start <= runs[-1][1]:
            start = runs.pop()[0]
        runs.append((start, end))
    if runs and runs[-1][1] == len(text) and not text.endswith("\n") and runs[-1][0] > 0:
        start, end = runs.pop()
        runs.append((start - (2 if text[:start].endswith("\r\n") else 1), end))
    return tuple(Span(start, end, "") for start, end in runs)


def add_line(text: str, line: str) -> Span:
    """A new last line; a file without a final line end stays one."""
    newline, at = newline_of(text), len(text)
    whole = not text.strip("\ufeff") or text.endswith("\n")
    return Span(at, at, f"{line}{newline}" if whole else f"{newline}{line}")


def diff(path: str, before: str | None, after: str) -> str:
    """A unified diff relative to the repository's root; `before` is None for a new file."""
    old, new = _lines(before or ""), _lines(after)
    if before is None and not new:
        return f"diff --git {_name('a/', path, '')} {_name('b/', path, '')}\nnew file mode 100644\n"
    hunks = "".join(_hunks(old, new))
    if not hunks:
        return ""
    return f"{_head(path, before is None, not old, not new)}{hunks}"


def _head(path: str, new: bool, from_empty: bool, to_empty: bool) -> str:
    """Name the files; a file that is or gets empty must say that it is neither new nor deleted."""
    tail = "\t" if " " in path else ""
    names = f"--- {'/dev/null' if new else _name('a/', path, tail)}\n+++ {_name('b/', path, tail)}\n"
    if new or not (from_empty or to_empty):
        return names
    return f"diff --git {_name('a/', path, '')} {_name('b/', path, '')}\n{names}"


def _name(prefix: str, path: str, tail: str) -> str:
    """Quote as git does what would not survive in a header line."""
    full = prefix + path
    if not any(char < " " or char in '"\\\x7f' for char in full):
        return full + tail
    escapes = {"\t": "\\t", "\n": "\\n", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
    return (
        '"' + "".join(escapes.get(c, f"\\{ord(c):03o}" if c < " " or c == "\x7f" else c) for c in full) + '"'
    )


def _lines(text: str) -> list[str]:
    """Cut at line feeds only, as git does; a file may hold other characters that Python calls line ends."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _hunks(old: list[str], new: list[str]) -> Iterator[str]:
    from difflib import SequenceMatcher

    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    kept = max(0, same - CONTEXT)  # difflib is quadratic at worst, so it sees only where the files differ
    for group in SequenceMatcher(None, old[kept:], new[kept:]).get_grouped_opcodes(CONTEXT):
        (_, a_from, _, b_from, _), (_, _, a_to, _, b_to) = group[0], group[-1]
        yield f"@@ -{_range(a_from + kept, a_to + kept)} +{_range(b_from + kept, b_to + kept)} @@\n"
        for kind, a_start, a_end, b_start, b_end in group:
            if kind == "equal":
                yield from _marked(" ", old[kept + a_start : kept + a_end])
                continue
            yield from _marked("-", old[kept + a_start : kept + a_end])
            yield from _marked("+", new[kept + b_start : kept + b_end])


def _range(start: int, end: int) -> str:
    count = end - start
    if count == 1:
        return str(start + 1)
    return f"{start + 1 if count else start},{count}"


def _marked(mark: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield mark + line if line.endswith("\n") else f"{mark}{line}\n{NO_NEWLINE}"
