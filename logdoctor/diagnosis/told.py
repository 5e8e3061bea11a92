"""Turn a verdict into a diagnosis: its words, its chain, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from logdoctor.diagnosis.chain import WIDEST as WIDEST_LINK
from logdoctor.diagnosis.chain import follow, outwards
from logdoctor.diagnosis.confidence import Grounds, confidence
from logdoctor.diagnosis.fingerprint import of_line, of_rule
from logdoctor.diagnosis.rank import Verdict
from logdoctor.model import (
    Cause,
    Diagnosis,
    Evidence,
    Line,
    Link,
    Match,
    Occurrence,
    Opinion,
    Outcome,
    Remedy,
    Step,
)
from logdoctor.record import NamedTuple
from logdoctor.wording import NEAREST, UNKNOWN, fill

UNLIKE = "none"
"""The class of what is like nothing known."""
NEAR = 0.7
"""Probability from which on a class is named as the nearest one; the report holds it in any case."""
WIDEST = 2000
"""Characters of a cause's text that are shown; a minified bundle on one line is not a sentence."""


class Scene(NamedTuple):
    """What stands round a verdict: all of its log's matches and steps, and how the log ended.

    `opinions` are the classifier's by the step's id, where it was asked; `calibration` says how far
    each ground moves the odds.
    """

    matches: Sequence[Match]
    steps: Sequence[Step]
    outcome: Outcome
    clipped: bool
    opinions: Mapping[str, Opinion]
    calibration: Mapping[str, float]


def tell(id: str, verdict: Verdict, scene: Scene, remedies: Sequence[Remedy]) -> Diagnosis:
    """Say what is known of one failure."""
    match, rule = verdict.match, verdict.match.rule
    captures = {key: value for key, value in match.captures.items() if value}
    sure, basis = confidence(grounds(verdict, scene, remedies), scene.calibration)
    return Diagnosis(
        id=id,
        fingerprint=of_rule(rule.id, captures),
        rule=rule.id,
        klass=rule.id,
        family=rule.family,
        origin="rule",
        title=fill(rule.title, captures),
        explain=fill(rule.explain, captures).strip(),
        nature=rule.nature,
        confidence=sure,
        confidence_basis=basis,
        cause=_cause(match.line, match.span, match.step),
        step=match.step.id,
        occurrences=_occurrences(verdict),
        chain=follow(match, scene.matches, scene.steps),
        evidence=_evidence(match, remedies),
        captures=captures,
        remedies=tuple(remedies),
        references=rule.references,
    )


def tell_unknown(id: str, opinion: Opinion, scene: Scene) -> Diagnosis:
    """Say what little is known of a failure that no rule knows: the telling line and the nearest class."""
    step = next(step for step in scene.steps if step.id == opinion.step)
    line = opinion.line
    sure, basis = confidence(grounds_of_opinion(opinion, step, scene), scene.calibration)
    text = line.text[:WIDEST_LINK]
    body = len(text) - len(text.lstrip())
    named = opinion.klass != UNLIKE and opinion.share >= NEAR
    return Diagnosis(
        id=id,
        fingerprint=of_line(line.text),
        rule=None,
        klass=opinion.klass,
        family=opinion.family,
        origin="classifier",
        title=NEAREST + opinion.klass if named else UNKNOWN,
        explain="No rule knows this trouble. The line named is the one that tells most about it.",
        nature="your-change",
        confidence=sure,
        confidence_basis=basis,
        cause=_cause(line, (body, len(line.text.rstrip())), step),
        step=step.id,
        occurrences=(Occurrence(step.log, line.number),),
        chain=outwards(Link(line.number, "cause", "cause", step.id, text), step, scene.matches, scene.steps),
        evidence=(Evidence("log", None, line.number, line.text[:WIDEST]),),
        captures={},
        remedies=(),
        references=(),
    )


def _cause(line: Line, span: tuple[int, int], step: Step) -> Cause:
    number, end = _raw_lines(line, span)
    begin, stop = (min(edge, WIDEST) for edge in span)
    return Cause(step.log, number, end, line.text[:WIDEST], (begin, stop))


def _raw_lines(line: Line, span: tuple[int, int]) -> tuple[int, int]:
    """The raw lines a span came from, where hard-wrapped lines were joined again."""
    before = sum(1 for joint in line.joints if joint <= span[0])
    within = sum(1 for joint in line.joints if joint < span[1])
    return line.number + before, min(line.end, line.number + max(before, within))


def _occurrences(verdict: Verdict) -> tuple[Occurrence, ...]:
    seen = {(match.step.log, match.line.number) for match in (verdict.match, *verdict.repeats)}
    return tuple(Occurrence(log, line) for log, line in sorted(seen))


def _evidence(match: Match, remedies: Sequence[Remedy]) -> tuple[Evidence, ...]:
    lines = [Evidence("log", None, line.number, line.text[:WIDEST]) for line in (match.line, *match.support)]
    files = [each for remedy in remedies for each in remedy.evidence if each.side == "project"]
    return tuple(dict.fromkeys(lines + files))


def grounds(verdict: Verdict, scene: Scene, remedies: Sequence[Remedy]) -> Grounds:
    """What a rule's verdict rests on."""
    step, opinion = verdict.match.step, scene.opinions.get(verdict.match.step.id)
    return Grounds(
        tier=verdict.match.rule.tier,
        step_failed=step.status == "failed",
        outcome_failed=scene.outcome == "failed",
        rivals=len({rival.rule.id for rival in verdict.rivals}),
        clipped=scene.clipped or step.clipped,
        confirmed=any(each.side == "project" for remedy in remedies for each in remedy.evidence),
        agrees=_agree(verdict.match, opinion) if opinion else None,
        recorded=verdict.match.rule.recorded,
    )


def _agree(match: Match, opinion: Opinion) -> bool:
    return match.line.number <= opinion.line.end and opinion.line.number <= match.line.end


def grounds_of_opinion(opinion: Opinion, step: Step, scene: Scene) -> Grounds:
    """What a guess rests on."""
    return Grounds(
        tier=None,
        step_failed=step.status == "failed",
        outcome_failed=scene.outcome == "failed",
        rivals=0,
        clipped=scene.clipped or step.clipped,
        confirmed=False,
        margin=opinion.margin,
        share=opinion.share if opinion.klass != UNLIKE else 0.0,
        lines=opinion.lines,
    )
