"""Fetch the logs of finished jobs, as large as they are, without holding them in memory."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from typing import BinaryIO, cast

from logdoctor.logs.sources import MOST, WHOLE, Raw, Stream
from logdoctor.services.forge import Fetched, Job
from logdoctor.services.web import Web, WebError

JOBS = 50
"""Logs of one run that are read; a larger matrix has its troubles many times over."""
HEAD = 1 << 20


def fetched(web: Web, jobs: tuple[Job, ...], address: Callable[[Job], str]) -> Fetched:
    """The jobs' logs in order; a log that cannot be had is told of and does not stop the others."""
    logs: list[Raw | Stream] = []
    problems: list[str] = []
    for job in jobs[:JOBS]:
        try:
            log, whole = _log(web, job, address(job))
        except WebError as error:
            problems.append(f"the log of job '{job.name}' cannot be had: {error}")
            continue
        if isinstance(log, Raw) and not log.data.strip():
            problems.append(f"the log of job '{job.name}' is empty; it may not be stored yet")
            continue
        if not whole:
            problems.append(f"the log of job '{job.name}' is longer than {MOST >> 20} MiB and was cut off")
        logs.append(log)
    if len(jobs) > JOBS:
        problems.append(f"only the first {JOBS} of {len(jobs)} failed jobs were read")
    return Fetched(tuple(logs), tuple(problems))


def _log(web: Web, job: Job, address: str) -> tuple[Raw | Stream, bool]:
    file = cast(BinaryIO, tempfile.TemporaryFile("w+b"))  # noqa: SIM115  # a long log is read from it later
    whole = web.download(address, file, MOST)
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size > WHOLE:
        return Stream(job.name, file.read(HEAD), file, job.name), whole
    with file:
        return Raw(job.name, file.read(), job.name), whole
