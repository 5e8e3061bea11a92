"""Raw logs into what the tool printed, told as stories: given these bytes, those lines."""

from __future__ import annotations

import json

import pytest

from logdoctor.logs.read import clean_line, profile, raw_line_of, read, read_lines
from logdoctor.logs.sources import Raw
from logdoctor.model import Line, Log


def log_of(text: str | bytes) -> Log:
    return read(Raw("build.log", text if isinstance(text, bytes) else text.encode()))


def texts(text: str | bytes) -> list[str]:
    return [line.text for line in log_of(text).lines]


def told(text: str) -> list[tuple[int, str, str, str]]:
    return [(line.number, line.tag, line.lane, line.text) for line in log_of(text).lines]


def test_a_plain_log_is_left_alone() -> None:
    log = log_of("npm error code E404\n\n  at x\n")
    assert log.lines == (
        Line(1, "npm error code E404", 1),
        Line(2, "", 2),
        Line(3, "  at x", 3),
    )
    assert (log.count, log.size, log.encoding, log.formats) == (3, 28, "utf-8", ("plain",))


def test_an_empty_log_has_no_lines() -> None:
    assert log_of("").lines == ()


@pytest.mark.parametrize(
    ("encoding", "mark", "named"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8"),
        ("utf-16-le", b"\xff\xfe", "utf-16-le"),
        ("utf-16-be", b"\xfe\xff", "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("cp1252", b"", "cp1252"),
        ("cp850", b"", "cp437"),
    ],
)
def test_encodings_are_told_apart(encoding: str, mark: bytes, named: str) -> None:
    text = "El sistema no puede encontrar la versión está aquí\r\nnpm error code E404\r\n"
    log = log_of(mark + text.encode(encoding))
    assert log.encoding == named
    assert [line.text for line in log.lines] == text.splitlines()


def test_plain_bytes_appended_to_a_utf_16_log_are_read_too() -> None:
    log = log_of(b"\xff\xfe" + "start\r\n".encode("utf-16-le") + b"npm error code E404\r\n" * 20)
    assert [line.text for line in log.lines][:2] == ["start", "npm error code E404"]


def test_one_bad_byte_spoils_nothing_else() -> None:
    assert texts("✓ built\n".encode() + b"caf\xe9\n" + "└─ done\n".encode()) == ["✓ built", "café", "└─ done"]


def test_colours_go_also_inside_words() -> None:
    assert texts("npm \x1b[0m\x1b[91mERR!\x1b[0m co\x1b[1mde\x1b[22m E404\n") == ["npm ERR! code E404"]


def test_links_cursor_movements_and_invisible_characters_go() -> None:
    text = "\x1b]8;;https://a.example\x1b\\YN0028\x1b]8;;\x07 \x1b[?25lno"
    text += "\u202e\u200b \x07lock\x00file\x1b[3A\x1b["
    assert texts(text) == ["YN0028 no lockfile"]


def test_progress_is_painted_over() -> None:
    assert texts("10%\r50%\rdone\n\x1b[2K\x1b[1Gresolving\x1b[2K\x1b[1Gerror: no\n\r\n") == [
        "done",
        "error: no",
        "",
    ]


def test_a_carriage_return_alone_ends_no_line() -> None:
    log = log_of("a\rb\r\r\nnext\n")
    assert [(line.number, line.text) for line in log.lines] == [(1, "b"), (2, "next")]


@pytest.mark.parametrize(
    "line",
    [
        "\u2009ERR_PNPM_NO_LOCKFILE\u2009 Cannot install",
        "ΓÇëERR_PNPM_NO_LOCKFILEΓÇë Cannot install",
        "ÔÇëERR_PNPM_NO_LOCKFILEÔÇë Cannot install",
        "â€‰ERR_PNPM_NO_LOCKFILEâ€‰ Cannot install",
        "???ERR_PNPM_NO_LOCKFILE??? Cannot install",
        "\ufffdERR_PNPM_NO_LOCKFILE\ufffd Cannot install",
    ],
)
def test_pnpms_thin_spaces_are_spaces_whatever_became_of_them(line: str) -> None:
    assert texts(line + "\n") == [" ERR_PNPM_NO_LOCKFILE  Cannot install"]


def test_signs_that_went_through_a_wrong_code_page_are_put_right() -> None:
    wrong = "✖ ╰─▶ × →".encode().decode("cp437")
    assert texts(wrong) == ["✖ ╰─▶ × →"]


def test_a_long_line_keeps_its_two_ends() -> None:
    [text] = texts("start " + "x" * 80_000 + " did not complete successfully: exit code: 1")
    assert len(text) == 8192
    assert text.startswith("start xxx")
    assert text.endswith("exit code: 1")


# Prefixes


def test_github_actions() -> None:
    text = (
        "\ufeff2026-05-12T15:27:19.9359366Z ##[group]Run pnpm build\n"
        "2026-05-12T15:27:19.9359366Z pnpm build\n"
        "2026-05-12T15:27:19.9359366Z shell: /usr/bin/bash -e {0}\n"
        "2026-05-12T15:27:19.9359366Z ##[endgroup]\n"
        "2026-05-12T15:27:20.9359366Z first line of a message\n"
        "and its second\n"
        "\ufeff2026-05-12T15:27:20.9359366Z [command]/usr/bin/git version\n"
        "2026-05-12T15:27:20.9359366Z ##[error]Process completed with exit code 1.\n"
    )
    assert told(text) == [
        (1, "group", "", "Run pnpm build"),
        (2, "", "", "pnpm build"),
        (3, "", "", "shell: /usr/bin/bash -e {0}"),
        (4, "endgroup", "", ""),
        (5, "", "", "first line of a message"),
        (6, "", "", "and its second"),
        (7, "command", "", "/usr/bin/git version"),
        (8, "error", "", "Process completed with exit code 1."),
    ]
    assert log_of(text).formats == ("github-actions",)


def test_gh_names_job_and_step_and_stacks_on_githubs_stamp() -> None:
    text = (
        "test / unit\tRun tests\t2026-05-12T15:27:19.9359366Z not ok 1\n"
        "test / unit\tRun tests\tsecond line\n"
        "build\tUNKNOWN STEP\t\ufeff2026-05-12T15:27:19.9359366Z #14 24.75 web:build: text\n"
    )
    assert told(text) == [
        (1, "", "test / unit\tRun tests", "not ok 1"),
        (2, "", "test / unit\tRun tests", "second line"),
        (3, "", "build\tUNKNOWN STEP", "#14 24.75 web:build: text"),
    ]


def test_a_stamp_that_comes_late_is_still_peeled() -> None:
    late = "2026-05-12T15:27:19.9359366Z ##[error]late\n"
    assert told("plain\n" * 5000 + late)[-1] == (5001, "error", "", "late")


def test_gitlab_with_stamps_sections_and_continued_rows() -> None:
    text = (
        "2026-09-25T07:33:00.993294Z 00O section_start:1790321580:prepare_executor\r\x1b[0K\n"
        "2026-09-25T07:33:00.993302Z 00O+\x1b[0K\x1b[36;1mPreparing the executor\x1b[0;m\n"
        "2026-09-25T07:33:01.993302Z 01O $ pnpm build\n"
        "2026-09-25T07:33:02.993302Z 01E boom\n"
        "2026-09-25T07:33:03.993302Z 00O section_end:1790321583:prepare_executor\r\x1b[0K\n"
    )
    log = log_of(text)
    assert [(line.number, line.end, line.tag, line.text) for line in log.lines] == [
        (1, 2, "section_start:prepare_executor", "Preparing the executor"),
        (3, 3, "", "$ pnpm build"),
        (4, 4, "", "boom"),
        (5, 5, "section_end:prepare_executor", ""),
    ]
    assert log.formats[0] == "gitlab"


def test_gitlab_closes_and_opens_sections_in_one_line() -> None:
    text = "done\x1b[0Ksection_end:1560896353:a\r\x1b[0K"
    text += "section_start:1560896353:b[collapsed=true]\r\x1b[0K$ make\n"
    assert told(text) == [
        (1, "", "", "done"),
        (1, "section_end:a", "", ""),
        (1, "section_start:b", "", "$ make"),
    ]


def test_travis_folds() -> None:
    text = (
        "travis_fold:start:install\r\x1b[0Ktravis_time:start:0a1b\r\x1b[0K$ npm ci\n"
        "travis_time:end:0a1b:start=1,finish=2,duration=1,event=install\r\x1b[0Ktravis_fold:end:install\r\x1b[0K\n"
        'The command "npm ci" failed and exited with 1 during .\n'
    )
    assert told(text) == [
        (1, "fold_start:install", "", ""),
        (1, "", "", "$ npm ci"),
        (2, "fold_end:install", "", ""),
        (3, "", "", 'The command "npm ci" failed and exited with 1 during .'),
    ]


PREFIXED = [
    ("[2026-08-20T10:11:12.345Z] ", "jenkins", ""),
    ("10:11:12  ", None, ""),
    ("02:33:03.542 ", "vercel", ""),
    ("[02:33:03.542] ", "vercel", ""),
    ("12:46:45 PM: ", "netlify", ""),
    ("Line 12: ", "netlify", ""),
    ("2026-Jan-03 14:13:39.053281 ", "coolify", ""),
    ("[api] [2026-01-20 13:43:15] │ ", "digitalocean", ""),
    ("[2026-01-20 13:43:15] ", "digitalocean", ""),
    ('Step #1 - "push": ', "cloud-build", "#1 - push"),
    ("Step #0: ", "cloud-build", "#0"),
    ("[build:0] ", "drone", "build"),
    ("[build:L0:0s] ", "drone", "build"),
    ("remote:        ", "heroku", ""),
    ("app[web.1]: ", "heroku", ""),
    ("2026-11-23T10:11:12.383590+00:00 heroku[release.4711]: ", "heroku", ""),
    ("web-1  | ", "compose", "web-1"),
    ("\x1b[36mweb-1  |\x1b[0m ", "compose", "web-1"),
    ("\x1b_bk;t=1745322209921\x07", "buildkite", ""),
    ("_bk;t=1745322209921", "buildkite", ""),
    ("bk;t=1745322209921\x07", None, ""),
    ("2026-11-23T10:11:12.123456789Z ", None, ""),
    ("2026-11-23T10:11:12.123456789Z [inf]  ", None, ""),
    ("2026-11-23 10:11:12,345 ", None, ""),
    ("Nov 23 10:11:12 host docker[77]: ", None, ""),
    ("Nov 23 10:11:12 PM  ", None, ""),
    ("Building: ", "vercel", ""),
    ("    ", None, ""),
    ("web-1  | 2026-05-12T15:27:19.9359366Z ", "compose", "web-1"),
    ("2026-05-12T15:27:19.9359366Z web-1  | ", "compose", "web-1"),
    ("build\tstep\t2026-05-12T15:27:19.9359366Z 10:11:12 ", "github-actions", "build\tstep"),
]


@pytest.mark.parametrize(("prefix", "named", "lane"), PREFIXED)
def test_prefixes_of_every_line_are_peeled_and_named(prefix: str, named: str | None, lane: str) -> None:
    said = ["+ npm ci", "#4 0.345 npm error code E404", "npm error 404 Not Found", "exit status 1"]
    log = log_of("".join(f"{prefix}{line}\n" for line in said))
    assert [line.text for line in log.lines] == said
    assert {line.lane for line in log.lines} == {lane}
    assert named is None or named in log.formats


def test_what_git_repeats_of_a_server_is_no_push_to_heroku() -> None:
    text = (
        "Cloning into 'ui'...\n"
        "remote: Support for password authentication was removed on August 13, 2021.\n"
        "remote: Write access to repository not granted.\n"
        "fatal: unable to access 'https://github.com/acme/ui.git/': The requested URL returned error: 403\n"
    )
    assert texts(text)[1].startswith("remote: ")


@pytest.mark.parametrize(
    "prefix", [prefix for prefix, *_ in PREFIXED if "bk;t" not in prefix and ":" in prefix]
)
def test_the_same_text_at_the_start_of_one_line_is_the_tools_own(prefix: str) -> None:
    if "T15:27:19.9359366Z" in prefix or prefix.startswith(("Step #", "Line")):
        pytest.skip("this prefix is nobody's own word")
    text = "one\n" * 40 + f"{prefix}word\n"
    assert texts(text)[-1].endswith("word")
    assert len(texts(text)[-1]) > len("word")


def test_a_few_indented_lines_are_a_tools_own() -> None:
    assert texts("    one\n      two\n    three\n") == ["    one", "      two", "    three"]
    assert texts("$ make\n" + "    one\n" * 9)[1] == "    one"


def test_codebuild_marks_only_its_agents_lines() -> None:
    text = (
        "npm error code 1\n[Container] 2026/07/14 09:59:11.966681 Phase complete: BUILD State: FAILED\nbare\n"
        * 3
    )
    assert told(text)[:2] == [
        (1, "", "", "npm error code 1"),
        (2, "container", "", "Phase complete: BUILD State: FAILED"),
    ]


def test_npm_numbers_the_lines_of_its_debug_log() -> None:
    text = "0 verbose cli npm\n1 info using npm@10.9.9\n2 verbose exit 1\n3 error code ERESOLVE\n"
    assert log_of(text).formats == ("npm-debug",)
    assert texts(text) == [
        "verbose cli npm",
        "info using npm@10.9.9",
        "verbose exit 1",
        "error code ERESOLVE",
    ]


def test_coolify_puts_its_stamp_on_a_line_of_its_own() -> None:
    assert texts("2026-Jan-03 14:13:39.053281\n18 | RUN x\n2026-Jan-03 14:13:39.053281 exit status 1\n") == [
        "",
        "18 | RUN x",
        "exit status 1",
    ]


def test_buildkits_and_turbos_prefixes_belong_to_others() -> None:
    said = ["#12 0.345 web:build: x", "#12 DONE 0.1s", "packages/a build: x", "Step 3/9 : RUN x"]
    assert texts("\n".join(said)) == said


@pytest.mark.parametrize(
    ("line", "tag", "text"),
    [
        ("##[warning]old", "warning", "old"),
        ("##[section]Starting: Build", "section", "Starting: Build"),
        ("::error file=a.ts,line=3::TS2322: no", "error", "TS2322: no"),
        ("::group::Install", "group", "Install"),
        ("##vso[task.logissue type=error;code=7]bad", "error", "bad"),
        ("##vso[task.complete result=Failed;]Bash failed", "error", "Bash failed"),
        ("##vso[task.setvariable variable=a]b", "vso", "b"),
        ("##[mine]keep", "", "##[mine]keep"),
        ("say ##[error]x", "", "say ##[error]x"),
        ("::std::vector", "", "::std::vector"),
    ],
)
def test_ci_marks_become_tags(line: str, tag: str, text: str) -> None:
    assert told(line) == [(1, tag, "", text)]


# Records


def test_circleci_keeps_an_array_of_messages() -> None:
    text = json.dumps(
        [
            {"message": "#!/bin/bash -eo pipefail\r\npnpm build\r\n", "type": "out"},
            {"message": "\x1b[31merror\x1b[0m bo", "type": "err"},
            {"message": "om\r\n", "type": "err"},
        ]
    )
    log = log_of(text)
    assert [line.text for line in log.lines] == ["#!/bin/bash -eo pipefail", "pnpm build", "error boom"]
    assert {line.number for line in log.lines} == {1}
    assert log.formats == ("circleci",)
    assert [line.number for line in log_of(text.replace("}, {", "},\n{")).lines] == [1, 1, 2]


def test_pnpms_ndjson() -> None:
    records: list[dict[str, object]] = [
        {"level": "debug", "name": "pnpm:stage", "stage": "resolution_started"},
        {"level": "debug", "name": "pnpm:lifecycle", "line": "sh: 1: tsc: not found", "stdio": "stderr"},
        {
            "level": "error",
            "name": "pnpm",
            "err": {"code": "ERR_PNPM_NO_LOCKFILE", "message": "Cannot\ninstall"},
        },
    ]
    lines = log_of("\n".join(map(json.dumps, records))).lines
    assert [(line.number, line.tag, line.text) for line in lines] == [
        (1, "", json.dumps(records[0])),
        (2, "", "sh: 1: tsc: not found"),
        (3, "error", "ERR_PNPM_NO_LOCKFILE Cannot"),
        (3, "error", "install"),
    ]


def test_yarns_json() -> None:
    text = '{"type":"info","data":"ok"}\n'
    text += '{"type":"error","name":28,"displayName":"YN0028","indent":"","data":"No"}\n'
    assert [(line.tag, line.text) for line in log_of(text).lines] == [("", "ok"), ("error", "➤ YN0028: No")]


def test_the_api_stream_of_the_old_builder() -> None:
    text = (
        '{"stream":"Step 1/2 : RUN npm ci\\n"}\n'
        '{"stream":"\\u001b[91mnpm ERR! "}\n'
        '{"stream":"code E404\\n\\u001b[0m"}\n'
        '{"errorDetail":{"code":1,"message":"The command x"},"error":"The command x"}\n'
    )
    log = log_of(text)
    assert [(line.number, line.end, line.text) for line in log.lines] == [
        (1, 1, "Step 1/2 : RUN npm ci"),
        (2, 3, "npm ERR! code E404"),
        (4, 4, "The command x"),
    ]
    assert raw_line_of(log.lines[1], len("npm ERR! ")) == 3


# Boxes


BOX = """\
Error: ERR_PNPM_NO_MATCHING_VERSION

  × installing dependencies
  ├─▶ Failed to resolve dependency tree: No matching version found for is-
  │   number@^99.0.0 while fetching it from https://registry.example/
  │   %
  │   Failed to resolve is-number@^99.0.0
  ╰─▶ Failed to resolve dependency: In /
      app/apps/site: "@park/theme@workspace:*" is in the
      dependencies
  help: The latest release is 7.0.0. If you need the
        full list run "pnpm view".

after
""".replace("%", "")
UNBOXED = [
    "Error: ERR_PNPM_NO_MATCHING_VERSION",
    "",
    "  × installing dependencies",
    "  ├─▶ Failed to resolve dependency tree: No matching version found for "
    "is-number@^99.0.0 while fetching it from https://registry.example/",
    "  │   ",
    "  │   Failed to resolve is-number@^99.0.0",
    '  ╰─▶ Failed to resolve dependency: In /app/apps/site: "@park/theme@workspace:*" is in the dependencies',
    '  help: The latest release is 7.0.0. If you need the full list run "pnpm view".',
    "",
    "after",
]


def test_boxes_are_one_line_for_each_cause() -> None:
    log = log_of(BOX)
    assert [line.text for line in log.lines] == UNBOXED
    cause = log.lines[3]
    assert (cause.number, cause.end) == (4, 5)
    assert raw_line_of(cause, cause.text.index("is-number")) == 4
    assert raw_line_of(cause, cause.text.index("number@")) == 5


@pytest.mark.parametrize("prefix", ["#12 0.345 ", "0.345 ", "packages/a build: "])
def test_boxes_are_found_behind_other_tools_prefixes(prefix: str) -> None:
    boxed = "".join(f"{prefix}{row}\n" for row in BOX.splitlines())
    assert texts(boxed) == [f"{prefix}{row}" for row in UNBOXED]


def test_boxes_that_went_through_a_wrong_code_page() -> None:
    boxed = BOX.encode().decode("cp437").encode()
    assert [line.text for line in log_of(boxed).lines] == UNBOXED


def test_rows_of_another_step_are_not_put_into_a_box() -> None:
    text = "#12 0.3   × one that goes\n#9 0.3   │ on\n#12 0.3   │ here\n"
    assert texts(text)[0] == "#12 0.3   × one that goes"


# The large path


def test_chosen_lines_are_read_as_in_the_whole_log() -> None:
    rows = [f"2026-05-12T15:27:19.{number:07d}Z \x1b[31mline\x1b[0m {number}" for number in range(50)]
    data = "\n".join(rows).encode()
    how = profile(data)
    whole = read(Raw("x", data)).lines
    assert read_lines([row.encode() for row in rows[10:20]], how, 11) == list(whole[10:20])
    assert clean_line(rows[7].encode() + b"\r", 8, how) == whole[7]


def test_a_wide_file_quoted_in_a_plain_log_does_not_make_the_log_wide() -> None:
    quoted = '{ "name": "web" }'.encode("utf-16")
    log = log_of(b"bun install v1.4.5\n1 | " + quoted + b"\n    ^\nerror: Unexpected token\n")
    assert not log.encoding.startswith("utf-16")
    assert [line.number for line in log.lines] == [1, 2, 3, 4]
    assert log.lines[1].text.endswith('{ "name": "web" }')
    assert log.lines[3].text == "error: Unexpected token"
