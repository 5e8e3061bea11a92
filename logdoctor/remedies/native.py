"""Remedies for a missing platform package, from the solver's explanations."""

from __future__ import annotations

from collections.abc import Iterator

from logdoctor.model import NotPatched, Remedy, RemedyPlan
from logdoctor.remedies.remedy import GIVE_PROJECT, Case, worded

MOST = 3
FLAGS = ("--no-optional", "--omit", "--ignore-optional", "--optional=false")
SURE = 50
"""An explanation of less weight is offered only when there is no better one."""


def remedies(plan: RemedyPlan, case: Case) -> tuple[Remedy, ...]:
    """One remedy for each explanation that the user's files give, the strongest first."""
    if case.site is None:
        return (_from_log(plan, case),)
    from logdoctor.remedies.need import needed
    from logdoctor.remedies.platforms import solve
    from logdoctor.remedies.solved import from_finding

    solution = solve(needed(case.captures, case.cause, case.step), case.site)
    if not solution.findings:
        return (_unexplained(plan, case, solution.cleared),)
    strong = [each for each in solution.findings if each.weight >= SURE] or list(solution.findings[:1])
    return tuple(from_finding(plan, case, each, solution.cleared) for each in strong[:MOST])


def _unexplained(plan: RemedyPlan, case: Case, cleared: tuple[str, ...]) -> Remedy:
    from logdoctor.remedies.platforms import REINSTALL
    from logdoctor.remedies.relock import manager

    assert case.site is not None
    using = manager(case.captures, case.step, case.steps, case.site.project)
    looked = f" (ruled out: {'; '.join(cleared)})" if cleared else ""
    reason = f"nothing in the project explains why the package is missing{looked}; install once more"
    remedy = worded(plan, case, NotPatched(reason))
    command = REINSTALL[using.name if using else "npm"]
    return remedy if case.site.in_image else remedy._replace(steps=(*remedy.steps, command))


def _from_log(plan: RemedyPlan, case: Case) -> Remedy:
    """Without files: change the install command if the log quotes it, else say what the log shows of it."""
    asked = (
        "the Dockerfile, the lockfile and the settings tell why the package is missing, and each cause "
        f"has another repair; {GIVE_PROJECT} finds out which"
    )
    if not _speaks_of_flags(case):
        return worded(plan, case, NotPatched(asked))
    from logdoctor.remedies.installs import shown
    from logdoctor.remedies.quoted import patch_quoted

    for number, flag in _quoted_flags(case):
        done = patch_quoted(case.step, "dockerfile-drop-flag", {"flag": flag, "line": str(number)})
        if not isinstance(done, NotPatched):
            remedy = worded(plan, case, done.patch, done.evidence)
            why = f"The log quotes an install with {flag}, which leaves platform packages out. {remedy.why}"
            return remedy._replace(
                id="keep-optional-packages", title=f"Install without {flag}", why=why.strip(), steps=()
            )
    seen = next(shown(case.steps), None)
    if seen:
        evidence, flag = seen
        reason = f"the log shows `{evidence.text.strip()[:200]}`: drop {flag}; {GIVE_PROJECT} makes the patch"
        return worded(plan, case, NotPatched(reason), (evidence,))
    return worded(plan, case, NotPatched(asked))


def _speaks_of_flags(case: Case) -> bool:
    """A cheap look before the shell texts are taken apart; the plain filter has no time to waste."""
    texts = (text for step in case.steps for text in (step.name, *(line.text for line in step.lines)))
    quoted = (line.text for line in case.step.source)
    return any("optional" in text and any(flag in text for flag in FLAGS) for text in (*quoted, *texts))


def _quoted_flags(case: Case) -> Iterator[tuple[int, str]]:
    from logdoctor.remedies.installs import flag_in

    for line in case.step.source:
        if flag := flag_in(line.text):
            yield line.number, flag
