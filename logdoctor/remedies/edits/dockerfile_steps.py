"""Add instructions to a Dockerfile and repair their keywords, owners, stages and images."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from logdoctor.remedies.edits.arguments import line_argument, one_line
from logdoctor.remedies.edits.dockerfile import KEYWORDS, Dockerfile, Instruction, Stage, flag, parse
from logdoctor.remedies.edits.dockerfile_find import above_comments, at_or_below, meant, stage_meant, stage_of
from logdoctor.remedies.edits.shell import Word, plain_words
from logdoctor.remedies.edits.spans import EditError, Span, newline_of

VARIABLE = re.compile(r"\$\{?\w+")
IMAGE = re.compile(r"[^\s\"'\\`#-][^\s\"'\\`#]*")
PLATFORM = re.compile(r"[a-z0-9]+(?:/[a-z0-9_.-]+){0,2}|\$\{?\w+\}?")
OWNER = re.compile(r"[\w.${}-]+(?::[\w.${}-]+)?")


def set_base(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Build `stage` (name or number; or that of `line`, or the only one) on `image`; refuses a FROM that
    names another stage or takes its image from a variable.
    """
    dockerfile, image = parse(text), one_line(args, "image")
    stage = stage_meant(dockerfile, args)
    if not IMAGE.fullmatch(image):
        raise EditError(f"{image!r} is no image")
    base = _base(stage)
    if base.value == image:
        return ()
    if any((one.name or "").lower() == base.value.lower() for one in dockerfile.stages[: stage.number]):
        raise EditError(f"line {stage.line} builds on the stage {base.value}, not on an image")
    if set(VARIABLE.findall(base.value)) - set(VARIABLE.findall(image)):
        raise EditError(f"line {stage.line} takes its image from a variable: change the ARG")
    return (Span(base.start, base.end, image),)


def set_platform(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Build `stage` (name or number; or that of `line`, or the only one) for `platform`; refuses what is no
    platform.
    """
    dockerfile, platform = parse(text), one_line(args, "platform")
    stage = stage_meant(dockerfile, args)
    if not PLATFORM.fullmatch(platform):
        raise EditError(f"{platform!r} is no platform")
    return _own_flag(stage.instructions[0], "platform", platform)


def copy_chown(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Give what the COPY or ADD on `line` brings to `owner`; refuses other instructions."""
    owner = one_line(args, "owner")
    if not OWNER.fullmatch(owner):
        raise EditError(f"{owner!r} is no owner")
    return _own_flag(meant(parse(text), args, ("COPY", "ADD")), "chown", owner)


def fix_keyword(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Write the keyword `new` for the misspelled `old` on `line`; refuses a `new` that is no instruction,
    and a line that has neither.
    """
    old, new = one_line(args, "old"), one_line(args, "new")
    if new.upper() not in KEYWORDS:
        raise EditError(f"{new} is no instruction")
    instruction = meant(parse(text), args)
    if instruction.keyword == new.upper():
        return ()
    if instruction.keyword != old.upper():
        raise EditError(f"line {args['line']} is {instruction.keyword}, not {old}")
    head = instruction.head
    return (Span(head.start, head.end, new.lower() if head.text.islower() else new.upper()),)


def fix_stage(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Name the stage `new` where the instruction on `line` names `old`; refuses a `new` that no stage
    before it is called.
    """
    dockerfile, old, new = parse(text), one_line(args, "old"), one_line(args, "new")
    instruction = meant(dockerfile, args)
    stage = stage_of(dockerfile, instruction)
    earlier = dockerfile.stages[: stage.number if stage else 0]
    if not any(new.lower() in ((one.name or "").lower(), str(one.number)) for one in earlier):
        raise EditError(f"no stage before line {instruction.line} is called {new}")
    named = tuple(_named(instruction))
    spans = tuple(
        Span(start, end, new) for start, end, name in named if name.lower() == old.lower() != new.lower()
    )
    if not spans and not any(name.lower() == new.lower() for _, _, name in named):
        raise EditError(f"line {args['line']} does not name the stage {old}")
    return spans


def insert_before(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Put the instructions `text` before the one on `line` or beginning with `instruction`; refuses none or
    several such, and a new FROM.
    """
    dockerfile, new = parse(text), _new(args)
    index = _index(dockerfile, args)
    if _stands(dockerfile, new, range(index - len(new), index + 1)):
        return ()
    start = above_comments(text, dockerfile, dockerfile.instructions[index])
    return (Span(start, start, "".join(f"{line}{newline_of(text)}" for line in _text_lines(args))),)


def insert_after(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Put the instructions `text` after the one on `line` or beginning with `instruction`; refuses none or
    several such, and a new FROM.
    """
    dockerfile, new = parse(text), _new(args)
    index = _index(dockerfile, args)
    if _stands(dockerfile, new, range(index + 1, index + 2)):
        return ()
    end = dockerfile.instructions[index].end
    return (Span(end, end, "".join(f"{newline_of(text)}{line}" for line in _text_lines(args))),)


def add_copy(text: str, args: Mapping[str, str]) -> tuple[Span, ...]:
    """Copy `source` to `target` before the instruction on `line`; nothing to do where its stage does so
    before; refuses a line outside of a stage.
    """
    import json

    dockerfile = parse(text)
    source, target = one_line(args, "source"), one_line(args, "target")
    instruction = at_or_below(dockerfile, args)
    stage = stage_of(dockerfile, instruction)
    if stage is None or instruction.keyword == "FROM":
        raise EditError(f"line {args['line']} is no step of a stage")
    if any(_copies(one, source, target) for one in stage.instructions if one.line <= instruction.line):
        return ()
    plain = not any(char in "".join((source, target)) for char in " \t[\"'\\`<$#")
    words = f"{source} {target}" if plain else json.dumps([source, target], ensure_ascii=False)
    start = above_comments(text, dockerfile, instruction)
    return (Span(start, start, f"COPY {words}{newline_of(text)}"),)


def _base(stage: Stage) -> Word:
    first = stage.instructions[0]
    base = next(plain_words(first.body, ""), None)
    if base is None:
        raise EditError(f"line {stage.line} names no image")
    return base


def _own_flag(instruction: Instruction, name: str, value: str) -> tuple[Span, ...]:
    """Set an option of the instruction itself."""
    word = flag(instruction, name)
    if word is None:
        end = instruction.head.end
        return (Span(end, end, f" --{name}={value}"),)
    return () if word.value == f"--{name}={value}" else (Span(word.start, word.end, f"--{name}={value}"),)


def _named(instruction: Instruction) -> Iterator[tuple[int, int, str]]:
    """Where an instruction names stages: FROM x, --from=x, --mount=…,from=x."""
    if instruction.keyword == "FROM":
        base = instruction.body.text.split()[:1]
        if base:
            yield instruction.body.starts[0], instruction.body.ends[len(base[0]) - 1], base[0]
    for word in instruction.flags:
        for found in re.finditer(r"(?:^--|,|=)(from=)([^,\"'\s]+)", word.raw.text):
            yield word.raw.starts[found.start(2)], word.raw.ends[found.end(2) - 1], found[2]


def _text_lines(args: Mapping[str, str]) -> list[str]:
    return args["text"].replace("\r\n", "\n").strip("\n").split("\n")


def _new(args: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The instructions to put in, as they are compared."""
    found = parse("\n".join(_text_lines(args)))
    unknown = [
        one.keyword for one in found.instructions if one.keyword not in KEYWORDS or one.keyword == "FROM"
    ]
    if unknown or found.unclosed or not found.instructions:
        raise EditError(
            f"the new text cannot hold {unknown[0]}" if unknown else "the new text is no instruction"
        )
    return tuple(map(_meaning, found.instructions))


def _meaning(instruction: Instruction) -> tuple[str, str]:
    body = "".join(heredoc.content.text for heredoc in instruction.heredocs)
    return instruction.keyword, " ".join(instruction.value.split()) + body.replace("\r\n", "\n")


def _stands(dockerfile: Dockerfile, new: Sequence[tuple[str, str]], starts: range) -> bool:
    have = [_meaning(one) for one in dockerfile.instructions]
    return any(start >= 0 and tuple(have[start : start + len(new)]) == tuple(new) for start in starts)


def _index(dockerfile: Dockerfile, args: Mapping[str, str]) -> int:
    """The instruction on `line` (or next below it), or the only one that begins with `instruction`."""
    found, line = dockerfile.instructions, line_argument(args)
    if line is not None:
        return found.index(at_or_below(dockerfile, args))
    wanted = " ".join(args.get("instruction", "").split())
    if not wanted:
        raise EditError("neither line nor instruction is given")
    hits = [at for at, one in enumerate(found) if _begins(one, wanted)]
    if len(hits) != 1:
        where = ", ".join(str(found[at].line) for at in hits)
        raise EditError(
            f"lines {where} begin with {wanted}" if hits else f"no instruction begins with {wanted}"
        )
    return hits[0]


def _begins(instruction: Instruction, wanted: str) -> bool:
    whole = f"{instruction.keyword} {' '.join(instruction.value.split())}"
    keyword, _, rest = wanted.partition(" ")
    return whole.startswith(f"{keyword.upper()} {rest}")


def _copies(instruction: Instruction, source: str, target: str) -> bool:
    if instruction.keyword not in ("COPY", "ADD") or flag(instruction, "from"):
        return False
    items = instruction.items
    words = [item.value for item in items] if items is not None else instruction.body.text.split()
    return source in words[:-1] and words[-1] == target
