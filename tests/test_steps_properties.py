"""What holds for the steps of every log, however broken or hostile it is."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from logdoctor.logs.steps import cut
from logdoctor.logs.steps.verdict import verdict
from logdoctor.model import Line, Log, Step

PIECES = [
    "#1 [internal] load build definition from Dockerfile",
    "#2 [builder 3/7] RUN npm ci",
    "#2 0.345 npm error",
    "#2 ...",
    "#2 DONE 1.2s",
    '#2 ERROR: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1',
    "#3",
    "#99999999 x",
    "------",
    " > [builder 3/7] RUN npm ci:",
    "0.345 npm error",
    "Dockerfile:7",
    "-" * 20,
    "   7 | >>> RUN npm ci",
    'ERROR: failed to solve: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1',
    "failed to solve: ",
    "target web: failed to solve: x",
    "executor failed running [/bin/sh -c npm ci]: exit code: 1",
    "[+] Building 1.4s (8/11) FINISHED",
    " => ERROR [builder 3/7] RUN npm ci   0.4s",
    " => => # live",
    "Step 3/9 : RUN npm ci",
    "The command '/bin/sh -c npm ci' returned a non-zero code: 1",
    "COPY failed: x",
    "[1/3] STEP 12/14: RUN npm ci",
    'Error: building at STEP "RUN npm ci": while running runtime: exit status 1',
    "INFO[0012] RUN npm ci",
    "error building image: x: exit status 1",
    "packages/app build$ tsc",
    "packages/app build: Failed",
    "└─ Failed in 1s",
    "│ text",
    "@a/b:build: cache miss, executing 1",
    "@a/b:build: text",
    " ERROR  @a/b#build: command (/a) pnpm run build exited (2)",
    "> nx run app:build",
    "[Pipeline] { (Build)",
    "[Pipeline] {",
    "[Pipeline] }",
    "Finished: FAILURE",
    "~~~ Running hook",
    "--- group",
    "^^^ +++",
    "Entering phase BUILD",
    "Phase complete: BUILD State: FAILED",
    "#!/bin/bash -eo pipefail",
    "Run actions/checkout@v4",
    "shell: /usr/bin/bash -e {0}",
    "Starting: Bash",
    "Finishing: Bash",
    "Process completed with exit code 1.",
    "web-1 exited with code 1",
    "",
    " ",
]
TAGS = [
    "",
    "",
    "",
    "group",
    "endgroup",
    "error",
    "section",
    "section_start:step_script",
    "section_end:step_script",
]
LANES = ["", "", "", "build\tUNKNOWN STEP", "build\tInstall", "web-1", '#0 - "build"']

texts = st.one_of(st.sampled_from(PIECES), st.text(max_size=30))


@st.composite
def logs(draw: st.DrawFn) -> Log:
    tags = draw(st.sampled_from([[""], TAGS]))
    lanes = draw(st.sampled_from([[""], LANES]))
    parts = draw(st.lists(st.tuples(texts, st.sampled_from(tags), st.sampled_from(lanes)), max_size=40))
    lines = tuple(Line(n, text, n, tag, lane) for n, (text, tag, lane) in enumerate(parts, 1))
    return Log("l1", "build.log", lines, 0, len(lines), "utf-8", ())


def homes(steps: tuple[Step, ...]) -> Counter[int]:
    return Counter(line.number for step in steps for line in (*step.lines, *step.repeats))


@settings(max_examples=400, deadline=None)
@given(logs())
def test_every_line_lands_in_exactly_one_step(log: Log) -> None:
    assert homes(cut(log)) == Counter(line.number for line in log.lines)


@settings(max_examples=200, deadline=None)
@given(logs())
def test_steps_are_well_formed_and_have_a_verdict(log: Log) -> None:
    steps = cut(log)
    ids = [step.id for step in steps]
    assert ids == [f"s{number}" for number in range(1, len(ids) + 1)]
    for step in steps:
        assert step.first_line <= step.last_line
        assert step.parent is None or ids.index(step.parent) < ids.index(step.id)
    assert verdict(log, steps) in ("failed", "passed", "unknown")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from("ab"), min_size=1, max_size=20))
def test_vertices_read_the_same_however_they_interleave(order: list[str]) -> None:
    names = {"a": "[a 1/2] RUN one", "b": "[b 2/2] RUN two"}
    numbers = {"a": 1, "b": 2}
    raw: list[str] = []
    count = Counter[str]()
    for position, who in enumerate(order):
        if not position or order[position - 1] != who:
            raw += ([f"#{numbers[order[position - 1]]} ...", ""] if position else []) + [
                f"#{numbers[who]} {names[who]}"
            ]
        raw.append(f"#{numbers[who]} {position}.125 {who} says {count[who]}")
        count[who] += 1
    lines = tuple(Line(n, text, n) for n, text in enumerate(raw, 1))
    steps = cut(Log("l1", "build.log", lines, 0, len(lines), "utf-8", ()))
    read = {step.stage: [line.text for line in step.lines] for step in steps if step.kind == "buildkit"}
    assert read == {who: [f"{who} says {n}" for n in range(count[who])] for who in count}


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(PIECES), st.integers(1, 3))
def test_a_line_a_thousand_times_over_takes_no_longer_each_time(piece: str, spread: int) -> None:
    lines = tuple(Line(n, f"{piece}{n % spread or ''}", n) for n in range(1, 1500))
    log = Log("l1", "build.log", lines, 0, len(lines), "utf-8", ())
    verdict(log, cut(log))
