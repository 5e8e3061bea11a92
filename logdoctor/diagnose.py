"""From logs to a report: the one room that knows the order of the stages.

Pure: no clock, no environment, no disk. What it needs is passed in, what it finds is returned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from logdoctor.diagnosis.excerpt import excerpt
from logdoctor.diagnosis.rank import Verdict, failing, rank, suspects, yielding
from logdoctor.diagnosis.told import Scene, tell, tell_unknown
from logdoctor.knowledge.match import match
from logdoctor.knowledge.rules import LOOKED_UP, RuleBook
from logdoctor.logs.steps import cut
from logdoctor.logs.steps.verdict import verdict
from logdoctor.model import Diagnosis, Log, Match, Opinion, Outcome, Remedy, Report, Step
from logdoctor.record import TYPE_CHECKING, NamedTuple
from logdoctor.redact import mask_report

if TYPE_CHECKING:
    from logdoctor.knowledge.classify import Classifier
    from logdoctor.remedies.project import Project

Weights = Mapping[str, Mapping[int, float]]
"""For each step's id: positions of its telling lines, and how telling they are."""

MOST = 12
"""Diagnoses in one report; beyond these, somebody's whole matrix has one trouble with many faces."""
GUESSES = 3
"""Steps of one log whose failure no rule knows that are told of."""


class Findings(NamedTuple):
    """What was found in one log: the verdicts of rules, the guesses beside them, and their scene."""

    scene: Scene
    verdicts: Sequence[Verdict]
    guesses: Sequence[Opinion]
    weights: Weights


def diagnose(
    logs: Sequence[Log],
    book: RuleBook,
    project: Project | None = None,
    classifier: Classifier | None = None,
) -> Report:
    """Read logs that were cleaned before, and say what broke the build and what repairs it.

    Without a classifier of your own the one that comes with the program is asked.
    """
    steps: list[Step] = []
    diagnoses: list[Diagnosis] = []
    outcomes: list[Outcome] = []
    weights: dict[str, Mapping[int, float]] = {}
    for log in logs:
        own = _numbered(cut(log), len(steps))
        found = find(log, own, book, classifier)
        weights.update(found.weights)
        for each in found.verdicts[: MOST - len(diagnoses)]:
            each = _known(each, book)
            id, remedies = f"d{len(diagnoses) + 1}", _remedies(each, own, project)
            _add(diagnoses, tell(id, each, found.scene, remedies))
        for guess in found.guesses[: MOST - len(diagnoses)]:
            _add(diagnoses, tell_unknown(f"d{len(diagnoses) + 1}", guess, found.scene))
        steps += own
        outcomes.append("failed" if found.verdicts else found.scene.outcome)
    lines = excerpt(diagnoses, steps, weights)
    return mask_report(Report(_overall(outcomes), tuple(logs), tuple(steps), tuple(diagnoses), lines))


def find(log: Log, steps: Sequence[Step], book: RuleBook, classifier: Classifier | None = None) -> Findings:
    """What rules know of one log; the classifier is asked where they leave a doubt."""
    outcome = verdict(log, steps)
    if outcome == "passed":
        return Findings(Scene((), steps, outcome, log.clipped, {}, {}), (), (), {})
    if classifier is None:
        from logdoctor.knowledge.classify import shipped

        classifier = shipped()
    known = match(book, suspects(steps))
    verdicts = rank(known, steps, outcome)
    asked = _asked(verdicts, failing(steps)) if _doubtful(verdicts) else ()
    weights = {step.id: classifier.rank(step) for step in asked}
    told = _opinions(asked, weights, known, classifier)
    if asked and not told:
        asked = _asked(verdicts, suspects(steps))
        weights = {step.id: classifier.rank(step) for step in asked}
        told = _opinions(asked, weights, known, classifier)
    scene = Scene(known, steps, outcome, log.clipped, told, classifier.calibration)
    guesses = _guesses(scene, verdicts)
    said = _said_by_builder(guesses, steps, book)
    verdicts += tuple(said.values())
    return Findings(scene, verdicts, [each for each in guesses if each.step not in said], weights)


def _opinions(
    steps: Sequence[Step], weights: Weights, known: Sequence[Match], classifier: Classifier
) -> dict[str, Opinion]:
    """The model's opinion of each step, by the step's id; lines that only pass a failure on are no answer."""
    told: dict[str, Opinion] = {}
    for step in steps:
        passing = {each.position for each in known if each.step.id == step.id and each.rule.tier == "wrapper"}
        ranked = {place: value for place, value in weights[step.id].items() if place not in passing}
        if opinion := classifier.opinion(step, ranked):
            told[step.id] = opinion
    return told


def _said_by_builder(guesses: Sequence[Opinion], steps: Sequence[Step], book: RuleBook) -> dict[str, Verdict]:
    """The guesses whose line is a message of the builder, by the step's id: those have a meaning."""
    if not guesses:
        return {}
    from logdoctor.knowledge.codes import spoken

    places = {step.id: step for step in steps}
    found = {each.step: spoken(places[each.step], each.position, book) for each in guesses}
    return {id: Verdict(match, (), (match,)) for id, match in found.items() if match}


def _known(found: Verdict, book: RuleBook) -> Verdict:
    """Look a code or message that no rule explains up in the tools' own lists."""
    if found.match.rule.id not in LOOKED_UP:
        return found
    from logdoctor.knowledge.codes import named

    return found._replace(match=named(found.match, book))


def _doubtful(verdicts: Sequence[Verdict]) -> bool:
    """Whether the rules leave something open; where they do not, the model is not even loaded."""
    return not verdicts or any(
        each.match.rule.tier != "cause" or each.rivals or each.match.step.status != "failed"
        for each in verdicts
    )


def _asked(verdicts: Sequence[Verdict], places: Sequence[Step]) -> Sequence[Step]:
    """The steps that the classifier reads: of very many the first, the last, and those that are told of."""
    if len(places) <= 2 * MOST:
        return places
    told = {each.match.step.id for each in verdicts[:MOST]}
    among = [step for step in places[MOST:-MOST] if step.id in told]
    return (*places[:MOST], *among, *places[-MOST:])


def _guesses(scene: Scene, verdicts: Sequence[Verdict]) -> list[Opinion]:
    """The classifier's lines of steps that no rule explains, the most telling first; none beside a cause."""
    if scene.outcome != "failed" or any(each.match.rule.tier == "cause" for each in verdicts):
        return []
    explained = {found.step.id for found in yielding(scene.matches) if found.rule.tier != "wrapper"}
    open_ones = [opinion for id, opinion in scene.opinions.items() if id not in explained]
    return sorted(open_ones, key=lambda opinion: -opinion.score)[:GUESSES]


def _remedies(found: Verdict, steps: Sequence[Step], project: Project | None) -> tuple[Remedy, ...]:
    best = found.match
    if not best.rule.remedies:
        return ()
    from logdoctor.remedies.remedy import propose

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
