"""CI systems whose logs are cut by single marks: Travis, Buildkite, CodeBuild, CircleCI."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.logs.steps.build import exit_code
from logdoctor.logs.steps.draft import Draft
from logdoctor.model import Line

_BUILDKITE = ("--- ", "+++ ", "~~~ ")
SHEBANG = "#!/bin/bash -eo pipefail"


def travis(lines: Sequence[Line], root: Draft) -> list[Draft]:
    """One step for each fold; the script itself stands outside of folds and stays with the root."""
    drafts: list[Draft] = []
    now: Draft | None = None
    for line in lines:
        mark, _, name = line.tag.partition(":")
        if mark == "fold_start":
            now = Draft("ci-step", name)
            drafts.append(now)
        target = now or root
        (target.repeats if mark in ("fold_start", "fold_end") else target.lines).append(line)
        if line.text.startswith('The command "') and " exited with " in line.text:
            blamed = now or _during(drafts, line.text)
            if blamed is not None:
                _end(blamed, exit_code(line.text))
        if mark == "fold_end":
            now = None
    return drafts


def _during(drafts: Sequence[Draft], text: str) -> Draft | None:
    """The fold that `The command "npm ci" failed and exited with 1 during install.` speaks of."""
    phase = text.rpartition(" during ")[2].rstrip(". ")
    named = (draft for draft in reversed(drafts) if draft.name.partition(".")[0] == phase)
    return next(named, None)


def buildkite(lines: Sequence[Line], root: Draft) -> list[Draft]:
    """One step for each group; `^^^ +++` opens the last one again because it failed."""
    drafts: list[Draft] = []
    now: Draft | None = None
    for line in lines:
        if line.text.startswith(_BUILDKITE) and not line.text.startswith(("--- a/", "+++ b/")):
            if now is not None and now.status == "unknown":
                now.status = "done"
            now = Draft("buildkite-group", line.text[4:].strip())
            drafts.append(now)
            now.repeats.append(line)
            continue
        (now or root).lines.append(line)
        if now is None:
            continue
        if line.text.startswith("^^^ +++"):
            now.fail(now.exit_code)
        elif line.text.startswith("🚨 Error: "):
            now.fail(exit_code(line.text))
    return drafts


def codebuild(lines: Sequence[Line], root: Draft) -> list[Draft]:
    """One step for each phase, with the state that the agent closes it with."""
    drafts: list[Draft] = []
    now: Draft | None = None
    for line in lines:
        if line.text.startswith("Entering phase "):
            now = Draft("ci-step", line.text[15:].strip())
            drafts.append(now)
            now.repeats.append(line)
            continue
        (now or root).lines.append(line)
        if now is not None and line.text.startswith("Phase complete: "):
            now.status = "failed" if "State: FAILED" in line.text else "done"
        elif now is not None and line.text.startswith("Command did not exit successfully "):
            now.fail(exit_code(line.text))
    return drafts


def circleci(lines: Sequence[Line], root: Draft) -> list[Draft]:
    """One step for each shell that the runner starts; it is named by its first command."""
    drafts: list[Draft] = []
    now: Draft | None = None
    for line in lines:
        if line.text.startswith(SHEBANG):
            if now is not None and now.status == "unknown":
                now.status = "done"
            now = Draft("circleci-step", "")
            drafts.append(now)
            now.repeats.append(line)
            continue
        if now is not None and not now.name and line.text.strip():
            now.name = line.text.strip()
            now.repeats.append(line)
            continue
        (now or root).lines.append(line)
        if now is not None and line.text.startswith("Exited with code "):
            _end(now, exit_code(line.text))
    return drafts


def _end(step: Draft, code: int | None) -> None:
    if code == 0:
        step.status = "done"
    else:
        step.fail(code)
