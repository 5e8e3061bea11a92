"""Authored rules into the nouns that matching works with."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from os import PathLike

from logdoctor.knowledge import authoring, needles
from logdoctor.knowledge.authoring import Authored
from logdoctor.knowledge.errors import RuleError
from logdoctor.model import Nearby, Pattern, RemedyPlan, Rule


def rule_files(folder: PathLike[str] | str) -> list[str]:
    """The rule files of a folder and those below it, as paths, in order."""
    found = []
    for root, folders, files in os.walk(folder):
        folders.sort()
        found += [os.path.join(root, file) for file in files if file.endswith((".yaml", ".yml"))]
    return sorted(found)


def read_folder(folder: PathLike[str] | str, stranger: bool = False) -> Iterator[Authored]:
    """Read every rule file of a folder; RuleError on the first that is wrong."""
    for path in rule_files(folder):
        yield read_file(path, stranger)


def read_file(path: str, stranger: bool = False) -> Authored:
    """Read one rule file, perhaps a stranger's; RuleError if it is wrong."""
    with open(path, "rb") as file:
        data = file.read()
    try:
        return authoring.parse(data.decode(), path, stranger)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RuleError(path, line, "not UTF-8") from None


def compiled(authored: Authored) -> Rule:
    """The rule as matching uses it; RuleError if a regex does not compile or has no needle."""
    rule = authored.rule
    return Rule(
        id=rule.id,
        title=rule.title,
        family=rule.family,
        tier=rule.tier,
        nature=rule.nature,
        tools=rule.tools,
        patterns=tuple(_pattern(authored, n) for n in range(len(rule.match))),
        explain=rule.explain.strip(),
        remedies=tuple(_remedy(each) for each in rule.remedies),
        false_positives=rule.false_positives.strip(),
        references=rule.references,
        yields_to=rule.yields_to,
        recorded=is_recorded(rule),
    )


def is_recorded(rule: authoring.RuleFile) -> bool:
    """Whether a log that it matches was recorded from a real tool."""
    return any(each.origin.kind == "recorded" and not each.none for each in rule.examples)


def _remedy(plan: authoring.RemedyPlan) -> RemedyPlan:
    return RemedyPlan(
        id=plan.id,
        title=plan.title,
        applicability=plan.applicability,
        why=plan.why.strip(),
        edit=plan.edit,
        file=plan.file,
        args=plan.args,
        solve=plan.solve,
        steps=plan.steps,
    )


def _pattern(authored: Authored, number: int) -> Pattern:
    wanted, path = authored.rule.match[number], f"$.match[{number}]"
    _compile(authored, f"{path}.line", wanted.line)
    for place, near in enumerate(wanted.nearby):
        _compile(authored, f"{path}.with[{place}].line", near.line)
    needle = needles.rarer(wanted.needle or "", needles.derive(wanted.line))
    if not needle:
        raise authored.error(f"{path}.line", "no literal stands in every match: name one as `needle`")
    nearby = tuple(Nearby(near.line, near.within, near.where, near.absent) for near in wanted.nearby)
    return Pattern(wanted.line, needle, nearby, wanted.prefer, _clues(wanted.line, needle))


def _clues(pattern: str, needle: str) -> tuple[tuple[str, ...], ...]:
    """What else than the needle stands in a line that the pattern matches; nothing if that rules out none."""
    ways = {
        tuple(sorted({piece for piece in way if len(piece.strip()) > 2 and piece not in needle}))
        for way in needles.stretches(pattern)
    }
    return tuple(sorted(ways)) if all(ways) else ()


def _compile(authored: Authored, path: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise authored.error(path, f"not a regular expression: {error}") from None
