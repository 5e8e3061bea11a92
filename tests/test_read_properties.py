"""Whatever bytes come: reading never fails, never loses count, and sees through every disguise."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from logdoctor.logs.read import Profile, clean_line, profile, raw_line_of, read, read_lines
from logdoctor.logs.sources import Raw
from logdoctor.logs.text import LONGEST
from logdoctor.model import Log

PIECES = [
    *(
        "\n",
        "\r\n",
        "\r",
        "\x1b[31m",
        "\x1b[0m",
        "\x1b]8;;x\x07",
        "\x1b",
        "\x9b",
        "\ufeff",
        "\x00",
        " ",
        "\t",
    ),
    *("#12 0.345 ", "2026-05-12T15:27:19.9359366Z ", "2026-09-25T07:33:00.993302Z 00O+", "job\tstep\t2026-"),
    *("section_start:1560896352:a\r\x1b[0K", "section_end:1560896352:a\r", "travis_fold:start:x\r"),
    *("##[error]", "##vso[task.complete result=Failed;]", "::error file=a::", "[command]", "::", "##["),
    *("docker : x", "At line:1 char:1", "+ a", "+ ~~~", "    + CategoryInfo          : x", " "),
    *("    + FullyQualifiedErrorId : NativeCommandError", "  × a", "  ├─▶ b", "  │ c", "  ╰─▶ d-", "      e"),
    *('{"stream":"a\\n"}', '{"level":"error","err":{"message":"x"}}', '[{"message":"a"}]', '{"', "}", "["),
    *(
        "web-1  | ",
        "[Container] 2026/07/14 09:59:11 ",
        "remote: ",
        "Step #0: ",
        "[build:0] ",
        "error",
        "x" * 30,
    ),
    *("ΓÇë", "???ELIFECYCLE???", "安" * 20, "é", "\u202e", "_bk;t=1745322209921\x07"),
]
HOSTILE = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=60).map("".join)
BYTES = st.binary(max_size=300) | HOSTILE.map(str.encode) | HOSTILE.map(lambda text: text.encode("utf-16"))


def log_of(data: bytes) -> Log:
    return read(Raw("x", data))


@settings(max_examples=300, deadline=None)
@given(BYTES)
@example(b"\xff\xfe")
@example(b"[{")
@example(b"\x00")
@example(b'{"stream":"a"}\n' * 3 + b'[{"message":1}')
def test_any_bytes_are_read_and_counted(data: bytes) -> None:
    log = log_of(data)
    numbers = [line.number for line in log.lines]
    assert numbers == sorted(numbers)
    for line in log.lines:
        assert 1 <= line.number <= line.end <= max(log.count, 1)
        assert "\n" not in line.text
        assert "\x1b" not in line.text
        assert "\r" not in line.text
        assert len(line.text) <= 2 * LONGEST
        assert list(line.joints) == sorted(line.joints)
        assert all(line.number <= raw_line_of(line, at) <= line.end for at in (0, len(line.text)))


@settings(max_examples=150, deadline=None)
@given(HOSTILE)
def test_chosen_lines_never_fail(text: str) -> None:
    how = profile(text.encode())
    rows = text.encode().split(b"\n")
    assert all(line.number >= 7 for line in read_lines(rows, how, 7))
    assert clean_line(rows[-1], 3, how).number == 3


WORDS = [
    "npm",
    "error",
    "code",
    "E404",
    "Cannot",
    "find",
    "module",
    "@rollup/x",
    "✖",
    "—",
    "exit",
    "1",
    "at",
    "(a.js:3:7)",
]
LINES = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join), min_size=3, max_size=30
)


def looks_cut(lines: list[str]) -> bool:
    """Whether lines made by chance look as if a console had cut or numbered them."""
    how = profile("\n".join(lines).encode())
    return how.width > 0 or bool(how.layers)


def said(data: bytes) -> list[str]:
    return [line.text for line in log_of(data).lines]


@settings(max_examples=60, deadline=None)
@given(
    LINES,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_an_encoding_changes_nothing(lines: list[str], encoding: str, feed: str) -> None:
    assume(not looks_cut(lines))
    assert said(feed.join(lines).encode(encoding)) == lines


@settings(max_examples=60, deadline=None)
@given(LINES, st.data())
def test_colours_change_nothing_wherever_they_stand(lines: list[str], data: st.DataObject) -> None:
    code = st.sampled_from(["\x1b[0m", "\x1b[1;31m", "\x1b[38;5;196m", "\x1b[K", "\x1b[?25h"])
    coloured = []
    for line in lines:
        at = data.draw(st.integers(0, len(line)))
        coloured.append(line[:at] + data.draw(code) + line[at:])
    assume(not looks_cut(lines) and not looks_cut(coloured))
    assert said("\n".join(coloured).encode()) == lines


@pytest.mark.parametrize("page", ["cp437", "cp850", "cp1252"])
def test_a_code_page_spoils_only_what_it_lacks(page: str) -> None:
    text = "ERROR: el módulo «sharp» no está aquí; la versión está dañada\nnpm error code E404\n" * 3
    assert said(text.encode(page, "replace"))[1] == "npm error code E404"


@pytest.mark.parametrize(
    "line",
    [
        "x" * 16_000_000,
        "\x1b[31m" * 2_000_000,
        "\x1b]" * 3_000_000,
        "a\r" * 4_000_000,
        "section_start:" * 500_000,
        "[" * 3_000_000,
        '{"a":' * 500_000,
        "2026-" * 1_000_000,
        "\t" * 3_000_000,
        "Γ" * 3_000_000,
    ],
    ids=lambda line: line[:12].encode("unicode_escape").decode(),
)
def test_one_huge_line_takes_no_time(line: str) -> None:
    start = time.perf_counter()
    log = log_of(line.encode())
    assert time.perf_counter() - start < 5
    assert all(len(each.text) <= LONGEST for each in log.lines)


def test_many_short_lines_take_no_time() -> None:
    data = b"".join(
        b"\x1b[32m#%d\x1b[0m 0.%03d npm http fetch GET 200 in 12ms\r\n" % (n % 40, n % 999)
        for n in range(100_000)
    )
    start = time.perf_counter()
    assert log_of(data).count == 100_000
    assert time.perf_counter() - start < 5


@given(
    st.sampled_from(
        [
            profile(b"plain"),
            profile(b"npm : no\r\n    + CategoryInfo          : NotSpecified: (no:String) [], Exception\r\n"),
            profile(b"2026-05-12T15:27:19.9300000Z one\n2026-05-12T15:27:19.9300000Z two\n" * 9),
        ]
    ),
    st.sampled_from(
        [
            b"npm error code E404",
            b"    + CategoryInfo          : NotSpecified: (npm error:String) [], RemoteException",
            b"2026-05-12T15:27:19.9300000Z npm error",
            b"##[error]no",
            b"10%\r20%\r",
            b"\x1b[31mno\x1b[0m",
            b"???ELIFECYCLE??? no",
            b"^[[91mno^[[0m",
            "caf\xe9 \u2009ERR_PNPM_X".encode(),
        ]
    ),
)
def test_a_line_read_for_itself_is_the_line_in_a_run_of_one(how: Profile, row: bytes) -> None:
    assert read_lines([row], how)[-1] == clean_line(row, 1, how)
