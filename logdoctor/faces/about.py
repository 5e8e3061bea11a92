"""`explain`, `why-not` and `schema`: what is known, why a rule kept silent, how things are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from logdoctor.config import did_you_mean
from logdoctor.faces import output
from logdoctor.faces.pipeline import Call, opened, rule_book, settings
from logdoctor.faces.status import NO_FAILURE, Refused
from logdoctor.knowledge.rules import RuleBook
from logdoctor.model import Rule
from logdoctor.render.rule_page import render
from logdoctor.services.why_not import why_not

if TYPE_CHECKING:
    from logdoctor.knowledge.codes import Code


def explained(name: str) -> int:
    """Print the page of a rule, of a tool's error code, or of a message of BuildKit."""
    output.answer(page_of(name))
    return NO_FAILURE


def page_of(name: str) -> str:
    """The page of a rule, of a tool's error code, or of a message of BuildKit; Refused if there is none."""
    book = _book()
    if name in book.ids:
        return render(book.rule(name))
    from logdoctor.knowledge.codes import code_of, message_of

    code = code_of(name) or message_of(name)
    return render(found(name, book)) if code is None else _page(code, book)


def _page(code: Code, book: RuleBook) -> str:
    from logdoctor.knowledge.codes import NAMES
    from logdoctor.render import code_page

    return code_page.render(
        code.name,
        printed_by=f"{NAMES[code.tool]} {code.versions.replace('-', ' to ')}".strip(),
        wording="" if code.wording == code.name else code.wording,
        sentences=[each for each in (code.meaning, code.topic.about) if each],
        concerns=code.topic.concerns,
        nature=code.topic.nature,
        steps=code.topic.next,
        rules=_better(code, book),
    )


def _better(code: Code, book: RuleBook) -> list[str]:
    """Rules whose patterns name the code."""
    if code.tool == "buildkit":
        return []
    word = re.compile(rf"(?<![A-Z0-9_]){re.escape(code.name.removeprefix('ERR_PNPM_'))}(?![A-Z0-9_])")
    named = [rule for rule in book.rules if any(word.search(_spelt(each.line)) for each in rule.patterns)]
    return [rule.id for rule in named if rule.tier != "wrapper"]


def _spelt(pattern: str) -> str:
    return pattern.replace("ERR_PNPM_", "")


def not_chosen(name: str, path: str) -> int:
    """Print what each pattern of the rule found in the log, and what became of it."""
    book = _book()
    wanted = found(name, book)
    logs, _ = opened((path,), book)
    for log in logs:
        output.answer(why_not(wanted, log, book))
    return NO_FAILURE


def schema_of(what: str) -> Mapping[str, object]:
    """The JSON Schema of a report, a rule file or a corpus case."""
    if what == "rule":
        from logdoctor.knowledge.authoring import rule_schema

        return rule_schema()
    if what == "case":
        from logdoctor.workshop.lab.case import json_schema

        return json_schema()
    from logdoctor.schema import report_schema

    return report_schema()


def _book() -> RuleBook:
    return rule_book(settings(Call().folder))


def found(name: str, book: RuleBook) -> Rule:
    """The rule of that name, or a helpful refusal."""
    if name not in book.ids:
        raise Refused(f"there is no rule '{name}'{did_you_mean(name, book.ids)}")
    return book.rule(name)
