"""What repairs a failure: the rule's plans carried out on the user's files, or why they could not be.

A patch is offered as sure only where log and files agree. Without the files, only lines that the
log itself quotes are changed; without those, the answer is the command that would give a patch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from logdoctor.model import (
    Evidence,
    Line,
    NotPatched,
    Patch,
    Remedy,
    RemedyPlan,
    Rule,
    Step,
)
from logdoctor.record import TYPE_CHECKING, NamedTuple
from logdoctor.wording import fill, slots

if TYPE_CHECKING:
    from logdoctor.remedies.project import Project
    from logdoctor.remedies.site import Site

GIVE_PROJECT = "`logdoctor fix --project DIR LOG`"
NO_PROJECT = f"only the log is at hand; {GIVE_PROJECT} makes the patch from your files"
BY_HAND = "this needs a person; the steps say what to do"
WIDEST = 300
SOLVERS = {
    "native-module": "native",
    "lockfile": "relock",
    "allow-builds": "allow_builds",
    "copy-source": "copy_source",
    "ownership": "ownership",
    "foreign-image": "foreign_image",
}
"""A solver's name and the module whose `remedies(plan, case)` it is."""
FROM_LOG = frozenset({"native-module", "lockfile"})
"""Solvers that can say something without the user's files."""
SELF_EVIDENT = frozenset({"json-remove-trailing-commas"})
"""Edits that find their own fault: where there is something to change, there the file is broken."""


class Case(NamedTuple):
    """A failure that is to be repaired; `site` is there when the user's files are."""

    captures: Mapping[str, str]
    cause: Line
    step: Step
    steps: Sequence[Step]
    site: Site | None


def propose(
    rule: Rule,
    captures: Mapping[str, str],
    cause: Line,
    step: Step,
    steps: Sequence[Step],
    project: Project | None,
) -> tuple[Remedy, ...]:
    """Carry out a rule's plans in their order; a safe patch comes before all else."""
    if not rule.remedies:
        return ()
    case = Case(captures, cause, step, steps, _site(project, cause, step, steps))
    # A rule may word several ways of one trouble, each with its plan; the others' captures are missing.
    plans = [plan for plan in rule.remedies if _fits(plan, case)] or rule.remedies
    made = [remedy for plan in plans for remedy in _carry_out(plan, case)]
    return tuple(sorted(made, key=lambda remedy: not _is_safe_patch(remedy)))


def _site(project: Project | None, cause: Line, step: Step, steps: Sequence[Step]) -> Site | None:
    if project is None:
        return None
    from logdoctor.remedies.site import Site

    return Site(project, cause, step, steps)


def _is_safe_patch(remedy: Remedy) -> bool:
    return remedy.applicability == "safe" and isinstance(remedy.outcome, Patch)


def _carry_out(plan: RemedyPlan, case: Case) -> tuple[Remedy, ...]:
    if plan.solve:
        return _solved(plan, case)
    if not plan.edit:
        return (worded(plan, case, NotPatched(BY_HAND)),)
    unfilled = _unfilled(plan, case)
    if unfilled:
        return (worded(plan, case, NotPatched(f"the log does not say which {unfilled} is meant")),)
    if case.site is None:
        return (_from_log(plan, case),)
    from logdoctor.remedies.targets import edit_files

    return (edit_files(plan, case),)


def _solved(plan: RemedyPlan, case: Case) -> tuple[Remedy, ...]:
    """Let the plan's solver answer; most need the user's files."""
    module = SOLVERS.get(plan.solve or "")
    if module is None:
        return (worded(plan, case, NotPatched(f"there is no solver called {plan.solve}")),)
    if case.site is None and plan.solve not in FROM_LOG:
        return (worded(plan, case, NotPatched(NO_PROJECT)),)
    from importlib import import_module

    found: tuple[Remedy, ...] = import_module(f"logdoctor.remedies.{module}").remedies(plan, case)
    return found


def worded(
    plan: RemedyPlan, case: Case, outcome: Patch | NotPatched, evidence: Sequence[Evidence] = ()
) -> Remedy:
    """Fill the plan's sentences; what is not patched needs a person, what rests on the log alone a review."""
    level = plan.applicability
    if isinstance(outcome, NotPatched):
        level = "manual"
    elif outcome.basis == "log" and level == "safe":
        level = "review"
    return Remedy(
        id=plan.id,
        title=fill(plan.title, case.captures),
        applicability=level,
        why=fill(plan.why, case.captures).strip(),
        outcome=outcome,
        steps=tuple(fill(step, case.captures) for step in plan.steps),
        evidence=(log_side(case), *evidence) if isinstance(outcome, Patch) else tuple(evidence),
    )


def log_side(case: Case) -> Evidence:
    """The cause, as evidence."""
    return Evidence("log", None, case.cause.number, case.cause.text[:WIDEST])


def _fits(plan: RemedyPlan, case: Case) -> bool:
    """Whether the log named all that the plan's title and its arguments speak of."""
    return not _unfilled(plan, case) and all(case.captures.get(slot) for slot in slots(plan.title))


def _unfilled(plan: RemedyPlan, case: Case) -> str:
    """The first argument or file that the log should have named and did not."""
    wanted = dict(plan.args) if plan.edit in SELF_EVIDENT else {**plan.args, "file": plan.file or ""}
    for name, text in wanted.items():
        if any(not case.captures.get(slot) for slot in slots(text)):
            return name
    return ""


def filled_args(plan: RemedyPlan, case: Case) -> dict[str, str]:
    """The operation's arguments with captures filled in."""
    return {name: fill(text, case.captures) for name, text in plan.args.items()}


def _from_log(plan: RemedyPlan, case: Case) -> Remedy:
    """Change the lines that BuildKit quotes, if the plan is about the Dockerfile."""
    if not (plan.edit or "").startswith("dockerfile-") or not case.step.source:
        return worded(plan, case, NotPatched(NO_PROJECT))
    from logdoctor.remedies.quoted import patch_quoted

    args = filled_args(plan, case)
    line = case.step.line or next((each.number for each in case.step.source if each.failing), None)
    if line:
        args.setdefault("line", str(line))
    done = patch_quoted(case.step, plan.edit or "", args)
    if isinstance(done, NotPatched):
        return worded(
            plan, case, NotPatched(f"{done.reason}; {GIVE_PROJECT} makes the patch from your files")
        )
    return worded(plan, case, done.patch, done.evidence)
