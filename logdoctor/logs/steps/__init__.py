"""Lines into steps: what each command of a build printed, put back together.

Every line of the log lands in exactly one step: in its `lines` if the command printed it, in its
`repeats` if a tool only quotes or repeats (headers, command echoes, summaries, the Dockerfile).
A dialect's module is imported only where the text shows that dialect.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from logdoctor.logs.steps.draft import Draft, finish, without
from logdoctor.model import AFTER, Line, Log, Step

Split = Callable[[Sequence[Line], Draft], list[Draft]]

_BUILDKIT = ("\n#", "failed to solve", "=> [", "\n------\n", "\n" + "-" * 20 + "\n", '"vertexes"')
_TASKS = ("cache miss, executing", "cache hit, ", "cache bypass, force executing", "erna ", "> nx run ")


def cut(log: Log) -> tuple[Step, ...]:
    """Cut a log into its steps, in the order in which the log first speaks of them."""
    root = Draft("log", log.name)
    text = _text(log.lines)
    outer = [root]
    split = _host(log, text)
    if split is None:
        root.lines = list(log.lines)
    else:
        outer += split(log.lines, root)
    drafts: list[Draft] = []
    for each in outer:
        drafts += [each, *_builders(each, text if len(outer) == 1 else _text(each.lines))]
    root.lines = _unstamped(root.lines)
    if runners := _runners(text):
        drafts += [inner for each in drafts for inner in _in_turn(each, runners)]
    if len(drafts) > 1 and not root.repeats and not any(line.text.strip() for line in root.lines):
        _dissolve(root, drafts)
    steps = finish(drafts, log)
    parts = [draft for draft in drafts if draft.name != AFTER or draft.status != "done"]
    return _judged(log, steps) if len(parts) == 1 else steps


def _unstamped(lines: list[Line]) -> list[Line]:
    """The lines without BuildKit's seconds, where somebody pasted an excerpt of its output alone."""
    some = [line.text for line in lines[:60] if line.text.strip()]
    if some and some[0].lstrip().startswith("> ["):
        some = some[1:]
    if not some or not some[0][:1].isdecimal():
        return lines
    from logdoctor.logs.steps.ending import stamp

    if sum(stamp(text) > 0 for text in some) * 3 < len(some) * 2:
        return lines
    return [without(line, stamp(line.text)) for line in lines]


def _judged(log: Log, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """A log without parts has failed where its words say that the build has."""
    from logdoctor.logs.steps.verdict import verdict

    if verdict(log, steps) != "failed":
        return steps
    return tuple(step._replace(status="failed") if step.name != AFTER else step for step in steps)


def _text(lines: Sequence[Line]) -> str:
    return "\n".join(["", *(line.text for line in lines), ""])


def _host(log: Log, text: str) -> Split | None:
    """What cuts this CI system's logs; nothing where a log shows no CI system's marks."""
    tags = {line.tag.partition(":")[0] for line in log.lines if line.tag}
    lanes = {line.lane for line in log.lines if line.lane}
    if "section_start" in tags:
        from logdoctor.logs.steps import gitlab

        return gitlab.split
    if "section" in tags and "\nStarting: " in text:
        from logdoctor.logs.steps import azure

        return azure.split
    grouped = "group" in tags and "\nRun " in text
    if grouped or "\nPost job cleanup." in text or any("\t" in lane for lane in lanes):
        from logdoctor.logs.steps import github

        return github.split
    if "\n[Pipeline] " in text:
        from logdoctor.logs.steps import jenkins

        return jenkins.split
    return _other_host(tags, lanes, text)


def _other_host(tags: set[str], lanes: set[str], text: str) -> Split | None:
    names = {
        "travis": "fold_start" in tags,
        "buildkite": "\n~~~ " in text,
        "codebuild": "\nEntering phase " in text and "\nPhase complete: " in text,
        "circleci": "\n#!/bin/bash -eo pipefail" in text,
    }
    name = next((name for name, seen in names.items() if seen), "")
    if name:
        from logdoctor.logs.steps import folds

        split: Split = getattr(folds, name)
        return split
    if lanes:
        from logdoctor.logs.steps import lanes as streams

        return streams.split
    return None


def _builders(outer: Draft, text: str) -> list[Draft]:
    """Take the image builders' steps out of an outer step's lines."""
    carves: list[Split] = []
    if any(sign in text for sign in _BUILDKIT):
        from logdoctor.logs.steps import buildkit

        carves.append(buildkit.carve)
    if "Step " in text and " : " in text:
        from logdoctor.logs.steps import legacy

        carves.append(legacy.carve)
    if "STEP " in text:
        from logdoctor.logs.steps import buildah

        carves.append(buildah.carve)
    if "\nINFO[" in text:
        from logdoctor.logs.steps import kaniko

        carves.append(kaniko.carve)
    return _in_turn(outer, carves)


def _runners(text: str) -> list[Split]:
    """What takes the scripts of single packages apart, as far as the log shows any."""
    carves: list[Split] = []
    if "$ " in text:
        from logdoctor.logs.steps import scripts

        carves.append(scripts.carve)
    if any(sign in text for sign in _TASKS):
        from logdoctor.logs.steps import tasks

        carves.append(tasks.carve)
    return carves


def _in_turn(outer: Draft, carves: Sequence[Split]) -> list[Draft]:
    """Let each dialect take its lines out of what the ones before it left."""
    drafts: list[Draft] = []
    for carve in carves:
        lines, outer.lines = outer.lines, []
        drafts += carve(lines, outer)
    return drafts


def _dissolve(root: Draft, drafts: list[Draft]) -> None:
    """Drop an enclosing step of which nothing but blank lines is left."""
    drafts.remove(root)
    drafts[-1].repeats += root.lines
    for draft in drafts:
        if draft.parent is root:
            draft.parent = None
