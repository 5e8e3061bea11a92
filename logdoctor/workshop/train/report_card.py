"""`make eval`: what the shipped model says of itself, and how a model does that never saw the held-out cases."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from logdoctor import resources
from logdoctor.knowledge.book import RuleBook
from logdoctor.knowledge.classify import Classifier, shipped
from logdoctor.knowledge.rules import load_book
from logdoctor.workshop.evaluate import ROWS, _percent, evaluate, figures
from logdoctor.workshop.labelled import labelled
from logdoctor.workshop.train.model_file import hashes
from logdoctor.workshop.train.samples import Source, examples, families, sources
from logdoctor.workshop.train.train import train

PAGE = "docs/reference/report-card.md"
MADE = "<!-- Made by `make eval`; train again or measure again, do not edit. -->\n\n"


def main(arguments: Sequence[str]) -> int:
    """Measure and write the page."""
    root = Path(resources.checkout() or ".")
    corpus, rules = root / "corpus", root / "rules"
    held = {case.project for case in labelled(corpus) if case.holdout}
    found = [each for each in sources(corpus, rules, copies=1) if each.case.project not in held]
    data = train(found, load_book(), families(rules), print)
    apart = Classifier(lambda: data)
    cards = {
        "with rules": figures(evaluate(corpus, load_book(), apart, holdout=True)),
        "without rules": figures(evaluate(corpus, RuleBook(), apart, holdout=True)),
    }
    (root / PAGE).write_text(MADE + own(shipped()) + held_out(cards) + _age(root), encoding="utf-8")
    print(f"{PAGE}: written")
    return 0


def own(model: Classifier) -> str:
    """The part of the page that the shipped model's file says of itself."""
    about = model.about
    card, versions = about["card"], about["versions"]
    rows = [
        ("line ranker: the line that tells most is the cause", _percent(card["line_top1"])),
        ("step classifier: class right, projects unseen", _percent(card["class"])),
        ("step classifier: family right, projects unseen", _percent(card["family"])),
        ("step classifier: a step read from a wrong line called `none`", _percent(card["none"])),
        ("diagnoses given at 0.8 or more", _percent(card["sure"])),
        ("wrong, of those", _percent(card["sure_wrong"])),
        (f"expected calibration error, {card['answers']} diagnoses", f"{card['ece']:.3f}"),
    ]
    return (
        "# Report card of the models\n\n"
        f"The model that comes with logdoctor was trained on {about['logs']} labelled logs and the variation that "
        f"seed {about['seed']} makes of them, {card['steps']} failed steps in all, with scikit-learn "
        f"{versions['scikit-learn']}. Its data has the hash `{about['data'][:16]}`. "
        "[How the models work](../explanation/models.md).\n\n"
        "## Out of fold\n\n"
        "Five folds; no scenario (what is broken) stands on both sides of a split, and for the step classifier no "
        "project. A quarter of the logs is diagnosed as if nobody had written their rule, because the rules were "
        "written on the corpus.\n\n" + _table(rows)
    )


def held_out(cards: Mapping[str, Mapping[str, Any]]) -> str:
    """The part about cases that the model never saw."""
    first = next(iter(cards.values()))
    rows = [(words, *(_percent(card[key]) for card in cards.values())) for key, words in ROWS]
    rows.append(("expected calibration error", *(f"{card['ece']:.3f}" for card in cards.values())))
    bands = [card["ece_if_perfect"] for card in cards.values()]
    rows.append(
        (
            "… if perfectly calibrated, 5 to 95 %",
            *(f"{band['low']:.3f} to {band['high']:.3f}" for band in bands),
        )
    )
    return (
        "\n## Held-out cases\n\n"
        f"{first['failed']} failed logs ({first['long']} longer than 4,000 bytes) and {first['passed']} that passed, "
        "of the cases marked `holdout`, by a model trained on the others. Rules may have been written with these "
        "cases at hand, the model was not; without rules it is alone.\n\n" + _table([("", *cards), *rows])
    )


def _age(root: Path) -> str:
    """A note on what the corpus has gained since the training."""
    trained_on = shipped().trained_on
    now = hashes([Source(case, case.read()) for case in labelled(root / "corpus")] + examples(root / "rules"))
    new = sum(name not in trained_on for name in now)
    changed = sum(name in trained_on and trained_on[name] != value for name, value in now.items())
    if not new and not changed:
        return "\nThe model was trained on the corpus as it is.\n"
    return f"\nSince the training {new} logs were added to the corpus and {changed} changed.\n"


def _table(rows: Sequence[Sequence[str]]) -> str:
    head = rows[0] if rows[0][0] == "" else ("", "")
    body = rows[1:] if head is rows[0] else rows
    lines = [f"| {' | '.join(head)} |", "|---|" + "--:|" * (len(head) - 1)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in body)]) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
