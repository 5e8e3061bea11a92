"""`logdoctor train`: from labelled logs to a model file that knows how good it is."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from sklearn.linear_model import LogisticRegression

from logdoctor.diagnose import find
from logdoctor.diagnosis.confidence import Grounds, grounds_of
from logdoctor.diagnosis.told import grounds, grounds_of_opinion
from logdoctor.knowledge.book import RuleBook
from logdoctor.knowledge.classify import NONE, Classifier
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.model import Line
from logdoctor.workshop.labelled import tells
from logdoctor.workshop.measure import ece
from logdoctor.workshop.train import fit
from logdoctor.workshop.train.fit import Classes, Ranker, Told
from logdoctor.workshop.train.model_file import Fitted, written
from logdoctor.workshop.train.samples import Place, Source, places, steps_of

FOLDS = 5
UNKNOWN_SHARE = 0.25
"""Share of logs that are diagnosed as if nobody had written their rule, while confidence is fitted."""

Report = Callable[[str], None]


class Answer(NamedTuple):
    """A diagnosis of a log that its model had not learned from: its grounds, and whether it was right."""

    names: tuple[str, ...]
    right: bool
    fold: int
    weight: float
    known: bool


def train(
    found: Sequence[Source],
    book: RuleBook,
    families: Mapping[str, str],
    say: Report = lambda text: None,
    shuffled: bool = False,
) -> bytes:
    """Learn from labelled logs and write the model; `shuffled` mixes the labels, which must give chance."""
    kept = places(found)
    if shuffled:
        kept = _mixed(kept)
    say(f"{len(found)} logs, {len(kept)} failed steps that hold their cause")
    folds = [fold_of(place.scenario) for place in kept]
    parts = [_fitted([p for p, n in zip(kept, folds, strict=True) if n != k], families) for k in range(FOLDS)]
    right = _top1(kept, folds, [part.ranker for part in parts])
    say(f"line ranker, out of fold: {right:.1%} of steps by their first line")
    classes = _class_card(kept, families)
    say(f"step classifier, out of fold: class {classes['class']:.1%}, family {classes['family']:.1%}")
    answers = list(_answers(found, book, [Classifier(_bytes_of(part)) for part in parts]))
    calibration = calibrated(answers)
    probabilities = _out_of_fold(answers)
    truth = [answer.right for answer in answers]
    card = {
        "logs": len(found),
        "steps": len(kept),
        "line_top1": round(right, 4),
        **{name: round(value, 4) for name, value in classes.items() if name not in ("slope", "start")},
        "answers": len(answers),
        "ece": round(ece(probabilities, truth), 4),
        "sure": round(sum(p >= 0.8 for p in probabilities) / max(1, len(answers)), 4),
        "sure_wrong": round(_sure_wrong(probabilities, truth), 4),
    }
    say(f"confidence, out of fold: expected calibration error {card['ece']:.3f} over {len(answers)} answers")
    whole = _fitted(kept, families)._replace(
        calibration=calibration, platt=(classes["slope"], classes["start"])
    )
    return written(whole, found, card)


def _bytes_of(fitted: Fitted) -> Callable[[], bytes]:
    data = written(fitted)
    return lambda: data


def fold_of(scenario: str) -> int:
    return crc32(scenario.encode()) % FOLDS


def _mixed(kept: Sequence[Place]) -> list[Place]:
    """The same steps with a random candidate called the cause."""
    chance = random.Random(1)
    return [place._replace(truth=frozenset({chance.choice(sorted(place.named))})) for place in kept]


def _fitted(kept: Sequence[Place], families: Mapping[str, str]) -> Fitted:
    ranker = fit.ranker(kept)
    rows = fit.told([place for place in kept if "~" not in place.name], ranker)
    return Fitted(ranker, fit.svc_classes(rows), families, (1.0, 0.0), {})


def _top1(kept: Sequence[Place], folds: Sequence[int], rankers: Sequence[Ranker]) -> float:
    hits = total = 0.0
    for place, fold in zip(kept, folds, strict=True):
        total += place.weight
        hits += place.weight * (fit.order(place, rankers[fold])[0] in place.truth)
    return hits / max(total, 1e-9)


def _class_card(kept: Sequence[Place], families: Mapping[str, str]) -> dict[str, float]:
    """How the step classifier does on projects it has not seen, and its leads as probabilities."""
    recorded = [place for place in kept if "~" not in place.name]
    ranker = fit.ranker(kept)
    leads: list[float] = []
    rights: list[bool] = []
    sums = dict.fromkeys(("class", "family", "none", "known", "wrong"), 0.0)
    for fold in range(FOLDS):
        rows = fit.told([p for p in recorded if fold_of(p.project) != fold], ranker)
        asked = fit.told([p for p in recorded if fold_of(p.project) == fold], ranker)
        if not rows or not asked:
            continue
        for row, label, lead in _read(fit.svc_classes(rows), asked):
            leads.append(lead)
            rights.append(label == row.label)
            if row.label == NONE:
                sums["wrong"] += row.weight
                sums["none"] += row.weight * (label == NONE)
            else:
                sums["known"] += row.weight
                sums["class"] += row.weight * (label == row.label)
                sums["family"] += row.weight * (families.get(label) == families.get(row.label))
    slope, start = platt(leads, rights)
    known, wrong = max(sums["known"], 1e-9), max(sums["wrong"], 1e-9)
    return {
        "class": sums["class"] / known,
        "family": sums["family"] / known,
        "none": sums["none"] / wrong,
        "slope": slope,
        "start": start,
    }


def _read(classes: Classes, rows: Sequence[Told]) -> Iterable[tuple[Told, str, float]]:
    """Each row with its nearest class and how far that leads."""
    scores = np.asarray(classes.scores([row.names for row in rows]))
    for row, values in zip(rows, scores, strict=True):
        second, top = np.sort(values)[-2:]
        yield row, classes.labels[int(values.argmax())], float(top - second)


def platt(leads: Sequence[float], rights: Sequence[bool]) -> tuple[float, float]:
    """Slope and start of the curve that turns a lead into a probability."""
    if len(set(rights)) < 2:
        return 1.0, 0.0
    model = LogisticRegression(C=100.0).fit(np.array(leads).reshape(-1, 1), rights)
    return float(model.coef_[0][0]), float(model.intercept_[0])


def _answers(found: Sequence[Source], book: RuleBook, models: Sequence[Classifier]) -> Iterable[Answer]:
    """Diagnose every failed log with the model of the fold that has not seen its scenario.

    A rule that was written for a log always knows it. So that confidence is not learned from rules'
    own examples alone, a share of logs is diagnosed without the rule that knows them.
    """
    asked = [each for each in found if not each.case.passed and _counts(each)]
    weights = _weights(asked)
    for each in asked:
        case = each.case
        hidden = crc32(case.name.encode()) % 1000 < UNKNOWN_SHARE * 1000
        fold = fold_of(case.scenario)
        log = read(Raw(case.name, each.data))
        known = book.without(case.labels) if hidden else book
        result = find(log, steps_of(log), known, models[fold])
        named = _first(result)
        if named is not None:
            line, why = named
            yield Answer(grounds_of(why), tells(line, case), fold, weights[case.project], not hidden)


def _counts(each: Source) -> bool:
    """Only recorded logs and their variations: on its own examples a rule cannot fail."""
    return each.case.name.split("~")[0].count("/") >= 2 or each.case.project == each.case.name


def _weights(asked: Sequence[Source]) -> dict[str, float]:
    counts: dict[str, int] = {}
    for each in asked:
        counts[each.case.project] = counts.get(each.case.project, 0) + 1
    return {project: 1 / count for project, count in counts.items()}


def _first(result: Any) -> tuple[Line, Grounds] | None:
    """The line that the first diagnosis names, and what it rests on."""
    if result.verdicts:
        verdict = result.verdicts[0]
        return verdict.match.line, grounds(verdict, result.scene, ())
    if result.guesses:
        guess = result.guesses[0]
        step = next(step for step in result.scene.steps if step.id == guess.step)
        return guess.line, grounds_of_opinion(guess, step, result.scene)
    return None


def calibrated(answers: Sequence[Answer]) -> dict[str, float]:
    """How far each ground moves the odds: logistic calibration over the grounds.

    Platt's method rather than isotonic regression, because the grounds are few and either hold or do
    not: there is no score whose order alone could be trusted.
    """
    names = sorted({name for answer in answers for name in answer.names})
    if not names or len({answer.right for answer in answers}) < 2:
        return {}
    known = {name: number for number, name in enumerate(names)}
    table = fit.matrix([answer.names for answer in answers], known)
    model = LogisticRegression(C=1.0, solver="liblinear", fit_intercept=False).fit(
        table, [answer.right for answer in answers]
    )
    weights = dict(zip(names, map(float, model.coef_[0]), strict=True))
    # No log of the corpus can tell what the user's files add; they never make a verdict less sure.
    return {"files agree": 0.5, **weights}


def _out_of_fold(answers: Sequence[Answer]) -> list[float]:
    """Each answer's confidence by a calibration that was fitted on the other folds."""
    from logdoctor.diagnosis.confidence import LEAST, MOST

    tables = [calibrated([a for a in answers if a.fold != fold]) for fold in range(FOLDS)]
    odds = [sum(tables[a.fold].get(name, 0.0) for name in a.names) for a in answers]
    return [float(max(LEAST, min(MOST, 1 / (1 + np.exp(-value))))) for value in odds]


def _sure_wrong(probabilities: Sequence[float], truth: Sequence[bool]) -> float:
    sure = [right for p, right in zip(probabilities, truth, strict=True) if p >= 0.8]
    return 1 - sum(sure) / len(sure) if sure else 0.0


def default_folders(root: Path) -> tuple[Path, Path]:
    """Where a checkout keeps its corpus and its rules."""
    return root / "corpus", root / "rules"
