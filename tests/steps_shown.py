"""Logs and steps in a form that a person reads at a glance, for the stories about steps."""

from __future__ import annotations

from textwrap import dedent

from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.logs.steps import cut
from logdoctor.model import Line, Log, Step


def log_of(text: str) -> Log:
    """A cleaned log as `read` would hand it over."""
    lines = tuple(Line(number, each, number) for number, each in enumerate(text.splitlines(), 1))
    return Log("l1", "build.log", lines, len(text), len(lines), "utf-8", ())


def shown(steps: tuple[Step, ...]) -> str:
    """Steps in a form that a person compares at a glance; `=` marks repeats."""
    parts: list[str] = []
    for step in steps:
        facts = [step.id, step.kind, step.name, step.status]
        facts += [f"exit {step.exit_code}"] if step.exit_code is not None else []
        facts += [f"stage {step.stage}"] if step.stage else []
        facts += [f"on {step.platform}"] if step.platform else []
        facts += [f"at {step.file}:{step.line}"] if step.file else []
        facts += [f"in {step.parent}"] if step.parent else []
        facts += ["clipped"] if step.clipped else []
        parts.append(" | ".join(facts))
        own = [(line.number, f"  {line.number} {line.text}") for line in step.lines]
        own += [(line.number, f"  {line.number} = {line.text}") for line in step.repeats if line.text.strip()]
        parts += [text.rstrip() for _, text in sorted(own, key=lambda pair: pair[0])]
        parts += [
            f"  {'>' if each.failing else ' '} {each.number}: {each.text}".rstrip() for each in step.source
        ]
    return "\n".join(parts)


def steps_of(text: str) -> str:
    """The steps of a log whose lines need no cleaning."""
    return shown(cut(log_of(dedent(text).strip("\n"))))


def read_and_cut(text: str) -> str:
    """The steps of a raw log, with a CI system's prefixes and marks still in it."""
    return shown(cut(read(Raw("build.log", dedent(text).strip("\n").encode(), None))))
