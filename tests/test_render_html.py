"""The HTML report: what it says, where it leads, and that nothing of a log ever acts in a browser."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import Browser, browser
from calls import CORPUS
from hypothesis import given, settings
from reports import DIFF, EVIL, FAILED, PASSED, UNDECIDED, UNKNOWN, hostile
from test_render_hostile import WORDS

from logdoctor.diagnose import diagnose
from logdoctor.knowledge.rules import load_book
from logdoctor.logs.read import read
from logdoctor.logs.sources import Raw
from logdoctor.model import Line, Log, Report, Step
from logdoctor.remedies.project import open_project
from logdoctor.render.html import render
from logdoctor.render.html.graph import laid_out, seconds, spelled
from logdoctor.render.html.sections import MOST

ATTACKS = (
    "<script>window.seen.push('script')</script>",
    "<img src=https://evil.example/x.png onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "</title></style></script><script>alert(1)</script>",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe src=https://evil.example></iframe>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "javascript:alert(1)",
    "-->]]><!--",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    EVIL,
)


class Links(HTMLParser):
    """The names, links and elements of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.links: list[str] = []
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.names += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def of_case(case: str, log: str) -> Report:
    """The report about a log of the corpus, with its project at hand."""
    folder = CORPUS / case
    raw = Raw(log, (folder / "logs" / log).read_bytes())
    return diagnose([read(raw)], load_book(), open_project(str(folder / "project")))


@pytest.fixture(scope="module")
def rollup() -> Report:
    return of_case("native-module/docker-rollup-no-optional", "buildkit-26.1.5.log")


@pytest.fixture(scope="module")
def window() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


def shown(window: Browser, folder: Path, text: str) -> None:
    page = folder / "report.html"
    page.write_text(text)
    window.open(page.as_uri())


# What the page says


def test_the_verdict_comes_first_then_the_patch_the_chain_the_steps_and_the_log(rollup: Report) -> None:
    page = render(rollup)
    order = ("<h1>", ">Fix<", ">Copy patch<", ">How it became", ">Steps<", ">Log<")
    places = [page.index(each) for each in order]
    assert places == sorted(places)
    assert "<mark>Cannot find module @rollup/rollup-linux-x64-gnu.</mark>" in page


@pytest.mark.parametrize("report", [FAILED, UNKNOWN, PASSED, UNDECIDED, hostile()])
def test_every_link_of_the_page_leads_to_one_line_of_it(report: Report) -> None:
    _links_lead_somewhere(render(report))


def test_every_cause_and_every_link_of_the_chain_is_linked_to_its_line(rollup: Report) -> None:
    page = render(rollup)
    _links_lead_somewhere(page)
    for link in rollup.diagnoses[0].chain:
        assert f'<a href="#L{link.line}">{link.line}</a><code>' in page
        assert f'id="L{link.line}" class="tells' in page


def _links_lead_somewhere(page: str) -> None:
    links = Links(page)
    assert len(set(links.names)) == len(links.names)
    for link in links.links:
        assert link.startswith(("https://", "data:,", "#"))
        assert not link.startswith("#") or link[1:] in links.names


def test_several_failures_are_listed_before_they_are_told() -> None:
    second = FAILED.diagnoses[0]._replace(id="d2", fingerprint="f1:b", title="The disk is full")
    page = render(FAILED._replace(diagnoses=(*FAILED.diagnoses, second)))
    _links_lead_somewhere(page)
    assert page.index("2 independent failures") < page.index('<a href="#d2">The disk is full</a>')
    assert page.index('<a href="#d2">') < page.index("<article")


def test_a_green_log_is_shown_without_marks() -> None:
    page = render(of_case("dockerfile/passed-with-warnings", "buildkit-26.1.5.log"))
    assert "<h1>No failure in buildkit-26.1.5.log</h1>" in page
    assert '<span class="pill passed">' in page
    assert 'class="tells' not in page


def test_every_line_of_a_log_is_on_the_page_once(rollup: Report) -> None:
    numbers = [int(number) for number in re.findall(r'id="L(\d+)"', render(rollup))]
    assert sorted(numbers) == [line.number for line in rollup.logs[0].lines]


def test_of_a_display_that_was_painted_again_and_again_the_last_rows_stay() -> None:
    report = of_case("dockerfile/two-stages-fail", "buildkit-26.1.5-tty.log")
    page = render(report)
    _links_lead_somewhere(page)
    drawing, shown = page[page.index(">Steps<") : page.index(">Log<")], page[page.index(">Log<") :]
    assert len(re.findall('<li [^>]*><span class="name"><a href="#L', drawing)) == 7
    assert shown.count("=&gt; [api 4/4] RUN node api.js") <= 2
    assert "rows of a progress display are left out" in shown
    assert all(f'id="L{link.line}"' in shown for link in report.diagnoses[0].chain)


def test_a_line_that_a_console_cut_is_reached_by_each_of_its_numbers() -> None:
    lines = (Line(41, "Error: Cannot find module that was cut", 43),)
    diagnosis = FAILED.diagnoses[0]
    report = FAILED._replace(
        logs=(FAILED.logs[0]._replace(lines=lines),),
        diagnoses=(diagnosis._replace(chain=(diagnosis.chain[0], diagnosis.chain[1]._replace(line=43))),),
    )
    assert '<a href="#L41">43</a>' in render(report)


def test_two_logs_have_names_of_their_own_for_their_lines() -> None:
    logs = tuple(Log(id, f"{id}.log", (Line(1, "x", 1),), 1, 1, "utf-8", ()) for id in ("l1", "l2"))
    assert Links(render(Report("passed", logs, (), (), ()))).names[-2:] == ["L1", "l2-L1"]


@given(text=WORDS)
@settings(max_examples=60, deadline=None)
def test_text_of_a_log_adds_no_element_and_no_attribute(text: str) -> None:
    innocent, evil = Links(render(hostile("x" * 50))), Links(render(hostile(text)))
    assert evil.elements <= innocent.elements
    assert evil.attributes <= innocent.attributes | {"title"}


def test_the_policy_lets_in_its_own_style_and_script_and_nothing_else() -> None:
    page = render(FAILED)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    rules = dict(rule.split(" ", 1) for rule in policy[1].replace("&#x27;", "'").split("; "))
    assert rules["default-src"] == "'none'"
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/=]{44}'", rules["script-src"])
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/=]{44}'", rules["style-src"])
    assert page.index("Content-Security-Policy") < page.index("<style>")


# The drawing


def _step(id: str, name: str, stage: str, platform: str | None = None) -> Step:
    return Step(id, "l1", "buildkit", name, "done", 1, 1, (), stage, platform)


def test_each_stage_and_platform_has_its_rail_and_copy_from_joins_them() -> None:
    nodes = laid_out(
        [
            _step("s1", "[deps 1/2] FROM node", "deps"),
            _step("s2", "[web 2/3] WORKDIR /app", "web"),
            _step("s3", "[deps 2/2] RUN npm ci", "deps"),
            _step("s4", "[web 3/3] COPY --from=deps /app /app", "web"),
        ]
    )
    assert [node.column for node in nodes] == [0, 1, 0, 1]
    assert [node.sources for node in nodes] == [(), (0,), (), (2,)]


def test_a_rail_that_has_ended_is_free_for_the_next_stage() -> None:
    nodes = laid_out([_step("s1", "[a 1/1] FROM x", "a"), _step("s2", "[b 1/1] FROM y", "b")])
    assert [node.column for node in nodes] == [0, 0]


def test_the_rails_tell_two_platforms_apart() -> None:
    nodes = laid_out(
        [
            _step("s1", "[linux/amd64 a 1/2] FROM x", "a", "linux/amd64"),
            _step("s2", "[linux/arm64 a 1/2] FROM x", "a", "linux/arm64"),
            _step("s3", "[linux/amd64 a 2/2] RUN y", "a", "linux/amd64"),
            _step("s4", "[linux/arm64 a 2/2] RUN y", "a", "linux/arm64"),
        ]
    )
    assert [node.column for node in nodes] == [0, 1, 0, 1]


def test_times_are_those_that_the_log_tells(rollup: Report) -> None:
    lines = {line.number: line for line in rollup.logs[0].lines}
    times = {step.name: seconds(step, lines) for step in rollup.steps}
    done = times["[build 5/7] RUN pnpm install --no-optional"]
    failed = times["[build 7/7] RUN pnpm build"]
    assert (done, failed) == (4.9, 1.888)
    assert [spelled(each) for each in (0.04, 59.96, 3600.0)] == ["0.0 s", "1 min 0 s", "60 min 0 s"]


def test_failed_and_cancelled_steps_are_marked_and_named() -> None:
    page = render(of_case("dockerfile/two-stages-fail", "buildkit-26.1.5.log"))
    assert 'class="dot failed"' in page
    assert 'class="dot cancelled"' in page
    assert 'class="dot cached"' in page
    assert '<span class="status failed">failed, exit code 1</span>' in page
    assert '<span class="status cancelled">cancelled</span>' in page


# In a browser


def test_the_browser_notices_what_must_not_happen(window: Browser, tmp_path: Path) -> None:
    text = "<script>alert(1)</script><img src=http://127.0.0.1:9/x.png><p onclick=1>"
    shown(window, tmp_path, text)
    happened = window.happened()
    assert "alert" in happened.acts
    assert "http://127.0.0.1:9/x.png" in happened.requests
    shown(window, tmp_path, render(FAILED).replace("</main>", "<script>alert(1)</script></main>"))
    assert any("blocked script-src" in act for act in window.happened().acts)


def test_no_text_of_a_log_acts_in_a_browser(window: Browser, tmp_path: Path) -> None:
    for attack in ATTACKS:
        shown(window, tmp_path, render(hostile(attack)))
        happened = window.happened()
        assert happened.acts == [], attack
        assert [each for each in happened.requests if not each.startswith(("file:", "data:"))] == []
        assert window.run("return document.scripts.length") == 1
        assert window.run("return document.querySelectorAll('img, iframe, object, embed').length") == 0


def test_keys_links_folding_and_copying_work(window: Browser, tmp_path: Path, rollup: Report) -> None:
    shown(window, tmp_path, render(rollup))
    cause = rollup.diagnoses[0].cause
    assert cause
    window.press("n")
    assert window.run("return location.hash") == f"#L{cause.line}"
    closed = "return document.querySelectorAll('.log details:not([open])').length"
    assert window.run(closed) > 0
    window.press("e")
    assert window.run(closed) == 0
    window.press("e")
    window.run("location.hash = '#L3'")
    time.sleep(0.2)
    assert window.run("return document.getElementById('L3').closest('details').open")
    copied = "return JSON.parse(document.querySelector('button.copy').dataset.copy)"
    assert window.run(copied) == rollup.diagnoses[0].remedies[0].outcome.diff
    assert window.happened().acts == []


def test_line_ends_of_a_patch_are_copied_as_the_files_have_them(window: Browser, tmp_path: Path) -> None:
    diff = DIFF.replace("\n ", "\r\n ")
    remedy = FAILED.diagnoses[0].remedies[0]
    patch = remedy.outcome._replace(diff=diff)
    diagnosis = FAILED.diagnoses[0]._replace(remedies=(remedy._replace(outcome=patch),))
    shown(window, tmp_path, render(FAILED._replace(diagnoses=(diagnosis,))))
    assert window.run("return JSON.parse(document.querySelector('button.copy').dataset.copy)") == diff


def test_nothing_is_wider_than_a_phone(window: Browser, tmp_path: Path, rollup: Report) -> None:
    for report in (rollup, hostile("x" * 5000)):
        shown(window, tmp_path, render(report))
        window._command(
            "Emulation.setDeviceMetricsOverride", width=360, height=700, deviceScaleFactor=1, mobile=True
        )
        try:
            assert window.run("return document.documentElement.scrollWidth") <= 360
        finally:
            window._command("Emulation.clearDeviceMetricsOverride")


def test_the_page_is_as_long_before_it_is_read_as_after(window: Browser, tmp_path: Path) -> None:
    """Short steps are laid out at once: what is only guessed makes the scroll bar jump."""
    steps, lines = [], []
    for number in range(12):
        own = tuple(Line(number * 4 + n, f"#{number} line {n}", number * 4 + n) for n in range(1, 5))
        steps.append(
            FAILED.steps[0]._replace(
                id=f"s{number}", lines=own, first_line=own[0].number, last_line=own[-1].number
            )
        )
        lines += own
    page = render(FAILED._replace(logs=(FAILED.logs[0]._replace(lines=tuple(lines)),), steps=tuple(steps)))
    shown(window, tmp_path, page)
    height = "document.documentElement.scrollHeight"
    before = window.run(f"return {height}")
    for at in range(0, before, 500):
        window.run(f"scrollTo({{top: {at}, behavior: 'instant'}}); return document.body.offsetHeight")
    assert abs(window.run(f"return {height}") - before) < 50
    assert before < 4000


def test_a_log_that_is_unfolded_offers_to_fold_it() -> None:
    short = FAILED.logs[0]._replace(lines=tuple(Line(n, "x", n) for n in range(1, 9)))
    assert ">Fold all</button>" in render(FAILED._replace(logs=(short,)))
    long = short._replace(lines=tuple(Line(n, "x", n) for n in range(1, 99)))
    assert ">Unfold all</button>" in render(FAILED._replace(logs=(long,)))


def test_a_log_of_twenty_megabytes_is_shown_at_once(window: Browser, tmp_path: Path) -> None:
    lines = tuple(
        Line(n, f"#7 {n / 10:.3f} module {n} transformed, {'x' * 70}", n) for n in range(1, 190_001)
    )
    assert sum(len(line.text) for line in lines) > 18_000_000
    diagnosis = FAILED.diagnoses[0]
    cause = diagnosis.cause and diagnosis.cause._replace(line=95_000, end_line=95_000)
    step = FAILED.steps[0]._replace(lines=lines, first_line=1, last_line=len(lines))
    log = FAILED.logs[0]._replace(lines=lines)
    page = render(FAILED._replace(logs=(log,), steps=(step,), diagnoses=(diagnosis._replace(cause=cause),)))
    numbers = {int(number) for number in re.findall(r'<div id="L(\d+)"', page)}
    assert {1, 94_950, 95_000, 95_050, 190_000} <= numbers
    assert len(numbers) <= MOST + 1000
    assert "lines not shown" in page
    shown(window, tmp_path, page)
    loaded = window.run("return performance.getEntriesByType('navigation')[0].domComplete")
    window.press("n")
    assert window.run("return location.hash") == "#L95000"
    scrolled = "scrollTo(0, 1e7); document.body.offsetHeight"
    assert window.run(f"const t = performance.now(); {scrolled}; return performance.now() - t") < 1000
    assert loaded < 5000
    assert window.happened().acts == []
