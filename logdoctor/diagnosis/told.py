"""Turn a verdict into a diagnosis: its words, its chain, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.diagnosis.chain import follow
from logdoctor.diagnosis.confidence import Grounds, confidence
from logdoctor.diagnosis.fingerprint import of_line, of_rule
from logdoctor.diagnosis.rank import Verdict
from logdoctor.model import Cause, Diagnosis, Evidence, Line, Match, Occurrence, Outcome, Remedy, Step
from logdoctor.record import NamedTuple
from logdoctor.wording import fill

WIDEST = 2000
"""Characters of a cause's text that are shown; a minified bundle on one line is not a sentence."""


class Scene(NamedTuple):
    """What stands round a verdict: all of its log's matches and steps, and how the log ended."""

    matches: Sequence[Match]
    steps: Sequence[Step]
    outcome: Outcome
    clipped: bool


def tell(id: str, verdict: Verdict, scene: Scene, remedies: Sequence[Remedy]) -> Diagnosis:
    """Say what is known of one failure."""
    match, rule = verdict.match, verdict.match.rule
    generic = rule.family == "generic"
    captures = {key: value for key, value in match.captures.items() if value}
    sure, basis = confidence(_grounds(verdict, scene, remedies))
    return Diagnosis(
        id=id,
        fingerprint=of_line(match.line.text) if generic else of_rule(rule.id, captures),
        rule=rule.id,
        klass=rule.id,
        family=rule.family,
        origin="rule",
        title=fill(rule.title, captures),
        explain=fill(rule.explain, captures).strip(),
        nature=rule.nature,
        confidence=sure,
        confidence_basis=basis,
        cause=_cause(match),
        step=match.step.id,
        occurrences=_occurrences(verdict),
        chain=follow(match, scene.matches, scene.steps),
        evidence=_evidence(match, remedies),
        captures=captures,
        remedies=tuple(remedies),
        references=rule.references,
    )


def _cause(match: Match) -> Cause:
    number, end = _raw_lines(match.line, match.span)
    begin, stop = (min(edge, WIDEST) for edge in match.span)
    return Cause(match.step.log, number, end, match.line.text[:WIDEST], (begin, stop))


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


def _grounds(verdict: Verdict, scene: Scene, remedies: Sequence[Remedy]) -> Grounds:
    step = verdict.match.step
    return Grounds(
        tier=verdict.match.rule.tier,
        generic=verdict.match.rule.family == "generic",
        step_failed=step.status == "failed",
        outcome_failed=scene.outcome == "failed",
        rivals=len({rival.rule.id for rival in verdict.rivals}),
        clipped=scene.clipped or step.clipped,
        confirmed=any(each.side == "project" for remedy in remedies for each in remedy.evidence),
    )
