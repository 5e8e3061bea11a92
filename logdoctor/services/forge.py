"""What the bot needs of a place where code is reviewed, be it GitHub or GitLab."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from logdoctor.logs.sources import Raw, Stream


class Comment(NamedTuple):
    """A comment as the server has it; `author` is the login."""

    id: int
    author: str
    body: str
    url: str = ""


class Forge(Protocol):
    """Comments below a pull request or merge request."""

    most: int
    """Bytes of a comment that are sure to be taken."""

    def me(self) -> str:
        """Our own login."""

    def comments(self, number: int) -> Iterator[Comment]:
        """Every comment, oldest first."""

    def create(self, number: int, body: str) -> Comment:
        """Add a comment."""

    def update(self, number: int, comment: int, body: str) -> None:
        """Replace a comment's text."""

    def delete(self, number: int, comment: int) -> None:
        """Remove a comment."""


class Job(NamedTuple):
    """One job of a run; `state` is failed, passed, skipped, stopped or running."""

    id: int
    name: str
    state: str


class Run(NamedTuple):
    """A run of a workflow or pipeline: what was built, and how its jobs ended."""

    id: int
    name: str
    sha: str
    branch: str
    owner: str
    url: str
    jobs: tuple[Job, ...]
    number: int | None = None

    @property
    def failed(self) -> tuple[Job, ...]:
        """The jobs whose logs tell of a failure."""
        return self.in_state("failed")

    def in_state(self, state: str) -> tuple[Job, ...]:
        """The jobs in one state."""
        return tuple(job for job in self.jobs if job.state == state)


class Fetched(NamedTuple):
    """Logs that were fetched, and what could not be had of them."""

    logs: tuple[Raw | Stream, ...]
    problems: tuple[str, ...] = ()
