"""The bot: one comment for a workflow and a pull request, right or silent.

A comment is ours if its author is our own login *and* its first line is our marker. Two jobs may
write at the same time, and no server locks a comment: so what was written is read again, and whoever
finds their words gone writes them again; of two comments made at once the older one stays.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

from logdoctor.model import Diagnosis, Report
from logdoctor.render.markdown import failure
from logdoctor.render.page import known
from logdoctor.services.comment import JOBS, Failure, Links, State, job_name, marker, parse, text, write
from logdoctor.services.forge import Comment, Forge
from logdoctor.services.web import WebError

SURE = 0.75
"""Confidence below which nothing is posted unless asked for: page.assurance calls it `fairly`."""
LOOKS = 3
"""How often the comment is read again to see whether another job wrote over it."""
PAUSE = 1.5

Done = Literal["silent", "created", "updated", "unchanged", "older"]


class News(NamedTuple):
    """What one job or one whole run has to say.

    `job` is empty where the whole run is spoken for. `unsure` says that there was a failure, but
    none that is sure enough to be told.
    """

    key: str
    run: int
    sha: str
    url: str
    failures: tuple[Failure, ...] = ()
    unsure: bool = False
    job: str = ""
    total: int = 0

    @property
    def green(self) -> bool:
        """Whether there is no failure at all."""
        return not self.failures and not self.unsure


class Posted(NamedTuple):
    """What was done, and where it can be seen."""

    done: Done
    id: int = 0
    url: str = ""


def failures(report: Report, least: float = SURE, job: str = "") -> tuple[Failure, ...]:
    """The failures that are sure enough to be told, each with the jobs it was seen in."""
    return tuple(
        Failure(each.fingerprint, _jobs(each, report, job), text(failure(each, report)))
        for each in report.diagnoses
        if sure_enough(each, least)
    )


def sure_enough(diagnosis: Diagnosis, least: float) -> bool:
    """Whether to post a diagnosis: a guess is only posted where somebody asked for everything."""
    return diagnosis.confidence >= least and (known(diagnosis) or least <= 0)


def _jobs(diagnosis: Diagnosis, report: Report, job: str) -> tuple[str, ...]:
    if job:
        return (job_name(job),)
    jobs = {log.id: log.job for log in report.logs}
    seen = [diagnosis.cause.log] if diagnosis.cause else []
    names = (jobs.get(log) for log in (*seen, *(each.log for each in diagnosis.occurrences)))
    return tuple(dict.fromkeys(job_name(name) for name in names if name))[:JOBS]


def merged(old: State | None, news: News) -> State | None:
    """What the comment shall say now; nothing where there is nothing to say."""
    if old is None:
        return _fresh(news) if news.failures else None
    if news.run < old.run:
        return old
    if news.green:
        return _after_green(old, news)
    if news.failures:
        return _after_failure(old, news)
    return _after_doubt(old, news)


def _fresh(news: News) -> State:
    return State(news.key, news.run, news.sha, news.url, news.failures, "failed", news.total)


def _after_failure(old: State, news: News) -> State:
    """A newer run's failures replace the old; jobs of one run stand together."""
    if not news.job or news.run > old.run or old.kind != "failed":
        return _fresh(news)
    return _fresh(news)._replace(failures=_together(_without(old.failures, news.job), news.failures))


def _after_green(old: State, news: News) -> State:
    """One green job takes its own failures back; when none is left, the workflow is repaired."""
    if old.kind == "fixed" or not old.failures:
        return old
    left = _without(old.failures, news.job) if news.job else ()
    if left == old.failures:
        return old
    if left:
        return old._replace(failures=left)
    return old._replace(run=news.run, sha=news.sha, url=news.url, kind="fixed", total=news.total)


def _after_doubt(old: State, news: News) -> State:
    """Something fails that we do not know: what was said before may no longer stand as the cause."""
    now = old._replace(run=news.run, sha=news.sha, url=news.url, total=news.total)
    if not news.job or old.kind != "failed":
        return now._replace(kind="unsure")
    left = _without(old.failures, news.job)
    if news.run == old.run and left:
        return old._replace(failures=left)
    return now._replace(kind="unsure")


def _without(failures: Iterable[Failure], job: str) -> tuple[Failure, ...]:
    """The failures as they are without one job."""
    kept = (each._replace(jobs=tuple(name for name in each.jobs if name != job)) for each in failures)
    return tuple(each for each in kept if each.jobs)


def _together(old: Sequence[Failure], new: Sequence[Failure]) -> tuple[Failure, ...]:
    """Both, the same failure only once, as it was told first; in an order that no job's turn decides."""
    found: dict[str, Failure] = {}
    for each in (*old, *new):
        first = found.get(each.fingerprint, each)
        found[each.fingerprint] = first._replace(jobs=tuple(sorted({*first.jobs, *each.jobs})))
    return tuple(sorted(found.values(), key=lambda each: (-len(each.jobs), each.fingerprint)))


def publish(
    forge: Forge,
    number: int,
    news: News,
    links: Links | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> Posted:
    """Bring the comment below a pull request up to date, and see that it stays so.

    Raises WebError where the server refuses.
    """
    bot = _Bot(forge, number, news, links)
    posted = bot.post()
    for look in range(LOOKS if news.job and posted.done in ("created", "updated") else 0):
        pause(PAUSE * (look + 1))
        if bot.post().done != "updated":
            break
    return posted


class _Bot:
    """Writes one piece of news."""

    def __init__(self, forge: Forge, number: int, news: News, links: Links | None) -> None:
        self._forge, self._number, self._news, self._links = forge, number, news, links
        self._me = forge.me()

    def post(self) -> Posted:
        """Read what there is, and write what it should be."""
        ours = self._ours()
        state = self._merged(ours)
        if state is None:
            return Posted("silent")
        body = write(state, self._forge.most, self._links)
        if not ours:
            return self._create(body)
        keep, *spare = ours
        if self._news.run < state.run:
            return Posted("older", keep.id, keep.url)
        changed = keep.body.replace("\r\n", "\n").rstrip() != body.rstrip()
        if changed:
            self._forge.update(self._number, keep.id, body)
        self._tidy(spare)
        return Posted("updated" if changed or spare else "unchanged", keep.id, keep.url)

    def _merged(self, ours: Sequence[Comment]) -> State | None:
        """What our comments say together with the news, though there should be only one."""
        states = [state for each in ours if (state := parse(each.body, self._news.key))]
        old = states[0] if states else None
        for state in states[1:]:
            old = _joined(old, state) if old else state
        return merged(old, self._news)

    def _ours(self) -> list[Comment]:
        first = marker(self._news.key)
        return sorted(
            each
            for each in self._forge.comments(self._number)
            if each.author == self._me and each.body.replace("\r\n", "\n").split("\n", 1)[0].rstrip() == first
        )

    def _create(self, body: str) -> Posted:
        try:
            made = self._forge.create(self._number, body)
        except WebError as error:
            if not error.unsure:
                raise
            return self._create_again(body, error)
        self._me = made.author or self._me
        return self._alone(made, body)

    def _create_again(self, body: str, error: WebError) -> Posted:
        """No answer came: the comment may stand there all the same, and twice would be once too often."""
        there = self._ours()
        if there:
            return Posted("created", there[0].id, there[0].url)
        made = self._forge.create(self._number, body)
        return self._alone(made, body)

    def _alone(self, made: Comment, body: str) -> Posted:
        """Another job may have made a comment in the same moment: the older one gets both."""
        ours = self._ours()
        if len(ours) < 2:
            return Posted("created", made.id, made.url)
        state = self._merged(ours)
        keep, *spare = ours
        if state is not None:
            both = write(state, self._forge.most, self._links)
            if keep.body.replace("\r\n", "\n").rstrip() != both.rstrip():
                self._forge.update(self._number, keep.id, both)
        self._tidy(spare)
        return Posted("created", keep.id, keep.url)

    def _tidy(self, spare: Iterable[Comment]) -> None:
        """Remove comments that are one too many; somebody else may have, or only they may."""
        for each in spare:
            try:
                self._forge.delete(self._number, each.id)
            except WebError as error:
                if error.status not in (403, 404):
                    raise


def _joined(one: State, other: State) -> State:
    """Two comments of one workflow: the newer run's, or both where it is the same."""
    if one.run != other.run or "failed" not in (one.kind, other.kind):
        return max(one, other, key=lambda state: state.run)
    if one.kind != other.kind:
        return one if one.kind == "failed" else other
    return one._replace(failures=_together(one.failures, other.failures))
