"""Remedies made of a solver's findings."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.model import Applicability, NotPatched, Remedy, RemedyPlan
from logdoctor.remedies.change import Finding, lower
from logdoctor.remedies.patching import patch
from logdoctor.remedies.remedy import BY_HAND, Case, log_side, worded


def from_finding(plan: RemedyPlan, case: Case, finding: Finding, cleared: Sequence[str] = ()) -> Remedy:
    """Patch what a finding wants changed; its words come before the plan's own."""
    assert case.site is not None
    done = patch(case.site.project, finding.changes) if finding.changes else NotPatched(BY_HAND)
    own = worded(plan, case, done if isinstance(done, NotPatched) else done.patch)
    patched = not isinstance(done, NotPatched)
    level: Applicability = lower(plan.applicability, "review") if patched else "manual"
    others = f" Ruled out: {'; '.join(cleared)}." if cleared else ""
    return Remedy(
        id=finding.id or own.id,
        title=finding.title or own.title,
        applicability=level,
        why=f"{finding.said}. {finding.why or own.why}{others}".strip(),
        outcome=own.outcome,
        steps=finding.steps or (own.steps if not finding.id else ()),
        evidence=(log_side(case), *finding.evidence) if patched else finding.evidence,
    )
