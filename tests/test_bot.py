"""One comment, found by marker and author, right or silent: asserted on what the server was asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from forges import BOT, MERGE_BOT, Fault, GitHubServer, GitLabServer, Reply, serving
from hypothesis import given, settings
from hypothesis import strategies as st
from reports import DIAGNOSIS, EVIL, FAILED, LOG, hostile
from test_render_commonmark import _tokens
from test_render_hostile import WORDS

from logdoctor.model import Occurrence
from logdoctor.services.bot import News, failures, merged, publish
from logdoctor.services.comment import Failure, State, marker, parse, text, write
from logdoctor.services.github import GitHub, headers
from logdoctor.services.gitlab import GitLab
from logdoctor.services.web import Clock, Web, WebError

SHA = "a" * 40
OURS = re.compile(
    r"<!-- logdoctor:(v1 key=CI|state [^>]*|part \d|end) -->|</?sub>|</details>|<details><summary>"
    r"(What had failed: \d failures|How sure, what followed, what else helps)</summary>",
)
NEXT = "b" * 40
URL = "https://github.example/acme/shop/actions/runs/1"
ROLLUP = Failure("f1:rollup", ("build (20)",), "### ✗ Rollup's package is missing\n\nbecause")
COMMA = Failure("f1:comma", ("lint",), "### ✗ A comma too many\n\nthere")


def news(*told: Failure, run: int = 1, sha: str = SHA, job: str = "", unsure: bool = False) -> News:
    return News("CI", run, sha, URL, told, unsure, job)


@pytest.fixture
def server() -> Iterator[GitHubServer]:
    github = GitHubServer()
    with serving(github):
        yield github


def github(server: GitHubServer, author: str = "") -> GitHub:
    return GitHub(
        Web(server.url, headers("t0ken"), clock=Clock(lambda _: None)),
        "acme/shop",
        f"{server.url}/graphql",
        author,
    )


def post(server: GitHubServer, said: News) -> str:
    return publish(github(server), 7, said, pause=lambda _: None).done


class TestWhatIsSaid:
    """Silence, one comment, the same comment, fixed."""

    def test_nothing_to_say_is_not_said(self, server: GitHubServer) -> None:
        assert post(server, news()) == "silent"
        assert post(server, news(unsure=True)) == "silent"
        assert server.writes() == []

    def test_a_failure_makes_one_comment_and_the_next_run_changes_it(self, server: GitHubServer) -> None:
        assert post(server, news(ROLLUP)) == "created"
        assert post(server, news(COMMA, run=2, sha=NEXT)) == "updated"
        (comment,) = server.comments
        assert comment["body"].startswith(f"{marker('CI')}\n")
        assert "comma" in comment["body"]
        assert "Rollup" not in comment["body"]
        assert [str(each) for each in server.writes()] == [
            "POST /repos/acme/shop/issues/7/comments",
            f"PATCH /repos/acme/shop/issues/comments/{comment['id']}",
        ]

    def test_the_same_again_is_not_written_again(self, server: GitHubServer) -> None:
        post(server, news(ROLLUP))
        server.comments[0]["body"] = server.comments[0]["body"].replace("\n", "\r\n").rstrip()
        server.asked.clear()
        assert post(server, news(ROLLUP)) == "unchanged"
        assert server.writes() == []

    def test_green_again_says_so_with_the_commit_and_folds_the_rest(self, server: GitHubServer) -> None:
        post(server, news(ROLLUP))
        assert post(server, news(run=2, sha=NEXT)) == "updated"
        body = server.comments[0]["body"]
        assert "### ✓ Fixed in `bbbbbbb`" in body
        assert body.index("<details>") < body.index("Rollup") < body.index("</details>")
        assert post(server, news(run=3, sha="c" * 40)) == "unchanged"
        assert post(server, news(COMMA, run=4)) == "updated"
        assert "Fixed" not in server.comments[0]["body"]

    def test_another_failure_that_nobody_is_sure_of_takes_the_old_verdict_back(
        self, server: GitHubServer
    ) -> None:
        post(server, news(ROLLUP))
        assert post(server, news(run=2, sha=NEXT, unsure=True)) == "updated"
        assert "### ✗ Still failing in `bbbbbbb`" in server.comments[0]["body"]
        assert post(server, news(run=3, sha=NEXT)) == "updated"
        assert "Fixed" in server.comments[0]["body"]

    def test_a_late_job_of_an_old_run_does_not_speak_over_a_new_one(self, server: GitHubServer) -> None:
        post(server, news(COMMA, run=5))
        assert post(server, news(ROLLUP, run=4)) == "older"
        assert post(server, news(run=4)) == "older"
        assert "comma" in server.comments[0]["body"]

    def test_each_workflow_has_a_comment_of_its_own(self, server: GitHubServer) -> None:
        post(server, news(ROLLUP))
        post(server, news(ROLLUP)._replace(key="Docs"))
        post(server, news(ROLLUP)._replace(key="Docs --> <b>"))
        assert len({each["body"].split("\n")[0] for each in server.comments}) == 3

    def test_the_key_cannot_break_out_of_the_marker(self) -> None:
        assert marker("x --> @all <script>") == "<!-- logdoctor:v1 key=x-all-script-bf1a446d -->"
        assert marker("a b") != marker("a  b")


class TestWhoseCommentItIs:
    """Marker and author, never one alone."""

    def test_a_stranger_s_comment_with_our_marker_is_left_alone(self, server: GitHubServer) -> None:
        forged = write(State("CI", 99, SHA, "", (ROLLUP,)), 65000)
        server.comment(forged, "mallory")
        assert post(server, news(COMMA)) == "created"
        assert server.comments[0]["body"] == forged
        assert [each.method for each in server.writes()] == ["POST"]

    def test_a_marker_that_is_not_the_first_line_does_not_count(self, server: GitHubServer) -> None:
        server.comment(f"> {marker('CI')}\nquoted", BOT)
        server.comment(f"hello\n{marker('CI')}", BOT)
        assert post(server, news(ROLLUP)) == "created"
        assert len(server.comments) == 3

    def test_our_comment_is_found_on_a_later_page(self, server: GitHubServer) -> None:
        server.page = 3
        for number in range(7):
            server.comment(f"noise {number}", "alice")
        post(server, news(ROLLUP))
        assert post(server, news(COMMA, run=2)) == "updated"
        assert len(server.comments) == 8

    def test_a_token_that_may_not_ask_who_it_is_is_the_workflow_s_own(self, server: GitHubServer) -> None:
        server.viewer = None
        post(server, news(ROLLUP))
        assert post(server, news(COMMA, run=2)) == "updated"

    def test_without_an_answer_we_do_not_take_ourselves_for_somebody_else(self, server: GitHubServer) -> None:
        server.viewer = "acme-bot[bot]"
        post(server, news(ROLLUP))
        server.faults = [Fault("POST", "graphql", Reply(502, None))] * 4
        with pytest.raises(WebError):
            post(server, news(COMMA, run=2))
        server.faults = [Fault("POST", "graphql", Reply(502, None))] * 3
        assert post(server, news(COMMA, run=2)) == "updated"
        assert len(server.comments) == 1

    def test_another_app_s_login_is_asked_for_or_named(self, server: GitHubServer) -> None:
        server.viewer = "acme-bot[bot]"
        post(server, news(ROLLUP))
        assert server.comments[0]["user"]["login"] == "acme-bot[bot]"
        assert post(server, news(COMMA, run=2)) == "updated"
        server.viewer = None
        named = publish(github(server, "acme-bot[bot]"), 7, news(ROLLUP, run=3), pause=lambda _: None)
        assert named.done == "updated"

    @pytest.mark.parametrize(
        "second",
        [
            *(
                "",
                "<!-- logdoctor:state {} -->",
                "<!-- logdoctor:state [1] -->",
                "<!-- logdoctor:state {{{ -->",
            ),
            '<!-- logdoctor:state {"run":"x","sha":1,"url":2,"kind":3,"total":4,"failures":5} -->',
        ],
    )
    def test_an_edited_comment_is_ours_still_and_written_anew(
        self, server: GitHubServer, second: str
    ) -> None:
        server.comment(f"{marker('CI')}\n{second}\nedited by a maintainer")
        assert post(server, news(ROLLUP)) == "updated"
        assert len(server.comments) == 1


class TestRaces:
    """No server locks a comment."""

    def test_of_two_comments_made_at_once_one_is_left_with_both_failures(self, server: GitHubServer) -> None:
        theirs = write(State("CI", 1, SHA, URL, (COMMA,)), 65000)
        server.before = [("POST", "comments", lambda: server.comment(theirs) and None)]
        assert post(server, news(ROLLUP, job="build (20)")) == "created"
        (left,) = server.comments
        assert "comma" in left["body"]
        assert "Rollup" in left["body"]
        assert left["body"].count("logdoctor:v1") == 1

    def test_the_other_job_tidies_up_first(self, server: GitHubServer) -> None:
        theirs = write(State("CI", 1, SHA, URL, (COMMA,)), 65000)
        server.before = [
            ("POST", "comments", lambda: server.comment(theirs) and None),
            ("DELETE", "comments", lambda: server.comments.pop() and None),
        ]
        assert post(server, news(ROLLUP, job="build (20)")) == "created"
        assert len(server.comments) == 1

    def test_a_job_whose_words_were_overwritten_writes_them_again(self, server: GitHubServer) -> None:
        post(server, news(COMMA, job="lint"))

        def overwrite() -> None:
            server.comments[0]["body"] = write(State("CI", 1, SHA, URL, (COMMA,)), 65000)

        # The other job read the comment before we wrote, and writes after us.
        server.asked.clear()
        publish(
            github(server),
            7,
            news(ROLLUP, job="build (20)"),
            pause=lambda _: overwrite() if len(server.writes()) == 1 else None,
        )
        assert "Rollup" in server.comments[0]["body"]
        assert "comma" in server.comments[0]["body"]
        assert [each.method for each in server.writes()] == ["PATCH", "PATCH"]

    def test_many_jobs_at_once_end_in_one_comment_that_names_all(self, server: GitHubServer) -> None:
        from concurrent.futures import ThreadPoolExecutor

        jobs = [f"build ({number})" for number in range(6)]
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda job: post(server, news(ROLLUP._replace(jobs=(job,)), job=job)), jobs))
        for job in jobs:  # what a job's own looks did not settle, the next writer does
            post(server, news(ROLLUP._replace(jobs=(job,)), job=job))
        (left,) = server.comments
        state = parse(left["body"], "CI")
        assert state is not None
        assert state.failures[0].jobs == tuple(jobs)

    def test_a_comment_made_without_an_answer_is_not_made_twice(self, server: GitHubServer) -> None:
        server.faults = [Fault("POST", "comments", Reply(502, None), obeyed=True)]
        assert post(server, news(ROLLUP)) == "created"
        assert len(server.comments) == 1

    def test_a_comment_that_was_not_made_is_made_again(self, server: GitHubServer) -> None:
        server.faults = [Fault("POST", "comments", Reply(502, None))]
        assert post(server, news(ROLLUP)) == "created"
        assert len(server.comments) == 1

    def test_one_that_may_not_be_removed_stays_and_spoils_nothing(self, server: GitHubServer) -> None:
        for _ in range(2):
            server.comment(write(State("CI", 1, SHA, URL, (ROLLUP,)), 65000))
        server.faults = [Fault("DELETE", "comments", Reply(403, {"message": "Forbidden"}))]
        assert post(server, news(COMMA, run=2)) == "updated"

    def test_two_left_over_from_before_become_one(self, server: GitHubServer) -> None:
        server.comment(write(State("CI", 1, SHA, URL, (ROLLUP,)), 65000))
        server.comment(write(State("CI", 1, SHA, URL, (COMMA,)), 65000))
        assert post(server, news(run=2, sha=NEXT)) == "updated"
        (left,) = server.comments
        assert "Fixed" in left["body"]


class TestMatrix:
    """Jobs that write one comment, each knowing only itself."""

    def test_the_same_failure_stands_once_with_all_its_jobs(self, server: GitHubServer) -> None:
        for version in (18, 20, 22):
            job = f"build ({version})"
            post(server, news(ROLLUP._replace(jobs=(job,)), job=job))
        post(server, news(COMMA, job="lint"))
        body = server.comments[0]["body"]
        assert body.count("### ✗") == 2
        assert "**In 3 jobs:** `build (18)`, `build (20)`, `build (22)`" in body
        assert "**2 independent failures**" in body

    def test_it_is_fixed_when_the_last_job_is_green(self, server: GitHubServer) -> None:
        post(server, news(ROLLUP, job="build (20)"))
        post(server, news(COMMA, job="lint"))
        post(server, news(run=2, sha=NEXT, job="lint"))
        assert "Fixed" not in server.comments[0]["body"]
        assert "comma" not in server.comments[0]["body"]
        assert post(server, news(run=2, sha=NEXT, job="unrelated")) == "unchanged"
        post(server, news(run=2, sha=NEXT, job="build (20)"))
        assert "Fixed in `bbbbbbb`" in server.comments[0]["body"]

    def test_a_whole_run_counts_its_jobs(self) -> None:
        logs = tuple(LOG._replace(id=f"l{n}", job=f"build ({n})") for n in range(1, 7))
        again = DIAGNOSIS._replace(occurrences=tuple(Occurrence(f"l{n}", 41) for n in range(1, 7)))
        told = failures(FAILED._replace(logs=logs, diagnoses=(again,)))
        state = merged(None, news(*told)._replace(total=8))
        assert state is not None
        assert "**In 6 of 8 jobs:** `build (1)`, `build (2)`" in write(state, 65000)

    @given(
        st.lists(
            st.tuples(
                st.integers(1, 3), st.sampled_from(["a", "b", "c"]), st.sampled_from(["comma", "rollup", ""])
            ),
            max_size=8,
        )
    )
    @settings(max_examples=150, deadline=None)
    def test_whatever_comes_what_is_written_is_read_back_the_same(
        self, events: list[tuple[int, str, str]]
    ) -> None:
        state = None
        for run, job, trouble in events:
            told = (Failure(f"f1:{trouble}", (job,), f"### ✗ {trouble}"),) if trouble else ()
            state = merged(state, news(*told, run=run, job=job))
            if state is None:
                continue
            written = write(state, 65000)
            assert parse(written, "CI") == state
            assert merged(parse(written, "CI"), news(*told, run=run, job=job)) == state or run < state.run


class TestHowSure:
    """Below medium, silence."""

    @pytest.mark.parametrize(("confidence", "told"), [(0.74, 0), (0.75, 1), (0.97, 1)])
    def test_the_bar_is_medium(self, confidence: float, told: int) -> None:
        report = FAILED._replace(diagnoses=(DIAGNOSIS._replace(confidence=confidence),))
        assert len(failures(report)) == told

    def test_a_guess_is_posted_only_where_everything_is_asked_for(self) -> None:
        guess = DIAGNOSIS._replace(rule=None, origin="classifier")
        assert failures(FAILED._replace(diagnoses=(guess,))) == ()
        assert len(failures(FAILED._replace(diagnoses=(guess,)), least=0)) == 1


class TestLimits:
    """Never above what the server takes, and what is left out is said."""

    @pytest.mark.parametrize("count", [1, 2, 12])
    def test_a_comment_is_never_too_long(self, server: GitHubServer, count: int) -> None:
        long = "### ✗ long\n\n" + "\n\n".join(f"```text\n{'ö' * 900}\n\n```" for _ in range(40))
        told = [Failure(f"f1:{n}", tuple(f"漢字 {m}" for m in range(80)), long) for n in range(count)]
        assert post(server, news(*told)) == "created"
        body = server.comments[0]["body"]
        assert len(body.encode()) <= 65_000
        assert "left out" in body
        assert body.count("```text") * 2 == body.count("```")
        assert post(server, news(*told)) == "unchanged"

    def test_a_missing_right_is_an_error_with_its_status(self, server: GitHubServer) -> None:
        server.read_only = True
        with pytest.raises(WebError, match="403 Resource not accessible by integration") as caught:
            post(server, news(ROLLUP))
        assert caught.value.status == 403


class TestHostileText:
    """A log cannot forge what the comment remembers."""

    @pytest.mark.parametrize(
        "fake", [EVIL, "<!-- logdoctor:end -->", "<!-- logdoctor:part 0 -->", marker("CI")]
    )
    def test_marks_in_a_log_are_no_marks(self, fake: str) -> None:
        (told,) = failures(hostile(f"a\n{fake}\nb"))
        state = merged(None, news(told, COMMA))
        assert state is not None
        written = write(state, 65000)
        assert parse(written, "CI") == state
        assert written.count("<!-- logdoctor:v1") == 1

    @given(
        st.lists(st.sampled_from(["<!--", " ", "logdoctor:", "end", "-->", "\n", "part 0", "```", "a"])).map(
            "".join
        )
    )
    @settings(max_examples=200, deadline=None)
    def test_no_combination_is(self, evil: str) -> None:
        state = State(
            "CI", 1, SHA, "", (Failure("f1:x", (), text(f"### ✗ x\n\n{evil}\n\nend").strip("\n")), COMMA)
        )
        assert parse(write(state, 65000), "CI") == state

    @given(WORDS)
    @settings(max_examples=100, deadline=None)
    def test_a_parser_of_markdown_sees_only_our_html(self, evil: str) -> None:
        (told,) = failures(hostile(evil))
        for kind in ("failed", "fixed", "unsure"):
            body = write(State("CI", 1, SHA, URL, (told, COMMA), kind, 3), 65000)
            for token in _tokens(body):
                assert token.type != "image"
                if token.type == "link_open":
                    assert token.attrs["href"] in (URL, *DIAGNOSIS.references)
                if token.type in ("html_block", "html_inline"):
                    assert OURS.fullmatch(token.content.strip())

    @pytest.mark.parametrize("job", ["--> <img src=x>", "@all", "`x`", "a\nb", '"}'])
    def test_a_job_s_name_does_not_act(self, job: str) -> None:
        state = State("CI", 1, SHA, "", (ROLLUP._replace(jobs=(job, "b")),), total=3)
        body = write(state, 65000)
        data = body.split("\n")[1]
        assert data.count("-->") == 1
        assert "@all" not in data
        assert "<img" not in data
        assert body.count("\n<!--") == 3


class TestGitLab:
    """The same bot, on notes of a merge request."""

    @pytest.fixture
    def gitlab(self) -> Iterator[GitLabServer]:
        server = GitLabServer()
        with serving(server):
            yield server

    def place(self, server: GitLabServer) -> GitLab:
        return GitLab(Web(f"{server.url}/api/v4", {"PRIVATE-TOKEN": "t"}, clock=Clock(lambda _: None)), "42")

    def test_a_note_is_made_changed_and_turned_to_fixed(self, gitlab: GitLabServer) -> None:
        gitlab.note("merged branch", system=True)
        gitlab.note(write(State("CI", 99, SHA, "", (ROLLUP,)), 65000), "mallory")
        for said in (news(ROLLUP), news(COMMA, run=2), news(run=3, sha=NEXT), news(run=4)):
            publish(self.place(gitlab), 7, said, pause=lambda _: None)
        note = gitlab.notes[-1]
        assert note["author"]["username"] == MERGE_BOT
        assert "Fixed in `bbbbbbb`" in note["body"]
        assert [str(each) for each in gitlab.writes()] == [
            "POST /api/v4/projects/42/merge_requests/7/notes",
            f"PUT /api/v4/projects/42/merge_requests/7/notes/{note['id']}",
            f"PUT /api/v4/projects/42/merge_requests/7/notes/{note['id']}",
        ]

    def test_a_job_s_own_token_may_not(self, gitlab: GitLabServer) -> None:
        gitlab.user = None
        with pytest.raises(WebError, match="401 Unauthorized"):
            publish(self.place(gitlab), 7, news(ROLLUP), pause=lambda _: None)
