"""Dockerfiles are read as BuildKit reads them, each word with its place in the file."""

from __future__ import annotations

import dockerfile as oracle
import pytest
from dockerfiles_made import Made, made, runs
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from logdoctor.remedies.edits.dockerfile import Instruction, commands_of, parse

PIECES = st.sampled_from(
    [
        *("FROM node:20 AS build", "FROM --platform=linux/amd64 alpine", "RUN echo a \\", "RUN npm ci && \\"),
        *(
            "  # note",
            "  && echo b",
            "    --flag \\",
            "",
            "# c",
            "RUN <<EOF",
            "echo hi",
            "EOF",
            "RUN cat <<'A' > /x",
        ),
        *(
            "A",
            "COPY --from=build --chown=a:b a b ./",
            'CMD ["a", "b\\"c"]',
            'ENTRYPOINT ["x"]',
            "onbuild COPY a b",
        ),
        *(
            "# escape=`",
            "RUN dir C:\\\\ `",
            "`",
            "\\",
            "RUN x \\  ",
            "RUN --mount=type=cache,target=/r --network=none y",
        ),
        *(
            "USER é 😀",
            "COPY <<-X /y",
            "\tX",
            "RUN a \\\\",
            "  RUN indented",
            "run lower",
            "ENV A=b \\",
            '  C="d e"',
        ),
        *(
            "LABEL a='b c'",
            "RUN echo $((1<<2))",
            "RUN cat <<<x",
            "RUN echo 1<<2",
            " 2",
            "# syntax=x/y",
            "RUN <<A <<EOF",
        ),
    ]
)

HAND_WRITTEN = [
    pytest.param("FROM a\nRUN one \\\n\n  # note\n  two\n", id="blank and comment lines inside"),
    pytest.param("# escape=`\nFROM a\nRUN dir c:\\ `\n && x\n", id="escape directive"),
    pytest.param("# note\n# escape=`\nFROM a\nRUN x `\nRUN y\n", id="no directive after a comment"),
    pytest.param('FROM a\r\nRUN one \\\r\n  two\r\nCMD ["x"]\r\n', id="CRLF"),
    pytest.param("FROM a\nRUN <<-'E' sh -e\n\techo $x\n\tE\nUSER b\n", id="quoted here-document with tabs"),
    pytest.param("FROM a\nCOPY <<one <<two /d/\n1\none\n2\ntwo\n", id="two here-documents"),
    pytest.param("\ufeffFROM a\nRUN b", id="byte order mark, no last newline"),
    pytest.param("FROM a\nRUN [\"x\", 'y']\n", id="exec form that is none"),
    pytest.param("FROM a\nONBUILD RUN --mount=type=ssh x\n", id="onbuild"),
    pytest.param("ARG V=1\nFROM a:${V} as B\nRUN a \\\\\nRUN b\n", id="escaped backslash is no continuation"),
]


def as_oracle(one: Instruction) -> tuple[object, ...]:
    """An instruction as the strict parser tells it, which keeps neither flags nor bodies of ONBUILD."""
    inner = one.trigger or one
    bodies = () if one.trigger else tuple((each.name, each.content.text) for each in one.heredocs)
    flags = () if one.trigger else tuple(word.raw.text for word in one.flags)
    trigger = one.trigger.keyword if one.trigger else ""
    return one.keyword, trigger, one.line, one.end_line, flags, inner.items is not None, bodies


def expected(text: str) -> list[tuple[object, ...]]:
    found = oracle.parse_string(text.removeprefix("\ufeff"))
    return [
        (
            *(
                one.cmd.upper(),
                (one.sub_cmd or "").upper(),
                one.start_line,
                one.end_line,
                one.flags,
                one.json,
            ),
            tuple((body.name, body.content) for body in one.heredocs) if not one.sub_cmd else (),
        )
        for one in found
        if one.cmd
    ]


@pytest.mark.parametrize("text", HAND_WRITTEN)
def test_hand_written_files_read_as_the_strict_parser_reads_them(text: str) -> None:
    assert [as_oracle(one) for one in parse(text).instructions] == expected(text)


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(PIECES, min_size=1, max_size=7), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_files_of_every_shape_read_as_the_strict_parser_reads_them(
    pieces: list[str], newline: str, final: bool
) -> None:
    text = newline.join(pieces) + (newline if final else "")
    try:
        wanted = expected(text)
    except oracle.GoParseError:
        assume(False)
    assert [as_oracle(one) for one in parse(text).instructions] == wanted


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(made(runs(), runs()))
def test_every_command_is_found_where_it_stands(file: Made) -> None:
    read = parse(file.text)
    assert [as_oracle(one) for one in read.instructions] == expected(file.text)
    assert [(one.line, one.end_line) for one in read.instructions] == list(file.lines)
    for one in read.instructions:
        for command in commands_of(one.trigger or one):
            for word in command.words:
                assert file.text[word.start : word.end].strip("\"'") in (
                    word.value,
                    word.raw.text.strip("\"'"),
                )


def shown(text: str) -> str:
    """Every command with the text of its words as they stand in the file."""
    found = []
    for one in parse(text).instructions[1:]:
        for command in commands_of(one.trigger or one):
            found.append(
                f"{command.name}: " + " | ".join(text[word.start : word.end] for word in command.words)
            )
    return "\n".join(found)


@pytest.mark.parametrize(
    ("run", "wanted"),
    [
        pytest.param("RUN a b && c;d|e", "a: a | b\nc: c\nd: d\ne: e", id="operators"),
        pytest.param("RUN x 'a && b' \"c; $(d | e)\"", "x: x | 'a && b' | \"c; $(d | e)\"", id="quotes hold"),
        pytest.param(
            "RUN A=1 sudo -E pnpm i > /x 2>&1 --y", "pnpm: A=1 | sudo | -E | pnpm | i | --y", id="wrappers"
        ),
        pytest.param(
            "RUN if x; then npm ci; fi # npm no",
            "x: if | x\nnpm: then | npm | ci\nfi: fi",
            id="reserved words",
        ),
        pytest.param("RUN npm \\\n  # c\n  ci", "npm: npm | ci", id="continued"),
        pytest.param('RUN ["npm", "ci"]', 'npm: "npm" | "ci"', id="exec form"),
        pytest.param(
            'RUN ["sh", "-c", "npm \\u0063i && x"]',
            'sh: "sh" | "-c" | "npm \\u0063i && x"\nnpm: npm | \\u0063i\nx: x',
            id="a script in an exec form",
        ),
        pytest.param("RUN bash -ec 'a; b'", "bash: bash | -ec | 'a; b'\na: a\nb: b", id="a script in quotes"),
        pytest.param("RUN <<E\na \\\n b\nc\nE", "a: a | b\nc: c", id="a here-document is a script"),
        pytest.param("RUN cat <<E > f\na\nE", "cat: cat", id="a here-document that is a file is none"),
        pytest.param("RUN <<E\n#!/usr/bin/env python\na\nE", "", id="nor is one in another language"),
        pytest.param("ONBUILD RUN npm@10 ci", "npm: npm@10 | ci", id="held back by ONBUILD"),
    ],
)
def test_words_belong_to_commands(run: str, wanted: str) -> None:
    assert shown(f"FROM x\n{run}\n") == wanted


def test_stages_know_their_base_and_platform() -> None:
    text = "ARG V=20\nFROM --platform=$BUILDPLATFORM node:${V} AS build\nRUN a\nFROM build\nCMD b\n"
    stages = [
        (one.number, one.name, one.base, one.platform, one.line, len(one.instructions))
        for one in parse(text).stages
    ]
    assert stages == [(0, "build", "node:${V}", "$BUILDPLATFORM", 2, 2), (1, None, "build", None, 4, 2)]


def test_an_instruction_knows_its_value_and_offsets() -> None:
    text = "FROM a\n  RUN --mount=type=ssh one \\\n # c\n two\nCMD x\n"
    one = parse(text).instructions[1]
    assert (one.value, one.body.text, one.line, one.end_line) == (
        "--mount=type=ssh one  two",
        "one  two",
        2,
        4,
    )
    assert text[one.start : one.end] == "RUN --mount=type=ssh one \\\n # c\n two"


def test_a_here_document_without_an_end_is_told() -> None:
    read = parse("FROM a\nRUN <<EOF\nx\n")
    assert read.unclosed == (2,)
    assert [one.keyword for one in read.instructions] == ["FROM", "RUN", "X"]
