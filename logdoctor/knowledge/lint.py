"""The proofs a rule must pass before any test runs: each failure with file and line.

`python -m logdoctor.knowledge.lint rules/` prints what is wrong.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import PurePath
from typing import NamedTuple

from logdoctor.knowledge import needles
from logdoctor.knowledge.authoring import Authored, Example, RemedyPlan
from logdoctor.knowledge.book import book_of
from logdoctor.knowledge.compile import compiled, read_file, rule_files
from logdoctor.knowledge.errors import RuleError
from logdoctor.knowledge.match import match
from logdoctor.knowledge.pump import too_slow
from logdoctor.model import Line, Match, Rule, Step
from logdoctor.wording import slots

Reader = Callable[[str], Sequence[Step]]
"""Makes steps of an example's log."""
Operations = Mapping[str, Mapping[str, bool]]
"""The edits there are: for each its arguments, and whether they are required."""
Repairer = Callable[[Match, Sequence[Step], Mapping[str, str]], Mapping[str, Mapping[str, str] | str]]
"""Carries out a hit's remedies on files: for each its id, and the new files or why there are none."""

GIVEN = "line"
"""The argument that a remedy fills in itself: the instruction that failed."""


class Checked(NamedTuple):
    """A rule that could be read, as its author wrote it and as it is used."""

    authored: Authored
    rule: Rule


def check(
    folder: PathLike[str] | str,
    operations: Operations | None = None,
    solvers: Collection[str] | None = None,
    reader: Reader | None = None,
    repairer: Repairer | None = None,
    known: Collection[str] = (),
    timed: bool = True,
) -> list[RuleError]:
    """Everything that is wrong with the rules of a folder, in the order of files and lines.

    `operations` and `solvers` are the edits and solvers there are; without them their names are not
    checked, and without a `repairer` nobody looks whether an example's files become its fixed ones.
    `known` are rules and families beside these; `timed` False leaves out what needs a clock.
    """
    errors: list[RuleError] = []
    rules = list(_read(rule_files(folder), errors))
    for checked in rules:
        errors += _place(checked, PurePath(folder))
        errors += _alone(checked, operations, solvers)
        errors += _slow(checked) if timed else ()
        errors += _examples(checked, reader or plain, repairer)
    errors += _together(rules, reader or plain, known)
    return sorted(errors, key=lambda error: (error.file, error.line))


def plain(log: str) -> tuple[Step, ...]:
    """A log without structure: one step, nothing cleaned but colours."""
    texts = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", log).split("\n")
    lines = tuple(Line(n, text.rstrip("\r").replace("\u2009", " "), n) for n, text in enumerate(texts, 1))
    return (Step("s1", "l1", "log", "", "failed", 1, len(lines), lines),)


def _read(files: Iterable[str], errors: list[RuleError]) -> Iterator[Checked]:
    for file in files:
        try:
            authored = read_file(file)
            yield Checked(authored, compiled(authored))
        except RuleError as error:
            errors.append(error)


def _place(checked: Checked, folder: PurePath) -> Iterator[RuleError]:
    """A file is called like its rule, and a folder inside the rules' folder like its family."""
    authored, rule = checked
    path = PurePath(authored.file)
    if path.stem != rule.id:
        yield authored.error("$.id", f"the id is `{rule.id}`, the file is called {path.name}")
    if path.parent != folder and path.parent.name != rule.family:
        yield authored.error("$.family", f"the family is `{rule.family}`, the folder is {path.parent.name}")


def _alone(
    checked: Checked, operations: Operations | None, solvers: Collection[str] | None
) -> Iterator[RuleError]:
    """What can be said of a rule without a log."""
    authored, rule = checked
    if rule.title.endswith(".") and not rule.title.endswith("..."):
        yield authored.error("$.title", "a title has no period at its end")
    for number, url in enumerate(rule.references):
        if not url.startswith("https://"):
            yield authored.error(f"$.references[{number}]", "a reference is an https:// address")
    yield from _patterns(checked)
    yield from _prose(checked)
    for number, plan in enumerate(authored.rule.remedies):
        yield from _remedy(authored, f"$.remedies[{number}]", plan, operations, solvers)


def _patterns(checked: Checked) -> Iterator[RuleError]:
    authored, rule = checked
    for number, pattern in enumerate(rule.patterns):
        path = f"$.match[{number}]"
        if pattern.needle and not needles.guarantees(pattern.line, pattern.needle):
            yield authored.error(f"{path}.needle", f"not every match contains `{pattern.needle}`")
        if pattern.needle and len(pattern.needle) < needles.SHORTEST:
            yield authored.error(f"{path}.needle", "a needle has three characters or more")
    for place, regex in _regexes(rule):
        if reason := unfit(regex):
            yield authored.error(place, reason)


def _slow(checked: Checked) -> Iterator[RuleError]:
    for place, regex in _regexes(checked.rule):
        if (line := too_slow(regex)) is not None:
            reason = f"quadratic or worse on a long line such as {line!r}…: anchor it, or bound the repeat"
            yield checked.authored.error(place, f"{reason} ({{1,200}})")


def _regexes(rule: Rule) -> Iterator[tuple[str, str]]:
    for number, pattern in enumerate(rule.patterns):
        yield f"$.match[{number}].line", pattern.line
        for place, near in enumerate(pattern.nearby):
            yield f"$.match[{number}].with[{place}].line", near.line


def unfit(pattern: str) -> str | None:
    """Why RE2 does not take a pattern, or None."""
    if (what := needles.foreign(pattern)) is not None:
        return f"{what} is not allowed: the pattern must compile in RE2"
    if (reason := _refused(pattern)) is not None:
        return f"RE2 refuses the pattern: {reason}"
    return None


def _refused(pattern: str) -> str | None:
    try:
        import re2  # type: ignore[import-untyped]
    except ImportError:
        return None
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        return str(error.args[0] if error.args else error)
    return None


def _prose(checked: Checked) -> Iterator[RuleError]:
    """Sentences and arguments must only name what a pattern can capture."""
    authored, rule = checked
    known = captures_of(rule)
    for path, text in _sentences(authored):
        for name in slots(text):
            if name not in known:
                yield authored.error(path, f"{{{name}}} is captured by no pattern of this rule")


def captures_of(rule: Rule) -> frozenset[str]:
    """The names that a match of the rule can carry."""
    lines = [each.line for each in rule.patterns]
    lines += [near.line for each in rule.patterns for near in each.nearby if not near.absent]
    return frozenset(name for line in lines for name in re.compile(line).groupindex)


def _sentences(authored: Authored) -> Iterator[tuple[str, str]]:
    rule = authored.rule
    yield from (("$.title", rule.title), ("$.explain", rule.explain))
    for number, plan in enumerate(rule.remedies):
        path = f"$.remedies[{number}]"
        yield from (
            (f"{path}.title", plan.title),
            (f"{path}.why", plan.why),
            (f"{path}.file", plan.file or ""),
        )
        yield from ((f"{path}.args.{name}", value) for name, value in plan.args.items())
        yield from ((f"{path}.steps[{n}]", step) for n, step in enumerate(plan.steps))


def _remedy(
    authored: Authored,
    path: str,
    plan: RemedyPlan,
    operations: Operations | None,
    solvers: Collection[str] | None,
) -> Iterator[RuleError]:
    if plan.edit and plan.solve:
        yield authored.error(path, "a remedy has an edit or a solver, not both")
    if plan.solve and solvers is not None and plan.solve not in solvers:
        yield authored.error(f"{path}.solve", f"there is no solver `{plan.solve}`")
    if not plan.edit and not plan.solve:
        yield from _by_hand(authored, path, plan)
    if plan.edit and not plan.file:
        yield authored.error(path, "an edit needs the `file` it changes")
    if plan.edit and operations is not None:
        yield from _edit(authored, path, plan, operations)


def _by_hand(authored: Authored, path: str, plan: RemedyPlan) -> Iterator[RuleError]:
    if plan.applicability != "manual":
        yield authored.error(f"{path}.applicability", "without an edit a remedy is `manual`")
    if not plan.steps:
        yield authored.error(path, "a remedy without an edit says its `steps`")
    if plan.args or plan.file:
        yield authored.error(path, "`file` and `args` belong to an edit")


def _edit(authored: Authored, path: str, plan: RemedyPlan, operations: Operations) -> Iterator[RuleError]:
    arguments = operations.get(plan.edit or "")
    if arguments is None:
        yield authored.error(f"{path}.edit", f"there is no edit `{plan.edit}`")
        return
    for name in plan.args:
        if name not in arguments:
            yield authored.error(f"{path}.args.{name}", f"{plan.edit} has no argument `{name}`")
    for name, required in arguments.items():
        if required and name not in plan.args and name != GIVEN:
            yield authored.error(f"{path}.args", f"{plan.edit} needs the argument `{name}`")


def _examples(checked: Checked, reader: Reader, repairer: Repairer | None) -> Iterator[RuleError]:
    """Run the examples; then look for alternatives that none of them needs."""
    authored, rule = checked
    examples = authored.rule.examples
    if all(each.none for each in examples):
        yield authored.error("$.examples", "there is no example that the rule matches")
    if not any(each.none for each in examples):
        yield authored.error("$.examples", "there is no near miss: an example with `none: true`")
    claims: dict[int, set[tuple[int, int]]] = {n: set() for n in range(len(rule.patterns))}
    for number, example in enumerate(examples):
        yield from _consistent(authored, f"$.examples[{number}]", example)
        steps = reader(example.log)
        yield from _example(checked, number, example, steps)
        if repairer and example.fixed:
            yield from _repaired(checked, number, steps, repairer)
        for place in claims if not example.none else ():
            alone = rule._replace(patterns=(rule.patterns[place],))
            claims[place] |= {(number, hit.line.number) for hit in hits(alone, steps)}
    yield from _idle(authored, claims)


def _consistent(authored: Authored, path: str, example: Example) -> Iterator[RuleError]:
    if example.none == (example.line is not None):
        yield authored.error(path, "an example has either the `line` of the cause or `none: true`")
    if example.origin.kind == "recorded" and not (example.origin.tool and example.origin.version):
        yield authored.error(f"{path}.from", "a recorded example says which `tool` and `version`")
    plans = authored.rule.remedies
    solved = any(plan.solve for plan in plans)
    if example.remedy and not solved and example.remedy not in [plan.id for plan in plans]:
        yield authored.error(f"{path}.remedy", f"the rule has no remedy `{example.remedy}`")
    if example.fixed and not (example.files and example.remedy):
        yield authored.error(f"{path}.fixed", "`fixed` needs the `files` before and the `remedy`")
    for name in example.fixed:
        if name not in example.files:
            yield authored.error(f"{path}.fixed", f"{name} is not among the `files`")


def _example(checked: Checked, number: int, example: Example, steps: Sequence[Step]) -> Iterator[RuleError]:
    authored, rule = checked
    path = f"$.examples[{number}]"
    found = hits(rule, steps)
    if example.none:
        if found:
            yield authored.error(path, f"must not match, but line {found[0].line.number} does")
        return
    if not found:
        yield authored.error(path, "nothing in this log matches")
        return
    best = found[0]
    if example.line is not None and not best.line.number <= example.line <= best.line.end:
        yield authored.error(f"{path}.line", f"line {best.line.number} matches, not {example.line}")
    for name, value in example.captures.items():
        got = best.captures.get(name)
        if got != value:
            yield authored.error(f"{path}.captures.{name}", f"{name} is {got!r}, not {value!r}")


def _repaired(
    checked: Checked, number: int, steps: Sequence[Step], repairer: Repairer
) -> Iterator[RuleError]:
    """Carry out the remedy that the example names, and compare."""
    authored, example = checked.authored, checked.authored.rule.examples[number]
    path = f"$.examples[{number}]"
    found = hits(checked.rule, steps)
    if not found:
        return
    made = repairer(found[0], steps, example.files).get(example.remedy or "", "no such remedy was offered")
    if isinstance(made, str):
        yield authored.error(f"{path}.fixed", f"`{example.remedy}` changes nothing: {made}")
        return
    for name, wanted in example.fixed.items():
        if made.get(name, example.files[name]) != wanted:
            yield authored.error(f"{path}.fixed.{name}", f"`{example.remedy}` makes another {name} of it")


def hits(rule: Rule, steps: Sequence[Step]) -> tuple[Match, ...]:
    """A rule's matches, found by its needles, as in earnest."""
    return match(book_of([rule]), steps)


def _idle(authored: Authored, claims: Mapping[int, set[tuple[int, int]]]) -> Iterator[RuleError]:
    """Alternatives that no example hits, or that earlier ones make needless."""
    earlier: set[tuple[int, int]] = set()
    for place, own in claims.items():
        if not own:
            yield authored.error(f"$.match[{place}]", "dead: no example is matched by this alternative")
        elif own <= earlier:
            yield authored.error(f"$.match[{place}]", "shadowed: earlier alternatives match all its examples")
        earlier |= own


def _together(rules: Sequence[Checked], reader: Reader, known: Collection[str]) -> Iterator[RuleError]:
    """What can only be said of all rules at once."""
    names = {checked.rule.id for checked in rules} | {checked.rule.family for checked in rules} | {*known}
    seen: dict[str, str] = {}
    for authored, rule in rules:
        if rule.id in seen:
            yield authored.error("$.id", f"{seen[rule.id]} has the same id")
        seen[rule.id] = authored.file
        for number, name in enumerate(rule.yields_to):
            if name not in names:
                yield authored.error(f"$.yields_to[{number}]", f"there is no rule or family `{name}`")
    yield from _rivals(rules, reader)


def _rivals(rules: Sequence[Checked], reader: Reader) -> Iterator[RuleError]:
    """Two rules of tier `cause` must not claim the same line, unless one gives way."""
    causes = [each.rule for each in rules if each.rule.tier == "cause"]
    book = book_of(causes)
    for authored, rule in rules:
        if rule not in causes:
            continue
        for number, example in enumerate(authored.rule.examples):
            found = match(book, reader(example.log)) if example.line else ()
            for other in {each.rule.id: each.rule for each in found if _claims(each, rule, example)}.values():
                yield authored.error(
                    f"$.examples[{number}]", f"rule `{other.id}` claims the same line; one must yield"
                )


def _claims(found: Match, rule: Rule, example: Example) -> bool:
    """Whether another rule takes an example's line away from its own."""
    other, line = found.rule, found.line
    if other.id == rule.id or example.line is None or not line.number <= example.line <= line.end:
        return False
    return not (_yields(rule, other) or _yields(other, rule))


def _yields(one: Rule, other: Rule) -> bool:
    return other.id in one.yields_to or other.family in one.yields_to


def main(folders: Sequence[str]) -> int:
    """Print what is wrong; the status says whether anything is."""
    errors = [error for folder in folders or ["rules"] for error in check(folder)]
    for error in errors:
        print(error)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
