"""`logdoctor comment` and `--run`, called as a CI job calls them, against servers on the loopback."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from calls import COMMA, COMMA_LOG, CORPUS, Said
from forges import Fault, GitHubServer, GitLabServer, Reply, Server, serving
from inline_snapshot import snapshot
from reports import hostile
from test_redact_everywhere import INNOCENT, LOG, PACKAGE, SECRETS

from logdoctor.faces.cli import run_call
from logdoctor.services.bot import failures

SHA = "1111111111111111111111111111111111111111"
FIXED = "2222222222222222222222222222222222222222"
ROLLUP = CORPUS / "native-module" / "docker-rollup-no-optional"
ROLLUP_LOG = (ROLLUP / "logs" / "buildkit-26.1.5.log").read_bytes()
GREEN = b"all is well\n"
SECRET = "ghp_" + "a1B2" * 9

Call = Callable[..., Said]


@pytest.fixture
def github() -> Iterator[GitHubServer]:
    server = GitHubServer()
    server.pull(7, SHA)
    with serving(server):
        yield server


@pytest.fixture
def gitlab() -> Iterator[GitLabServer]:
    server = GitLabServer()
    with serving(server):
        yield server


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The checkout of a project whose package.json has a comma too many."""
    checkout = tmp_path / "shop"
    shutil.copytree(COMMA / "project", checkout)
    shutil.copy(COMMA_LOG, checkout / "build.log")
    monkeypatch.chdir(checkout)
    return checkout


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Call:
    """A call in the environment that a job has."""

    def called(server: Server | None, *arguments: str, event: object = None, **more: str) -> Said:
        for name in list(os.environ):
            if name.startswith(("GITHUB_", "CI_", "GITLAB_", "GH_", "LOGDOCTOR_")):
                monkeypatch.delenv(name)
        environment = {"LOGDOCTOR_PATIENCE": "0"}
        if isinstance(server, GitHubServer):
            (tmp_path / "event.json").write_text(json.dumps(event or {}))
            environment |= {
                "GITHUB_ACTIONS": "true",
                "GITHUB_SERVER_URL": "https://github.example",
                "GITHUB_API_URL": server.url,
                "GITHUB_GRAPHQL_URL": f"{server.url}/graphql",
                "GITHUB_REPOSITORY": "acme/shop",
                "GITHUB_WORKFLOW": "CI",
                "GITHUB_RUN_ID": "1001",
                "GITHUB_JOB": "build",
                "GITHUB_SHA": "9" * 40,
                "GITHUB_EVENT_NAME": "pull_request",
                "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
                "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
                "GITHUB_OUTPUT": str(tmp_path / "outputs"),
                "GITHUB_TOKEN": "t0ken",
            }
        elif server:
            environment |= {
                "GITLAB_CI": "true",
                "CI_SERVER_URL": "https://gitlab.example",
                "CI_API_V4_URL": f"{server.url}/api/v4",
                "CI_PROJECT_ID": "42",
                "CI_PIPELINE_ID": "900",
                "CI_PIPELINE_URL": "https://gitlab.example/acme/shop/-/pipelines/900",
                "CI_COMMIT_SHA": SHA,
                "CI_JOB_NAME": "build",
                "CI_MERGE_REQUEST_IID": "7",
                "GITLAB_TOKEN": "t0ken",
            }
        for name, value in (environment | more).items():
            monkeypatch.setenv(name, value)
        capsys.readouterr()
        status = run_call(list(arguments))
        said = capsys.readouterr()
        return Said(status, said.out, said.err)

    return called


def pull_request(sha: str = SHA) -> object:
    return {"pull_request": {"number": 7, "head": {"sha": sha}}}


def woken(run: int, sha: str, conclusion: str = "failure", owner: str = "stranger") -> object:
    """The event of a workflow that another one's end has woken; of a fork, it names no pull request."""
    return {
        "workflow_run": {
            "id": run,
            "name": "CI",
            "head_sha": sha,
            "head_branch": "topic",
            "conclusion": conclusion,
            "head_repository": {"owner": {"login": owner}},
            "pull_requests": [],
        }
    }


def test_the_story_of_a_pull_request_that_fails_and_is_fixed(
    github: GitHubServer, folder: Path, call: Call
) -> None:
    """Red, red again after a push, the same job run again, green, green: all that the server is asked."""
    steps = [
        ("1001", SHA, "failure"),
        ("1002", "3" * 40, "failure"),
        ("1002", "3" * 40, "failure"),
        ("1003", FIXED, "success"),
        ("1004", "4" * 40, "success"),
    ]
    story: list[str] = []
    for run, sha, status in steps:
        github.asked.clear()
        said = call(
            github,
            *("comment", "build.log", "--status", status),
            event=pull_request(sha),
            GITHUB_RUN_ID=run,
        )
        story += [f"run {run} {status} at {sha[:7]}", *(f"  {each}" for each in github.requests())]
        story.append(f"  says: {said.err.strip()}")
    assert "\n".join(story) == snapshot("""\
run 1001 failure at 1111111
  POST /graphql
  GET /repos/acme/shop/issues/7/comments?per_page=100
  POST /repos/acme/shop/issues/7/comments
  GET /repos/acme/shop/issues/7/comments?per_page=100
  GET /repos/acme/shop/issues/7/comments?per_page=100
  GET /repos/acme/shop/pulls/7/files?per_page=100
  says: logdoctor: comment created https://github.example/acme/shop/pull/7#issuecomment-101
run 1002 failure at 3333333
  POST /graphql
  GET /repos/acme/shop/issues/7/comments?per_page=100
  PATCH /repos/acme/shop/issues/comments/101
  GET /repos/acme/shop/issues/7/comments?per_page=100
  GET /repos/acme/shop/pulls/7/files?per_page=100
  says: logdoctor: comment updated https://github.example/acme/shop/pull/7#issuecomment-101
run 1002 failure at 3333333
  POST /graphql
  GET /repos/acme/shop/issues/7/comments?per_page=100
  GET /repos/acme/shop/pulls/7/files?per_page=100
  says: logdoctor: comment unchanged https://github.example/acme/shop/pull/7#issuecomment-101
run 1003 success at 2222222
  POST /graphql
  GET /repos/acme/shop/issues/7/comments?per_page=100
  PATCH /repos/acme/shop/issues/comments/101
  GET /repos/acme/shop/issues/7/comments?per_page=100
  says: logdoctor: comment updated https://github.example/acme/shop/pull/7#issuecomment-101
run 1004 success at 4444444
  POST /graphql
  GET /repos/acme/shop/issues/7/comments?per_page=100
  says: logdoctor: comment unchanged https://github.example/acme/shop/pull/7#issuecomment-101\
""")
    assert github.comments[0]["body"] == snapshot("""\
<!-- logdoctor:v1 key=CI -->
<!-- logdoctor:state {"run":1003,"sha":"2222222222222222222222222222222222222222","url":"https://github.example/acme/shop/actions/runs/1003","kind":"fixed","total":0,"failures":[{"id":"f1:39bc8c5c39bee99f","jobs":["build"]}]} -->

### ✓ Fixed in `2222222`

<details><summary>What had failed: 1 failure</summary>

<!-- logdoctor:part 0 -->

### ✗ package.json has a trailing comma

`build.log` line 1 · job `build` · very sure (0.98)

```text
1 │  ERROR  Expected double-quoted property name in JSON at position 111 while parsing '{  "name": "orders",  "version": "1.0.' in /app/package.json
5 │ > 7 |   }
package.json:6 │     "is-number": "7.0.0",
```

**Why:** JSON allows no comma after the last entry of an object or list, and package.json has one. The tools point at the line after it: the comma stands at the end of the line before.

**Fix** (safe): Remove the trailing comma. JSON does not allow it, and no package manager but bun reads the file while it is there.

```diff
--- a/package.json
+++ b/package.json
@@ -3,6 +3,6 @@
   "version": "1.0.0",
   "private": true,
   "dependencies": {
-    "is-number": "7.0.0",
+    "is-number": "7.0.0"
   }
 }
```

<details><summary>How sure, what followed, what else helps</summary>

**Sure:** a rule knows this line as a cause; the project's files show the same fault

**More:** `logdoctor explain json-trailing-comma` · <https://docs.npmjs.com/cli/configuring-npm/package-json>

</details>

<!-- logdoctor:end -->

</details>

<sub>logdoctor · [run](https://github.example/acme/shop/actions/runs/1003) · [2222222](https://github.example/acme/shop/commit/2222222222222222222222222222222222222222) · `comment = false` in `.logdoctor.toml` turns this off</sub>
""")


def test_in_the_job_the_log_has_the_guarded_report_the_annotation_and_the_summary(
    github: GitHubServer, folder: Path, call: Call, tmp_path: Path
) -> None:
    said = call(github, "comment", "build.log", "--status", "failure", event=pull_request())
    first, *_ = lines = said.out.splitlines()
    token = first.removeprefix("::stop-commands::")
    assert len(token) == 32
    assert lines[lines.index(f"::{token}::") + 1 :] == snapshot(
        [
            '::error file=package.json,line=6,title=package.json has a trailing comma::ERROR Expected double-quoted property name in JSON at position 111 while parsing \'{ "name": "orders", "version": "1.0.\' in /app/package.json%0AJSON allows no comma after the last entry of an object or list, and package.json has one. The tools point at the line after it: the comma stands at the end of the line before.%0AFix: Remove the trailing comma'
        ]
    )
    assert (tmp_path / "summary.md").read_text().startswith("### ✗ package.json has a trailing comma\n")
    assert (tmp_path / "outputs").read_text() == snapshot("""\
outcome=failed
rule=json-trailing-comma
family=manifest
nature=your-change
confidence=0.98
fixable=true
comment-url=https://github.example/acme/shop/pull/7#issuecomment-101
""")


def test_the_body_that_is_posted(github: GitHubServer, folder: Path, call: Call) -> None:
    call(github, "comment", "build.log", "--status", "failure", event=pull_request())
    assert github.comments[0]["body"] == snapshot("""\
<!-- logdoctor:v1 key=CI -->
<!-- logdoctor:state {"run":1001,"sha":"1111111111111111111111111111111111111111","url":"https://github.example/acme/shop/actions/runs/1001","kind":"failed","total":0,"failures":[{"id":"f1:39bc8c5c39bee99f","jobs":["build"]}]} -->

<!-- logdoctor:part 0 -->

### ✗ package.json has a trailing comma

`build.log` line 1 · job `build` · very sure (0.98)

```text
1 │  ERROR  Expected double-quoted property name in JSON at position 111 while parsing '{  "name": "orders",  "version": "1.0.' in /app/package.json
5 │ > 7 |   }
package.json:6 │     "is-number": "7.0.0",
```

**Why:** JSON allows no comma after the last entry of an object or list, and package.json has one. The tools point at the line after it: the comma stands at the end of the line before.

**Fix** (safe): Remove the trailing comma. JSON does not allow it, and no package manager but bun reads the file while it is there.

```diff
--- a/package.json
+++ b/package.json
@@ -3,6 +3,6 @@
   "version": "1.0.0",
   "private": true,
   "dependencies": {
-    "is-number": "7.0.0",
+    "is-number": "7.0.0"
   }
 }
```

<details><summary>How sure, what followed, what else helps</summary>

**Sure:** a rule knows this line as a cause; the project's files show the same fault

**More:** `logdoctor explain json-trailing-comma` · <https://docs.npmjs.com/cli/configuring-npm/package-json>

</details>

<!-- logdoctor:end -->

<sub>logdoctor · [run](https://github.example/acme/shop/actions/runs/1001) · [1111111](https://github.example/acme/shop/commit/1111111111111111111111111111111111111111) · `comment = false` in `.logdoctor.toml` turns this off</sub>
""")


@pytest.mark.parametrize("status", [401, 403, 404])
def test_without_the_right_to_comment_the_job_log_and_summary_have_it_and_nothing_fails(
    github: GitHubServer, folder: Path, call: Call, tmp_path: Path, status: int
) -> None:
    reply = Reply(status, {"message": "Resource not accessible by integration"})
    github.faults = [Fault("POST", "comments", reply)]
    said = call(github, "comment", "build.log", "--status", "failure", event=pull_request())
    assert said.status == 0
    assert "package.json has a trailing comma" in said.out
    assert "::error file=package.json,line=6," in said.out
    assert "pull-requests: write" in said.err
    assert "docs/recipes/github-workflow-run.yml" in said.err
    assert "trailing comma" in (tmp_path / "summary.md").read_text()
    assert github.comments == []


@pytest.mark.parametrize("status", [422, 500])
def test_a_server_that_refuses_or_breaks_fails_no_job(
    github: GitHubServer, folder: Path, call: Call, status: int
) -> None:
    github.faults = [Fault("POST", "comments", Reply(status, {"message": "no"}))] * 2
    said = call(github, "comment", "build.log", "--status", "failure", event=pull_request())
    assert said.status == 0
    assert f"no comment: POST /repos/acme/shop/issues/7/comments: {status} no" in said.err


@pytest.mark.parametrize("answer", [{"a": 1}, [{}], b"<html>"])
def test_an_answer_that_nobody_would_expect_fails_no_job(
    github: GitHubServer, folder: Path, call: Call, answer: object
) -> None:
    github.run(2002, SHA, {"build": ("failure", COMMA_LOG.read_bytes())})
    for path in (
        "issues/7/comments",
        "actions/runs/2002$",
        "runs/2002/jobs",
        "git/trees",
        "/pulls$",
        "graphql",
    ):
        method = "POST" if path == "graphql" else "GET"
        github.faults = [Fault(method, path, Reply(200, answer))]
        for arguments, event, name in (
            (("build.log", "--status", "failure"), pull_request(), "pull_request"),
            ((), woken(2002, SHA), "workflow_run"),
        ):
            said = call(github, "comment", *arguments, event=event, GITHUB_EVENT_NAME=name)
            assert said.status == 0, path


def test_the_project_can_turn_the_comment_off(github: GitHubServer, folder: Path, call: Call) -> None:
    (folder / ".logdoctor.toml").write_text("comment = false\n")
    said = call(github, "comment", "build.log", "--status", "failure", event=pull_request())
    assert "because .logdoctor.toml says so" in said.err
    assert "trailing comma" in said.out
    assert github.asked == []


def test_the_default_branch_can_turn_it_off_for_forks(
    github: GitHubServer, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    github.run(2002, SHA, {"build": ("failure", COMMA_LOG.read_bytes())})
    for settings, written in ((b"comment = false\n", 0), (b"rules = ['..']\n", 1), (b"nonsense = 1\n", 1)):
        github.files[".logdoctor.toml"] = settings
        said = call(github, "comment", event=woken(2002, SHA), GITHUB_EVENT_NAME="workflow_run")
        assert said.status == 0
        assert len(github.comments) == written
    assert "the repository's settings cannot be read: .logdoctor.toml:1: unknown key 'nonsense'" in said.err


def test_logs_that_a_woken_workflow_brings_along_speak_of_that_run(
    github: GitHubServer, folder: Path, call: Call
) -> None:
    call(
        github,
        *("comment", "build.log", "--status", "failure", "--job", "build"),
        event=woken(2002, SHA),
        GITHUB_EVENT_NAME="workflow_run",
    )
    assert "runs/2002" in github.comments[0]["body"]
    assert not [each for each in github.requests() if "jobs" in each]


def test_jobs_of_a_matrix_are_told_apart_by_their_values(
    github: GitHubServer, folder: Path, call: Call
) -> None:
    for version in (20, 22):
        matrix = json.dumps({"node": version, "os": "ubuntu"})
        call(
            github,
            *("comment", "build.log", "--status", "failure"),
            event=pull_request(),
            LOGDOCTOR_MATRIX=matrix,
        )
    assert "**In 2 jobs:** `build (20, ubuntu)`, `build (22, ubuntu)`" in github.comments[0]["body"]
    assert len(github.comments) == 1


def test_a_second_job_speaks_for_the_run_it_is_in(github: GitHubServer, folder: Path, call: Call) -> None:
    comma = COMMA_LOG.read_bytes()
    jobs = {f"build ({n})": ("failure", comma) for n in (18, 20, 22)}
    github.run(1001, SHA, {**jobs, "lint": ("success", GREEN), "advice": ("running", b"")})
    github.page = 2
    said = call(github, "comment", event=pull_request(), GITHUB_JOB="advice")
    assert said.status == 0
    body = github.comments[0]["body"]
    assert "**In 3 of 4 jobs:** `build (18)`, `build (20)`, `build (22)`" in body
    assert '-    "is-number": "7.0.0",' in body


def test_the_run_of_a_fork_is_told_of_from_outside(
    github: GitHubServer, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is checked out: the files are read from the commit, the pull request is found by it."""
    monkeypatch.chdir(tmp_path)
    github.pulls[0]["head"]["label"] = "stranger:topic"
    github.files = {
        path.relative_to(ROLLUP / "project").as_posix(): path.read_bytes()
        for path in (ROLLUP / "project").rglob("*")
        if path.is_file()
    }
    github.run(2002, SHA, {"build": ("failure", ROLLUP_LOG)}, owner="stranger")
    said = call(
        github, "comment", event=woken(2002, SHA), GITHUB_EVENT_NAME="workflow_run", GITHUB_SHA="8" * 40
    )
    assert said.status == 0
    assert github.requests() == snapshot(
        [
            "GET /repos/acme/shop/actions/runs/2002",
            "GET /repos/acme/shop/actions/runs/2002/jobs?per_page=100",
            "GET /repos/acme/shop/contents/.logdoctor.toml",
            "GET /repos/acme/shop/actions/jobs/101/logs",
            "GET /blob/101",
            "GET /repos/acme/shop/git/trees/1111111111111111111111111111111111111111?recursive=1",
            "GET /repos/acme/shop/contents/Dockerfile?ref=1111111111111111111111111111111111111111",
            "GET /repos/acme/shop/contents/package.json?ref=1111111111111111111111111111111111111111",
            "GET /repos/acme/shop/pulls?per_page=100&state=open&sort=updated&direction=desc&head=stranger%3Atopic",
            "POST /graphql",
            "GET /repos/acme/shop/issues/7/comments?per_page=100",
            "POST /repos/acme/shop/issues/7/comments",
            "GET /repos/acme/shop/issues/7/comments?per_page=100",
            "GET /repos/acme/shop/pulls/7/files?per_page=100",
        ]
    )
    body = github.comments[0]["body"]
    assert "--- a/Dockerfile" in body
    assert "the project's files show the same fault" in body
    github.run(2003, FIXED, {"build": ("success", GREEN)}, owner="stranger")
    github.pulls[0]["head"]["sha"] = FIXED
    call(github, "comment", event=woken(2003, FIXED, "success"), GITHUB_EVENT_NAME="workflow_run")
    assert "### ✓ Fixed in `2222222`" in github.comments[0]["body"]


def test_a_checkout_of_the_base_is_not_taken_for_the_fork_s_files(
    github: GitHubServer, folder: Path, call: Call
) -> None:
    github.run(2002, SHA, {"build": ("failure", COMMA_LOG.read_bytes())})
    github.files = {"package.json": b'{"name": "other"}\n'}
    call(github, "comment", event=woken(2002, SHA), GITHUB_EVENT_NAME="workflow_run")
    assert "```diff" not in github.comments[0]["body"]


def test_a_pull_request_that_has_moved_on_gets_no_stale_comment(
    github: GitHubServer, folder: Path, call: Call
) -> None:
    github.pulls[0]["head"]["sha"] = FIXED
    github.run(2002, SHA, {"build": ("failure", COMMA_LOG.read_bytes())})
    said = call(github, "comment", event=woken(2002, SHA), GITHUB_EVENT_NAME="workflow_run")
    assert "no open pull request has 111111111111 as its head" in said.err
    assert github.writes() == []


def test_a_stopped_run_is_neither_failed_nor_fixed(github: GitHubServer, folder: Path, call: Call) -> None:
    call(github, "comment", "build.log", "--status", "failure", event=pull_request("5" * 40))
    before = github.comments[0]["body"]
    jobs = {"build": ("cancelled", b""), "lint": ("success", GREEN)}
    github.run(2002, SHA, jobs)
    said = call(github, "comment", event=woken(2002, SHA, "cancelled"), GITHUB_EVENT_NAME="workflow_run")
    assert "it is not known how the build ended" in said.err
    call(github, "comment", "build.log", "--status", "cancelled", event=pull_request())
    assert github.comments[0]["body"] == before


def test_a_log_that_is_not_there_yet_does_not_spoil_the_others(
    github: GitHubServer, folder: Path, call: Call
) -> None:
    github.run(
        1001, SHA, {"a": ("failure", COMMA_LOG.read_bytes()), "b": ("failure", COMMA_LOG.read_bytes())}
    )
    missing = github.runs[1001]["jobs"][0]["id"]
    github.faults = [Fault("GET", f"jobs/{missing}/logs", Reply(404, {"message": "Not Found"}))]
    said = call(github, "comment", event=pull_request())
    assert "the log of job 'a' cannot be had" in said.err
    assert len(github.comments) == 1


class TestSuggestions:
    """Only where the pull request itself touches the line, as a request of its own."""

    DIFF = '@@ -3,4 +3,4 @@\n   "version": "1.0.0",\n   "private": true,\n   "dependencies": {\n-    "is-number": "6.0.0"\n+    "is-number": "7.0.0",\n'

    def test_a_touched_line_gets_one_and_only_once(
        self, github: GitHubServer, folder: Path, call: Call
    ) -> None:
        github.diffs = [{"filename": "package.json", "status": "modified", "patch": self.DIFF}]
        for _ in range(2):
            call(github, "comment", "build.log", "--status", "failure", event=pull_request())
        (review,) = github.reviews
        assert {key: review[key] for key in ("path", "line", "side", "commit_id")} == {
            "path": "package.json",
            "line": 6,
            "side": "RIGHT",
            "commit_id": SHA,
        }
        assert review["body"].split("\n", 1)[1] == snapshot("""\
Remove the trailing comma. JSON does not allow it, and no package manager but bun reads the file while it is there.

```suggestion
    "is-number": "7.0.0"
```
""")

    @pytest.mark.parametrize(
        "diff",
        [
            "@@ -1,2 +1,2 @@\n {\n-  a\n+  b\n",
            DIFF.replace('+    "is-number": "7.0.0",', '+    "is-number": "8.0.0",'),
            DIFF.replace("+3,4", "+4,4"),
        ],
        ids=["elsewhere", "another text", "another line"],
    )
    def test_an_untouched_line_gets_none(
        self, github: GitHubServer, folder: Path, call: Call, diff: str
    ) -> None:
        github.diffs = [{"filename": "package.json", "status": "modified", "patch": diff}]
        call(github, "comment", "build.log", "--status", "failure", event=pull_request())
        assert github.reviews == []
        assert len(github.comments) == 1

    def test_a_refusal_spoils_nothing(self, github: GitHubServer, folder: Path, call: Call) -> None:
        github.diffs = [{"filename": "package.json", "status": "modified", "patch": self.DIFF}]
        github.faults = [Fault("POST", "pulls/7/comments", Reply(422, {"message": "Unprocessable"}))]
        said = call(github, "comment", "build.log", "--status", "failure", event=pull_request())
        assert said.status == 0
        assert "no suggestion: POST /repos/acme/shop/pulls/7/comments: 422 Unprocessable" in said.err
        assert len(github.comments) == 1

    def test_a_strange_answer_spoils_nothing(
        self, github: GitHubServer, folder: Path, call: Call, tmp_path: Path
    ) -> None:
        """The comment is there by then, and its address is what later steps are told."""
        github.faults = [Fault("GET", "pulls/7/files", Reply(200, [{"patch": "@@ -1 +1 @@"}]))]
        said = call(github, "comment", "build.log", "--status", "failure", event=pull_request())
        assert said.status == 0
        assert "no suggestion: the server's answer was not understood" in said.err
        assert "no comment" not in said.err
        (comment,) = github.comments
        assert f"comment-url={comment['html_url']}\n" in (tmp_path / "outputs").read_text()

    def test_a_late_job_of_an_old_run_gets_none(self, github: GitHubServer, folder: Path, call: Call) -> None:
        github.diffs = [{"filename": "package.json", "status": "modified", "patch": self.DIFF}]
        newer = call(
            github,
            "comment",
            "build.log",
            "--status",
            "failure",
            "--no-suggest",
            event=pull_request(),
            GITHUB_RUN_ID="2002",
        )
        assert newer.status == 0
        late = call(
            github, "comment", "build.log", "--status", "failure", event=pull_request(), GITHUB_RUN_ID="1001"
        )
        assert "comment older" in late.err
        assert github.reviews == []

    def test_they_can_be_turned_off(self, github: GitHubServer, folder: Path, call: Call) -> None:
        github.diffs = [{"filename": "package.json", "status": "modified", "patch": self.DIFF}]
        call(github, "comment", "build.log", "--status", "failure", "--no-suggest", event=pull_request())
        assert github.reviews == []


class TestHostileLogs:
    """Nothing of a log acts in the comment, the job's log, the summary or the outputs; no secret passes."""

    EVIL = (
        f"npm error code EJSONPARSE {SECRET} https://ci:hunter2pass@git.example/x\n"
        "::error::pwned\n  ::add-mask::x\n##[error]pwned\n@everyone <img src=x onerror=alert(1)> "
        "<!-- logdoctor:v1 key=CI -->\n<!-- logdoctor:end -->\n```\n\u202egnp.exe\u2066\n::stop-commands::x\n/close\n"
    )

    def test_it_passes_with_nothing_active_left(
        self, github: GitHubServer, folder: Path, call: Call, tmp_path: Path
    ) -> None:
        log = COMMA_LOG.read_text() + self.EVIL
        evil = log.replace(
            "/app/package.json", f"/app/{SECRET}/@everyone/##[warning]<img src=x>```/package.json"
        )
        (folder / "build.log").write_text(evil)
        said = call(
            github,
            *("comment", "build.log", "--status", "failure", "--min-confidence", "0"),
            event=pull_request(),
            LOGDOCTOR_MATRIX=json.dumps({"name": f"@all {SECRET}\n::error::x"}),
        )
        body = github.comments[0]["body"]
        everything = body + said.out + said.err + (tmp_path / "summary.md").read_text()
        everything += (tmp_path / "outputs").read_text()
        assert SECRET not in everything
        assert "hunter2pass" not in everything
        assert not {"\u202e", "\u2066", "\x1b"} & set(everything)
        assert body.count("<!-- logdoctor:v1") == 1
        self.only_our_commands(said.out)

    def test_no_secret_leaves_by_any_way_and_hashes_do(
        self, github: GitHubServer, folder: Path, call: Call, tmp_path: Path
    ) -> None:
        """The comment, the suggestion, the job's log, summary, outputs and files; a run fetched or here."""
        (folder / "package.json").write_text(PACKAGE)
        (folder / "build.log").write_text(LOG)
        (folder / "Dockerfile").write_text(
            f"FROM node\nWORKDIR /app\nCOPY package.json ./\nRUN API_TOKEN={SECRETS[0]} npm ci\n"
        )
        added = "".join(f"+{line}\n" for line in PACKAGE.splitlines())
        github.diffs = [{"filename": "package.json", "status": "added", "patch": f"@@ -0,0 +1,6 @@\n{added}"}]
        github.run(1002, SHA, {f"build {SECRETS[1]}": ("failure", LOG.encode())})
        said = [
            call(github, *arguments, *more, event=pull_request(), GITHUB_RUN_ID=run)
            for arguments, run in (
                (("comment", "build.log", "--status", "failure"), "1001"),
                (("comment",), "1002"),
            )
            for more in (("--save", str(tmp_path / "saved")), ("--min-confidence", "0"))
        ]
        sent = "".join(str(each.body) for each in github.asked)
        shown = "".join(each.out + each.err for each in said)
        written = "".join(
            path.read_text() for path in tmp_path.rglob("*") if path.is_file() and folder not in path.parents
        )
        assert "```suggestion" in sent
        assert "<redacted:github-token:" in written
        for everything in (sent, shown, written):
            assert INNOCENT[1] in everything
            squeezed = "".join(everything.split())
            assert not [secret for secret in SECRETS if secret in squeezed]

    @pytest.mark.parametrize("line", ["/close", "/assign @all", "/merge", "!1 %2 &3 ~4 $5 GH-6 #7 @all"])
    def test_no_order_or_reference_of_a_log_reaches_gitlab_or_github(self, line: str) -> None:
        (told,) = failures(hostile(f"x\n{line}\ny"))
        outside = re.sub(r"(?s)(`{3,})[a-z]*\n.*?\n\1(?=\n|$)|(`+).+?\2", "", told.body)
        assert not re.search(r"(?m)^\s*/", outside)
        assert not re.search(r"(?<![&\w])([!%@#~$]|GH-|&amp;)\w", outside)

    @staticmethod
    def only_our_commands(out: str) -> None:
        lines = out.splitlines()
        token = lines[0].removeprefix("::stop-commands::")
        end = lines.index(f"::{token}::")
        assert [line[:8] for line in lines[end + 1 :]] == ["::error "] * (len(lines) - end - 1)
        assert not any("##[" in line for line in lines)


class TestRunsAreFetched:
    """`logdoctor --run` outside of any job."""

    def test_a_run_by_its_number(self, github: GitHubServer, folder: Path, call: Call) -> None:
        github.run(77, SHA, {"build": ("failure", COMMA_LOG.read_bytes()), "lint": ("success", GREEN)})
        said = call(github, "diagnose", "--run", "77")
        assert said.status == 1
        assert "build:1 > job build" in said.out
        assert "logdoctor fix --apply --run 77" in said.out
        assert [each for each in github.requests() if "logs" in each] == [
            f"GET /repos/acme/shop/actions/jobs/{github.runs[77]['jobs'][0]['id']}/logs"
        ]

    def test_one_job_by_its_address(self, github: GitHubServer, folder: Path, call: Call) -> None:
        github.run(77, SHA, {"a": ("failure", b"nothing\n"), "b": ("failure", COMMA_LOG.read_bytes())})
        job = github.runs[77]["jobs"][1]["id"]
        said = call(github, "--run", f"https://github.example/acme/shop/actions/runs/77/job/{job}?pr=7")
        assert said.status == 1
        assert len([each for each in github.requests() if "/blob/" in each]) == 1

    def test_a_green_run_has_no_failure(self, github: GitHubServer, folder: Path, call: Call) -> None:
        github.run(77, SHA, {"lint": ("success", GREEN)})
        assert call(github, "--run", "77").status == 0

    def test_a_run_that_is_not_there_is_told(self, github: GitHubServer, folder: Path, call: Call) -> None:
        said = call(github, "--run", "78")
        assert said.status == 4
        assert "is there a token in GH_TOKEN or GITLAB_TOKEN?" in said.err

    def test_a_pipeline_and_a_job_of_gitlab(self, gitlab: GitLabServer, folder: Path, call: Call) -> None:
        job = gitlab.job("build", "failed", COMMA_LOG.read_bytes())
        gitlab.job("lint", "success", GREEN)
        for address in ("-/pipelines/900", f"-/jobs/{job}"):
            said = call(gitlab, "--run", f"https://gitlab.example/acme/shop/{address}")
            assert said.status == 1
            assert "job build" in said.out

    def test_a_stranger_s_server_gets_no_token(self, github: GitHubServer, folder: Path, call: Call) -> None:
        github.routes = [("GET", r"/api/v3(/repos/.*)", lambda *_: Reply(404, {}))]
        call(
            github,
            "--run",
            f"{github.url}/acme/shop/actions/runs/77",
            GITHUB_API_URL="https://api.github.example",
        )
        assert github.asked
        assert not any("authorization" in each.headers for each in github.asked)


class TestGitLabJobs:
    """`after_script` of a job, and a job of its own."""

    def test_a_failed_job_s_note_and_its_end(self, gitlab: GitLabServer, folder: Path, call: Call) -> None:
        said = call(gitlab, "comment", "build.log", CI_JOB_STATUS="failed")
        assert said.status == 0
        assert "::error" not in said.out
        assert "trailing comma" in gitlab.notes[0]["body"]
        call(
            gitlab, "comment", "build.log", CI_JOB_STATUS="success", CI_PIPELINE_ID="901", CI_COMMIT_SHA=FIXED
        )
        assert "### ✓ Fixed in `2222222`" in gitlab.notes[0]["body"]

    def test_in_the_script_itself_the_log_tells_how_it_ended(
        self, gitlab: GitLabServer, folder: Path, call: Call
    ) -> None:
        call(gitlab, "comment", "build.log", CI_JOB_STATUS="running")
        assert "trailing comma" in gitlab.notes[0]["body"]
        call(gitlab, "comment", "build.log", CI_JOB_STATUS="canceled", CI_COMMIT_SHA=FIXED)
        assert "2222222" not in gitlab.notes[0]["body"]

    def test_a_job_that_speaks_for_its_pipeline(
        self, gitlab: GitLabServer, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        gitlab.page = 1
        gitlab.job("build 1/2", "failed", COMMA_LOG.read_bytes())
        gitlab.job("build 2/2", "failed", COMMA_LOG.read_bytes())
        gitlab.job("advice", "running", b"")
        gitlab.files = {"package.json": (COMMA / "project" / "package.json").read_bytes()}
        call(gitlab, "comment", CI_JOB_NAME="advice")
        assert "**In 2 jobs:** `build 1/2`, `build 2/2`" in gitlab.notes[0]["body"]
        assert '-    "is-number": "7.0.0",' in gitlab.notes[0]["body"]

    def test_without_rights_the_log_has_it(self, gitlab: GitLabServer, folder: Path, call: Call) -> None:
        gitlab.faults = [Fault("POST", "notes", Reply(403, {"message": "403 Forbidden"}))]
        said = call(gitlab, "comment", "build.log", CI_JOB_STATUS="failed")
        assert said.status == 0
        assert "trailing comma" in said.out
        assert "the scope `api`" in said.err


class TestWrongCalls:
    """Told at once, with status 2."""

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["comment", "build.log"], "this is no job of GitHub Actions or GitLab CI"),
            (["--run", "77"], "of which repository?"),
            (["--run", "https://example.org/"], "neither a run's number nor the address"),
            (["--run", "77", "build.log"], "give me logs or --run, not both"),
            (["comment", "--run", "77", "build.log"], "give me logs or --run, not both"),
        ],
    )
    def test_it_says_what_is_missing(
        self, folder: Path, call: Call, arguments: list[str], words: str
    ) -> None:
        said = call(None, *(["diagnose", *arguments] if arguments[0].startswith("--") else arguments))
        assert said.status == 2
        assert words in said.err

    def test_a_missing_log_in_a_failed_job_is_told_and_fails_nothing(
        self, github: GitHubServer, folder: Path, call: Call
    ) -> None:
        said = call(github, "comment", "gone.log", "--status", "failure", event=pull_request())
        assert said.status == 0
        assert "gone.log" in said.err
        assert github.writes() == []


def test_a_dry_run_prints_the_comment(folder: Path, call: Call) -> None:
    said = call(None, "comment", "build.log", "--dry-run")
    assert "<!-- logdoctor:v1 key=build -->" in said.out
