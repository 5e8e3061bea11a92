"""Given a server that is busy, slow, broken or sly: what is asked again, and where tokens go."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from forges import Fault, GitHubServer, Reply, serving

from logdoctor.services.web import Clock, Web, WebError

TOKEN = {"Authorization": "Bearer t0ken"}
COMMENTS = "/repos/acme/shop/issues/7/comments"


class Waits:
    """A clock that only notes how long it was to sleep."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.clock = Clock(self.slept.append, lambda: 1000.0 + sum(self.slept))


@pytest.fixture
def github() -> Iterator[GitHubServer]:
    server = GitHubServer()
    with serving(server):
        yield server


def web(server: GitHubServer, waits: Waits, patience: float = 120.0, timeout: float = 5.0) -> Web:
    return Web(server.url, TOKEN, patience, timeout, waits.clock)


def test_pages_are_followed_to_the_end(github: GitHubServer) -> None:
    github.page = 2
    for number in range(5):
        github.comment(f"comment {number}")
    pages = list(web(github, Waits()).pages(COMMENTS))
    assert [each["body"] for page in pages for each in page] == [f"comment {n}" for n in range(5)]
    assert github.requests() == [
        f"GET {COMMENTS}?per_page=100",
        f"GET {COMMENTS}?per_page=100&page=2",
        f"GET {COMMENTS}?per_page=100&page=3",
    ]


def test_a_next_page_on_another_server_is_not_asked_for(github: GitHubServer) -> None:
    link = {"Link": '<http://elsewhere.invalid/steal>; rel="next"'}
    github.faults = [Fault("GET", COMMENTS, Reply(200, [], link))]
    assert list(web(github, Waits()).pages(COMMENTS)) == [[]]


def test_retry_after_is_honoured_for_writes_too(github: GitHubServer) -> None:
    github.faults = [Fault("POST", COMMENTS, Reply(429, {"message": "slow down"}, {"Retry-After": "7"}))]
    waits = Waits()
    assert web(github, waits).send("POST", COMMENTS, {"body": "hello"})["body"] == "hello"
    assert waits.slept == [7.0]
    assert len(github.comments) == 1


def test_retry_after_may_be_a_date(github: GitHubServer) -> None:
    date = {"Retry-After": "Thu, 01 Jan 1970 00:17:00 GMT"}  # 1020 s after the epoch; the clock shows 1000
    github.faults = [Fault("GET", COMMENTS, Reply(503, None, date))]
    waits = Waits()
    web(github, waits).get(COMMENTS)
    assert waits.slept == [20.0]


def test_the_rate_limit_s_reset_is_waited_for(github: GitHubServer) -> None:
    limit = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1030"}
    github.faults = [Fault("GET", COMMENTS, Reply(403, {"message": "API rate limit exceeded"}, limit))]
    waits = Waits()
    web(github, waits).get(COMMENTS)
    assert waits.slept == [31.0]


def test_a_secondary_limit_without_a_time_is_waited_out_for_a_minute(github: GitHubServer) -> None:
    said = {"message": "You have exceeded a secondary rate limit"}
    github.faults = [Fault("POST", COMMENTS, Reply(403, said))]
    waits = Waits()
    web(github, waits).send("POST", COMMENTS, {"body": "x"})
    assert waits.slept == [60.0]


def test_no_job_waits_an_hour(github: GitHubServer) -> None:
    limit = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "4600"}
    github.faults = [Fault("GET", COMMENTS, Reply(403, {"message": "API rate limit exceeded"}, limit))]
    waits = Waits()
    with pytest.raises(WebError, match="rate limit exceeded"):
        web(github, waits).get(COMMENTS)
    assert waits.slept == []


def test_a_broken_server_is_asked_four_times_with_growing_pauses(github: GitHubServer) -> None:
    github.faults = [Fault("GET", COMMENTS, Reply(502, b"<html>"))] * 4
    waits = Waits()
    with pytest.raises(WebError, match="502") as caught:
        web(github, waits).get(COMMENTS)
    assert caught.value.unsure
    assert len(github.asked) == 4
    assert all(0.8 * step <= pause <= 1.2 * step for step, pause in zip((1, 2, 4), waits.slept, strict=True))


def test_a_connection_that_breaks_is_tried_again(github: GitHubServer) -> None:
    github.faults = [Fault("GET", COMMENTS, Reply(0))] * 2
    assert web(github, Waits()).get(COMMENTS) == []
    assert len(github.asked) == 3


@pytest.mark.parametrize("reply", [Reply(500, {"message": "oops"}), Reply(0)])
def test_a_post_without_an_answer_is_not_repeated(github: GitHubServer, reply: Reply) -> None:
    github.faults = [Fault("POST", COMMENTS, reply, obeyed=True)]
    with pytest.raises(WebError) as caught:
        web(github, Waits()).send("POST", COMMENTS, {"body": "once"})
    assert caught.value.unsure
    assert len(github.comments) == 1


@pytest.mark.parametrize(
    ("status", "words"), [(403, "Resource not accessible"), (404, "Not Found"), (422, "too long")]
)
def test_a_refusal_is_told_in_the_server_s_words_and_not_asked_again(
    github: GitHubServer, status: int, words: str
) -> None:
    github.faults = [Fault("POST", COMMENTS, Reply(status, {"message": words}))]
    waits = Waits()
    with pytest.raises(WebError, match=f"POST {COMMENTS}: {status} {words}") as caught:
        web(github, waits).send("POST", COMMENTS, {"body": "x"})
    assert not caught.value.unsure
    assert (len(github.asked), waits.slept) == (1, [])


def test_a_slow_answer_ends_in_an_error_not_in_hanging(github: GitHubServer) -> None:
    import time

    for _ in range(4):
        github.before.append(("GET", "comments", lambda: time.sleep(0.15)))
    with pytest.raises(WebError, match="timed out"):
        web(github, Waits(), timeout=0.1).get(COMMENTS)


def test_a_log_s_redirect_to_another_server_gets_no_token(github: GitHubServer) -> None:
    github.run(5, "a" * 40, {"build": ("failure", b"the log")})
    job = github.runs[5]["jobs"][0]["id"]
    into = io.BytesIO()
    assert web(github, Waits()).download(f"/repos/acme/shop/actions/jobs/{job}/logs", into, 1000)
    assert into.getvalue() == b"the log"
    first, second = github.asked
    assert first.headers["authorization"] == "Bearer t0ken"
    assert "authorization" not in second.headers


def test_a_renamed_repository_is_followed_with_the_token(github: GitHubServer) -> None:
    github.faults = [Fault("GET", "/repos/old/name", Reply(301, None, {"Location": "{url}" + COMMENTS}))]
    assert web(github, Waits()).get("/repos/old/name/issues/7/comments") == []
    assert github.asked[1].headers["authorization"] == "Bearer t0ken"


def test_a_write_is_never_sent_elsewhere(github: GitHubServer) -> None:
    elsewhere = {"Location": "http://elsewhere.invalid/"}
    github.faults = [Fault("POST", COMMENTS, Reply(307, None, elsewhere))]
    with pytest.raises(WebError, match="not followed"):
        web(github, Waits()).send("POST", COMMENTS, {"body": "x"})


def test_a_redirect_cannot_lead_to_a_file_or_in_a_circle(github: GitHubServer) -> None:
    github.faults = [Fault("GET", COMMENTS, Reply(302, None, {"Location": "file:///etc/passwd"}))]
    with pytest.raises(WebError, match="not followed"):
        web(github, Waits()).get(COMMENTS)
    github.faults = [Fault("GET", COMMENTS, Reply(302, None, {"Location": COMMENTS}))] * 5
    with pytest.raises(WebError, match="too many redirects"):
        web(github, Waits()).get(COMMENTS)


def test_a_log_beyond_all_measure_is_cut_off_and_that_is_known(github: GitHubServer) -> None:
    github.run(5, "a" * 40, {"build": ("failure", b"x" * 5000)})
    job = github.runs[5]["jobs"][0]["id"]
    into = io.BytesIO()
    assert not web(github, Waits()).download(f"/repos/acme/shop/actions/jobs/{job}/logs", into, 1000)
    assert len(into.getvalue()) == 1000


@pytest.mark.parametrize("base", ["ftp://github.example", "github.example", "https://"])
def test_what_is_no_server_is_refused(base: str) -> None:
    with pytest.raises(WebError, match="not the address of a server"):
        Web(base, TOKEN)
