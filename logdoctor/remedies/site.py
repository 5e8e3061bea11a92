"""The project as seen from the failing step: its Dockerfile, its stage, its build context."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cached_property

from logdoctor.model import Line, Step
from logdoctor.remedies.compose import Build, builds, commands
from logdoctor.remedies.dockerfiles import (
    Candidate,
    Undecided,
    agreement,
    choose,
    find_instruction,
    instruction_of,
    rank,
)
from logdoctor.remedies.documents import at, read_json, read_yaml, strings
from logdoctor.remedies.ignoring import matches
from logdoctor.remedies.project import Project
from logdoctor.remedies.stages import Stage, absolute, copies, read_stages, stage_at, stage_named

MANIFESTS = ("package.json", "pyproject.toml", "requirements.txt", "go.mod", "Cargo.toml", "pom.xml")
FRAGMENT = 400
"""Lines of a log without structure whose paths are looked at."""
PATH = re.compile(r"(?:^|[\s('\"])(/(?:[\w@.+-]{1,100}/)+)")
IN_IMAGE = frozenset({"buildkit", "legacy", "buildah", "kaniko", "compose"})


class Site:
    """What the failing step and the user's files say together; every answer is worked out once."""

    def __init__(
        self, project: Project, cause: Line, step: Step, steps: Sequence[Step], dockerfile: str | None = None
    ) -> None:
        self._given = dockerfile
        self.project = project
        self.cause = cause
        self.inner = step
        self.step = _in_image(step, steps)
        self.steps = steps

    @cached_property
    def builds(self) -> tuple[Build, ...]:
        """The image builds that the log's commands and the project's files describe."""
        return commands(self.project, self.steps) + builds(self.project)

    @cached_property
    def in_image(self) -> bool:
        """Whether the failing step ran inside an image build."""
        return self.step.kind in IN_IMAGE or bool(self.step.source)

    @cached_property
    def perhaps_in_image(self) -> bool:
        """Whether pasted lines may be an image build's: one Dockerfile, and no path speaks against it."""
        if self.in_image:
            return True
        if self.step.kind != "log" or not isinstance(self.dockerfile, str):
            return False
        told = {path for line in self.step.lines[:FRAGMENT] for path in PATH.findall(line.text[:2000])}
        homes = {
            each.workdir.rstrip("/") + "/" for stage in self.stages for each in stage.placed if each.workdir
        }
        return not told or any(path.startswith(home) for path in told for home in homes if home != "/")

    @cached_property
    def candidates(self) -> tuple[Candidate, ...]:
        """The Dockerfiles that may be meant."""
        return rank(self.project, self.step, self.steps, self.builds)

    @cached_property
    def dockerfile(self) -> str | Undecided:
        """The Dockerfile's path, or why it is not known."""
        if self._given:
            return self._given
        chosen = choose(self.candidates)
        return chosen.path if isinstance(chosen, Candidate) else chosen

    @cached_property
    def readings(self) -> tuple[Site, ...]:
        """The site itself, or one for each Dockerfile where several fit the log alike."""
        if isinstance(self.dockerfile, str):
            return (self,)
        paths = self.dockerfile.paths
        return tuple(Site(self.project, self.cause, self.inner, self.steps, path) for path in paths)

    @cached_property
    def text(self) -> str:
        """The Dockerfile's text, empty if there is none."""
        return (self.project.text(self.dockerfile) or "") if isinstance(self.dockerfile, str) else ""

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The Dockerfile's stages."""
        return read_stages(self.text)

    @cached_property
    def line(self) -> int | None:
        """The line in the file of the instruction that failed, if file and log agree on it."""
        return instruction_line(self.text, self.step)

    @cached_property
    def stage(self) -> Stage | None:
        """The stage that failed."""
        if not self.in_image or not self.stages:
            return None
        if self.line is not None:
            return stage_at(self.stages, self.line)
        named = stage_named(self.stages, self.step.stage) if self.step.stage else None
        return named or (self.stages[-1] if len(self.stages) == 1 else None)

    @cached_property
    def build(self) -> Build | None:
        """The description of this build, if exactly one fits."""
        fitting = [build for build in self.builds if build.dockerfile == self.dockerfile]
        words = self.step.name.partition("]")[0].lstrip("[").split()
        named = [build for build in fitting if build.name and build.name in words] or fitting
        return named[0] if named and len({build.context for build in named}) == 1 else None

    @cached_property
    def contexts(self) -> tuple[str, ...]:
        """The build context's folder, as described, or else those under which the copied files are found."""
        if self.build:
            return (self.build.context,)
        if not isinstance(self.dockerfile, str):
            return ("",)
        return contexts_of(self.project, self.dockerfile, self.stages)

    @cached_property
    def members(self) -> frozenset[str]:
        """The folders of the workspace's packages, the root included."""
        return workspace_members(self.project)


def _in_image(step: Step, steps: Sequence[Step]) -> Step:
    """The image build's step that a script of a workspace's package ran in, or the step itself."""
    known = {each.id: each for each in steps}
    outer: Step | None = step
    for _ in known:
        if outer is None or outer.kind in IN_IMAGE:
            break
        outer = known.get(outer.parent or "")
    return outer if outer is not None and outer.kind in IN_IMAGE else step


def instruction_line(text: str, step: Step) -> int | None:
    """Find the failed instruction in the file: where the log says, or else where its text stands."""
    if not text:
        return None
    wanted = find_instruction(text, instruction_of(step.name))
    if wanted and (step.line is None or not wanted.line <= step.line <= wanted.end):
        return wanted.line
    if wanted or (agreement(text, step) or 0) >= 0.5:
        return step.line or _failing(step)
    return step.line if not step.source and not wanted and step.line and _exists(text, step.line) else None


def _failing(step: Step) -> int | None:
    return next((line.number for line in step.source if line.failing), None)


def _exists(text: str, line: int) -> bool:
    return line <= text.count("\n") + 1


def contexts_of(project: Project, dockerfile: str, stages: Sequence[Stage]) -> tuple[str, ...]:
    """The folders, from the root down to the Dockerfile's own, that hold most of what it copies."""
    parts = dockerfile.split("/")[:-1]
    folders = ["/".join(parts[:length]) for length in range(len(parts) + 1)]
    sources = _context_sources(stages)
    if not sources:
        own = folders[-1]
        return (own if any(project.has(f"{own}/{name}".lstrip("/")) for name in MANIFESTS) else "",)
    counts = [sum(_found(project, folder, source) for source in sources) for folder in folders]
    return tuple(folder for folder, count in zip(folders, counts, strict=True) if count == max(counts))


def _context_sources(stages: Sequence[Stage]) -> tuple[str, ...]:
    """What the Dockerfile copies by name out of the build context."""
    taken = [copied for stage in stages for copied in copies(stage, 1 << 30) if not copied.origin]
    names = (source.strip("/").removeprefix("./") for copied in taken for source in copied.sources)
    return tuple(name for name in names if name not in ("", "."))


def _found(project: Project, folder: str, source: str) -> bool:
    path = f"{folder}/{source}" if folder else source
    if any(char in source for char in "*?["):
        return any(fnmatchcase(each, path) for each in project.paths)
    return project.has(path) or path in project.folders


def workspace_members(project: Project) -> frozenset[str]:
    """The folders that pnpm-workspace.yaml or package.json's `workspaces` count as packages."""
    globs = strings(read_yaml(project, "pnpm-workspace.yaml").get("packages"))
    listed = read_json(project, "package.json").get("workspaces")
    globs += strings(at(listed, "packages") or listed)
    wanted = [glob.strip("/").removeprefix("./") for glob in globs if not glob.startswith("!")]
    refused = [glob[1:].strip("/").removeprefix("./") for glob in globs if glob.startswith("!")]
    folders = (path.rpartition("/")[0] for path in project.named("package.json"))
    return frozenset(
        {""}
        | {
            folder
            for folder in folders
            if any(glob_match(folder, glob) for glob in wanted)
            and not any(glob_match(folder, glob) for glob in refused)
        }
    )


def glob_match(folder: str, glob: str) -> bool:
    """Match a folder against a workspace glob."""
    return matches(folder.split("/"), [part for part in glob.split("/") if part not in ("", ".")])


def workdir(site: Site) -> str | None:
    """The folder in the image in which the failed instruction ran."""
    stage, line = site.stage, site.line
    if stage is None:
        return None
    ran = [each for each in stage.placed if line is None or each.instruction.line <= line]
    if ran:
        return ran[-1].workdir
    parent = site.stages[stage.parent] if stage.parent is not None else None
    return parent.placed[-1].workdir if parent and parent.placed else absolute("/", "/")
