"""What is known about one trouble, as a page: the documentation and `logdoctor explain` are this text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from logdoctor.model import RemedyPlan, Rule
from logdoctor.render.clean import clean

_NATURE = {
    "your-change": "a change of the code that was built",
    "environment": "the machine, image or account that builds",
    "upstream": "somebody else's package or server",
    "transient": "chance: it may pass when run again",
}
_TIER = {
    "cause": "the line names the cause",
    "symptom": "the line shows a symptom; the cause may stand above it",
    "wrapper": "the line only passes on that something failed",
}
_LEVEL = {
    "safe": "safe: the build cannot have worked without it",
    "review": "review: it may change image, size, versions or behaviour",
    "manual": "by hand: it needs a person",
}
_SLOT = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


def render(rule: Rule, level: int = 1) -> str:
    """The page as Markdown that also reads well as plain text."""
    return "\n\n".join(_parts(rule, "#" * level)) + "\n"


def _parts(rule: Rule, heading: str) -> Iterable[str]:
    yield f"{heading} {rule.id}"
    yield f"**{_slots(rule.title)}**"
    yield _slots(rule.explain)
    yield "\n".join(_facts(rule))
    yield f"{heading}# How logs say it"
    yield _code("\n".join(clean(pattern.line) for pattern in rule.patterns))
    if rule.remedies:
        yield f"{heading}# What helps"
        yield from (_remedy(remedy) for remedy in rule.remedies)
    if rule.false_positives:
        yield f"{heading}# When it is not this"
        yield _slots(rule.false_positives)
    if rule.references:
        yield f"{heading}# Read more"
        yield "\n".join(f"- <{link}>" for link in rule.references)


def _facts(rule: Rule) -> Iterable[str]:
    yield f"- Family: {rule.family}"
    yield f"- Comes from: {_NATURE[rule.nature]}"
    yield f"- Tells: {_TIER[rule.tier]}"
    if rule.tools:
        tools = (
            tool if versions == "*" else f"{tool} {versions}" for tool, versions in sorted(rule.tools.items())
        )
        yield f"- Printed by: {', '.join(tools)}"
    if rule.yields_to:
        yield f"- Gives way to: {', '.join(rule.yields_to)}"


def _remedy(remedy: RemedyPlan) -> str:
    text = f"- **{_slots(remedy.title)}** ({_LEVEL[remedy.applicability]})"
    if remedy.why.strip():
        text += f"  \n  {_slots(remedy.why)}"
    for step in remedy.steps:
        text += f"\n  - {_slots(step)}"
    return text


def _slots(text: str) -> str:
    """Sentences on one line, with the names of what is read from the log in pointed brackets."""
    return _SLOT.sub(r"‹\1›", clean(" ".join(text.split())))


def _code(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}regex\n{text}\n{ticks}"
