"""Allow the install scripts that pnpm refused to run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from logdoctor.model import NotPatched, Remedy, RemedyPlan
from logdoctor.remedies.change import Change, Finding
from logdoctor.remedies.relock import manager
from logdoctor.remedies.remedy import Case, worded
from logdoctor.remedies.solved import from_finding

LISTED = re.compile(r"Ignored build scripts: (.{1,4000})")
NAME = re.compile(r"(?:@[a-z0-9~-][\w.~-]*/)?[a-z0-9~-][\w.~-]*", re.IGNORECASE)
FILE = "pnpm-workspace.yaml"


def remedies(plan: RemedyPlan, case: Case) -> tuple[Remedy, ...]:
    """Name every refused package in pnpm-workspace.yaml, in the way that this pnpm reads."""
    assert case.site is not None
    packages = tuple(dict.fromkeys(_packages(case)))
    if not packages:
        return (
            worded(plan, case, NotPatched("the log does not name the packages whose scripts were refused")),
        )
    home = case.site.contexts[0] if case.site.in_image and isinstance(case.site.dockerfile, str) else ""
    path = f"{home}/{FILE}".lstrip("/")
    changes = tuple(_change(path, name, _reads_old_list(case)) for name in packages)
    said = f"pnpm did not run the install scripts of {', '.join(packages)}"
    remedy = from_finding(plan, case, Finding("", said, 0, "", "", (), changes))
    if case.site.in_image and not case.site.project.has(path):
        remedy = remedy._replace(steps=(*remedy.steps, f"Copy {path} into the image before the install."))
    return (remedy,)


def _packages(case: Case) -> Iterator[str]:
    """The packages of the list, without versions and the full stop."""
    given = case.captures.get("packages", "")
    lists = (found[1] for line in case.step.lines if (found := LISTED.search(line.text[:8192])))
    for item in (given or next(lists, "")).split(","):
        word = item.strip().rstrip(".").split(" ")[0]
        name = word[:1] + word[1:].partition("@")[0]
        if NAME.fullmatch(name):
            yield name


def _change(path: str, name: str, old: bool) -> Change:
    if old:
        return Change(path, "yaml-add-to-list", {"path": "onlyBuiltDependencies", "value": name})
    return Change(path, "yaml-set", {"path": f"allowBuilds[{json.dumps(name)}]", "value": "true"})


def _reads_old_list(case: Case) -> bool:
    """pnpm 10 before 10.26 knows only `onlyBuiltDependencies`; later ones have `allowBuilds`."""
    using = manager({"manager": "pnpm"}, case.step, case.steps, case.site.project if case.site else None)
    numbers = (using.version if using else "").split(".")
    return len(numbers) > 1 and numbers[0] == "10" and numbers[1].isdigit() and int(numbers[1]) < 26
