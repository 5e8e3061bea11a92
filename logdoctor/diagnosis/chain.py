"""How the cause became the exit code: the lines between, one for each tool that passed it on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from logdoctor.model import Link, Match, Step

LONGEST = 6
"""Links of a chain; beyond these a reader no longer follows."""
WIDEST = 2000
"""Characters of a link's text."""


def follow(cause: Match, matches: Sequence[Match], steps: Sequence[Step]) -> tuple[Link, ...]:
    """Link the cause to the wrapper and symptom lines that follow it, outwards to the log's end."""
    first = Link(cause.line.number, "cause", cause.rule.tier, cause.step.id, cause.line.text[:WIDEST])
    return outwards(first, cause.step, matches, steps, cause.rule.id)


def outwards(
    first: Link, step: Step, matches: Sequence[Match], steps: Sequence[Step], known: str = ""
) -> tuple[Link, ...]:
    """The chain from a first link of that step; `known` is the rule that named it, if one did.

    A line is one link, however many rules know it, and a rule's first line stands for the others.
    """
    links = [first]
    reach = _enclosing(step, steps)
    seen = {known}
    for match in sorted(_later(first.line, matches, reach), key=lambda match: match.line.number):
        again = match.rule.id in seen
        seen.add(match.rule.id)
        if not again and match.line.number != links[-1].line:
            text = match.line.text[:WIDEST]
            links.append(Link(match.line.number, "consequence", match.rule.tier, match.step.id, text))
    return tuple(links[:1] + links[1:][-(LONGEST - 1) :])


def _later(line: int, matches: Sequence[Match], reach: set[str]) -> Iterable[Match]:
    for match in matches:
        if match.rule.tier == "cause" or match.step.id not in reach:
            continue
        if match.line.number > line:
            yield match


def _enclosing(step: Step, steps: Sequence[Step]) -> set[str]:
    """The step, those round it, and the steps of the same log that hold what a builder prints last."""
    parents = {each.id: each.parent for each in steps}
    reach: set[str] = set()
    walk: str | None = step.id
    while walk is not None and walk not in reach:
        reach.add(walk)
        walk = parents.get(walk)
    reach.update(each.id for each in steps if each.log == step.log and each.kind == "log")
    return reach
