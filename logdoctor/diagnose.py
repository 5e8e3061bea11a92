"""From logs to a report: the one room that knows the order of the stages.

Pure: no clock, no environment, no disk. What it needs is passed in, what it finds is returned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from logdoctor.diagnosis.excerpt import excerpt
from logdoctor.diagnosis.rank import Verdict, failing, rank, suspects, yielding
from logdoctor.diagnosis.told import Scene, tell
from logdoctor.knowledge.features import telling
from logdoctor.knowledge.guess import guess
from logdoctor.knowledge.match import match
from logdoctor.knowledge.rules import LOOKED_UP, RuleBook, generic
from logdoctor.logs.steps import cut
from logdoctor.logs.steps.verdict import verdict
from logdoctor.model import Diagnosis, Log, Match, Outcome, Remedy, Report, Step
from logdoctor.redact import mask_report
from logdoctor.remedies.project import Project
from logdoctor.remedies.remedy import propose

Weights = Mapping[str, Mapping[int, float]]
"""For each step's id: positions of its telling lines, and how telling they are."""

MOST = 12
"""Diagnoses in one report; beyond these, somebody's whole matrix has one trouble with many faces."""


def diagnose(logs: Sequence[Log], book: RuleBook, project: Project | None = None) -> Report:
    """Read logs that were cleaned before, and say what broke the build and what repairs it."""
    steps: list[Step] = []
    diagnoses: list[Diagnosis] = []
    outcomes: list[Outcome] = []
    weights: dict[str, dict[int, float]] = {}
    for log in logs:
        own = _numbered(cut(log), len(steps))
        weights.update({step.id: telling(step) for step in failing(own)})
        scene = _scene(log, own, book, weights)
        verdicts = rank(scene.matches, own, scene.outcome)
        for found in verdicts[: MOST - len(diagnoses)]:
            found = _known(found, book)
            diagnosis = tell(f"d{len(diagnoses) + 1}", found, scene, _remedies(found, own, project))
            _add(diagnoses, diagnosis)
        steps += own
        outcomes.append("failed" if verdicts else scene.outcome)
    lines = excerpt(diagnoses, steps, weights)
    return mask_report(Report(_overall(outcomes), tuple(logs), tuple(steps), tuple(diagnoses), lines))


def _scene(log: Log, steps: Sequence[Step], book: RuleBook, weights: Weights) -> Scene:
    outcome = verdict(log, steps)
    if outcome == "passed":
        return Scene((), steps, outcome, log.clipped)
    known = match(book, suspects(steps))
    explained = {found.step.id for found in yielding(known) if found.rule.tier != "wrapper"}
    guesses = [_guess(book, step, weights) for step in steps if step.id in weights.keys() - explained]
    return Scene(known + tuple(each for each in guesses if each), steps, outcome, log.clipped)


def _guess(book: RuleBook, step: Step, weights: Weights) -> Match | None:
    return guess(generic(book), step, weights[step.id])


def _known(found: Verdict, book: RuleBook) -> Verdict:
    """Look a code or message that no rule explains up in the tools' own lists."""
    rule = found.match.rule
    if rule.family != "generic" and rule.id not in LOOKED_UP:
        return found
    from logdoctor.knowledge.codes import named

    return found._replace(match=named(found.match, book))


def _remedies(found: Verdict, steps: Sequence[Step], project: Project | None) -> tuple[Remedy, ...]:
    best = found.match
    return propose(best.rule, best.captures, best.line, best.step, steps, project)


def _add(diagnoses: list[Diagnosis], new: Diagnosis) -> None:
    """Report a failure that several logs share once, with every place it was seen."""
    for number, old in enumerate(diagnoses):
        if old.fingerprint == new.fingerprint:
            diagnoses[number] = old._replace(occurrences=old.occurrences + new.occurrences)
            return
    diagnoses.append(new)


def _numbered(steps: Sequence[Step], before: int) -> tuple[Step, ...]:
    """Continue the numbering of steps over several logs."""
    if not before:
        return tuple(steps)
    names = {step.id: f"s{before + number}" for number, step in enumerate(steps, 1)}
    return tuple(
        step._replace(id=names[step.id], parent=names[step.parent] if step.parent else None) for step in steps
    )


def _overall(outcomes: Sequence[Outcome]) -> Outcome:
    for outcome in ("failed", "unknown"):
        if outcome in outcomes:
            return outcome
    return "passed" if outcomes else "unknown"
