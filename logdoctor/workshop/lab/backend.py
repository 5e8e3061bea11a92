"""The seam between the recorder and the places where a build runs: this host, or Docker.

A backend says which variants of a case's matrix it can run and runs commands for one of them.
The recorder does all the rest: copies, normalising, labels, writing.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, cast

from logdoctor.workshop.lab.case import Case, Variant

Phase = Literal["setup", "build", "check"]


class Tool(NamedTuple):
    """One variant of a case: the tool, its exact version, and what it runs on."""

    name: str
    version: str
    node: str | None
    engine: str | None
    platform: str
    row: Variant
    suffix: str = ""

    @property
    def label(self) -> str:
        """The name of the variant's log, without ending."""
        return f"{self.name}-{self.version}{self.suffix}"


class Recording(NamedTuple):
    """What commands printed, stdout and stderr as they came, and the first status that was not 0."""

    data: bytes
    exit_code: int


class Backend(NamedTuple):
    """Where commands run.

    `variants(case)` spells the matrix out, fetching tools where needed.
    `run(case, commands, folder, tool, phase)` runs commands one after another in `folder` (a copy
    of the project) until one fails, and gives the bytes exactly as printed.
    `names(folder)` maps paths of this machine that may stand in the bytes to public ones.
    """

    variants: Callable[[Case], list[Tool]]
    run: Callable[[Case, Sequence[Sequence[str]], Path, Tool, Phase], Recording]
    names: Callable[[Path], Mapping[str, str]]


def backend_of(case: Case) -> Backend:
    """The backend a case asks for with `where`."""
    if case.spec.where == "docker":
        engine = importlib.import_module("logdoctor.workshop.lab.engine")
        return cast("Backend", engine.BACKEND)
    from logdoctor.workshop.lab import host

    return host.BACKEND
