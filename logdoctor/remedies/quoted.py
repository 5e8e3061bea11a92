"""Patch a Dockerfile of which only the lines that BuildKit quotes in the log are at hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from logdoctor.model import Evidence, NotPatched, Patch, SourceLine, Step
from logdoctor.remedies.change import Change
from logdoctor.remedies.patching import Patched, run

INSTRUCTION = re.compile(
    r"^[ \t]*(?:ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL"
    r"|STOPSIGNAL|USER|VOLUME|WORKDIR)[ \t]",
    re.IGNORECASE,
)
HUNK = re.compile(r"^@@ -(\d+)(,\d+)? \+(\d+)(,\d+)? @@", re.MULTILINE)
FROM = "FROM scratch\n"


def patch_quoted(step: Step, operation: str, args: Mapping[str, str]) -> Patched | NotPatched:
    """Apply an operation to the quoted lines; the diff carries the numbers that the log prints."""
    block = _block(step.source)
    path = (step.file or "Dockerfile").replace("\\", "/").removeprefix("./")
    if not block or path.startswith("/") or ".." in path.split("/") or not path.isprintable():
        return NotPatched("the log quotes no line of the Dockerfile that could be changed")
    head, body, tail = _cut(block)
    if not body:
        return NotPatched("the log quotes only a part of the instruction")
    # A fragment is no Dockerfile; the borrowed first line makes it one and goes before the diff is made.
    change = Change(path, operation, _moved(args, body[0].number - 2))
    changed = run(change, FROM + _text(body))
    if isinstance(changed, NotPatched):
        return changed
    after, numbers = changed
    if not after.startswith(FROM) or after == FROM + _text(body):
        return NotPatched("none of the lines that the log quotes has anything to change")
    return _made(
        path, block, (_text(head), after[len(FROM) :], _text(tail)), [n + body[0].number - 2 for n in numbers]
    )


def _made(
    path: str, block: Sequence[SourceLine], parts: tuple[str, str, str], numbers: Sequence[int]
) -> Patched:
    from logdoctor.remedies.edits import diff

    first = block[0].number
    shifted = HUNK.sub(
        lambda hunk: (
            f"@@ -{int(hunk[1]) + first - 1}{hunk[2] or ''} +{int(hunk[3]) + first - 1}{hunk[4] or ''} @@"
        ),
        diff(path, _text(block), "".join(parts)),
    )
    evidence = [Evidence("log", path, line.number, line.text) for line in block if line.number in numbers]
    return Patched(Patch(shifted, (path,), "log", {}), tuple(evidence))


def _block(source: Sequence[SourceLine]) -> tuple[SourceLine, ...]:
    """The quoted lines without a gap round the failing ones."""
    lines = sorted({line.number: line for line in source}.values())
    failing = next((index for index, line in enumerate(lines) if line.failing), None)
    if failing is None or any("\n" in line.text for line in lines):
        return ()
    begin = end = failing
    while begin and lines[begin - 1].number == lines[begin].number - 1:
        begin -= 1
    while end + 1 < len(lines) and lines[end + 1].number == lines[end].number + 1:
        end += 1
    return tuple(lines[begin : end + 1])


def _cut(
    block: Sequence[SourceLine],
) -> tuple[Sequence[SourceLine], Sequence[SourceLine], Sequence[SourceLine]]:
    """Part the quoted lines into what comes before the first whole instruction, whole ones, and the rest."""
    begin = next((index for index, line in enumerate(block) if INSTRUCTION.match(line.text)), len(block))
    failing = next(index for index, line in enumerate(block) if line.failing)
    begin = min(begin, failing)
    end = len(block)
    while end > begin and block[end - 1].text.rstrip().endswith("\\"):
        end -= 1
    return block[:begin], block[begin:end], block[end:]


def _moved(args: Mapping[str, str], offset: int) -> dict[str, str]:
    line = args.get("line", "")
    return {**args, "line": str(int(line) - offset)} if line.isdecimal() else dict(args)


def _text(lines: Sequence[SourceLine]) -> str:
    return "".join(f"{line.text}\n" for line in lines)
