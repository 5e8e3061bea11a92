"""Servers on the loopback that play GitHub and GitLab, and remember what they were asked."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

BOT = "github-actions[bot]"
MERGE_BOT = "project_7_bot"


class Asked(NamedTuple):
    """A request as the server saw it."""

    method: str
    path: str
    body: Any
    headers: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Reply(NamedTuple):
    """An answer: a status, data or bytes, and further headers."""

    status: int
    data: Any = None
    headers: dict[str, str] = {}  # noqa: RUF012


Handler = Callable[[re.Match[str], Any, dict[str, list[str]]], Reply]


class Fault(NamedTuple):
    """A reply that is given once, instead of the real one (`obeyed`: after it was done)."""

    method: str
    path: str
    reply: Reply
    obeyed: bool = False


class Server:
    """Keeps a list of what it was asked, and gives the faults it was told to give, once each."""

    page = 100

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.faults: list[Fault] = []
        self.before: list[tuple[str, str, Callable[[], None]]] = []
        self.routes: list[tuple[str, str, Handler]] = []
        self.url = ""
        self.lock = threading.RLock()

    def requests(self, *methods: str) -> list[str]:
        """Methods and paths, in order."""
        return [str(each) for each in self.asked if not methods or each.method in methods]

    def writes(self) -> list[Asked]:
        """All that was to change something."""
        return [each for each in self.asked if each.method != "GET" and "graphql" not in each.path]

    def answer(self, method: str, target: str, body: Any, headers: dict[str, str]) -> Reply:
        """Reply to one request."""
        parts = urlsplit(target)
        with self.lock:
            self.asked.append(Asked(method, target, body, headers))
            for index, (verb, pattern, act) in enumerate(self.before):
                if verb == method and re.search(pattern, parts.path):
                    del self.before[index]
                    act()
                    break
            for fault in self.faults:
                if fault.method == method and re.search(fault.path, parts.path):
                    self.faults.remove(fault)
                    if fault.obeyed:
                        self._route(method, parts.path, body, parse_qs(parts.query))
                    return fault.reply
            return self._route(method, parts.path, body, parse_qs(parts.query))

    def _route(self, method: str, path: str, body: Any, query: dict[str, list[str]]) -> Reply:
        for verb, pattern, handler in self.routes:
            match = re.fullmatch(pattern, path)
            if verb == method and match:
                return handler(match, body, query)
        return Reply(404, {"message": "Not Found"})

    def paged(self, items: list[Any], path: str, query: dict[str, list[str]], wrap: str = "") -> Reply:
        """One page of a list, and where the next one is."""
        number = int(query.get("page", ["1"])[0])
        size = min(self.page, int(query.get("per_page", ["30"])[0]))
        part = items[(number - 1) * size : number * size]
        headers = {}
        if number * size < len(items):
            kept = "&".join(f"{key}={value[0]}" for key, value in query.items() if key != "page")
            headers["Link"] = (
                f'<{self.url}{path}?{kept}&page={number + 1}>; rel="next", <{self.url}>; rel="last"'
            )
        return Reply(200, {"total_count": len(items), wrap: part} if wrap else part, headers)


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Let a server listen on a port of its own."""

    class Http(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length)
            body = json.loads(raw) if raw else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = server.answer(self.command, self.path, body, headers)
            if reply.status == 0:  # hang up without an answer
                self.close_connection = True
                return
            data = reply.data if isinstance(reply.data, bytes) else b""
            if reply.data is not None and not isinstance(reply.data, bytes):
                data = json.dumps(reply.data).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value.replace("{url}", server.url))
            if reply.status != 204:
                self.send_header("Content-Length", str(len(data)))
            with suppress(BrokenPipeError, ConnectionResetError):
                self.end_headers()
                self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any

        def log_message(self, *_: object) -> None:
            return

    http = ThreadingHTTPServer(("127.0.0.1", 0), Http)
    http.daemon_threads = True
    server.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()


class GitHubServer(Server):
    """The repository acme/shop, with pull request 7."""

    def __init__(self) -> None:
        super().__init__()
        self.viewer: str | None = BOT
        self.read_only = False
        self.comments: list[dict[str, Any]] = []
        self.reviews: list[dict[str, Any]] = []
        self.pulls: list[dict[str, Any]] = []
        self.runs: dict[int, dict[str, Any]] = {}
        self.logs: dict[int, bytes] = {}
        self.files: dict[str, bytes] = {}
        self.diffs: list[dict[str, Any]] = []
        self.next = 100
        repo = "/repos/acme/shop"
        self.routes = [
            ("POST", "/graphql", self._viewer),
            ("GET", rf"{repo}/issues/(\d+)/comments", lambda m, _, q: self.paged(self.comments, m[0], q)),
            ("POST", rf"{repo}/issues/(\d+)/comments", self._create),
            ("PATCH", rf"{repo}/issues/comments/(\d+)", self._update),
            ("DELETE", rf"{repo}/issues/comments/(\d+)", self._delete),
            ("GET", rf"{repo}/actions/runs/(\d+)(?:/attempts/\d+)?", self._run),
            ("GET", rf"{repo}/actions/runs/(\d+)(?:/attempts/\d+)?/jobs", self._jobs),
            ("GET", rf"{repo}/actions/jobs/(\d+)", self._job),
            ("GET", rf"{repo}/actions/jobs/(\d+)/logs", self._log),
            ("GET", r"/blob/(\d+)", lambda m, _b, _q: Reply(200, self.logs[int(m[1])])),
            ("GET", rf"{repo}/pulls", self._pulls),
            ("GET", rf"{repo}/pulls/(\d+)/files", lambda m, _, q: self.paged(self.diffs, m[0], q)),
            ("GET", rf"{repo}/pulls/(\d+)/comments", lambda m, _, q: self.paged(self.reviews, m[0], q)),
            ("POST", rf"{repo}/pulls/(\d+)/comments", self._review),
            ("GET", rf"{repo}/git/trees/(\w+)", self._tree),
            ("GET", rf"{repo}/contents/(.+)", self._content),
        ]

    def comment(self, body: str, author: str = BOT) -> dict[str, Any]:
        """Put a comment there, as if somebody had written it."""
        self.next += 1
        url = f"https://github.example/acme/shop/pull/7#issuecomment-{self.next}"
        made = {"id": self.next, "user": {"login": author}, "body": body, "html_url": url}
        self.comments.append(made)
        return made

    def pull(self, number: int, sha: str, owner: str = "acme", branch: str = "topic") -> None:
        """Open a pull request."""
        head = {"sha": sha, "ref": branch, "label": f"{owner}:{branch}"}
        self.pulls.append({"number": number, "state": "open", "head": head})

    def run(self, id: int, sha: str, jobs: dict[str, tuple[str, bytes]], owner: str = "acme") -> None:
        """Put a finished run there: for each job its conclusion and its log."""
        made = []
        for name, (conclusion, log) in jobs.items():
            self.next += 1
            status = "in_progress" if conclusion == "running" else "completed"
            made.append({"id": self.next, "name": name, "status": status, "conclusion": conclusion})
            self.logs[self.next] = log
        self.runs[id] = {
            "id": id,
            "name": "CI",
            "head_sha": sha,
            "head_branch": "topic",
            "head_repository": {"owner": {"login": owner}},
            "html_url": f"https://github.example/acme/shop/actions/runs/{id}",
            "pull_requests": [],
            "jobs": made,
        }

    def _viewer(self, *_: Any) -> Reply:
        if self.viewer is None:
            return Reply(403, {"message": "Resource not accessible by integration"})
        return Reply(200, {"data": {"viewer": {"login": self.viewer}}})

    def _denied(self) -> Reply | None:
        return Reply(403, {"message": "Resource not accessible by integration"}) if self.read_only else None

    def _create(self, _: Any, body: Any, __: Any) -> Reply:
        if len(body["body"]) > 65536:
            return Reply(422, {"message": "Validation Failed"})
        return self._denied() or Reply(201, self.comment(body["body"], self.viewer or BOT))

    def _update(self, match: re.Match[str], body: Any, _: Any) -> Reply:
        for each in self.comments:
            if each["id"] == int(match[1]) and not self.read_only:
                each["body"] = body["body"]
                return Reply(200, each)
        return self._denied() or Reply(404, {"message": "Not Found"})

    def _delete(self, match: re.Match[str], *_: Any) -> Reply:
        before = len(self.comments)
        self.comments = [each for each in self.comments if each["id"] != int(match[1])]
        return Reply(204) if len(self.comments) < before else Reply(404, {"message": "Not Found"})

    def _run(self, match: re.Match[str], *_: Any) -> Reply:
        run = self.runs.get(int(match[1]))
        return Reply(200, {key: run[key] for key in run if key != "jobs"}) if run else Reply(404, {})

    def _jobs(self, match: re.Match[str], _: Any, query: dict[str, list[str]]) -> Reply:
        return self.paged(self.runs[int(match[1])]["jobs"], match[0], query, "jobs")

    def _job(self, match: re.Match[str], *_: Any) -> Reply:
        jobs = [job for run in self.runs.values() for job in run["jobs"] if job["id"] == int(match[1])]
        return Reply(200, jobs[0]) if jobs else Reply(404, {})

    def _log(self, match: re.Match[str], *_: Any) -> Reply:
        # localhost and 127.0.0.1 are two hosts: no token may follow there.
        there = self.url.replace("127.0.0.1", "localhost")
        return Reply(302, None, {"Location": f"{there}/blob/{match[1]}"})

    def _pulls(self, match: re.Match[str], _: Any, query: dict[str, list[str]]) -> Reply:
        head = query.get("head", [""])[0]
        return self.paged([p for p in self.pulls if head in ("", p["head"]["label"])], match[0], query)

    def _review(self, _: Any, body: Any, __: Any) -> Reply:
        denied = self._denied()
        if denied:
            return denied
        self.next += 1
        self.reviews.append({"id": self.next, "user": {"login": self.viewer or BOT}, **body})
        return Reply(201, self.reviews[-1])

    def _tree(self, *_: Any) -> Reply:
        files = [
            {"path": path, "mode": "100644", "type": "blob", "size": len(text)}
            for path, text in self.files.items()
        ]
        link = {"path": "link", "mode": "120000", "type": "blob", "size": 9}
        return Reply(200, {"tree": [*files, link], "truncated": False})

    def _content(self, match: re.Match[str], *_: Any) -> Reply:
        data = self.files.get(unquote(match[1]))
        return Reply(200, data) if data is not None else Reply(404, {"message": "Not Found"})


class GitLabServer(Server):
    """Project 42, with merge request 7."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[dict[str, Any]] = []
        self.jobs: list[dict[str, Any]] = []
        self.traces: dict[int, bytes] = {}
        self.files: dict[str, bytes] = {}
        self.merge_requests: list[dict[str, Any]] = []
        self.user: str | None = MERGE_BOT
        self.sha = "c0ffee0123456789c0ffee0123456789c0ffee01"
        self.next = 500
        at = "/api/v4/projects/(?:42|acme%2Fshop)"
        pipeline = {
            "id": 900,
            "sha": self.sha,
            "ref": "topic",
            "web_url": "https://gitlab.example/acme/shop/-/pipelines/900",
        }
        self.routes = [
            ("GET", "/api/v4/user", self._user),
            ("GET", rf"{at}/merge_requests/7/notes", lambda m, _, q: self.paged(self.notes, m[0], q)),
            ("POST", rf"{at}/merge_requests/7/notes", lambda _, b, __: Reply(201, self.note(b["body"]))),
            ("PUT", rf"{at}/merge_requests/7/notes/(\d+)", self._update),
            ("DELETE", rf"{at}/merge_requests/7/notes/(\d+)", self._delete),
            ("GET", rf"{at}/pipelines/900", lambda *_: Reply(200, pipeline)),
            ("GET", rf"{at}/pipelines/900/jobs", lambda m, _, q: self.paged(self.jobs, m[0], q)),
            ("GET", rf"{at}/jobs/(\d+)", lambda m, *_: Reply(200, {**self._job(m), "pipeline": pipeline})),
            ("GET", rf"{at}/jobs/(\d+)/trace", lambda m, *_: Reply(200, self.traces[int(m[1])])),
            (
                "GET",
                rf"{at}/repository/commits/(\w+)/merge_requests",
                lambda m, _, q: self.paged(self.merge_requests, m[0], q),
            ),
            ("GET", rf"{at}/repository/tree", self._tree),
            (
                "GET",
                rf"{at}/repository/blobs/(\w+)/raw",
                lambda m, *_: Reply(200, self.files[bytes.fromhex(m[1]).decode()]),
            ),
        ]

    def note(self, body: str, author: str = MERGE_BOT, system: bool = False) -> dict[str, Any]:
        """Put a note there, as if somebody had written it."""
        self.next += 1
        self.notes.append({"id": self.next, "author": {"username": author}, "body": body, "system": system})
        return self.notes[-1]

    def job(self, name: str, status: str, trace: bytes) -> int:
        """Put a job of the pipeline there."""
        self.next += 1
        self.jobs.append({"id": self.next, "name": name, "status": status, "allow_failure": False})
        self.traces[self.next] = trace
        return self.next

    def _job(self, match: re.Match[str]) -> dict[str, Any]:
        return next(job for job in self.jobs if job["id"] == int(match[1]))

    def _user(self, *_: Any) -> Reply:
        return (
            Reply(200, {"username": self.user}) if self.user else Reply(401, {"message": "401 Unauthorized"})
        )

    def _update(self, match: re.Match[str], body: Any, _: Any) -> Reply:
        for each in self.notes:
            if each["id"] == int(match[1]):
                each["body"] = body["body"]
                return Reply(200, each)
        return Reply(404, {"message": "404 Not found"})

    def _delete(self, match: re.Match[str], *_: Any) -> Reply:
        self.notes = [each for each in self.notes if each["id"] != int(match[1])]
        return Reply(204)

    def _tree(self, match: re.Match[str], _: Any, query: dict[str, list[str]]) -> Reply:
        files = [
            {"id": path.encode().hex(), "path": path, "type": "blob", "mode": "100644"} for path in self.files
        ]
        return self.paged(files, match[0], query)
