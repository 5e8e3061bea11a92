"""Where we run, told by the environment of a CI job, and which run a word of the user means.

GitHub: https://docs.github.com/en/actions/reference/workflows-and-actions/variables and the event's
payload; GitLab: https://docs.gitlab.com/ci/variables/predefined_variables/.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

Host = Literal["github", "gitlab"]
LARGEST = 32 << 20


class Where(NamedTuple):
    """The job we are in.

    `run` is the workflow's run or pipeline that is to be spoken of, `other` whether that is another
    run than our own (then nothing in our folder belongs to it). `number` is the pull request or
    merge request, 0 where the environment does not tell.
    """

    host: Host
    server: str
    api: str
    repository: str
    workflow: str
    run: int
    sha: str
    job: str
    number: int = 0
    owner: str = ""
    branch: str = ""
    url: str = ""
    other: bool = False
    graphql: str = ""


class Target(NamedTuple):
    """A run or job that the user named; what is empty is up to the environment."""

    host: Host
    server: str
    repository: str
    run: int
    job: int = 0
    attempt: int = 0


class Unclear(ValueError):
    """The environment or the user's word does not say what is needed; the message says what."""


def here(environment: Mapping[str, str]) -> Where | None:
    """The CI job we run in, or nothing."""
    if environment.get("GITHUB_ACTIONS") == "true":
        return _github(environment)
    if environment.get("GITLAB_CI"):
        return _gitlab(environment)
    return None


def _github(env: Mapping[str, str]) -> Where:
    event = _event(env.get("GITHUB_EVENT_PATH", ""))
    server = env.get("GITHUB_SERVER_URL", "https://github.com")
    repository = env.get("GITHUB_REPOSITORY", "")
    where = Where(
        "github",
        server,
        env.get("GITHUB_API_URL", "https://api.github.com"),
        repository,
        env.get("GITHUB_WORKFLOW", "workflow"),
        _int(env.get("GITHUB_RUN_ID")),
        env.get("GITHUB_SHA", ""),
        _job_name(env),
        branch=env.get("GITHUB_REF_NAME", ""),
        owner=repository.partition("/")[0],
        graphql=env.get("GITHUB_GRAPHQL_URL", ""),
    )
    run = event.get("workflow_run")
    if env.get("GITHUB_EVENT_NAME") == "workflow_run" and isinstance(run, dict):
        where = _of_another_run(where, run)
    pull = event.get("pull_request")
    if isinstance(pull, dict):
        head = pull.get("head") or {}
        where = where._replace(number=_int(pull.get("number")), sha=str(head.get("sha") or where.sha))
    return where._replace(url=f"{server}/{where.repository}/actions/runs/{where.run}")


def _of_another_run(where: Where, run: Mapping[str, Any]) -> Where:
    """The run that woke us; a fork's names no pull request."""
    pulls = [
        _int(each.get("number"))
        for each in run.get("pull_requests") or []
        if (each.get("head") or {}).get("sha") == run.get("head_sha")
    ]
    return where._replace(
        workflow=str(run.get("name") or where.workflow),
        run=_int(run.get("id")),
        sha=str(run.get("head_sha") or ""),
        number=pulls[0] if len(pulls) == 1 else 0,
        owner=str(((run.get("head_repository") or {}).get("owner") or {}).get("login") or ""),
        branch=str(run.get("head_branch") or ""),
        other=True,
    )


def _job_name(env: Mapping[str, str]) -> str:
    """The job's name as GitHub shows it: a matrix puts its values behind."""
    job = env.get("GITHUB_JOB", "")
    try:
        matrix = json.loads(env.get("LOGDOCTOR_MATRIX") or "null")
    except ValueError:
        matrix = None
    if not isinstance(matrix, dict) or not matrix:
        return job
    return f"{job} ({', '.join(str(_plain(value)) for value in matrix.values())})"


def _plain(value: object) -> object:
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list | bool) else value


def _event(path: str) -> Mapping[str, Any]:
    try:
        with open(path, "rb") as file:
            event = json.loads(file.read(LARGEST))
    except (OSError, ValueError):
        return {}
    return event if isinstance(event, dict) else {}


def _gitlab(env: Mapping[str, str]) -> Where:
    sha = env.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or env.get("CI_COMMIT_SHA", "")
    return Where(
        "gitlab",
        env.get("CI_SERVER_URL", "https://gitlab.com"),
        env.get("CI_API_V4_URL", "https://gitlab.com/api/v4"),
        env.get("CI_PROJECT_ID", ""),
        env.get("CI_PIPELINE_NAME") or "pipeline",
        _int(env.get("CI_PIPELINE_ID")),
        sha,
        env.get("CI_JOB_NAME", ""),
        number=_int(env.get("CI_MERGE_REQUEST_IID")),
        branch=env.get("CI_COMMIT_REF_NAME", ""),
        url=env.get("CI_PIPELINE_URL", ""),
    )


def _int(value: object) -> int:
    text = str(value or "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


_GITHUB_RUN = re.compile(r"/([^/]+/[^/]+)/actions/runs/(\d+)(?:/attempts/(\d+))?(?:/jobs?/(\d+))?/?")
_GITLAB_RUN = re.compile(r"/(.+?)/-/(pipelines|jobs)/(\d+)/?")


def target(word: str, where: Where | None, repository: str = "") -> Target:
    """Read a run's number or the address of a run, attempt or job.

    >>> target("https://github.com/o/r/actions/runs/12/job/34", None)
    Target(host='github', server='https://github.com', repository='o/r', run=12, job=34, attempt=0)
    """
    if word.isdecimal():
        name = repository or (where.repository if where else "")
        if not name:
            raise Unclear(
                f"run {word}: of which repository? Name it with --repo OWNER/NAME, or give the run's URL"
            )
        if where:
            return Target(where.host, where.server, name, _int(word))
        return Target("github", "https://github.com", name, _int(word))
    parts = urlsplit(word)
    if parts.scheme in ("https", "http") and parts.hostname:
        server = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        found = _GITHUB_RUN.fullmatch(parts.path)
        if found:
            return Target("github", server, found[1], int(found[2]), _int(found[4]), _int(found[3]))
        found = _GITLAB_RUN.fullmatch(parts.path)
        if found:
            number = int(found[3])
            return Target(
                "gitlab", server, found[1], *((number, 0) if found[2] == "pipelines" else (0, number))
            )
    raise Unclear(f"{word}: neither a run's number nor the address of a run or job on GitHub or GitLab")


def api_of(target: Target, where: Where | None) -> str:
    """The API's address on the server that a run is on."""
    if where and where.host == target.host and same_host(where.server, target.server):
        return where.api
    if target.host == "gitlab":
        return f"{target.server}/api/v4"
    return (
        "https://api.github.com"
        if same_host(target.server, "https://github.com")
        else f"{target.server}/api/v3"
    )


def same_host(one: str, other: str) -> bool:
    """Whether two addresses are of one server."""
    return urlsplit(one)[:2] == urlsplit(other)[:2]


def token(target: Target, where: Where | None, environment: Mapping[str, str]) -> tuple[str, str]:
    """The token for a server, and a job's own where there is no other. None goes to a stranger's server."""
    own = where is not None and where.host == target.host and same_host(where.server, target.server)
    if target.host == "github":
        return _first(_names(target, where, own, environment), environment), ""
    if not own and not same_host(target.server, environment.get("GITLAB_URI", "https://gitlab.com")):
        return "", ""
    return environment.get("GITLAB_TOKEN", ""), environment.get("CI_JOB_TOKEN", "") if own else ""


def _names(target: Target, where: Where | None, own: bool, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Where a token for a GitHub server is kept; the names are those of GitHub's own command line."""
    elsewhere = where is not None and where.host == "github" and not own
    if own or (same_host(target.server, "https://github.com") and not elsewhere):
        return ("GH_TOKEN", "GITHUB_TOKEN")
    if urlsplit(target.server).hostname == environment.get("GH_HOST"):
        return ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
    return ()


def _first(names: tuple[str, ...], environment: Mapping[str, str]) -> str:
    return next((environment[name] for name in names if environment.get(name)), "")
