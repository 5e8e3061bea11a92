"""Find the instruction, the stage or the command that an operation means, and check what came out."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate

from logdoctor.remedies.edits.arguments import line_argument
from logdoctor.remedies.edits.dockerfile import KEYWORDS, Dockerfile, Instruction, Stage, parse
from logdoctor.remedies.edits.shell import Command, Word
from logdoctor.remedies.edits.spans import EditError, Span, after_line, line_of, line_start, line_stop


def meant(dockerfile: Dockerfile, args: Mapping[str, str], keywords: Sequence[str] = ()) -> Instruction:
    """The instruction on the argument `line`, of one of these kinds; what ONBUILD holds back counts."""
    line = line_argument(args)
    found = next((one for one in dockerfile.instructions if line and one.line <= line <= one.end_line), None)
    if found is None:
        raise EditError(f"line {line} is not part of an instruction")
    inner = found.trigger or found
    if keywords and inner.keyword not in keywords:
        raise EditError(f"line {line} is {inner.keyword}, not {' or '.join(keywords)}")
    return inner


def at_or_below(dockerfile: Dockerfile, args: Mapping[str, str]) -> Instruction:
    """The instruction on the argument `line`, or the next below a comment or blank line."""
    line = line_argument(args)
    found = next((one for one in dockerfile.instructions if line and line <= one.end_line), None)
    if found is None:
        raise EditError(f"line {line} is not part of an instruction")
    return found


def above_comments(text: str, dockerfile: Dockerfile, instruction: Instruction) -> int:
    """The start of an instruction, with the comments right above it, which speak of it."""
    start = line_start(text, instruction.start)
    top = len(dockerfile.directives)
    line = instruction.line
    while line - 1 > top:
        above = line_start(text, start - 1)
        if not text[above:start].lstrip("\ufeff \t").startswith("#"):
            break
        start, line = above, line - 1
    return start + 1 if start == 0 and text.startswith("\ufeff") else start


def anchored(text: str, args: Mapping[str, str]) -> Mapping[str, str]:
    """The arguments with the first line of the instruction for `line`: it stays when lines below go."""
    line = line_argument(args) or 0
    found = next((one.line for one in parse(text).instructions if line <= one.end_line), line)
    return {**args, "line": str(found)}


def runs(dockerfile: Dockerfile, args: Mapping[str, str]) -> tuple[Instruction, ...]:
    """The RUN on the argument `line`, or every RUN of the file."""
    if line_argument(args) is not None:
        return (meant(dockerfile, args, ("RUN",)),)
    return of_kind(dockerfile, "RUN")


def of_kind(dockerfile: Dockerfile, keyword: str) -> tuple[Instruction, ...]:
    """Every instruction with this keyword, those that ONBUILD holds back included."""
    inner = (one.trigger or one for one in dockerfile.instructions)
    return tuple(one for one in inner if one.keyword == keyword)


def stage_meant(dockerfile: Dockerfile, args: Mapping[str, str]) -> Stage:
    """The stage of the argument `stage` (name or number) or `line`, or the only one."""
    name, line = args.get("stage"), line_argument(args)
    found = list(dockerfile.stages)
    if name is not None:
        found = [one for one in found if (one.name or "").lower() == name.lower()]
        found = found or [one for one in dockerfile.stages if str(one.number) == name]
    if line is not None:
        found = [one for one in found if one.line <= line <= one.instructions[-1].end_line]
    if len(found) == 1:
        return found[0]
    if not found:
        raise EditError(f"there is no stage {name}" if name is not None else f"line {line} is in no stage")
    raise EditError(f"the file has {len(found)} stages, and none is named")


def stage_of(dockerfile: Dockerfile, instruction: Instruction) -> Stage | None:
    """The stage in which an instruction stands."""
    return next(
        (one for one in dockerfile.stages if one.line <= instruction.line <= one.instructions[-1].end_line),
        None,
    )


def is_command(command: Command, wanted: Sequence[str]) -> Word | None:
    """The last word of `npm ci` where a command is that, whatever options stand between."""
    if command.name != wanted[0]:
        return None
    last, left = command.words[command.head], list(wanted[1:])
    option = False
    for word in command.arguments:
        if not left or word.value == "--":
            break
        if word.value == left[0]:
            last = word
            left.pop(0)
            option = False
        elif word.value.startswith("-"):
            option = "=" not in word.value
        elif option:
            option = False
        else:
            break
    return None if left else last


def written(command: Command, text: str) -> str:
    """Words as they must be written inside of the quotes in which a command stands."""
    if command.quoting == "json":
        import json

        return json.dumps(text, ensure_ascii=False)[1:-1]
    if command.quoting in ("'", '"') and any(char in text for char in "'\"\\$`"):
        raise EditError(f"{text!r} cannot be written inside of the quotes around {command.name}")
    return text


def after_word(command: Command, word: Word, addition: str) -> Span:
    """Put further words behind one of a command's."""
    if command.quoting == "exec":
        import json

        items = "".join(f", {json.dumps(one, ensure_ascii=False)}" for one in addition.split())
        return Span(word.end, word.end, items)
    return Span(word.end, word.end, f" {written(command, addition)}")


def check(before: str, after: str, spans: Sequence[Span]) -> None:
    """Refuse a result in which an instruction changed that no change touches, or that does not read."""
    old, new = parse(before), parse(after)
    kept = {one.start: one for one in new.instructions}
    ordered = sorted(spans)
    ends = [span.end for span in ordered]
    moves = [0, *accumulate(len(span.text) - (span.end - span.start) for span in ordered)]
    for one in old.instructions:
        at = bisect_left(ends, one.start)
        if at < len(ordered) and ordered[at].start <= one.end:
            continue
        if _known(kept.get(one.start + moves[at])) != _known(one):
            raise EditError(f"line {one.line} would be read differently")
    unknown = {one.keyword for one in new.instructions} - KEYWORDS - {one.keyword for one in old.instructions}
    if unknown:
        raise EditError(f"{', '.join(sorted(unknown))} would be no instruction")
    if len(new.unclosed) > len(old.unclosed):
        raise EditError(f"line {new.unclosed[0]}: the here-document would have no end")
    first = next((one for one in new.instructions if one.keyword != "ARG"), None)
    if old.stages and (first is None or first.keyword != "FROM"):
        raise EditError("the file must begin with FROM")


def _known(instruction: Instruction | None) -> tuple[object, ...] | None:
    if instruction is None:
        return None
    return instruction.keyword, instruction.value, tuple(one.content.text for one in instruction.heredocs)


def escape_of(instruction: Instruction, offset: int) -> str:
    """What continues a line at an offset: inside a here-document the shell's backslash."""
    inside = (one.content for one in instruction.heredocs if one.content.text)
    return "\\" if any(one.start <= offset < one.end for one in inside) else instruction.escape


def without(text: str, start: int, end: int, escape: str) -> tuple[Span, ...]:
    """Drop words of a command, with the line they stood on alone and its continuation mark."""
    begin, stop = line_start(text, start), line_stop(text, end)
    before, after = text[begin:start], text[end:stop].strip()
    if before.strip():
        return (Span(start - len(before) + len(before.rstrip()), end, ""),)
    if after == escape:
        return (Span(begin, after_line(text, end), ""),)
    if after:
        return (Span(start, stop - len(text[end:stop].lstrip()), ""),)
    return _without_last(text, begin, stop, escape)


def _without_last(text: str, begin: int, stop: int, escape: str) -> tuple[Span, ...]:
    """Drop the last line of an instruction; the line that it continued must end there."""
    above = begin
    while above > 0:
        above = line_start(text, above - 1)
        content = text[above : line_stop(text, above)]
        bare = content.rstrip(" \t")
        if not content.strip() or content.lstrip().startswith("#"):
            continue
        if not bare.endswith(escape):
            raise EditError(f"line {line_of(text, begin)} continues nothing")
        mark = above + len(bare.removesuffix(escape).rstrip(" \t"))
        close = line_stop(text, above)
        edge = line_stop(text, line_start(text, begin - 1))
        if edge == close:
            return (Span(mark, stop, ""),)
        return (Span(mark, close, ""), Span(edge, stop, ""))
    raise EditError(f"line {line_of(text, begin)} continues nothing")
