"""Measure logdoctor beside the tools people know: bare Python, ripgrep and `wc -l`.

The logs are made from recorded ones with a seed, so that two runs measure the same bytes. Every
figure is of a whole process; ratios are of commands that ran one after the other in this run.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from logdoctor.knowledge.rules import load_book
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.logs.steps import cut
from logdoctor.logs.steps.verdict import verdict
from logdoctor.logs.transitions import transition

MIB = 1024 * 1024
BEFORE = re.compile(rb"^#\d+ [0-9.]+ |^[0-9.]+ ")
HEADING = re.compile(rb"#\d+ \[[^\]]*\] (?:RUN|COPY|FROM) ")
BUILDKIT = "buildkit-26.1.5"
NUMBERS = re.compile(rb"[0-9a-f]*[0-9][0-9a-f]*")
IDLE = "\"',%@:;=!<>`~/"
"""What our patterns may put a backslash before and ripgrep does not let them."""
ANSWERS = (0, 1, 3)
"""Exit statuses of a command that did its work: nothing or something found, or a cause not known."""
STEP = 2_000
"""Lines of a step in a made log."""


class Run(NamedTuple):
    """One finished process: wall seconds, processor seconds and the most memory it held, in MiB."""

    seconds: float
    work: float
    peak: float


class Material(NamedTuple):
    """Recorded lines: what programs print in steps that end well, how steps begin, what our patterns hit."""

    plain: list[bytes]
    headings: list[bytes]
    errors: list[bytes]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the logs, run every command on them and print the table."""
    options = _options(arguments)
    if shutil.which("rg") is None:
        raise SystemExit("bench: ripgrep is needed for comparison (Debian: apt-get install ripgrep)")
    with tempfile.TemporaryDirectory(prefix="logdoctor-bench-") as scratch:
        patterns = _patterns(Path(scratch))
        material = _material(Path(options.corpus))
        _start_up(Path(scratch), material, options)
        for shape in ("sparse", "dense", "interleaved"):
            _throughput(Path(scratch), shape, material, patterns, options)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--corpus", default="corpus", help="folder of recorded logs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each command")
    parser.add_argument("--file-mib", type=int, default=200, help="size of the log read from a file")
    parser.add_argument("--pipe-mib", type=int, default=1024, help="size of the log read through a pipe")
    return parser.parse_args(arguments)


def _material(corpus: Path) -> Material:
    """Sort the lines of recorded logs by what they are; output that differs in numbers alone counts once."""
    book = load_book()
    known = [(each.needle, re.compile(each.line)) for rule in book.rules for each in rule.patterns]
    plain: dict[bytes, bytes] = {}
    headings: dict[bytes, None] = {}
    errors: dict[bytes, None] = {}
    for log in _recorded(corpus):
        data = log.read_bytes()
        raw = data.replace(b"\r\n", b"\n").split(b"\n")
        headings.update(dict.fromkeys(line for line in raw if HEADING.match(line)))
        whole = read(Raw(log.name, data))
        steps = cut(whole)
        green = verdict(whole, steps) == "passed"
        for step in steps:
            for line in step.lines:
                row = raw[line.number - 1]
                if not 8 < len(row) < 400:
                    continue
                if any(needle in line.text and regex.search(line.text) for needle, regex in known):
                    errors[row] = None
                elif (green or step.status == "done") and not _of_builder(row):
                    plain.setdefault(NUMBERS.sub(b"0", BEFORE.sub(b"", row)), row)
    if not (plain and headings and errors):
        raise SystemExit(f"bench: no recorded logs in {corpus}")
    return Material(list(plain.values()), list(headings), list(errors))


def _of_builder(row: bytes) -> bool:
    """Whether a line tells what the builder does, and is no output of what it runs."""
    return row.startswith(b" ---> ") or transition(row) is not None


def _recorded(corpus: Path) -> list[Path]:
    """Logs as a build prints them into a pipe, one line after the other."""
    return [log for log in sorted(corpus.glob("**/logs/*.log")) if not log.stem.endswith(("tty", "rawjson"))]


def _patterns(scratch: Path) -> Path:
    """Our own rules' patterns as a file for ripgrep."""
    path = scratch / "patterns"
    found = [pattern.line for rule in load_book().rules for pattern in rule.patterns if pattern.needle]
    path.write_text("\n".join(map(_for_ripgrep, found)) + "\n")
    return path


def _for_ripgrep(pattern: str) -> str:
    """The same pattern without what ripgrep refuses: repeated names, idle backslashes, wide signs."""
    pattern = re.sub(r"\(\?P<\w+>", "(", pattern)
    pattern = re.sub(r"\\(.)", lambda pair: pair[1] if pair[1] in IDLE else pair[0], pattern)
    return re.sub(r"[^\x00-\x7f]+", ".{1,4}", re.sub(r"(\[[^\]]*?)[^\x00-\x7f]+", r"\1", pattern))


def _lines(shape: str, material: Material, seed: int) -> Iterator[bytes]:
    """Build output without end: `sparse` fails once in 50,000 lines, `dense` once in 50."""
    chance = random.Random(seed)
    every = 50 if shape == "dense" else 50_000
    for number in range(1, sys.maxsize):
        source = material.plain
        if number % every == 0:
            source = material.errors
        elif number % STEP == 1:
            source = material.headings
        line = source[int(chance.random() * len(source))]
        if shape == "interleaved" and source is not material.headings:
            line = b"#%d %.3f %s" % (5 + number // 7 % 4, number / 1000, BEFORE.sub(b"", line))
        yield line + b" %d\n" % number


def _write(path: Path, shape: str, material: Material, size: int, seed: int) -> None:
    """Write a log of about `size` bytes; what follows the first 8 MiB repeats them."""
    block = bytearray()
    for line in _lines(shape, material, seed):
        block += line
        if len(block) >= min(size, 8 * MIB):
            break
    with path.open("wb") as out:
        written = 0
        while written < size:
            written += out.write(block[: size - written])


def _common(path: Path, recorded: Path, material: Material, chance: random.Random) -> None:
    """A recorded red build, with as much output before its last step as makes it a common log."""
    lines = recorded.read_bytes().splitlines(keepends=True)
    last = max(number for number, line in enumerate(lines) if HEADING.match(line))
    missing = 50 * 1024 - sum(map(len, lines))
    before = bytearray()
    while len(before) < missing:
        before += b"#4 %.3f %s\n" % (len(before) / 1000, BEFORE.sub(b"", chance.choice(material.plain)))
    path.write_bytes(b"".join((*lines[:last], before, *lines[last:])))


def _start_up(scratch: Path, material: Material, options: argparse.Namespace) -> None:
    chance = random.Random(options.seed)
    corpus = Path(options.corpus)
    built = [log for log in _recorded(corpus) if log.stem == BUILDKIT and "passed" not in log.parts[-3]]
    red = [log for log in built if any(map(HEADING.match, log.read_bytes().splitlines()))]
    chosen = chance.sample(red, 7)
    for number, recorded in enumerate(chosen):
        _common(scratch / f"{number}.log", recorded, material, chance)
    python, logdoctor = sys.executable, str(Path(sys.executable).with_name("logdoctor"))
    commands = {
        "python -c pass": [python, "-c", "pass"],
        "logdoctor LOG": [logdoctor, "LOG"],
        "logdoctor --format json LOG": [logdoctor, "--format", "json", "LOG"],
    }
    names = ", ".join(log.parts[-3] for log in chosen)
    print(f"50 KB logs, output piped, median of {options.runs} runs over each of: {names}")
    seen: dict[str, list[Run]] = {name: [] for name in commands}
    for turn in range(len(chosen) * (options.runs + 1)):
        for name, command in commands.items():
            log = str(scratch / f"{turn % len(chosen)}.log")
            run = _measured([log if word == "LOG" else word for word in command], None)
            if turn >= len(chosen):
                seen[name].append(run)
    _print(seen)


def _throughput(
    scratch: Path, shape: str, material: Material, patterns: Path, options: argparse.Namespace
) -> None:
    logdoctor = str(Path(sys.executable).with_name("logdoctor"))
    commands = {
        "rg": ["rg", "--no-unicode", "--no-config", "--text", "--count", "--file", str(patterns)],
        "wc -l": ["wc", "-l"],
        "logdoctor": [logdoctor],
    }
    for size, piped in ((options.file_mib, False), (options.pipe_mib, True)):
        log = scratch / "large.log"
        _write(log, shape, material, size * MIB, options.seed)
        print(f"\n{size} MiB, {shape}, {'through a pipe' if piped else 'from a file'}")
        calls = commands if piped else {name: [*call, str(log)] for name, call in commands.items()}
        _table(calls, max(1, options.runs // 2), log if piped else None)
        log.unlink()


def _table(commands: dict[str, list[str]], runs: int, piped: Path | None) -> None:
    """Run the commands in turn and print medians beside the first one's."""
    seen: dict[str, list[Run]] = {name: [] for name in commands}
    for round_ in range(runs + 1):
        for name, command in commands.items():
            run = _measured(command, piped)
            if round_ or runs == 1:
                seen[name].append(run)
    _print(seen)


def _print(seen: Mapping[str, Sequence[Run]]) -> None:
    first = next(iter(seen))
    for name, done in seen.items():
        pairs = list(zip(done, seen[first], strict=True))
        print(
            f"  {name:<28} {statistics.median(run.seconds for run in done):8.3f} s"
            f"  {statistics.median(run.seconds / base.seconds for run, base in pairs):6.2f} × {first}"
            f"  ({statistics.median(run.work / max(base.work, 0.001) for run, base in pairs):.2f} × its work)"
            f"  {max(run.peak for run in done):7.1f} MiB peak"
        )


def _measured(command: Sequence[str], piped: Path | None) -> Run:
    feeder = subprocess.Popen(["cat", str(piped)], stdout=subprocess.PIPE) if piped else None
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=feeder.stdout if feeder else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "NO_COLOR": "1"},
    )
    if feeder and feeder.stdout:
        feeder.stdout.close()
    assert process.stdout
    while process.stdout.read(MIB):
        pass
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ANSWERS:
        raise SystemExit(f"bench: {command[0]} ended with {process.returncode}: {_last_words(process)}")
    if feeder:
        feeder.wait()
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _last_words(process: subprocess.Popen[bytes]) -> str:
    said = process.stderr.read().decode(errors="replace") if process.stderr else ""
    return said.strip()[-300:]


if __name__ == "__main__":
    sys.exit(main())
