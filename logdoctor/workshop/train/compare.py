"""Try every way of learning on the same folds, and print how each did: `make compare`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np

from logdoctor import resources
from logdoctor.knowledge.classify import NONE
from logdoctor.workshop.train import fit
from logdoctor.workshop.train.fit import Classes, Ranker, Told
from logdoctor.workshop.train.samples import Place, families, places, sources
from logdoctor.workshop.train.train import FOLDS

RANKERS: Mapping[str, Callable[[Sequence[Place]], Ranker]] = {
    "judgement alone": fit.judgement,
    "each line alone, complement naive Bayes": fit.bayes,
    "each line alone, logistic regression": fit.pointwise,
    "pairs of lines, logistic regression": fit.logistic,
    "pairs of lines, linear SVC": fit.paired,
    "mean of pairs (SVC) and each alone (logistic)": fit.ranker,
}
CLASSES: Mapping[str, Callable[[Sequence[Told]], Classes]] = {
    "nearest learned step": fit.nearest_classes,
    "complement naive Bayes": fit.bayes_classes,
    "logistic regression": fit.logistic_classes,
    "linear SVC, Platt's probabilities": fit.svc_classes,
}


def main(arguments: Sequence[str]) -> int:
    """Print two tables in Markdown."""
    root = Path(resources.checkout() or ".")
    kept = places(sources(root / "corpus", root / "rules"))
    print("| line ranker | first line right | within three | seconds |\n|---|--:|--:|--:|")
    for name, learn in RANKERS.items():
        began = time.perf_counter()
        first, third = _ranked(kept, learn)
        print(f"| {name} | {first:.1%} | {third:.1%} | {time.perf_counter() - began:.0f} |", flush=True)
    recorded = [place for place in kept if "~" not in place.name]
    known = families(root / "rules")
    print("\n| step classifier | class | family | wrong line called none | seconds |\n|---|--:|--:|--:|--:|")
    for name, learned in CLASSES.items():
        began = time.perf_counter()
        shares = _named(recorded, learned, fit.ranker(kept), known)
        row = " | ".join(f"{share:.1%}" for share in shares)
        print(f"| {name} | {row} | {time.perf_counter() - began:.0f} |", flush=True)
    return 0


def _fold(name: str) -> int:
    return crc32(name.encode()) % FOLDS


def _ranked(kept: Sequence[Place], learn: Callable[[Sequence[Place]], Ranker]) -> tuple[float, float]:
    first = third = total = 0.0
    for fold in range(FOLDS):
        weights = learn([place for place in kept if _fold(place.scenario) != fold])
        for place in kept:
            if _fold(place.scenario) == fold:
                ordered = fit.order(place, weights)
                total += place.weight
                first += place.weight * (ordered[0] in place.truth)
                third += place.weight * bool(place.truth.intersection(ordered[:3]))
    return first / total, third / total


def _named(
    recorded: Sequence[Place],
    learn: Callable[[Sequence[Told]], Classes],
    ranker: Ranker,
    known: Mapping[str, str],
) -> tuple[float, float, float]:
    sums = dict.fromkeys(("class", "family", "none", "known", "wrong"), 0.0)
    for fold in range(FOLDS):
        classes = learn(fit.told([place for place in recorded if _fold(place.project) != fold], ranker))
        asked = fit.told([place for place in recorded if _fold(place.project) == fold], ranker)
        scores = classes.scores([row.names for row in asked])
        dense = np.asarray(scores.todense() if hasattr(scores, "todense") else scores)
        for row, best in zip(asked, dense.argmax(axis=1), strict=True):
            label = classes.labels[int(best)]
            if row.label == NONE:
                sums["wrong"] += row.weight
                sums["none"] += row.weight * (label == NONE)
            else:
                sums["known"] += row.weight
                sums["class"] += row.weight * (label == row.label)
                sums["family"] += row.weight * (known.get(label) == known.get(row.label))
    return sums["class"] / sums["known"], sums["family"] / sums["known"], sums["none"] / sums["wrong"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
