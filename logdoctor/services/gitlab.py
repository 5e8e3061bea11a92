"""GitLab's REST API, as far as pipelines, their jobs' traces, a commit's files and notes go.

Paths and fields: https://docs.gitlab.com/api/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from logdoctor.services.forge import Comment, Fetched, Job, Run
from logdoctor.services.logs import fetched
from logdoctor.services.tree import Entry, Tree
from logdoctor.services.web import Web, optional

API = "https://gitlab.com/api/v4"


class GitLab:
    """One project, by its number or its path."""

    most = 500_000

    def __init__(self, web: Web, project: str, author: str = "") -> None:
        self._web = web
        self._at = f"/projects/{quote(project, safe='')}"
        self._author = author

    def me(self) -> str:
        """The login that the token belongs to."""
        if not self._author:
            self._author = str(self._web.get("/user")["username"])
        return self._author

    def comments(self, number: int) -> Iterator[Comment]:
        """Notes of a merge request, oldest first."""
        at = f"{self._at}/merge_requests/{number}/notes"
        for page in self._web.pages(at, sort="asc", order_by="created_at"):
            yield from (_note(each) for each in page if not each.get("system"))

    def create(self, number: int, body: str) -> Comment:
        """Add a note."""
        return _note(self._web.send("POST", f"{self._at}/merge_requests/{number}/notes", {"body": body}))

    def update(self, number: int, comment: int, body: str) -> None:
        """Replace a note's text."""
        self._web.send("PUT", f"{self._at}/merge_requests/{number}/notes/{comment}", {"body": body})

    def delete(self, number: int, comment: int) -> None:
        """Remove a note."""
        self._web.send("DELETE", f"{self._at}/merge_requests/{number}/notes/{comment}")

    def run(self, id: int) -> Run:
        """A pipeline and its jobs."""
        said = self._web.get(f"{self._at}/pipelines/{id}")
        jobs = [_job(job) for page in self._web.pages(f"{self._at}/pipelines/{id}/jobs") for job in page]
        return _run(said, tuple(jobs))

    def run_of_job(self, id: int) -> Run:
        """A pipeline with only one of its jobs."""
        said = self._web.get(f"{self._at}/jobs/{id}")
        return _run(said["pipeline"], (_job(said),))

    def logs(self, jobs: tuple[Job, ...]) -> Fetched:
        """The traces of finished jobs; what cannot be had is told of."""
        return fetched(self._web, jobs, lambda job: f"{self._at}/jobs/{job.id}/trace")

    def pull_of(self, sha: str, owner: str = "", branch: str = "") -> int | None:
        """The open merge request whose head is this commit."""
        del owner, branch
        for page in self._web.pages(f"{self._at}/repository/commits/{quote(sha)}/merge_requests", 3):
            for each in page:
                if each.get("state") == "opened" and each.get("sha") == sha:
                    return int(each["iid"])
        return None

    def settings(self, path: str) -> str:
        """A file of the default branch, or nothing where there is none."""
        address = f"{self._at}/repository/files/{quote(path, safe='')}/raw?ref=HEAD"
        return optional(lambda: self._web.ask("GET", address))

    def tree(self, sha: str) -> Tree:
        """The files of a commit."""
        entries = [
            Entry(str(each["path"]), 0, f"{self._at}/repository/blobs/{quote(each['id'])}/raw")
            for page in self._web.pages(f"{self._at}/repository/tree", recursive="true", ref=sha)
            for each in page
            if each["type"] == "blob" and each["mode"] != "120000"
        ]
        return Tree(entries, lambda entry: self._web.ask("GET", entry.address).body)


def headers(token: str, job_token: str = "") -> Mapping[str, str]:
    """What each request says of itself; a job's own token may read, but not comment."""
    if token:
        return {"PRIVATE-TOKEN": token}
    return {"JOB-TOKEN": job_token} if job_token else {}


def _note(said: Mapping[str, Any]) -> Comment:
    author = (said.get("author") or {}).get("username") or ""
    return Comment(int(said["id"]), str(author), str(said.get("body") or ""))


_ENDED = {
    "failed": "failed",
    "success": "passed",
    "canceled": "stopped",
    "skipped": "skipped",
    "manual": "skipped",
}


def _job(said: Mapping[str, Any]) -> Job:
    state = _ENDED.get(str(said.get("status")), "running")
    if state == "failed" and said.get("allow_failure"):
        state = "skipped"
    return Job(int(said["id"]), str(said.get("name") or said["id"]), state)


def _run(said: Mapping[str, Any], jobs: tuple[Job, ...]) -> Run:
    return Run(
        int(said["id"]),
        str(said.get("name") or "pipeline"),
        str(said["sha"]),
        str(said.get("ref") or ""),
        "",
        str(said.get("web_url") or ""),
        jobs,
    )
