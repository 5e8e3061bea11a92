"""GitHub's REST API, as far as runs, their logs, a commit's files and comments go.

Paths and fields: https://docs.github.com/en/rest. On GitHub Enterprise only the base address differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from logdoctor.services.forge import Comment, Fetched, Job, Run
from logdoctor.services.logs import fetched
from logdoctor.services.tree import Entry, Tree
from logdoctor.services.web import Web, WebError, optional

API = "https://api.github.com"
ACTIONS = "github-actions[bot]"
"""Who a workflow's own token is."""
PULLS = 3
"""Pages of open pull requests that are looked through for a commit."""


class Place(NamedTuple):
    """Lines of a file in a pull request, as its diff shows them on the right side."""

    path: str
    first: int
    last: int


class GitHub:
    """One repository. `graphql` is the address of the only question that REST does not answer a workflow."""

    most = 65_000

    def __init__(self, web: Web, repository: str, graphql: str = "", author: str = "") -> None:
        self._web = web
        self._at = f"/repos/{quote(repository)}"
        self._graphql = graphql
        self._author = author

    def me(self) -> str:
        """The login that the token belongs to; a workflow's token may not ask `/user`."""
        if not self._author:
            self._author = self._viewer() or ACTIONS
        return self._author

    def _viewer(self) -> str:
        try:
            said = self._web.query(self._graphql or "/graphql", "query { viewer { login } }")
            return str(said["data"]["viewer"]["login"])
        except (KeyError, TypeError):
            return ""
        except WebError as error:
            if error.unsure:  # taken for somebody else, we would comment a second time
                raise
            return ""

    def comments(self, number: int) -> Iterator[Comment]:
        """Comments of an issue or pull request, oldest first."""
        for page in self._web.pages(f"{self._at}/issues/{number}/comments"):
            yield from (_comment(each) for each in page)

    def create(self, number: int, body: str) -> Comment:
        """Add a comment."""
        return _comment(self._web.send("POST", f"{self._at}/issues/{number}/comments", {"body": body}))

    def update(self, number: int, comment: int, body: str) -> None:
        """Replace a comment's text."""
        del number
        self._web.send("PATCH", f"{self._at}/issues/comments/{comment}", {"body": body})

    def delete(self, number: int, comment: int) -> None:
        """Remove a comment."""
        del number
        self._web.send("DELETE", f"{self._at}/issues/comments/{comment}")

    def run(self, id: int, attempt: int | None = None) -> Run:
        """A run and its jobs, of its last attempt unless another one is named."""
        at = f"{self._at}/actions/runs/{id}" + (f"/attempts/{attempt}" if attempt else "")
        said = self._web.get(at)
        jobs = [_job(job) for page in self._web.pages(f"{at}/jobs") for job in page["jobs"]]
        owner = ((said.get("head_repository") or {}).get("owner") or {}).get("login") or ""
        pulls = said.get("pull_requests") or []
        return Run(
            int(said["id"]),
            str(said.get("name") or ""),
            str(said["head_sha"]),
            str(said.get("head_branch") or ""),
            owner,
            str(said.get("html_url") or ""),
            tuple(jobs),
            _number_at(pulls, said["head_sha"]),
        )

    def job(self, id: int) -> Job:
        """One job, of any attempt."""
        return _job(self._web.get(f"{self._at}/actions/jobs/{id}"))

    def logs(self, jobs: tuple[Job, ...]) -> Fetched:
        """The logs of finished jobs; what cannot be had is told of."""
        return fetched(self._web, jobs, lambda job: f"{self._at}/actions/jobs/{job.id}/logs")

    def pull_of(self, sha: str, owner: str = "", branch: str = "") -> int | None:
        """The open pull request whose head is this commit.

        The run of a fork names no pull request, so those of its branch are asked for first.
        """
        if owner and branch:
            found = self._pull(sha, 1, head=f"{owner}:{branch}")
            if found:
                return found
        return self._pull(sha, PULLS)

    def _pull(self, sha: str, pages: int, **query: str) -> int | None:
        for page in self._web.pages(
            f"{self._at}/pulls", pages, state="open", sort="updated", direction="desc", **query
        ):
            for pull in page:
                if pull["head"]["sha"] == sha:
                    return int(pull["number"])
        return None

    def head_of(self, number: int) -> str:
        """The newest commit of a pull request."""
        return str(self._web.get(f"{self._at}/pulls/{number}")["head"]["sha"])

    def tree(self, sha: str) -> Tree:
        """The files of a commit; a fork's commit too, since its network shares them."""
        said = self._web.get(f"{self._at}/git/trees/{quote(sha)}", recursive=1)
        if said.get("truncated"):
            raise WebError("the commit has more files than GitHub lists at once")
        entries = [
            Entry(
                str(each["path"]),
                int(each.get("size") or 0),
                f"{self._at}/contents/{quote(each['path'])}?ref={quote(sha)}",
            )
            for each in said["tree"]
            if each["type"] == "blob" and each["mode"] != "120000"
        ]
        return Tree(entries, lambda entry: self._web.ask("GET", entry.address, accept=RAW).body)

    def settings(self, path: str) -> str:
        """A file of the default branch, or nothing where there is none."""
        return optional(lambda: self._web.ask("GET", f"{self._at}/contents/{quote(path)}", accept=RAW))

    def changed(self, number: int) -> Mapping[str, str]:
        """The diff of each file of a pull request; very large ones have none."""
        return {
            str(each["filename"]): str(each["patch"])
            for page in self._web.pages(f"{self._at}/pulls/{number}/files", 30)
            for each in page
            if each.get("patch") and each.get("status") != "removed"
        }

    def reviews(self, number: int) -> Iterator[Comment]:
        """Comments on lines of a pull request."""
        for page in self._web.pages(f"{self._at}/pulls/{number}/comments"):
            yield from (_comment(each) for each in page)

    def review(self, number: int, sha: str, place: Place, body: str) -> None:
        """Comment on lines of a pull request."""
        where: dict[str, object] = {"path": place.path, "line": place.last, "side": "RIGHT"}
        if place.first != place.last:
            where |= {"start_line": place.first, "start_side": "RIGHT"}
        self._web.send(
            "POST", f"{self._at}/pulls/{number}/comments", {"body": body, "commit_id": sha, **where}
        )


RAW = "application/vnd.github.raw+json"


def headers(token: str) -> Mapping[str, str]:
    """What each request says of itself."""
    known = {"Authorization": f"Bearer {token}"} if token else {}
    return {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28", **known}


def _comment(said: Mapping[str, Any]) -> Comment:
    author = (said.get("user") or {}).get("login") or ""
    return Comment(int(said["id"]), str(author), str(said.get("body") or ""), str(said.get("html_url") or ""))


_ENDED = {
    "failure": "failed",
    "timed_out": "failed",
    "startup_failure": "failed",
    "success": "passed",
    "skipped": "skipped",
    "neutral": "skipped",
}


def _job(said: Mapping[str, Any]) -> Job:
    over = said.get("status") == "completed"
    state = _ENDED.get(str(said.get("conclusion")), "stopped") if over else "running"
    return Job(int(said["id"]), str(said.get("name") or said["id"]), state)


def _number_at(pulls: list[Mapping[str, Any]], sha: object) -> int | None:
    return next((int(pull["number"]) for pull in pulls if (pull.get("head") or {}).get("sha") == sha), None)
