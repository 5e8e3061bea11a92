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
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from logdoctor.knowledge.rules import load_book

MIB = 1024 * 1024
BEFORE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|^#\d+ [0-9.]+ |^[0-9.]+ ")


class Run(NamedTuple):
    """One finished process: wall seconds and the most memory it held, in MiB."""

    seconds: float
    peak: float


class Material(NamedTuple):
    """Recorded lines: what builds print all the time, and what they print when they fail."""

    plain: list[bytes]
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
    """Sort recorded lines by whether one of our patterns knows them."""
    patterns = [pattern for rule in load_book().rules for pattern in rule.patterns if pattern.needle]
    known = [(pattern.needle, re.compile(pattern.line)) for pattern in patterns]
    plain: dict[bytes, None] = {}
    errors: dict[bytes, None] = {}
    for log in sorted(corpus.glob("**/logs/*.log")):
        for line in log.read_bytes().splitlines():
            if 8 < len(line) < 400 and line not in plain and line not in errors:
                text = BEFORE.sub("", line.decode("utf-8", "replace"))
                hit = any(needle in text and regex.search(text) for needle, regex in known)
                (errors if hit else plain)[line] = None
    if not plain or not errors:
        raise SystemExit(f"bench: no recorded logs in {corpus}")
    return Material(list(plain), list(errors))


def _patterns(scratch: Path) -> Path:
    """Our own rules' patterns as a file for ripgrep."""
    path = scratch / "patterns"
    found = [pattern.line for rule in load_book().rules for pattern in rule.patterns if pattern.needle]
    path.write_text("\n".join(map(_for_ripgrep, found)) + "\n")
    return path


def _for_ripgrep(pattern: str) -> str:
    """The same pattern without what ripgrep refuses: repeated names, idle backslashes, wide signs."""
    pattern = re.sub(r"\(\?P<\w+>", "(", pattern)
    pattern = re.sub(r"\\([\"',%@:;=!<>`~])", r"\1", pattern)
    return re.sub(r"[^\x00-\x7f]+", ".{1,4}", re.sub(r"(\[[^\]]*?)[^\x00-\x7f]+", r"\1", pattern))


def _lines(shape: str, material: Material, seed: int) -> Iterator[bytes]:
    """Build output without end: `sparse` fails once in 50,000 lines, `dense` once in 50."""
    chance = random.Random(seed)
    every = 50 if shape == "dense" else 50_000
    for number in range(1, sys.maxsize):
        source = material.errors if number % every == 0 else material.plain
        line = source[int(chance.random() * len(source))]
        if shape == "interleaved":
            line = b"#%d %.3f %s" % (5 + number // 7 % 4, number / 1000, line)
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


def _start_up(scratch: Path, material: Material, options: argparse.Namespace) -> None:
    log = scratch / "common.log"
    _write(log, "dense", material, 50 * 1024, options.seed)
    python, logdoctor = sys.executable, str(Path(sys.executable).with_name("logdoctor"))
    commands = {
        "python -c pass": [python, "-c", "pass"],
        "logdoctor LOG": [logdoctor, str(log)],
        "logdoctor --format json LOG": [logdoctor, "--format", "json", str(log)],
    }
    print(f"50 KB log, output piped, median of {options.runs * 3} runs")
    _table(commands, options.runs * 3, None)


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
    first = next(iter(seen))
    for name, done in seen.items():
        ratios = [run.seconds / base.seconds for run, base in zip(done, seen[first], strict=True)]
        print(
            f"  {name:<28} {statistics.median(run.seconds for run in done):8.3f} s"
            f"  {statistics.median(ratios):6.2f} × {first}  {max(run.peak for run in done):7.1f} MiB peak"
        )


def _measured(command: Sequence[str], piped: Path | None) -> Run:
    feeder = subprocess.Popen(["cat", str(piped)], stdout=subprocess.PIPE) if piped else None
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdin=feeder.stdout if feeder else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "NO_COLOR": "1"},
    )
    if feeder and feeder.stdout:
        feeder.stdout.close()
    assert process.stdout
    while process.stdout.read(MIB):
        pass
    _, _, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = 0
    if feeder:
        feeder.wait()
    return Run(seconds, usage.ru_maxrss / 1024)


if __name__ == "__main__":
    sys.exit(main())
