"""Fit the two linear models with scikit-learn, and turn them into whole numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sparse
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB
from sklearn.svm import LinearSVC

from logdoctor.knowledge.classify import NONE, SCALE, of_step
from logdoctor.model import Line
from logdoctor.workshop.train.samples import Place

COMMON = 4
"""Scenarios that must share a feature before it may count: names of one project teach nothing."""
SHARED = 2
"""Projects that must share a word before the step classifier counts it."""
OPPONENTS = 30
"""Lines of one step that are compared with the one that tells the cause."""
LENGTH = 12.0
"""Length of a ranker's vector of weights."""
SMALLEST = 3
"""Weights below this many 64ths are dropped from the step classifier."""
WRONG = 0.4
"""How much a step read from the wrong line counts as an example of `none`."""

Ranker = Mapping[str, int]


class Told(NamedTuple):
    """What the step classifier sees of one step, and the right answer."""

    names: Sequence[str]
    label: str
    weight: float
    project: str
    scenario: str


def vocabulary(rows: Iterable[tuple[str, Iterable[str]]], least: int) -> dict[str, int]:
    """Numbers for the features that enough scenarios share."""
    seen: dict[str, set[str]] = defaultdict(set)
    for scenario, names in rows:
        for name in names:
            seen[name].add(scenario)
    return {
        name: number for number, name in enumerate(sorted(n for n, who in seen.items() if len(who) >= least))
    }


def matrix(rows: Sequence[Iterable[str]], known: Mapping[str, int]) -> Any:
    """Rows of names as a sparse matrix of ones."""
    columns: list[int] = []
    edges = [0]
    for names in rows:
        columns += sorted({known[name] for name in names if name in known})
        edges.append(len(columns))
    ones = np.ones(len(columns), dtype=np.float64)
    return sparse.csr_matrix((ones, np.array(columns), np.array(edges)), shape=(len(rows), len(known)))


class Pairs(NamedTuple):
    """Differences between the line that tells and one that does not, half of them turned round."""

    rows: Any
    signs: Any
    weights: Any


def pairs(places: Sequence[Place], known: Mapping[str, int]) -> Pairs:
    """Each cause line against other candidates of its step."""
    rows: list[list[str]] = []
    better: list[int] = []
    worse: list[int] = []
    weights: list[float] = []
    for place in places:
        at = {position: len(rows) + n for n, position in enumerate(place.named)}
        rows += place.named.values()
        others = [position for position in place.named if position not in place.truth]
        chosen = others[:: max(1, len(others) // OPPONENTS)]
        for other in chosen:
            better.append(at[min(place.truth)])
            worse.append(at[other])
            weights.append(place.weight / len(chosen))
    table = matrix(rows, known)
    signs = np.where(np.arange(len(better)) % 2 == 0, 1, -1)
    return Pairs(sparse.diags(signs.astype(float)) @ (table[better] - table[worse]), signs, np.array(weights))


def _svc(data: Pairs) -> Any:
    return LinearSVC(C=0.1, fit_intercept=False, dual=False).fit(
        data.rows, data.signs, sample_weight=data.weights
    )


def _logistic(data: Pairs) -> Any:
    model = LogisticRegression(C=1.0, solver="liblinear", fit_intercept=False)
    return model.fit(data.rows, data.signs, sample_weight=data.weights)


def paired(places: Sequence[Place], fit: Callable[[Pairs], Any] = _svc) -> Ranker:
    """A ranker that learns which of two lines of a step tells more."""
    known = vocabulary(
        ((place.scenario, names) for place in places for names in place.named.values()), COMMON
    )
    weights = fit(pairs(places, known)).coef_[0]
    whole = {name: round(float(weights[number]) * SCALE) for name, number in known.items()}
    return {name: weight for name, weight in whole.items() if weight}


def pointwise(places: Sequence[Place]) -> Ranker:
    """A ranker that asks of each line alone whether it is the cause."""
    rows, truth, weights = _single(places)
    known = vocabulary(rows, COMMON)
    model = LogisticRegression(C=10.0, solver="liblinear").fit(
        matrix([names for _, names in rows], known), truth, sample_weight=weights
    )
    return {name: round(float(model.coef_[0][number]) * SCALE) for name, number in known.items()}


def bayes(places: Sequence[Place]) -> Ranker:
    """A ranker by complement naive Bayes."""
    rows, truth, weights = _single(places)
    known = vocabulary(rows, COMMON)
    model = ComplementNB().fit(matrix([names for _, names in rows], known), truth, sample_weight=weights)
    gain = model.feature_log_prob_[1] - model.feature_log_prob_[0]
    return {name: round(float(gain[number]) * SCALE) for name, number in known.items()}


def ranker(places: Sequence[Place]) -> Ranker:
    """The line ranker: the mean of one that compares lines and one that asks of each line alone."""
    mixed: dict[str, float] = defaultdict(float)
    for weights in (paired(places), pointwise(places)):
        norm = sum(weight * weight for weight in weights.values()) ** 0.5 or 1.0
        for name, weight in weights.items():
            mixed[name] += LENGTH * weight / norm / 2
    whole = {name: round(weight * SCALE) for name, weight in mixed.items()}
    return {name: weight for name, weight in whole.items() if weight}


def judgement(places: Sequence[Place]) -> Ranker:
    """No learning: the weight that `features.weight` gives a line."""
    names = {name for place in places for each in place.named.values() for name in each}
    return {name: round(float(name[7:]) * SCALE) for name in sorted(names) if name.startswith("weight:")}


def logistic(places: Sequence[Place]) -> Ranker:
    """A ranker by logistic regression on pairs."""
    return paired(places, _logistic)


def _single(places: Sequence[Place]) -> tuple[list[tuple[str, list[str]]], list[bool], list[float]]:
    rows, truth, weights = [], [], []
    for place in places:
        others = max(1, len(place.named) - len(place.truth))
        for position, names in place.named.items():
            told = position in place.truth
            rows.append((place.scenario, names))
            truth.append(told)
            weights.append(place.weight / (len(place.truth) if told else others))
    return rows, truth, weights


def order(place: Place, weights: Ranker) -> list[int]:
    """The candidates of a step, the most telling first."""
    scores = {p: sum(weights.get(name, 0) for name in names) for p, names in place.named.items()}
    return sorted(scores, key=lambda position: (-scores[position], position))


def told(places: Sequence[Place], weights: Ranker) -> list[Told]:
    """What the step classifier learns: steps read from their cause, and from a wrong line as `none`."""
    made = []
    for place in places:
        ordered = order(place, weights)
        right = sorted(ordered, key=lambda position: position not in place.truth)
        wrong = [position for position in ordered if position not in place.truth]
        made.append(_told(place.step.lines, right, place.label or NONE, place.weight, place))
        if wrong:
            made.append(_told(place.step.lines, wrong, NONE, place.weight * WRONG, place))
    return made


def _told(lines: Sequence[Line], ordered: Sequence[int], label: str, weight: float, place: Place) -> Told:
    return Told(of_step(lines, ordered), label, weight, place.project, place.scenario)


class Classes(NamedTuple):
    """A fitted step classifier: scores are `rows @ weights.T + start`."""

    labels: list[str]
    known: Mapping[str, int]
    weights: Any
    start: Any

    def scores(self, rows: Sequence[Sequence[str]]) -> Any:
        """One score for each row and label."""
        return matrix(rows, self.known) @ self.weights.T + self.start


def logistic_classes(rows: Sequence[Told]) -> Classes:
    """The step classifier by logistic regression."""
    return _classes(rows, LogisticRegression(C=20.0, max_iter=60, tol=1e-2))


def svc_classes(rows: Sequence[Told]) -> Classes:
    """The step classifier by a linear support vector machine."""
    return _classes(rows, LinearSVC(C=1.0, random_state=0, tol=1e-2))


def bayes_classes(rows: Sequence[Told]) -> Classes:
    """The step classifier by complement naive Bayes."""
    known = vocabulary(((row.scenario, row.names) for row in rows), 1)
    model = ComplementNB(norm=True).fit(
        matrix([row.names for row in rows], known),
        [row.label for row in rows],
        sample_weight=[row.weight for row in rows],
    )
    return Classes(list(model.classes_), known, model.feature_log_prob_, np.zeros(len(model.classes_)))


def nearest_classes(rows: Sequence[Told]) -> Classes:
    """The nearest learned step: the share of words in common, each class by its best example."""
    known = vocabulary(((row.scenario, row.names) for row in rows), 1)
    table = matrix([row.names for row in rows], known)
    norms = np.sqrt(np.asarray(table.sum(axis=1)).ravel()) + 1e-9
    return Classes([row.label for row in rows], known, sparse.diags(1 / norms) @ table, np.zeros(len(rows)))


def _classes(rows: Sequence[Told], model: Any) -> Classes:
    known = vocabulary(((row.project, row.names) for row in rows), SHARED)
    model.fit(
        matrix([row.names for row in rows], known),
        [row.label for row in rows],
        sample_weight=[row.weight for row in rows],
    )
    return Classes(list(model.classes_), known, model.coef_, model.intercept_)
