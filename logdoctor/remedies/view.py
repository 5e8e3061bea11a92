"""What the native-module solver looks at, and how it quotes it."""

from __future__ import annotations

from logdoctor.model import Evidence
from logdoctor.record import NamedTuple
from logdoctor.remedies.change import Change, Finding
from logdoctor.remedies.instructions import Instruction
from logdoctor.remedies.names import Platform
from logdoctor.remedies.site import Site
from logdoctor.remedies.stages import Stage, copies, stage_named


class View(NamedTuple):
    """What the probes look at: the missing package, the site, the stages that matter, the folders."""

    need: Platform
    site: Site
    stages: tuple[Stage, ...]
    folders: tuple[str, ...]


class Probed(NamedTuple):
    """What one probe found, or else what it found in order."""

    findings: tuple[Finding, ...]
    cleared: str = ""


def view(need: Platform, site: Site) -> View:
    """Gather the stages and folders that can explain a missing package."""
    return View(need, site, _involved(site), _folders(site))


def _involved(site: Site) -> tuple[Stage, ...]:
    """The failing stage, those it starts from and those it copies files from."""
    queue = [site.stage] if site.stage else list(site.stages)
    seen: dict[int, Stage] = {}
    while queue:
        stage = queue.pop(0)
        if stage.number not in seen:
            seen[stage.number] = stage
            queue += [site.stages[stage.parent]] if stage.parent is not None else []
            origins = (
                stage_named(site.stages, copied.origin) for copied in copies(stage, 1 << 30) if copied.origin
            )
            queue += [origin for origin in origins if origin]
    return tuple(seen[number] for number in sorted(seen))


def _folders(site: Site) -> tuple[str, ...]:
    """Where settings and lockfiles of this build may stand, the likeliest first."""
    context = list(site.contexts) if site.perhaps_in_image else []
    return tuple(dict.fromkeys((*context, "", *sorted(site.members))))


def quote(site: Site, instruction: Instruction, word: str) -> Evidence:
    """The line of an instruction that holds a word."""
    lines = site.text.split("\n")
    for number in range(instruction.line, min(instruction.end, len(lines)) + 1):
        if word in lines[number - 1]:
            return at_line(site, number)
    return at_line(site, instruction.line)


def at_line(site: Site, line: int, path: str = "") -> Evidence:
    """A line of the Dockerfile, or of another file, as evidence."""
    lines = ((site.project.text(path) or "") if path else site.text).split("\n")
    shown = lines[line - 1].rstrip("\r")[:300] if 0 < line <= len(lines) else ""
    return Evidence("project", path or str(site.dockerfile), line, shown)


def docker(site: Site, operation: str, **args: str) -> Change:
    return Change(str(site.dockerfile), operation, args)
