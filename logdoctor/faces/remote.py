"""`--run`: fetch the logs of a run from GitHub or GitLab, and diagnose them."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

from logdoctor.config import NAME, Config, ConfigError, parse
from logdoctor.faces import output, status
from logdoctor.faces.pipeline import Call, judged, project_of, read_one, rule_book, settings
from logdoctor.faces.status import Refused
from logdoctor.knowledge.rules import RuleTimeout
from logdoctor.model import Outcome, Report
from logdoctor.remedies.project import Project
from logdoctor.render.clean import clean_line
from logdoctor.services import ci, github, gitlab
from logdoctor.services.forge import Run
from logdoctor.services.github import GitHub
from logdoctor.services.gitlab import GitLab
from logdoctor.services.web import Web, WebError

PATIENCE = "LOGDOCTOR_PATIENCE"
"""In the environment: seconds that all waiting for a busy server may take."""


STRANGE = (KeyError, TypeError, ValueError, AttributeError)
"""What comes of an answer that is JSON, but not of the shape that a server's documentation tells."""


class Remote(NamedTuple):
    """A run, and the place it is kept at."""

    forge: GitHub | GitLab
    run: Run


def forge(target: ci.Target, where: ci.Where | None, author: str = "") -> GitHub | GitLab:
    """The place that a run is kept at, with a token for it if there is one."""
    token, own = ci.token(target, where, os.environ)
    api = ci.api_of(target, where)
    if target.host == "gitlab":
        return GitLab(Web(api, gitlab.headers(token, own), patience=patience()), target.repository, author)
    graphql = where.graphql if where and api == where.api else ""
    return GitHub(Web(api, github.headers(token), patience=patience()), target.repository, graphql, author)


def patience() -> float:
    """Seconds that all waiting for a server may take."""
    try:
        return max(0.0, float(os.environ.get(PATIENCE, "120")))
    except ValueError:
        raise Refused(f"{PATIENCE}: not a number of seconds") from None


def remote(word: str, repository: str | None, author: str = "") -> Remote:
    """Look a run up."""
    try:
        where = ci.here(os.environ)
        target = ci.target(word, where, repository or "")
        place = forge(target, where, author)
        return Remote(place, _run(place, target))
    except ci.Unclear as error:
        raise Refused(str(error)) from None
    except WebError as error:
        hint = "; is there a token in GH_TOKEN or GITLAB_TOKEN?" if error.status in (401, 403, 404) else ""
        raise Refused(f"{clean_line(str(error))}{hint}", status.UNREADABLE) from None
    except STRANGE:
        raise Refused("the server's answer about the run was not understood", status.UNREADABLE) from None


def _run(place: GitHub | GitLab, target: ci.Target) -> Run:
    if isinstance(place, GitLab):
        return place.run_of_job(target.job) if target.job else place.run(target.run)
    run = place.run(target.run, target.attempt or None)
    return run._replace(jobs=(place.job(target.job),)) if target.job else run


def examined_run(call: Call) -> tuple[Report, int]:
    """The report on a run, and status 4 if one of several logs could not be had."""
    found = remote(call.run or "", call.repository)
    return report_on(found, settings(call.folder), lambda: project_of(call) or commit(found))


def report_on(
    found: Remote, config: Config, project: Callable[[], Project | None], mine: bool = False
) -> tuple[Report, int]:
    """Diagnose the failed jobs of a run; in our own run we are running ourselves."""
    book = rule_book(config)
    if not found.run.failed:
        return Report(_without_failure(found.run, mine), (), (), (), ()), 0
    logs, problems = found.forge.logs(found.run.failed)
    for problem in problems:
        output.tell(f"logdoctor: {clean_line(problem)}")
    if not logs:
        raise Refused("no log of the run can be had", status.UNREADABLE)
    try:
        read = [read_one(source, book, number) for number, source in enumerate(logs, 1)]
        return judged(read, book, project(), config), status.UNREADABLE if problems else 0
    except RuleTimeout as error:
        raise Refused(str(error)) from None


def commit(found: Remote) -> Project | None:
    """The files of the run's commit, read as data over the network."""
    try:
        return Project(found.forge.tree(found.run.sha))
    except (WebError, *STRANGE) as error:
        output.tell(f"logdoctor: the commit's files cannot be read: {clean_line(str(error))}")
        return None


def settings_of(found: Remote) -> Config:
    """The settings of the repository's default branch; folders of rules are not followed from afar."""
    try:
        text = found.forge.settings(NAME)
        return parse(text)._replace(rules=()) if text else Config()
    except (WebError, ConfigError) as error:
        output.tell(f"logdoctor: the repository's settings cannot be read: {clean_line(str(error))}")
        return Config()


def _without_failure(run: Run, mine: bool) -> Outcome:
    """A run without a failed job is green, unless it still goes on or was stopped."""
    running = () if mine else run.in_state("running")
    if running:
        output.tell(f"logdoctor: no job has failed yet; {len(running)} still running")
    return "passed" if run.in_state("passed") and not running and not run.in_state("stopped") else "unknown"
