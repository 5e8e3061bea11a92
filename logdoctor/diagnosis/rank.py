"""Which line is the cause: one verdict for each failed step, told apart from its consequences.

A failed step goes before one of which nothing is known; a cause before a symptom, and a wrapper
never. Within a step the earlier line wins, because a command
dies of its first failure and prints the rest on the way down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from logdoctor.model import AFTER, Match, Outcome, Step
from logdoctor.record import NamedTuple


class Verdict(NamedTuple):
    """The match that names a failure, the causes it beat, and in which steps it was seen again."""

    match: Match
    rivals: tuple[Match, ...]
    repeats: tuple[Match, ...]


def rank(matches: Sequence[Match], steps: Sequence[Step], outcome: Outcome) -> tuple[Verdict, ...]:
    """Choose the causes of one log's failure, the surest first; none where nothing is known."""
    if outcome == "passed" or (outcome == "unknown" and not _open(steps)):
        return ()
    found = [match for match in yielding(matches) if match.rule.tier != "wrapper"]
    if outcome == "unknown":
        found = [match for match in found if match.rule.tier == "cause"]
    places = failing(steps)
    own = _by_step(found)
    verdicts = [_of_step(own[step.id]) for step in places if step.id in own]
    if not any(verdict.match.rule.tier == "cause" for verdict in verdicts):
        verdicts = _beyond(places, steps, own) or verdicts
    return tuple(sorted(_apart(verdicts), key=_precedence))


def yielding(matches: Sequence[Match]) -> list[Match]:
    """Drop the matches whose rule gives way to another one on the same line."""
    claims: dict[tuple[str, int], set[str]] = {}
    for match in matches:
        claims.setdefault((match.step.id, match.position), set()).update((match.rule.id, match.rule.family))
    return [
        match
        for match in matches
        if not claims[match.step.id, match.position].intersection(match.rule.yields_to)
    ]


def failing(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps a failure is looked for in: failed ones without a failed part, else the undecided."""
    failed = [step for step in steps if step.status == "failed"]
    if failed:
        outer = {step.parent for step in failed}
        return tuple(step for step in failed if step.id not in outer)
    return tuple(step for step in steps if step.status == "unknown") or _within(steps)


def suspects(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps that may hold a cause or pass it on: all but those that ended well or were stopped."""
    return _open(steps) or _within(steps)


def _open(steps: Sequence[Step]) -> tuple[Step, ...]:
    return tuple(step for step in steps if step.status in ("failed", "unknown"))


def _within(steps: Sequence[Step]) -> tuple[Step, ...]:
    """All steps but the tidying after a job, which never decides how the job ended."""
    return tuple(step for step in steps if step.name != AFTER)


def _by_step(found: Sequence[Match]) -> dict[str, list[Match]]:
    own: dict[str, list[Match]] = {}
    for match in found:
        own.setdefault(match.step.id, []).append(match)
    return own


def _of_step(own: Sequence[Match]) -> Verdict:
    best = min(own, key=_order)
    rivals = [match for match in own if match.rule.tier == "cause" and match.rule.id != best.rule.id]
    return Verdict(best, tuple(rivals), tuple(match for match in own if _same(match, best)))


def _order(match: Match) -> tuple[int, int]:
    """Sort key within a step: causes before symptoms, then the earlier line."""
    return (0 if match.rule.tier == "cause" else 1), match.position


def _beyond(
    places: Sequence[Step], steps: Sequence[Step], own: Mapping[str, Sequence[Match]]
) -> list[Verdict]:
    """Look outside the failed steps where those hold no known cause: a daemon dies between steps."""
    inside = {step.id for step in places}
    others = [step for step in suspects(steps) if step.id not in inside]
    wider = [_of_step(own[step.id]) for step in others if step.id in own]
    return [verdict for verdict in wider if verdict.match.rule.tier == "cause"][:1]


def _apart(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Merge the same failure seen in several steps; keep a symptom only where no cause is known."""
    if any(verdict.match.rule.tier == "cause" for verdict in verdicts):
        verdicts = [verdict for verdict in verdicts if verdict.match.rule.tier == "cause"]
    kept: list[Verdict] = []
    for verdict in verdicts:
        twin = next((n for n, other in enumerate(kept) if _same(verdict.match, other.match)), None)
        if twin is None:
            kept.append(verdict)
        else:
            kept[twin] = kept[twin]._replace(repeats=kept[twin].repeats + verdict.repeats)
    return kept


def _same(one: Match, other: Match) -> bool:
    return one.rule.id == other.rule.id and one.captures == other.captures


def _precedence(verdict: Verdict) -> tuple[int, int]:
    order = {"cause": 0, "symptom": 1, "wrapper": 2}[verdict.match.rule.tier]
    return order, verdict.match.line.number
