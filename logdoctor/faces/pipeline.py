"""From a call to a report: open the logs, the rule book and the project, and diagnose."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Collection, Iterable, Sequence

from logdoctor.config import NAME, RULES, Config, did_you_mean
from logdoctor.diagnose import diagnose
from logdoctor.faces import output, status
from logdoctor.faces.status import Refused
from logdoctor.knowledge.errors import ModelError, RuleError, RuleTimeout
from logdoctor.knowledge.rules import RuleBook, load_book
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw, SourceError, Stream, open_logs
from logdoctor.model import Log, Report
from logdoctor.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from logdoctor.knowledge.classify import Classifier
    from logdoctor.remedies.project import Project

SHORT_HELP = """give me the log of a failed build:
  docker build . 2>&1 | logdoctor      diagnose what a pipe brings
  logdoctor build.log                  diagnose a file
  logdoctor run -- pnpm build          run a command and diagnose it when it fails
  logdoctor --help                     everything else"""
SIGNS_OF_A_PROJECT = ("Dockerfile", "package.json", "pnpm-workspace.yaml")


class Call(NamedTuple):
    """What the user asked for."""

    logs: tuple[str, ...] = ()
    project: str | None = None
    dockerfile: str | None = None
    format: str = "auto"
    colour: str = "auto"
    exit_zero: bool = False
    run: str | None = None
    repository: str | None = None

    @property
    def folder(self) -> str:
        """Where settings and the project's own rules are looked for."""
        return self.project or "."


def answered(call: Call) -> int:
    """Print the report and return the exit status."""
    try:
        report, unread = examined(call)
        output.answer(output.shown(report, call.format, call.colour, again(call), project=call.project))
    except Refused as refused:
        output.tell(f"logdoctor: {refused}")
        return 0 if call.exit_zero and refused.status == status.UNREADABLE else refused.status
    return 0 if call.exit_zero else status.of(report) or unread


def examined(call: Call, kept: BinaryIO | None = None, name: str = "") -> tuple[Report, int]:
    """The report, and status 4 if one of several logs could not be read.

    `kept` is what a command printed, for `run`: it stands for the log, under the command's name.
    """
    if call.run:
        from logdoctor.faces.remote import examined_run

        return examined_run(call)
    paths = call.logs or ("-",)
    if kept is None and "-" in paths and output.is_terminal(sys.stdin):
        raise Refused(SHORT_HELP)
    config = settings(call.folder)
    book = rule_book(config)
    project = project_of(call)
    try:
        logs, unread = opened(paths, book, kept)
        if name:
            logs = [log._replace(name=name) for log in logs]
        return judged(logs, book, project, config), unread
    except RuleTimeout as error:
        raise Refused(str(error)) from None


def judged(logs: Sequence[Log], book: RuleBook, project: Project | None, config: Config) -> Report:
    """The report on logs that were read, without what the project does not want to hear."""
    try:
        return confident(diagnose(logs, book, project, classifier_of(config)), config)
    except ModelError as error:
        raise Refused(str(error)) from None


def classifier_of(config: Config) -> Classifier | None:
    """The model that the project names; None is the one that comes with the program."""
    if not config.model:
        return None
    from logdoctor.knowledge.classify import load

    try:
        return load(config.model)
    except ModelError as error:
        raise Refused(str(error)) from None


def settings(folder: str) -> Config:
    """The folder's settings; the reader of TOML is only imported where there are some."""
    if not os.path.lexists(os.path.join(folder, NAME)) and not os.path.isdir(os.path.join(folder, RULES)):
        return Config()
    from logdoctor.config import ConfigError, load

    try:
        return load(folder)
    except ConfigError as error:
        raise Refused(str(error)) from None


def rule_book(config: Config) -> RuleBook:
    """Our rules and the project's own, without those it turned off.

    `LOGDOCTOR_RULES=off` in the environment leaves no rule: a developer then sees the model alone.
    """
    if os.environ.get("LOGDOCTOR_RULES") == "off":
        return RuleBook()
    try:
        book = load_book(_paths(config.rules)) if config.rules else load_book()
    except RuleError as error:
        raise Refused(str(error)) from None
    return without(book, config.disable) if config.disable else book


def _paths(folders: Sequence[str]) -> list[Path]:
    from pathlib import Path

    return [Path(folder) for folder in folders]


def without(book: RuleBook, disabled: Collection[str]) -> RuleBook:
    """The book without some rules; one that is not there is a mistake in the settings."""
    for id in disabled:
        if id not in book.ids:
            raise Refused(
                f"{NAME}: disable names '{id}', and there is no such rule{did_you_mean(id, book.ids)}"
            )
    return book.without(disabled)


def project_of(call: Call) -> Project | None:
    """The folder that was named, or the current one if it looks like a project."""
    root = call.project
    if root is None:
        if not call.dockerfile and not looks_like_a_project():
            return None
        root = "."
    from logdoctor.remedies.project import ProjectError, open_project

    try:
        return open_project(root, call.dockerfile)
    except ProjectError as error:
        raise Refused(str(error)) from None


def looks_like_a_project() -> bool:
    """Whether the current folder is one."""
    return any(os.path.isfile(name) for name in SIGNS_OF_A_PROJECT)


def opened(paths: Sequence[str], book: RuleBook, kept: BinaryIO | None = None) -> tuple[list[Log], int]:
    """Read every log; one that cannot be read is told of, and fatal only if it is the only one."""
    logs: list[Log] = []
    problems: list[str] = []
    for path in paths:
        try:
            logs += _read(path, book, len(logs), kept)
        except SourceError as error:
            problems.append(str(error))
    if not logs:
        raise Refused("\n".join(problems) or "nothing to read", status.UNREADABLE)
    for problem in problems:
        output.tell(f"logdoctor: {problem}")
    return logs, status.UNREADABLE if problems else 0


def _read(path: str, book: RuleBook, before: int, kept: BinaryIO | None) -> Iterable[Log]:
    stdin = kept or (sys.stdin.buffer if sys.stdin else io.BytesIO())
    for number, source in enumerate(open_logs([path], stdin), before + 1):
        log = read_one(source, book, number)
        yield _not_empty(log) if isinstance(source, Raw) else log


def read_one(source: Raw | Stream, book: RuleBook, number: int) -> Log:
    """Read a log whole, or scan it where it is too long for that."""
    if isinstance(source, Raw):
        return read(source, f"l{number}")
    from logdoctor.knowledge.match import wanted
    from logdoctor.literals import let_go
    from logdoctor.logs.scan import scan

    log = scan(source, wanted(book), f"l{number}")
    let_go()
    return log


def _not_empty(log: Log) -> Log:
    if any(line.text.strip() for line in log.lines):
        return log
    hint = "; did you add 2>&1 before the pipe?" if log.name in ("-", "stdin") else ""
    raise SourceError(f"{log.name}: nothing in it{hint}")


def confident(report: Report, config: Config) -> Report:
    """Leave out diagnoses below the confidence that the project asks for."""
    if not config.min_confidence:
        return report
    sure = tuple(each for each in report.diagnoses if each.confidence >= config.min_confidence)
    return report._replace(diagnoses=sure)


def again(call: Call) -> str:
    """The call as it would be typed again, for the commands that the report suggests."""
    words = ["LOG" if log == "-" else log for log in call.logs or ("-",)]
    if call.run:
        words = ["--run", call.run, *(["--repo", call.repository] if call.repository else [])]
    if call.project:
        words = ["--project", call.project, *words]
    if call.dockerfile:
        words = ["--dockerfile", call.dockerfile, *words]
    if all(
        word.replace("-", "").replace("/", "").replace(".", "").replace("_", "").isalnum() for word in words
    ):
        return " ".join(words)
    from shlex import join

    return join(words)
