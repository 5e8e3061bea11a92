"""Runs a case with real tools and keeps what they printed, with the truth about it.

A log that is already there is never silently replaced: a difference is shown, and written only
when asked for. Logs that differ in times and progress lines alone count as the same.
"""

from __future__ import annotations

import contextlib
import datetime
import difflib
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from logdoctor.workshop.lab import tools
from logdoctor.workshop.lab.backend import Phase, Recording, Tool, backend_of
from logdoctor.workshop.lab.case import Case, Expect, LogLabel, Place, StepLabel, write_logs
from logdoctor.workshop.lab.normalise import Names, normalise, steady
from logdoctor.workshop.lab.stub import registry_stub

Verdict = Literal["new", "same", "changed", "accepted", "unexpected"]
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")


class Recorded(NamedTuple):
    """What became of one variant; `detail` is a diff, or why the log is not what was expected."""

    case: str
    label: str
    verdict: Verdict
    detail: str


class SetupFailed(RuntimeError):
    """A setup command that failed, so that the build proper was never run."""


def variants(case: Case) -> list[Tool]:
    """The tools a case is run with."""
    return backend_of(case).variants(case)


def run_case(case: Case, workdir: Path, tool: Tool) -> Recording:
    """Copies the project to `workdir`, sets it up, builds it; what the build printed and its status."""
    with services(case):
        prepare(case, workdir, tool)
        return run_commands(case, workdir, tool)


def prepare(case: Case, workdir: Path, tool: Tool) -> None:
    """Copies the project to `workdir` and runs the setup, which must pass."""
    shutil.copytree(case.folder / "project", workdir, dirs_exist_ok=True, symlinks=True)
    workdir.chmod(0o755)
    commands = case.spec.setup if tool.row.setup is None else tool.row.setup
    done = _run(case, commands, workdir, tool, "setup")
    if done.exit_code != 0:
        raise SetupFailed(f"{case.name} {tool.label}: setup failed\n{done.data.decode(errors='replace')}")


def run_commands(case: Case, workdir: Path, tool: Tool) -> Recording:
    """Builds a prepared project, as it stands in `workdir` now."""
    commands = case.spec.commands if tool.row.commands is None else tool.row.commands
    return _run(case, commands, workdir, tool, "build")


def run_check(case: Case, workdir: Path, tool: Tool) -> Recording:
    """Proves that a built project works: runs `check` in `workdir`."""
    return _run(case, case.spec.check, workdir, tool, "check")


def _run(case: Case, commands: Sequence[Sequence[str]], workdir: Path, tool: Tool, phase: Phase) -> Recording:
    backend = backend_of(case)
    done = backend.run(case, commands, workdir, tool, phase)
    names = Names(backend.names(workdir), tools.sources())
    stub = "registry-stub" in case.spec.services
    return Recording(normalise(done.data, names, stub=stub), done.exit_code)


@contextlib.contextmanager
def services(case: Case) -> Iterator[None]:
    """Starts what a case needs beside its tools, for as long as the block runs."""
    with contextlib.ExitStack() as stack:
        if "registry-stub" in case.spec.services:
            stack.enter_context(registry_stub(case.folder))
        yield


def record(case: Case, tool: Tool, *, accept: bool = False, keep: Path | None = None) -> Recorded:
    """Records one variant into the case's `logs/` and its labels into case.yaml."""
    with tempfile.TemporaryDirectory(prefix="lab") as scratch:
        workdir = Path(scratch) / "app"
        try:
            done = run_case(case, workdir, tool)
        except SetupFailed as error:
            return Recorded(case.name, tool.label, "unexpected", str(error))
        if keep is not None:
            shutil.copytree(workdir, keep, dirs_exist_ok=True, symlinks=True)
    expect = tool.row.expected(case.spec.expect)
    problem = _problem(done, expect)
    if problem:
        return Recorded(case.name, tool.label, "unexpected", problem)
    return _keep(case, tool, done, expect, accept)


def _problem(done: Recording, expect: Expect) -> str:
    text = done.data.decode(errors="replace")
    outcome = "passed" if done.exit_code == 0 else "failed"
    if outcome != expect.outcome:
        return f"expected {expect.outcome}, but exit code {done.exit_code}\n{text}"
    if expect.outcome == "failed" and _find(lines_of(done.data), expect.cause) is None:
        return f"no line matches {expect.cause}\n{text}"
    return ""


def _keep(case: Case, tool: Tool, done: Recording, expect: Expect, accept: bool) -> Recorded:
    file = case.folder / "logs" / f"{tool.label}.log"
    before = file.read_bytes() if file.exists() else None
    if before is not None and steady(before) == steady(done.data) and not accept:
        label = _label(case, tool, Recording(before, done.exit_code), expect, _recorded_on(case, file))
        _write_label(case, label)
        return Recorded(case.name, tool.label, "same", "")
    if before is not None and not accept:
        return Recorded(case.name, tool.label, "changed", _diff(before, done.data, file.name))
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(done.data)
    _write_label(case, _label(case, tool, done, expect, datetime.date.today().isoformat()))
    return Recorded(case.name, tool.label, "new" if before is None else "accepted", "")


def relabel(case: Case) -> list[LogLabel]:
    """Finds the labelled lines of the committed logs anew, after `expect` was edited; runs nothing."""
    known = {label.file: label for label in case.spec.logs}
    labels = []
    for tool in variants(case):
        file = case.folder / "logs" / f"{tool.label}.log"
        old = known.get(f"logs/{file.name}")
        if old is not None and file.exists():
            done = Recording(file.read_bytes(), old.exit_code)
            labels.append(_label(case, tool, done, tool.row.expected(case.spec.expect), old.recorded))
    write_logs(case, labels)
    return labels


def _recorded_on(case: Case, file: Path) -> str:
    known = {label.file: label.recorded for label in case.spec.logs}
    return known.get(f"logs/{file.name}", datetime.date.today().isoformat())


def _write_label(case: Case, label: LogLabel) -> None:
    from logdoctor.workshop.lab.case import load_case

    current = load_case(case.folder)
    others = [known for known in current.spec.logs if known.file != label.file]
    if label not in current.spec.logs:
        write_logs(current, [*others, label])


def _label(case: Case, tool: Tool, done: Recording, expect: Expect, recorded: str) -> LogLabel:
    lines = lines_of(done.data)
    failed = expect.outcome == "failed"
    cause = _find(lines, expect.cause) if failed else None
    return LogLabel(
        file=f"logs/{tool.label}.log",
        tool=tool.name,
        version=tool.version,
        node=tool.node,
        engine=tool.engine,
        platform=tool.platform,
        recorded=recorded,
        exit_code=done.exit_code,
        outcome=expect.outcome,
        rule=expect.rule if failed else None,
        cause=cause,
        chain=_chain(lines, cause, expect.chain),
        steps=_steps(case, failed),
    )


def _steps(case: Case, failed: bool) -> list[StepLabel]:
    if case.spec.where == "docker":
        return []
    return [StepLabel("log", "failed" if failed else "done")]


def lines_of(data: bytes) -> list[str]:
    """The lines of a log as people count them: they end at LF, colours are not part of them."""
    text = _ANSI.sub("", data.decode(errors="replace"))
    return [line.removesuffix("\r") for line in text.split("\n")]


def _find(lines: list[str], patterns: Sequence[str], after: int = 0) -> Place | None:
    for pattern in patterns:
        wanted = re.compile(pattern)
        for number, line in enumerate(lines[after:], start=after + 1):
            if wanted.search(line):
                return Place(number, line)
    return None


def _chain(lines: list[str], cause: Place | None, patterns: Sequence[str]) -> list[Place]:
    if cause is None:
        return []
    found = [_find(lines, [pattern], cause.line) for pattern in patterns]
    places = {place.line: place for place in found if place is not None}
    return [places[number] for number in sorted(places)]


def _diff(before: bytes, after: bytes, name: str) -> str:
    old, new = (steady(data).decode(errors="replace").splitlines() for data in (before, after))
    return "\n".join(difflib.unified_diff(old, new, f"committed/{name}", f"recorded/{name}", lineterm=""))
