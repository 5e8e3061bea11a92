"""Which line is the cause: stories of a build that fails in more than one line."""

from __future__ import annotations

from logdoctor.diagnosis.chain import follow
from logdoctor.diagnosis.rank import rank
from logdoctor.model import AFTER, Line, Match, Outcome, Rule, Status, Step, Tier


def rule(id: str, tier: Tier = "cause", family: str = "npm", yields_to: tuple[str, ...] = ()) -> Rule:
    return Rule(id, id, family, tier, "your-change", {}, (), "", (), yields_to=yields_to)


def step(
    id: str, texts: list[str], status: Status = "failed", first: int = 1, parent: str | None = None
) -> Step:
    lines = tuple(Line(first + n, text, first + n) for n, text in enumerate(texts))
    last = first + len(texts) - 1
    return Step(id, "l1", "buildkit", id, status, first, last, lines, parent=parent)


def match(rule: Rule, step: Step, position: int, **captures: str) -> Match:
    line = step.lines[position]
    return Match(rule, step, position, line, (0, len(line.text)), captures)


def told(matches: list[Match], steps: list[Step], outcome: Outcome = "failed") -> list[tuple[str, int]]:
    return [(each.match.rule.id, each.match.line.number) for each in rank(matches, steps, outcome)]


def test_a_wrapper_line_is_never_the_diagnosis() -> None:
    install = step("s1", ["ELIFECYCLE Command failed with exit code 1."])
    assert told([match(rule("lifecycle", "wrapper"), install, 0)], [install]) == []


def test_the_cause_goes_before_the_symptom_that_was_printed_first() -> None:
    build = step("s1", ["Error occurred prerendering page", "Error: API_URL is not set"])
    found = [match(rule("prerendering", "symptom"), build, 0), match(rule("missing-env-var"), build, 1)]
    assert told(found, [build]) == [("missing-env-var", 2)]


def test_of_two_causes_in_a_step_the_earlier_one_wins() -> None:
    build = step("s1", ["sh: vite: not found", "Cannot find module dist/index.js"])
    found = [match(rule("module-not-found"), build, 1), match(rule("bin-not-found"), build, 0)]
    assert told(found, [build]) == [("bin-not-found", 1)]


def test_a_step_that_was_cancelled_or_done_is_not_looked_at() -> None:
    done = step("s1", ["npm error ERESOLVE"], status="done")
    cancelled = step("s2", ["npm error ERESOLVE"], status="cancelled", first=2)
    failed = step("s3", ["E: Unable to locate package curl"], first=3)
    eresolve, apt = rule("npm-eresolve"), rule("apt-package-not-found")
    found = [match(eresolve, done, 0), match(eresolve, cancelled, 0), match(apt, failed, 0)]
    assert told(found, [done, cancelled, failed]) == [("apt-package-not-found", 3)]


def test_what_breaks_while_the_runner_tidies_up_broke_no_build() -> None:
    tidying = step("s1", ["fatal: No url found"], "done")._replace(name=AFTER)
    assert told([match(rule("git-submodule-failed"), tidying, 0)], [tidying], "unknown") == []


def test_a_vertex_goes_before_the_ci_step_round_it() -> None:
    outer = step("s1", ["buildx failed with: Error: lost"])
    inner = step("s2", ["sh: vite: not found"], first=5, parent="s1")
    found = [match(rule("odd"), outer, 0), match(rule("bin-not-found"), inner, 0)]
    assert told(found, [outer, inner]) == [("bin-not-found", 5)]


def test_two_platforms_that_fail_alike_are_one_failure_and_two_that_differ_are_two() -> None:
    amd, arm = step("s1", ["x"]), step("s2", ["x"], first=2)
    native = rule("native-optional-package-missing")
    same = [match(native, amd, 0, package="rollup"), match(native, arm, 0, package="rollup")]
    assert told(same, [amd, arm]) == [("native-optional-package-missing", 1)]
    assert len(rank(same, [amd, arm], "failed")[0].repeats) == 2
    differing = [match(native, amd, 0, package="rollup"), match(native, arm, 0, package="esbuild")]
    assert len(told(differing, [amd, arm])) == 2


def test_a_green_log_has_no_diagnosis_however_it_reads() -> None:
    build = step("s1", ["npm error ERESOLVE"], status="done")
    assert told([match(rule("npm-eresolve"), build, 0)], [build], "passed") == []


def test_a_pasted_line_without_an_end_is_diagnosed_only_by_a_cause() -> None:
    pasted = step("s1", ["Error: Cannot find module '@rollup/rollup-linux-arm64-gnu'"], status="unknown")
    assert told([match(rule("native"), pasted, 0)], [pasted], "unknown") == [("native", 1)]
    assert told([match(rule("own", "symptom"), pasted, 0)], [pasted], "unknown") == []


def test_where_the_failed_step_tells_nothing_the_cause_is_sought_between_the_steps() -> None:
    failed = step("s1", ["building"], first=1)
    rest = step("s2", ["error reading from server: EOF"], status="unknown", first=9)
    assert told([match(rule("docker-daemon-lost"), rest, 0)], [failed, rest]) == [("docker-daemon-lost", 9)]


def test_a_broad_rule_yields_to_the_one_that_knows_the_line() -> None:
    build = step("s1", ["Error: API_URL is not set"])
    broad, narrow = rule("next-prerender-error", yields_to=("missing-env-var",)), rule("missing-env-var")
    assert told([match(broad, build, 0), match(narrow, build, 0)], [build]) == [("missing-env-var", 1)]


def test_the_chain_runs_from_the_cause_outwards_and_names_each_tool_once() -> None:
    outer = step("s1", ["Process completed with exit code 1"], first=9)
    inner = step("s2", ["sh: vite: not found", "ELIFECYCLE", "ELIFECYCLE", "exit code: 1"], parent="s1")
    found = [
        match(rule("bin-not-found"), inner, 0),
        match(rule("lifecycle", "wrapper"), inner, 1),
        match(rule("lifecycle", "wrapper"), inner, 2),
        match(rule("docker-run-failed", "wrapper"), inner, 3),
        match(rule("ci-job-failed", "wrapper"), outer, 0),
    ]
    links = follow(found[0], found, [outer, inner])
    assert [(link.line, link.role, link.tier) for link in links] == [
        (1, "cause", "cause"),
        (2, "consequence", "wrapper"),
        (4, "consequence", "wrapper"),
        (9, "consequence", "wrapper"),
    ]
