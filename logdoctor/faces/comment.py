"""`logdoctor comment`: say below a pull request what broke its build, and keep that one comment right.

Whatever goes wrong on the way to the comment, the job's log, its summary and an annotation have the
report, and the exit status is 0: a bot must not fail a job.
"""

from __future__ import annotations

import json
import os
import time
from typing import NamedTuple

from logdoctor.config import Config
from logdoctor.faces import github_job, output
from logdoctor.faces.pipeline import Call, again, examined, looks_like_a_project, project_of, settings
from logdoctor.faces.remote import STRANGE, Remote, commit, forge, patience, remote, report_on, settings_of
from logdoctor.faces.status import NO_FAILURE, USAGE, Refused
from logdoctor.model import Outcome, Patch, Report
from logdoctor.remedies.project import Project
from logdoctor.render.clean import clean_line
from logdoctor.render.markdown import escape
from logdoctor.services import ci
from logdoctor.services.bot import News, failures, merged, publish, sure_enough
from logdoctor.services.comment import Links, job_name, write
from logdoctor.services.github import GitHub
from logdoctor.services.gitlab import GitLab
from logdoctor.services.suggest import Wanted, suggest
from logdoctor.services.web import WebError

ENDED: dict[str, Outcome] = {
    "success": "passed",
    "passed": "passed",
    "failure": "failed",
    "failed": "failed",
}
"""How a job ended, in GitHub's words and GitLab's; a stopped one is neither green nor red."""


class Wish(NamedTuple):
    """What the user asked for; what is empty is told by the environment."""

    logs: tuple[str, ...] = ()
    run: str = ""
    repository: str = ""
    number: int = 0
    status: str = ""
    job: str = ""
    key: str = ""
    project: str | None = None
    dockerfile: str | None = None
    least: float = 0.75
    author: str = ""
    suggest: bool = True
    dry: bool = False
    save: str = ""


class Found(NamedTuple):
    """What there is to tell, and about what. `remote` is empty where the logs lay here."""

    report: Report
    where: ci.Where
    config: Config
    remote: Remote | None = None


def commented(wish: Wish) -> int:
    """Diagnose, show, comment; 0 but for a wrong call."""
    try:
        found = _found(wish)
        url = ""
        _show(found, wish)
        if not found.config.comment:
            output.tell("logdoctor: no comment, because .logdoctor.toml says so")
        else:
            url = _post(found, wish)
        _tell_outputs(found, wish, url)
    except Refused as refused:
        output.tell(f"logdoctor: {refused}")
        return USAGE if refused.status == USAGE else NO_FAILURE
    return NO_FAILURE


def _found(wish: Wish) -> Found:
    where = ci.here(os.environ)
    if where is None and not wish.run and not wish.dry:
        raise Refused(
            "this is no job of GitHub Actions or GitLab CI; name a run with --run and --pr, or --dry-run"
        )
    if wish.run or (where and not wish.logs and (where.other or not wish.status)):
        return _of_run(wish, where)
    where = where or ci.Where("github", "https://github.com", "", "", "build", 0, "", "")
    where = where._replace(job=job_name(wish.job or where.job))
    config = settings(wish.project or ".")
    if ENDED.get(_state(wish)) == "passed":
        return Found(Report("passed", (), (), (), ()), where, config)
    report, _ = examined(_call(wish))
    logs = tuple(log._replace(job=where.job or None) for log in report.logs)
    return Found(report._replace(logs=logs), where, config)


def _state(wish: Wish) -> str:
    """How the job ended, in the words of its system; GitLab only knows it in `after_script`."""
    told = os.environ.get("CI_JOB_STATUS", "")
    return wish.status or (told if told != "running" else "")


def _call(wish: Wish) -> Call:
    return Call(wish.logs, wish.project, wish.dockerfile)


def _of_run(wish: Wish, where: ci.Where | None) -> Found:
    """A whole run: our own, the one that woke us, or one that the user named."""
    word = wish.run or str(where.run if where else "")
    found = remote(word, wish.repository, wish.author)
    mine = where is not None and where.run == found.run.id
    if where is None or not mine:
        where = _elsewhere(found, wish, where)
    own = mine and not where.other
    here = wish.project is not None or (own and looks_like_a_project())
    config = settings(wish.project or ".") if here else settings_of(found)
    report, _ = report_on(found, config, lambda: _project(wish, found, here), own)
    return Found(report, where, config, found)


def _elsewhere(found: Remote, wish: Wish, where: ci.Where | None) -> ci.Where:
    run = found.run
    target = ci.target(wish.run, where, wish.repository)
    return ci.Where(
        target.host,
        target.server,
        ci.api_of(target, where),
        target.repository,
        run.name,
        run.id,
        run.sha,
        "",
        run.number or 0,
        run.owner,
        run.branch,
        run.url,
        other=True,
    )


def _project(wish: Wish, found: Remote, here: bool) -> Project | None:
    """The files of the run's commit; the folder only where it was named, or is our own run's checkout."""
    return project_of(_call(wish)) if here else commit(found)


def _show(found: Found, wish: Wish) -> None:
    """The report in the job's own log, in any case."""
    if found.report.outcome != "failed":
        return
    call = again(_call(wish)._replace(run=wish.run or None))
    if os.environ.get("GITHUB_ACTIONS") == "true":
        output.answer(github_job.guarded(found.report, call, wish.project or ""))
    else:
        output.answer(output.shown(found.report, again=call))


def _news(found: Found, wish: Wish) -> News | None:
    """What is to be said; nothing where it is not known how the build ended."""
    where, report = found.where, found.report
    told_of = "" if found.remote else _state(wish)
    ended = ENDED.get(told_of, "unknown") if told_of else report.outcome
    if ended == "unknown":
        return None
    job = "" if found.remote else where.job
    told = failures(report, wish.least, job) if ended == "failed" else ()
    total = len(found.remote.run.in_state("passed") + found.remote.run.failed) if found.remote else 0
    key = wish.key or where.workflow
    return News(key, where.run, where.sha, where.url, told, ended == "failed" and not told, job, total)


def _post(found: Found, wish: Wish) -> str:
    news = _news(found, wish)
    links = Links(_commit(found.where))
    if news is None:
        output.tell("logdoctor: no comment, because it is not known how the build ended")
        return ""
    if wish.dry:
        state = merged(None, news)
        output.answer(write(state, GitHub.most, links) if state else "nothing would be posted\n")
        return ""
    try:
        return _published(found, wish, news, links)
    except WebError as error:
        output.tell(f"logdoctor: no comment: {clean_line(str(error))}")
        if error.status in (401, 403, 404):
            output.tell(_RIGHTS[found.where.host])
    except STRANGE as error:
        output.tell(f"logdoctor: no comment: the server's answer was not understood ({type(error).__name__})")
    return ""


def _published(found: Found, wish: Wish, news: News, links: Links) -> str:
    """Bring comment and suggestions up to date; the comment's address."""
    where = found.where
    place = found.remote.forge if found.remote else _forge(where, wish)
    number = wish.number or where.number or place.pull_of(where.sha, where.owner, where.branch)
    if not number:
        output.tell(f"logdoctor: no comment, because no open pull request has {where.sha[:12]} as its head")
        return ""
    posted = publish(place, number, news, links, _pause)
    output.tell(f"logdoctor: comment {posted.done}{' ' + posted.url if posted.url else ''}")
    if wish.suggest and isinstance(place, GitHub) and news.failures and posted.done != "older":
        _suggest(place, number, found, wish)
    return posted.url


_RIGHTS = {
    "github": "logdoctor: the token may not comment. The job needs `permissions: pull-requests: write`; "
    "a pull request from a fork never gets it, and docs/recipes/github-workflow-run.yml is for those. "
    "What the comment would say stands above and in the job's summary.",
    "gitlab": "logdoctor: the token may not comment. GITLAB_TOKEN must hold an access token with the scope "
    "`api`; a job's own token cannot write notes. What the note would say stands above.",
}


def _pause(seconds: float) -> None:
    time.sleep(min(seconds, patience()))


def _forge(where: ci.Where, wish: Wish) -> GitHub | GitLab:
    target = ci.Target(where.host, where.server, wish.repository or where.repository, where.run)
    return forge(target, where, wish.author)


def _commit(where: ci.Where) -> str:
    """The address of a commit; GitLab's project is known by its number only, which makes none."""
    if where.host == "gitlab" or not where.repository:
        return ""
    return f"{where.server}/{where.repository}/commit/{{}}"


def _suggest(place: GitHub, number: int, found: Found, wish: Wish) -> None:
    """Suggest changes to lines that the pull request touches; a refusal here spoils nothing."""
    wanted = [
        Wanted(each.fingerprint, escape(f"{remedy.title}. {remedy.why}".rstrip()), remedy.outcome)
        for each in found.report.diagnoses
        if sure_enough(each, wish.least)
        for remedy in each.remedies[:1]
        if isinstance(remedy.outcome, Patch)
    ]
    prefix = "" if found.remote else github_job.prefix(wish.project or "")
    try:
        for path in suggest(place, number, found.where.sha, wanted, prefix):
            output.tell(f"logdoctor: change suggested in {clean_line(path)}")
    except WebError as error:
        output.tell(f"logdoctor: no suggestion: {clean_line(str(error))}")
    except STRANGE as error:
        output.tell(
            f"logdoctor: no suggestion: the server's answer was not understood ({type(error).__name__})"
        )


def _tell_outputs(found: Found, wish: Wish, url: str) -> None:
    """Files for later steps, if a folder for them was named, and the outputs of the action."""
    files: dict[str, str] = {}
    if wish.save:
        from logdoctor.render.json_report import document
        from logdoctor.render.markdown import render as markdown

        os.makedirs(wish.save, exist_ok=True)
        patch = "".join(
            remedy.outcome.diff
            for each in found.report.diagnoses[:1]
            for remedy in each.remedies[:1]
            if isinstance(remedy.outcome, Patch)
        )
        texts = {
            "json": json.dumps(document(found.report)),
            "markdown": markdown(found.report),
            "patch": patch,
        }
        for name, ending in (("json", "json"), ("markdown", "md"), ("patch", "patch")):
            path = os.path.join(wish.save, f"report.{ending}")
            with open(path, "w", encoding="utf-8", errors="replace", newline="") as file:
                file.write(texts[name])
            files[f"{name}-path"] = path
    github_job.add_outputs(found.report, url, files)


__all__ = ["Wish", "commented"]
