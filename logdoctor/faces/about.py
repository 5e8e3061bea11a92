"""`explain`, `why-not` and `schema`: what a rule knows, why it kept silent, how things are written."""

from __future__ import annotations

from collections.abc import Mapping

from logdoctor.config import did_you_mean
from logdoctor.faces import output
from logdoctor.faces.pipeline import Call, opened, rule_book, settings
from logdoctor.faces.status import NO_FAILURE, Refused
from logdoctor.knowledge.rules import RuleBook
from logdoctor.model import Rule
from logdoctor.render.rule_page import render
from logdoctor.services.why_not import why_not


def explained(name: str) -> int:
    """Print the rule's page."""
    output.answer(render(found(name, _book())))
    return NO_FAILURE


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
