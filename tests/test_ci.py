"""Where a job runs, told by its environment, and which run a word of the user means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from logdoctor.services import ci
from logdoctor.services.ci import Target, Unclear, Where, here, target, token

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "acme/shop",
    "GITHUB_WORKFLOW": "CI",
    "GITHUB_RUN_ID": "11",
    "GITHUB_SHA": "f" * 40,
    "GITHUB_JOB": "build",
    "GITHUB_REF_NAME": "topic",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_SERVER_URL": "https://git.acme.example",
    "CI_API_V4_URL": "https://git.acme.example/api/v4",
    "CI_PROJECT_ID": "42",
    "CI_PIPELINE_ID": "900",
    "CI_COMMIT_SHA": "f" * 40,
    "CI_JOB_NAME": "build 1/2",
}
ENTERPRISE = GITHUB | {
    "GITHUB_SERVER_URL": "https://git.acme.example",
    "GITHUB_API_URL": "https://git.acme.example/api/v3",
    "GITHUB_GRAPHQL_URL": "https://git.acme.example/api/graphql",
}


def in_job(environment: dict[str, str]) -> Where:
    where = here(environment)
    assert where is not None
    return where


def with_event(tmp_path: Path, payload: Any, name: str = "pull_request") -> Where:
    path = tmp_path / "event.json"
    path.write_text(payload if isinstance(payload, str) else json.dumps(payload))
    return in_job(GITHUB | {"GITHUB_EVENT_PATH": str(path), "GITHUB_EVENT_NAME": name})


def test_outside_of_ci_there_is_no_place() -> None:
    assert here({"CI": "true"}) is None


def test_a_pull_request_s_own_commit_counts_not_the_merge(tmp_path: Path) -> None:
    where = with_event(tmp_path, {"pull_request": {"number": 7, "head": {"sha": "a" * 40}}})
    assert (where.number, where.sha, where.other) == (7, "a" * 40, False)
    assert where.url == "https://github.com/acme/shop/actions/runs/11"


def test_a_push_has_no_number_but_a_branch_to_look_for(tmp_path: Path) -> None:
    where = with_event(tmp_path, {"ref": "refs/heads/topic"}, "push")
    assert (where.number, where.owner, where.branch) == (0, "acme", "topic")


def test_a_woken_workflow_speaks_of_the_run_that_woke_it(tmp_path: Path) -> None:
    run = {
        "id": 22,
        "name": "Build",
        "head_sha": "b" * 40,
        "head_branch": "patch-1",
        "head_repository": {"owner": {"login": "stranger"}},
        "pull_requests": [],
    }
    where = with_event(tmp_path, {"workflow_run": run}, "workflow_run")
    assert (where.workflow, where.run, where.sha, where.other) == ("Build", 22, "b" * 40, True)
    assert (where.number, where.owner, where.branch) == (0, "stranger", "patch-1")
    # Numbers are believed where they are of this very commit.
    for sha, number in (("b" * 40, 9), ("c" * 40, 0)):
        run["pull_requests"] = [{"number": 9, "head": {"sha": sha}}]
        assert with_event(tmp_path, {"workflow_run": run}, "workflow_run").number == number


@pytest.mark.parametrize("payload", ["", "[]", "{", '{"pull_request": 3}', '{"workflow_run": []}'])
def test_an_event_that_cannot_be_read_says_nothing(tmp_path: Path, payload: str) -> None:
    assert with_event(tmp_path, payload).number == 0


@pytest.mark.parametrize(
    ("matrix", "name"),
    [
        ("null", "build"),
        ("{}", "build"),
        ("no json", "build"),
        ('{"node": 22, "os": "ubuntu"}', "build (22, ubuntu)"),
        ('{"image": {"name": "x"}, "fast": true}', 'build ({"name": "x"}, true)'),
    ],
)
def test_a_job_of_a_matrix_is_named_as_github_shows_it(matrix: str, name: str) -> None:
    assert in_job(GITHUB | {"LOGDOCTOR_MATRIX": matrix}).job == name


def test_a_merge_request_s_own_commit_counts_not_the_merged_result() -> None:
    where = in_job(GITLAB | {"CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "a" * 40})
    assert (where.host, where.number, where.sha, where.job) == ("gitlab", 7, "a" * 40, "build 1/2")


class TestWords:
    """Numbers and addresses."""

    @pytest.mark.parametrize(
        ("word", "expected"),
        [
            ("https://github.com/o/r/actions/runs/12", Target("github", "https://github.com", "o/r", 12)),
            (
                "https://github.com/o/r/actions/runs/12/attempts/2",
                Target("github", "https://github.com", "o/r", 12, 0, 2),
            ),
            (
                "https://github.com/o/r/actions/runs/12/job/34?pr=5#step:3:1",
                Target("github", "https://github.com", "o/r", 12, 34),
            ),
            (
                "https://git.acme.example/o/r/actions/runs/12/",
                Target("github", "https://git.acme.example", "o/r", 12),
            ),
            (
                "https://gitlab.com/group/sub/proj/-/pipelines/9",
                Target("gitlab", "https://gitlab.com", "group/sub/proj", 9),
            ),
            (
                "https://gitlab.com/group/proj/-/jobs/77",
                Target("gitlab", "https://gitlab.com", "group/proj", 0, 77),
            ),
            (
                "https://user:pw@github.com/o/r/actions/runs/12",
                Target("github", "https://github.com", "o/r", 12),
            ),
        ],
    )
    def test_an_address_names_all(self, word: str, expected: Target) -> None:
        assert target(word, None) == expected

    def test_a_number_is_of_the_repository_at_hand_or_named(self) -> None:
        assert target("12", in_job(GITHUB)) == Target("github", "https://github.com", "acme/shop", 12)
        assert target("12", None, "o/r").repository == "o/r"
        assert target("12", in_job(GITLAB)).server == "https://git.acme.example"

    @pytest.mark.parametrize(
        "word", ["", "abc", "-1", "file:///etc/passwd", "https://x", "https://github.com/o/r"]
    )
    def test_anything_else_is_refused(self, word: str) -> None:
        with pytest.raises(Unclear):
            target(word, None)


class TestServers:
    """Base addresses, and where tokens may go."""

    @pytest.mark.parametrize(
        ("word", "api"),
        [
            ("https://github.com/o/r/actions/runs/1", "https://api.github.com"),
            ("https://git.acme.example/o/r/actions/runs/1", "https://git.acme.example/api/v3"),
            ("https://gitlab.com/o/r/-/pipelines/1", "https://gitlab.com/api/v4"),
        ],
    )
    def test_an_address_leads_to_its_api(self, word: str, api: str) -> None:
        assert ci.api_of(target(word, None), None) == api

    def test_an_enterprise_job_s_own_server_is_what_its_environment_says(self) -> None:
        where = in_job(ENTERPRISE)
        assert ci.api_of(target("1", where), where) == "https://git.acme.example/api/v3"
        assert where.graphql == "https://git.acme.example/api/graphql"
        assert token(target("1", where), where, {"GITHUB_TOKEN": "job"}) == ("job", "")

    @pytest.mark.parametrize(
        ("word", "environment", "expected"),
        [
            ("https://github.com/o/r/actions/runs/1", {"GITHUB_TOKEN": "t"}, "t"),
            ("https://github.com/o/r/actions/runs/1", {"GH_TOKEN": "g", "GITHUB_TOKEN": "t"}, "g"),
            ("https://evil.example/o/r/actions/runs/1", {"GH_TOKEN": "g", "GITHUB_TOKEN": "t"}, ""),
            ("https://evil.example/o/r/actions/runs/1", {"GH_ENTERPRISE_TOKEN": "e"}, ""),
            (
                "https://git.acme.example/o/r/actions/runs/1",
                {"GH_HOST": "git.acme.example", "GH_ENTERPRISE_TOKEN": "e", "GH_TOKEN": "g"},
                "e",
            ),
            ("https://gitlab.com/o/r/-/jobs/1", {"GITLAB_TOKEN": "l", "CI_JOB_TOKEN": "j"}, "l"),
            ("https://evil.example/o/r/-/jobs/1", {"GITLAB_TOKEN": "l", "CI_JOB_TOKEN": "j"}, ""),
            ("http://gitlab.com/o/r/-/jobs/1", {"GITLAB_TOKEN": "l"}, ""),
        ],
    )
    def test_a_token_goes_to_the_server_it_is_for(
        self, word: str, environment: dict[str, str], expected: str
    ) -> None:
        assert token(target(word, None), None, environment) == (expected, "")

    def test_a_job_of_one_server_does_not_carry_its_token_to_another(self) -> None:
        where = in_job(ENTERPRISE)
        stranger = target("https://evil.example/o/r/actions/runs/1", where)
        assert token(stranger, where, {"GITHUB_TOKEN": "job"}) == ("", "")
        assert token(target("https://gitlab.com/o/r/-/jobs/1", where), where, {"CI_JOB_TOKEN": "j"}) == (
            "",
            "",
        )

    def test_an_enterprise_job_s_token_is_not_for_github_com(self) -> None:
        where = in_job(ENTERPRISE)
        there = target("https://github.com/o/r/actions/runs/1", where)
        assert token(there, where, {"GITHUB_TOKEN": "job"}) == ("", "")
