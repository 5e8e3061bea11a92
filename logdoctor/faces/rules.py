"""`logdoctor rules`: list them, check them, start one from a log, compile them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence

from logdoctor.config import NAME
from logdoctor.diagnose import diagnose
from logdoctor.faces import output
from logdoctor.faces.pipeline import Call, opened, rule_book, settings
from logdoctor.faces.status import DIAGNOSED, NO_FAILURE, Refused
from logdoctor.knowledge.rules import RuleBook, RuleError
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.logs.steps import cut
from logdoctor.model import Match, Rule, Step
from logdoctor.services.new_rule import rule_text, telling_line

OURS = "rules"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def every(book: RuleBook) -> Iterable[Rule]:
    """Every rule of a book, by family and name."""
    return sorted(book.rules, key=lambda each: (each.family, each.id))


def listed(format: str) -> int:
    """Print the rules, as a table or as JSON."""
    known = list(every(rule_book(settings(Call().folder))))
    if format == "json":
        import json

        entries = [
            {
                "id": r.id,
                "family": r.family,
                "tier": r.tier,
                "nature": r.nature,
                "title": r.title,
                "ours": r.ours,
            }
            for r in known
        ]
        output.answer(json.dumps(entries, indent=2) + "\n")
    elif format == "plain":
        widest = max((len(each.id) for each in known), default=0)
        output.answer("".join(f"{each.id:<{widest}}  {each.tier:<7}  {each.title}\n" for each in known))
    else:
        raise Refused(f"--format must be plain or json, not '{format}'")
    return NO_FAILURE


def checked(folders: Sequence[str]) -> int:
    """Print every problem with its file and line."""
    from logdoctor.knowledge.lint import check
    from logdoctor.remedies.edits import OPERATIONS
    from logdoctor.remedies.remedy import SOLVERS

    folders = folders or _folders_here()
    operations = {name: operation.arguments for name, operation in OPERATIONS.items()}
    problems = [
        problem for folder in folders for problem in check(folder, operations, SOLVERS, steps_of, repaired)
    ]
    for problem in problems:
        output.answer(f"{problem}\n")
    if problems:
        output.tell(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}")
        return DIAGNOSED
    output.tell(f"{', '.join(folders)}: no problems")
    return NO_FAILURE


def steps_of(log: str) -> Sequence[Step]:
    """An example's log, read the way every log is."""
    return cut(read(Raw("example", log.encode())))


def repaired(
    found: Match, steps: Sequence[Step], files: Mapping[str, str]
) -> Mapping[str, Mapping[str, str] | str]:
    """What a hit's remedies make of files: by their ids the new texts, or the reason why there are none."""
    from logdoctor.model import Patch
    from logdoctor.remedies.project import project_from
    from logdoctor.remedies.remedy import propose

    made: dict[str, Mapping[str, str] | str] = {}
    project = project_from(files)
    for remedy in propose(found.rule, found.captures, found.line, found.step, steps, project):
        if isinstance(remedy.outcome, Patch):
            made[remedy.id] = {name: data.decode() for name, data in remedy.outcome.contents.items()}
        else:
            made[remedy.id] = remedy.outcome.reason
    return made


def _folders_here() -> tuple[str, ...]:
    folders = (*([OURS] if os.path.isdir(OURS) else []), *settings(".").rules)
    if not folders:
        raise Refused(f"there are no rules here: name a folder, or set rules in {NAME}")
    return folders


def placed(log: str | None, line: int | None, place: str | None) -> tuple[str, int | None]:
    """The log and the line that are meant, whether they were given apart or as LOG:LINE."""
    if place is None:
        if log is None:
            raise Refused("name the log, or say --from LOG:LINE")
        return log, line
    name, _, number = place.rpartition(":")
    if log or line or not name or not number.isdecimal() or int(number) < 1:
        raise Refused("--from takes LOG:LINE, and neither LOG nor --line beside it")
    return name, int(number)


def started(log: str, id: str, line: int | None, family: str, folder: str) -> int:
    """Write the beginning of a rule, and say how to go on."""
    if not _NAME.fullmatch(id) or not _NAME.fullmatch(family):
        raise Refused("a rule and its family are named with small letters, digits and hyphens")
    target = os.path.join(folder, family, f"{id}.yaml")
    if os.path.lexists(target):
        raise Refused(f"{target} exists already")
    book = rule_book(settings(Call().folder))
    logs, _ = opened((log,), book)
    chosen = line or telling_line(diagnose(logs, book))
    if chosen is None:
        raise Refused("no line of this log tells of a failure; name one with --line")
    try:
        text = rule_text(logs[0], chosen, id, family)
    except ValueError as error:
        raise Refused(str(error)) from None
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "x", encoding="utf-8") as file:
        file.write(text)
    output.answer(f"{target}\n")
    output.tell(f"answer its questions, then: logdoctor rules check {folder}")
    return NO_FAILURE


def built(folder: str, target: str) -> int:
    """Write the compiled book."""
    from logdoctor.knowledge.book import dump
    from logdoctor.knowledge.compile import compiled, read_folder

    try:
        book = dump(compiled(authored) for authored in read_folder(folder))
        with open(target, "wb") as file:
            file.write(book)
    except (RuleError, OSError) as error:
        raise Refused(str(error)) from None
    output.tell(f"{target}: written")
    return NO_FAILURE
