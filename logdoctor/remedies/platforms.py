"""Why a native module's platform package is missing, found out from the user's files.

The message is the same whether optional packages were switched off, were installed on another
machine, or never made it into the lockfile; each has another right repair, and the wrong one
leaves the build broken. Every probe either finds an explanation or says what it found in order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from logdoctor.remedies import carried, omitted
from logdoctor.remedies.change import Finding, Solution
from logdoctor.remedies.names import Platform
from logdoctor.remedies.site import Site
from logdoctor.remedies.view import Probed, View, view

FOREIGN = (
    "for another platform",
    "different platform",
    "invalid ELF header",
    "wrong ELF class",
    "Exec format",
)
SURE = 85
"""From this weight on a finding is a plain instruction to leave packages out."""
LEFT_OUT = frozenset({omitted.KEEP, omitted.UNIGNORE})
INSTRUCTIONS = LEFT_OUT | {"add-architecture", "same-platform"}
"""Findings of which each alone keeps the package from being installed."""
ANYWHERE: tuple[Callable[[View], Probed], ...] = (
    omitted.settings,
    omitted.scripts,
    omitted.workflows,
    omitted.commands,
    omitted.ignored,
    omitted.architectures,
    omitted.machines,
    omitted.lockfile,
)
IN_IMAGE: tuple[Callable[[View], Probed], ...] = (
    omitted.flags,
    omitted.variables,
    carried.stages,
    carried.host,
    *ANYWHERE,
)
REINSTALL = {
    "npm": "rm -rf node_modules && npm ci",
    "pnpm": "rm -rf node_modules && pnpm install --frozen-lockfile",
    "yarn": "rm -rf node_modules && yarn install",
    "bun": "rm -rf node_modules && bun install --frozen-lockfile",
}


def solve(need: Platform, site: Site) -> Solution:
    """Explain a missing platform package from the project's files, the strongest explanation first."""
    probes = IN_IMAGE if site.stages and site.perhaps_in_image else ANYWHERE
    seen = view(need, site)
    probed = [probe(seen) for probe in probes]
    findings = [finding for each in probed for finding in each.findings]
    # The tool itself says that another machine's package is there: then nothing was left out.
    if any(sign in site.cause.text for sign in FOREIGN):
        findings = [
            each._replace(weight=each.weight // 3) if each.id in LEFT_OUT else each for each in findings
        ]
    findings.sort(key=lambda finding: -finding.weight)
    return Solution(_together(_merged(findings)), tuple(each.cleared for each in probed if each.cleared))


def _merged(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """One finding of a kind: what surely switches packages off must all go, for one of two still would."""
    merged: dict[str, Finding] = {}
    for new in findings:
        old = merged.get(new.id)
        if old is None:
            merged[new.id] = new
        elif new.weight >= SURE:
            merged[new.id] = old._replace(
                said=f"{old.said}; {new.said}",
                evidence=(*old.evidence, *new.evidence),
                changes=(*old.changes, *new.changes),
                steps=(*old.steps, *new.steps),
            )
    return tuple(merged.values())


def _together(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """One repair of all plain instructions against the package: the build stays red while one is left."""
    plain = [each for each in findings if each.id in INSTRUCTIONS and each.weight >= SURE and each.changes]
    if len(plain) < 2:
        return tuple(findings)
    first = plain[0]
    whole = first._replace(
        said="; ".join(each.said for each in plain),
        title="; ".join((first.title, *(each.title[:1].lower() + each.title[1:] for each in plain[1:]))),
        why=" ".join(each.why for each in plain),
        evidence=tuple(quote for each in plain for quote in each.evidence),
        changes=tuple(change for each in plain for change in each.changes),
        steps=tuple(step for each in plain for step in each.steps),
    )
    return tuple(whole if each is first else each for each in findings if each is first or each not in plain)
