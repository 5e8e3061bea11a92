"""GitHub Actions: one step for each `Run …` group, or for each step that `gh` names in front."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.logs.steps.build import exit_code
from logdoctor.logs.steps.draft import Draft
from logdoctor.model import AFTER, Line

KIND = "github-step"
UNKNOWN = "UNKNOWN STEP"


def split(lines: Sequence[Line], root: Draft) -> list[Draft]:
    """Cut the lines of one or more jobs into steps; the root keeps what is of none."""
    jobs: dict[str, Job] = {}
    for position, line in enumerate(lines):
        name, tab, step = line.lane.partition("\t")
        job = jobs.get(name)
        if job is None:
            job = jobs[name] = Job(name if tab else line.lane, root)
        job.take(line, step if step != UNKNOWN else "", lines, position)
    drafts = [draft for job in jobs.values() for draft in job.close()]
    if len(jobs) > 1:
        for job in jobs.values():
            for draft in job.drafts:
                draft.name = f"{job.name} / {draft.name}" if job.name else draft.name
    return drafts


class Job:
    """Follows one job: the step that runs, and whether the runner still quotes its recipe."""

    __slots__ = ("closed", "drafts", "name", "now", "quoting", "root", "step")

    def __init__(self, name: str, root: Draft) -> None:
        self.name = name
        self.root = root
        self.drafts: list[Draft] = []
        self.now: Draft | None = None
        self.quoting = False
        self.closed = False
        self.step = ""

    def take(self, line: Line, step: str, lines: Sequence[Line], position: int) -> None:
        """Give a line to its step. `lines` and `position` let a group's head look at what follows."""
        if step and step != self.step:
            self._open(step)
            self.step = step
        starts = line.tag == "group" and line.text.startswith("Run ") and _is_recipe(lines, position)
        if not step:
            if starts:
                self._open(line.text)
            elif line.text.startswith(AFTER + "."):
                self._open(AFTER)
        if starts:
            self.closed = _is_closed(lines, position)
            self.quoting = self.closed or not _uses(line.text)
        if self.now is None and line.text.startswith("Current runner version"):
            self._open("Set up job")
        now = self.now or self.root
        (now.repeats if self.quoting else now.lines).append(line)
        if line.tag == "endgroup" or (not self.closed and line.text.startswith("shell: ")):
            self.quoting = False
        if line.tag == "error" and now is not self.root:
            _judge(now, line.text)

    def _open(self, name: str) -> Draft:
        if self.now is not None and self.now.status == "unknown":
            self.now.status = "done"
        self.now = Draft(KIND, name)
        self.drafts.append(self.now)
        self.quoting = False
        return self.now

    def close(self) -> list[Draft]:
        """The job's steps; one that complained and has no later one is what the job ended with."""
        for last in self.drafts[-1:]:
            if last.status == "unknown" and any(_complains(line) for line in last.lines):
                last.fail()
            elif last.status == "unknown" and last.name == AFTER:
                last.status = "done"
        return self.drafts


def _complains(line: Line) -> bool:
    """Whether the runner says here that a step broke; its page shows the mark as a word."""
    return line.tag == "error" or line.text.startswith("Error: ")


def _judge(step: Draft, text: str) -> None:
    """What an `##[error]` says of its step: it may be the end of it, or only a complaint."""
    if text.startswith("The operation was canceled"):
        step.status = "cancelled"
    elif text.startswith("Process completed with exit code "):
        step.fail(exit_code(text))
    elif _uses(step.name) or text.startswith("buildx failed with"):
        step.fail(exit_code(text) if step.exit_code is None else step.exit_code)


def _uses(name: str) -> bool:
    """Whether a step runs an action, which says itself why it failed."""
    word = name.removeprefix("Run ").split(" ")[0]
    return word.startswith("./") or ("@" in word and "/" in word)


def _is_recipe(lines: Sequence[Line], position: int) -> bool:
    """Whether the group that begins here is the runner's own: command, shell and environment."""
    if _uses(lines[position].text):
        return True
    for line in lines[position + 1 : position + 400]:
        if line.tag in ("group", "endgroup"):
            return False
        if line.text.startswith(("shell: ", "with:")):
            return True
    return False


def _is_closed(lines: Sequence[Line], position: int) -> bool:
    """Whether the group that begins here has an end; what was copied from a page may lack it."""
    ends = (line.tag for line in lines[position + 1 : position + 400] if line.tag in ("group", "endgroup"))
    return next(ends, "group") == "endgroup"
