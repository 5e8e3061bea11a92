"""`logdoctor explain` and `logdoctor why-not`: what a rule knows, and why it kept silent."""

from __future__ import annotations

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


def _book() -> RuleBook:
    return rule_book(settings(Call().folder))


def found(name: str, book: RuleBook) -> Rule:
    """The rule of that name, or a helpful refusal."""
    if name not in book.ids:
        raise Refused(f"there is no rule '{name}'{did_you_mean(name, book.ids)}")
    return book.rule(name)
