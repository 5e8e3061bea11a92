# ruff: noqa: E501 -- the log is as wide as logs are
"""Lines that a console cut: whatever its width, the reader sees the log that was printed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logdoctor.logs.read import profile, raw_line_of, read
from logdoctor.logs.sources import Raw
from logdoctor.model import Log

BUILD = """\
#0 building with "default" instance using docker driver

#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 588B 0.0s done
#1 DONE 0.0s

#2 [internal] load metadata for docker.io/library/node:20-alpine
#2 DONE 1.3s

#3 [internal] load .dockerignore
#3 transferring context: 2B done
#3 DONE 0.0s

#4 [builder 1/6] FROM docker.io/library/node:20-alpine@sha256:f598378b5240225e6beab68fa9f356db1fb8efe55173e6d4
#4 resolve docker.io/library/node:20-alpine@sha256:f598378b5240225e6beab68fa9f356db1fb8efe55173e6d4 0.1s done
#4 DONE 0.1s

#5 [builder 2/6] WORKDIR /app
#5 CACHED

#6 [builder 3/6] COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
#6 DONE 0.1s

#7 [builder 4/6] RUN corepack enable && pnpm install --frozen-lockfile
#7 1.402 Scope: all 4 workspace projects
#7 1.911 Lockfile is up to date, resolution step is skipped
#7 2.004 Progress: resolved 1, reused 0, downloaded 0, added 0
#7 2.120 Packages: +412
#7 3.004 Progress: resolved 412, reused 0, downloaded 120, added 98
#7 9.871 packages/core postinstall$ node scripts/postinstall.js --quiet --no-telemetry
#7 9.902 packages/core postinstall: Done
#7 10.43 Done in 9.1s using pnpm v10.34.9
#7 DONE 11.0s

#8 [builder 5/6] COPY . .
#8 DONE 0.4s

#9 [builder 6/6] RUN pnpm --filter @quay/web... run build
#9 0.812 > @quay/web@0.4.1 build /app/apps/web
#9 0.812 > vite build --mode production
#9 2.204 failed to load config from /app/apps/web/vite.config.ts
#9 2.211 error during build:
#9 2.211 Error: Cannot find module @rollup/rollup-linux-x64-musl. npm has a bug related to optional dependencies
#9 2.211     at requireWithFriendlyError (/app/node_modules/.pnpm/rollup@4.40.0/node_modules/rollup/dist/native.js:64:9)
#9 2.211     at Object.<anonymous> (/app/node_modules/.pnpm/rollup@4.40.0/node_modules/rollup/dist/native.js:73:76)
#9 2.211     at Module._compile (node:internal/modules/cjs/loader:1554:14)
#9 2.211     at Object..js (node:internal/modules/cjs/loader:1706:10) {
#9 2.211   [cause]: Error: Cannot find module '@rollup/rollup-linux-x64-musl'
#9 2.240  ELIFECYCLE  Command failed with exit code 1.
#9 ERROR: process "/bin/sh -c pnpm --filter @quay/web... run build" did not complete successfully: exit code: 1
------
 > [builder 6/6] RUN pnpm --filter @quay/web... run build:
2.211 Error: Cannot find module @rollup/rollup-linux-x64-musl. npm has a bug related to optional dependencies
2.240  ELIFECYCLE  Command failed with exit code 1.
------
Dockerfile:14
--------------------
  12 |     COPY . .
  13 |
  14 | >>> RUN pnpm --filter @quay/web... run build
--------------------
ERROR: failed to build: failed to solve: process "/bin/sh -c pnpm --filter @quay/web... run build" did not complete
"""


def log_of(text: str) -> Log:
    return read(Raw("build.log", text.encode()))


def cut(text: str, width: int) -> str:
    """The text as a console of that width shows it."""
    rows: list[str] = []
    for line in text.split("\n"):
        rows += [line[at : at + width] for at in range(0, len(line), width)] or [""]
    return "\n".join(rows)


def unseen(text: str, width: int) -> set[str]:
    """The lines of which nobody can tell whether they ended, or what was put behind them."""
    lines = text.split("\n")
    return {
        each for at, line in enumerate(lines) if line and not len(line) % width for each in lines[at : at + 2]
    }


@pytest.mark.parametrize("width", range(28, 121))
def test_a_log_cut_at_any_width_is_the_log_that_was_printed(width: int) -> None:
    if sum(len(line) > width for line in BUILD.splitlines()) < 6:
        pytest.skip("too few lines were cut to tell that any was")
    whole, found = log_of(BUILD), log_of(cut(BUILD, width))
    lost = {line.text for line in whole.lines} - {line.text for line in found.lines}
    assert lost <= unseen(BUILD, width)
    assert found.count == cut(BUILD, width).count("\n")


@pytest.mark.parametrize("width", [28, 40, 80, 100])
def test_colours_are_cut_too(width: int) -> None:
    coloured = BUILD.replace("Error:", "\x1b[31mErr\x1b[1mor\x1b[0m:").replace("#9 ", "\x1b[2m#9\x1b[0m ")
    lost = {line.text for line in log_of(coloured).lines} - {
        line.text for line in log_of(cut(coloured, width)).lines
    }
    assert len(lost) <= len(unseen(coloured, width))


@pytest.mark.parametrize("width", [40, 80, 110])
def test_lines_are_cut_with_or_before_their_prefix(width: int) -> None:
    stamp = "[2026-08-20T10:11:12.345Z] "
    before = "\n".join(f"{stamp}{row}" for row in cut(BUILD, width).splitlines())
    behind = cut("\n".join(f"{stamp}{row}" for row in BUILD.splitlines()), width)
    for text in (before, behind):
        lost = {line.text for line in log_of(BUILD).lines} - {line.text for line in log_of(text).lines}
        assert len(lost) <= 4


def test_every_character_knows_its_raw_line() -> None:
    rows = cut(BUILD, 60).split("\n")
    for line in log_of(cut(BUILD, 60)).lines:
        for offset, character in enumerate(line.text):
            assert character in rows[raw_line_of(line, offset) - 1]


def test_an_ordinary_log_is_never_joined() -> None:
    assert all(line.number == line.end for line in log_of(BUILD).lines)


PROSE = """\
npm warn deprecated inflight@1.0.6: This module is not supported, and leaks memory. Do not use it.
npm warn deprecated glob@7.2.3: Glob versions prior to v9 are no longer supported, and so they go.

To address issues that do not require attention, run:
  npm audit fix
Some issues need review, and may require choosing a different dependency that is still looked after
by somebody. You will find more about this in the documentation, where all of it is told at length
and in order. It was wrapped by the tool that wrote it, between words, so that its rows are ragged.
"""


def test_prose_that_a_tool_wrapped_between_words_is_left_as_it_is() -> None:
    assert profile(PROSE.encode()).width == 0


def test_tables_and_rules_of_one_width_are_left_as_they_are() -> None:
    table = "\n".join(
        f"| {name:<20} | {name[::-1]:>40} |" for name in ("alpha", "beta", "gamma", "delta", "eta")
    )
    rules = "\n".join(["-" * 60, "one", "-" * 60, "two", "=" * 60, "three"])
    assert profile(table.encode()).width == 0
    assert profile(rules.encode()).width == 0


# PowerShell


def console(line: str, width: int) -> list[str]:
    """PowerShell's rows: cut between words, spaces stay at the end, longer words are cut hard."""
    rows, row = [], ""
    for word in line.replace(" ", " \0").split("\0"):
        if len(row) + len(word) > width and row:
            rows.append(row)
            row = ""
        while len(word) > width:
            rows.append(word[:width])
            word = word[width:]
        row += word
    return [*rows, row]


def powershell(text: str, width: int, place: str = "At line:1 char:1") -> str:
    """A native command's standard error as PowerShell 5 writes it to a file."""
    first, *rest = text.splitlines()
    head = [
        f"docker : {first}",
        place,
        "+ docker build -t web . 2>&1 | tee build.log",
        "+ ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~",
    ]
    report = [
        f"    + CategoryInfo          : NotSpecified: ({first[:9]}...{first[-9:]}:String) [], RemoteException",
        "    + FullyQualifiedErrorId : NativeCommandError",
    ]
    rows = [row for line in head for row in console(line, width)]
    rows += [row for line in report for row in padded(line, width)]
    rows += [row for line in [" ", *rest] for row in console(line, width)]
    return "\r\n".join(rows) + "\r\n"


def padded(line: str, width: int) -> list[str]:
    """The rows of PowerShell's report itself, which are set in and filled up."""
    if len(line) <= width:
        return [line]
    rows, line = [line[: width - 1] + " "], line[width - 1 :]
    while len(line) > width - 2:
        rows.append(f"   {line[: width - 5]}  ")
        line = line[width - 5 :]
    return [*rows, f"  {line}"]


PLACES = [
    "At line:1 char:1",
    "At C:\\Users\\me\\AppData\\Roaming\\npm\\pnpm.ps1:24 char:5",
    "Au caractère Ligne:1 : 93",
    "En línea: 1 Carácter: 1",
    "In Zeile:1 Zeichen:1",
    "所在位置 行:1 字符: 1",
    "위치 줄:1 문자:1",
]


@pytest.mark.parametrize("place", PLACES)
def test_powershells_report_is_set_aside_and_the_programs_words_are_freed(place: str) -> None:
    log = log_of(powershell(BUILD, 160, place))
    assert [line.text for line in log.lines if line.tag != "powershell"] == [
        line.text for line in log_of(BUILD).lines
    ]
    assert {line.tag for line in log.lines[1:7]} == {"powershell"}
    assert "powershell" in log.formats


@pytest.mark.parametrize("width", range(40, 121, 4))
def test_what_powershell_cut_is_put_together(width: int) -> None:
    found = log_of(powershell(BUILD, width))
    lost = {line.text for line in log_of(BUILD).lines} - {line.text for line in found.lines if not line.tag}
    assert len(lost) <= 3
    said = {line.text for line in found.lines if not line.tag}
    assert any("Cannot find module @rollup/rollup-linux-x64-musl. npm has a bug" in text for text in said)
    assert not any("CategoryInfo" in text or "NativeCommand" in text for text in said)


@pytest.mark.parametrize("width", [52, 76])
def test_what_was_cut_before_it_got_colours_is_put_together(width: int) -> None:
    rows = powershell(BUILD, width).split("\r\n")
    coloured = "\n".join(f"\x1b[1m{row[:3]}\x1b[31m{row[3:]}\x1b[0m" for row in rows)
    lost = {line.text for line in log_of(BUILD).lines} - {line.text for line in log_of(coloured).lines}
    assert len(lost) <= 3


@pytest.mark.parametrize("width", [28, 40])
def test_what_powershell_cut_may_be_cut_again(width: int) -> None:
    text = cut(powershell(BUILD, 60).replace("\r\n", "\n"), width)
    found = {line.text for line in log_of(text).lines}
    assert len({line.text for line in log_of(BUILD).lines} - found) <= 6


def test_an_east_asian_console_counts_columns() -> None:
    line = "Error: 無法找到模組 @rollup/rollup-win32-x64-msvc，請刪除 node_modules 後再執行一次 npm install"
    rows, row, size = [], "", 0
    for character in line:
        wide = 2 if character > "\u2e80" else 1
        if size + wide > 51:
            rows.append(row)
            row, size = "", 0
        row, size = row + character, size + wide
    block = powershell("node.exe : \n", 51)
    text = block + "\n".join([*rows, row, *cut(BUILD, 51).splitlines()])
    assert line in {each.text for each in log_of(text).lines}


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=400), st.integers(20, 130))
def test_cutting_never_loses_a_line_number(text: str, width: int) -> None:
    log = log_of(cut(text, width))
    numbers = [line.number for line in log.lines]
    assert numbers == sorted(numbers)
    assert all(1 <= line.number <= line.end <= log.count for line in log.lines)
    assert sum(line.end - line.number + 1 for line in log.lines) >= log.count


def test_the_rows_of_a_table_are_no_cut_lines() -> None:
    rule = "----------|---------|----------|-------------------"
    rows = [
        rule,
        "File      | % Stmts | % Branch | Uncovered Line #s ",
        rule,
        "All files |      60 |      100 |                   ",
        " price.js |      60 |      100 | 3-4               ",
        rule,
    ]
    log = read(Raw("build.log", "\n".join([*rows, "npm error code 1", ""]).encode()))
    assert [line.text for line in log.lines] == [*rows, "npm error code 1"]
