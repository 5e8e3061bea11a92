"""Train a model, measure it, and label logs for both."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from logdoctor import resources
from logdoctor.config import NAME
from logdoctor.faces import output, status
from logdoctor.faces.pipeline import Call, classifier_of, opened, rule_book, settings
from logdoctor.faces.status import Refused
from logdoctor.knowledge.book import RuleBook
from logdoctor.knowledge.classify import shipped
from logdoctor.knowledge.rules import load_book

OWN = ".logdoctor/corpus"
"""Where people's own labelled logs lie."""
NEEDED = "training needs scikit-learn: pip install 'logdoctor[train]'"


def trained(also: Sequence[str], corpus: str | None, target: str, copies: int) -> int:
    """Train on the corpus and on folders of one's own, and write the model."""
    try:
        import sklearn  # noqa: F401
    except ImportError:
        raise Refused(NEEDED) from None
    from logdoctor.workshop.labelled import FolderError
    from logdoctor.workshop.train.model_file import LARGEST
    from logdoctor.workshop.train.samples import families, sources
    from logdoctor.workshop.train.train import train

    root = resources.checkout()
    folder = Path(corpus) if corpus else Path(root or ".") / "corpus"
    rules = Path(root) / "rules" if root else None
    try:
        found = sources(folder, rules, [Path(each) for each in also], copies)
    except (FolderError, OSError) as error:
        hint = "" if root or corpus else "; the corpus is in the source checkout: name it with --corpus"
        raise Refused(f"{error}{hint}") from None
    book = load_book()
    known = families(rules) if rules else dict(zip(book.ids, book.families, strict=True))
    data = train(found, book, known, output.tell)
    if len(data) > LARGEST:
        output.tell(f"logdoctor: the model has {len(data)} bytes, more than the {LARGEST} that ours may have")
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    Path(target).write_bytes(data)
    output.tell(f"{target}: {len(data)} bytes. To use it: model = {json.dumps(target)} in {NAME}")
    return status.NO_FAILURE


def evaluated(folder: str, format: str, page: str | None, holdout: bool) -> int:
    """Measure the diagnosis on labelled logs."""
    from logdoctor.workshop.eval_page import page as drawn
    from logdoctor.workshop.evaluate import evaluate, figures, table
    from logdoctor.workshop.labelled import FolderError

    config = settings(Call().folder)
    try:
        card = figures(evaluate(Path(folder), rule_book(config), classifier_of(config) or shipped(), holdout))
    except FolderError as error:
        raise Refused(str(error)) from None
    except OSError as error:
        raise Refused(f"{error.filename}: {error.strerror}") from None
    if page:
        Path(page).write_text(drawn(card, f"logdoctor on {Path(folder).name}"), encoding="utf-8")
        output.tell(f"{page}: written")
    output.answer(json.dumps(card, indent=2) + "\n" if format == "json" else table(card))
    return status.NO_FAILURE


def labelled(
    log: str, line: int | None, passed: bool, rule: str, family: str, folder: str, project: str
) -> int:
    """Keep a masked copy of a log with what is true of it."""
    from logdoctor.workshop.label import Label, LabelError, keep

    if passed and line is not None:
        raise Refused("a build that passed has no line that tells a cause: give --line or --passed")
    try:
        data = Path(log).read_bytes()
    except OSError as error:
        raise Refused(f"{log}: {error.strerror}", status.UNREADABLE) from None
    if line is None and not passed:
        line = _asked(log)
    book = rule_book(settings(Call().folder))
    if rule and rule not in book.ids:
        output.tell(f"logdoctor: there is no rule '{rule}'; it is kept as a class of your own")
    try:
        kept = keep(Path(folder), log, data, Label(line, rule, family or _family(rule, book), project))
    except LabelError as error:
        raise Refused(str(error)) from None
    output.answer(f"{kept}: kept, secrets masked. To learn from it: logdoctor train --also {folder}\n")
    return status.NO_FAILURE


def _family(rule: str, book: RuleBook) -> str:
    return book.families[book.ids.index(rule)] if rule in book.ids else ""


def _asked(log: str) -> int:
    """Ask which line tells the cause, the most telling ones shown."""
    if not output.is_terminal(sys.stdin):
        raise Refused("which line tells the cause? give --line N, or --passed for a green build")
    from logdoctor.diagnose import diagnose

    config = settings(Call().folder)
    book = rule_book(config)
    report = diagnose(opened([log], book)[0], book, classifier=classifier_of(config))
    from logdoctor.render.clean import clean

    for each in report.excerpt:
        output.tell(f"{each.line:>6}  {clean(each.text)[:160]}")
    first = next((each.cause.line for each in report.diagnoses if each.cause), None)
    output.tell(f"The line that tells the cause{f' [{first}]' if first else ''}: ")
    answer = sys.stdin.readline().strip() or str(first or "")
    if not answer.isdigit():
        raise Refused("a line's number is needed")
    return int(answer)
