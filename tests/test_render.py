"""What readers see of a report, whole."""

from __future__ import annotations

import re

import pytest
from inline_snapshot import snapshot
from reports import BY_HAND, DIAGNOSIS, EXCERPT, FAILED, LOG, PASSED, STEP, UNDECIDED, UNKNOWN

from logdoctor.model import Cause, Excerpt, Link, NotPatched, Occurrence, Report
from logdoctor.render import html, markdown, plain, terminal
from logdoctor.render.clean import clean, tame, width, wrap

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def test_plain_says_all_in_order() -> None:
    assert plain.render(FAILED, "build.log") == snapshot("""\
X The platform package @rollup/rollup-linux-arm64-gnu is not installed
  build.log:41 > Dockerfile:6 [builder 4/6] RUN pnpm build (linux/arm64)

   41 | Error: Cannot find module @rollup/rollup-linux-arm64-gnu. npm has a bug related to optional
      |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      | dependencies
  Dockerfile
    5 | RUN pnpm install --no-optional

  Why  Rollup loads a program made for linux/arm64, and it is missing from node_modules. It is an
       optional package, and the image was installed without those.
  Fix  Install optional packages again (check it first)
       Platform packages are optional packages, and the Dockerfile leaves those out.
       --- a/Dockerfile
       +++ b/Dockerfile
       @@ -3,3 +3,3 @@
        WORKDIR /app
        COPY . .
       -RUN pnpm install --no-optional
       +RUN pnpm install
  or   Name the build's architecture in pnpm-workspace.yaml (needs you)
  Sure very (0.97): a rule knows this line as a cause; the project's files show the same fault
  Then 60 ELIFECYCLE Command failed with exit code 1.
       77 process "/bin/sh -c pnpm build" did not complete successfully
  Next logdoctor fix --apply=review build.log
       logdoctor explain native-optional-package-missing
       https://pnpm.io/settings#supportedarchitectures
""")


def test_narrow_terminal_without_colour() -> None:
    assert terminal.render(FAILED, 60, colour=False) == snapshot("""\
✗ The platform package @rollup/rollup-linux-arm64-gnu is not
  installed
  build.log:41 › Dockerfile:6 [builder 4/6] RUN pnpm build
  (linux/arm64)

   41 │ Error: Cannot find module @rollup/rollup-linux-arm64
      │        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      │ -gnu. npm has a bug related to optional dependencies
      │ ^^^^^
  Dockerfile
    5 │ RUN pnpm install --no-optional

  Why  Rollup loads a program made for linux/arm64, and it
       is missing from node_modules. It is an optional
       package, and the image was installed without those.
  Fix  Install optional packages again (check it first)
       Platform packages are optional packages, and the
       Dockerfile leaves those out.
       --- a/Dockerfile
       +++ b/Dockerfile
       @@ -3,3 +3,3 @@
        WORKDIR /app
        COPY . .
       -RUN pnpm install --no-optional
       +RUN pnpm install
  or   Name the build's architecture in pnpm-workspace.yaml
       (needs you)
  Sure very (0.97): a rule knows this line as a cause; the
       project's files show the same fault
  Then 60 ELIFECYCLE Command failed with exit code 1.
       77 process "/bin/sh -c pnpm build" d…ete successfully
  Next logdoctor fix --apply=review
       logdoctor explain native-optional-package-missing
       https://pnpm.io/settings#supportedarchitectures
""")


def test_colour_changes_no_word() -> None:
    painted = terminal.render(FAILED, 100, colour=True)
    carets = re.compile(r"^ *│ *\^+\n", re.MULTILINE)
    unpainted = terminal.render(FAILED, 100, colour=False)
    assert COLOUR.sub("", painted) == carets.sub("", unpainted)


def test_colour_points_at_the_telling_part() -> None:
    assert "\x1b[1;33mCannot find module @rollup/rollup-linux-arm64-gnu.\x1b[0m" in terminal.render(
        FAILED, 100
    )


@pytest.mark.parametrize("columns", [60, 100, 200])
@pytest.mark.parametrize("colour", [True, False])
@pytest.mark.parametrize("ascii", [True, False])
def test_no_row_is_wider_than_the_window(columns: int, colour: bool, ascii: bool) -> None:
    for report in (FAILED, UNKNOWN, PASSED, UNDECIDED):
        text = COLOUR.sub("", terminal.render(report, columns, colour, ascii))
        assert max(width(row) for row in text.split("\n")) <= columns
        assert text.isascii() or not ascii


def test_wide_terminals_keep_prose_readable_and_give_evidence_room() -> None:
    rows = terminal.render(FAILED, 200, colour=False).split("\n")
    assert max(len(row) for row in rows if "│" not in row) <= 100
    assert any("optional dependencies" in row and "41 │ Error" in row for row in rows)


def test_an_unknown_cause_is_said_plainly() -> None:
    assert plain.render(UNKNOWN) == snapshot("""\
X The build failed, and no rule knows why
       Dockerfile:6 [builder 4/6] RUN pnpm build (linux/arm64)

  The lines that tell most:
   41 | Error: Cannot find module @rollup/rollup-linux-arm64-gnu. npm has a bug related to optional
      | dependencies
   60 |  ELIFECYCLE  Command failed with exit code 1.

  Next logdoctor rules new LOG --id NAME starts a rule for it
""")


def test_a_passed_build() -> None:
    assert plain.render(PASSED) == snapshot("OK No failure in build.log\n")


def test_a_log_that_does_not_show_its_end() -> None:
    assert plain.render(UNDECIDED) == snapshot("""\
? No failure known in build.log
       The log does not show how the build ended.

   41 | Error: Cannot find module @rollup/rollup-linux-arm64-gnu. npm has a bug related to optional
      | dependencies
   60 |  ELIFECYCLE  Command failed with exit code 1.

""")


def test_a_guess_is_called_one() -> None:
    guess = DIAGNOSIS._replace(origin="classifier", rule=None, confidence=0.4, remedies=(), chain=())
    text = plain.render(FAILED._replace(diagnoses=(guess,)))
    assert text.startswith("X The build failed, and no rule knows why; this line tells most about it\n")
    assert "Sure hardly (0.40)" in text
    assert "logdoctor explain" not in text


def test_a_patch_from_the_log_alone_is_piped_to_git() -> None:
    remedy = DIAGNOSIS.remedies[0]
    patch = remedy.outcome._replace(basis="log")  # type: ignore[union-attr]
    diagnosis = DIAGNOSIS._replace(remedies=(remedy._replace(outcome=patch),))
    text = plain.render(FAILED._replace(diagnoses=(diagnosis,)), "build.log")
    assert "Line numbers come from the log; the files were not at hand." in text
    assert "logdoctor fix --diff build.log | git apply" in text


def test_the_reason_for_no_patch_is_said() -> None:
    remedy = DIAGNOSIS.remedies[0]._replace(outcome=NotPatched("two Dockerfiles fit: a and b"))
    text = plain.render(FAILED._replace(diagnoses=(DIAGNOSIS._replace(remedies=(remedy,)),)))
    assert "No patch: two Dockerfiles fit: a and b" in text


def test_further_failures_take_two_rows() -> None:
    many = tuple(DIAGNOSIS._replace(id=f"d{n}", title=f"Trouble {n}") for n in range(1, 6))
    text = plain.render(FAILED._replace(diagnoses=many))
    assert text.startswith("5 independent failures\n")
    assert text.count("Why") == 3
    assert text.count("X Trouble") == 5


def test_a_failure_seen_in_six_jobs_is_told_once() -> None:
    places = tuple(Occurrence(f"l{n}", 41) for n in range(1, 7))
    text = plain.render(FAILED._replace(diagnoses=(DIAGNOSIS._replace(occurrences=places),)))
    assert "and 5 more times" in text


def test_a_long_chain_is_folded() -> None:
    links = tuple(Link(n, "consequence", "wrapper", "s4", f"link {n}") for n in range(50, 56))
    text = plain.render(FAILED._replace(diagnoses=(DIAGNOSIS._replace(chain=links),)))
    assert text.count("link 5") == 2
    assert "4 more lines that pass it on" in text


def test_a_short_cause_is_shown_with_its_neighbours() -> None:
    diagnosis = DIAGNOSIS._replace(cause=Cause("l1", 3, 3, "trailing comma at line 7", (0, 24)), evidence=())
    near = (Excerpt("l1", 2, "cannot read package.json"), Excerpt("l1", 9, "far away"))
    text = plain.render(Report("failed", (LOG,), (STEP,), (diagnosis,), near))
    assert "    2 | cannot read package.json\n    3 | trailing comma at line 7\n" in text
    assert "far away" not in text


def test_a_minified_bundle_is_cut_round_its_telling_part() -> None:
    text = "a" * 50_000 + "TypeError: x is not a function" + "b" * 50_000
    diagnosis = DIAGNOSIS._replace(cause=Cause("l1", 3, 3, text, (50_000, 50_030)), evidence=(), chain=())
    shown = plain.render(FAILED._replace(diagnoses=(diagnosis,), excerpt=()))
    assert "TypeError: x is not a function" in shown
    assert len(shown) < 3000


def test_a_long_patch_is_cut_and_says_how_to_see_it_all() -> None:
    remedy = DIAGNOSIS.remedies[0]
    patch = remedy.outcome._replace(diff="--- a/x\n+++ b/x\n" + "+line\n" * 100)  # type: ignore[union-attr]
    diagnosis = DIAGNOSIS._replace(remedies=(remedy._replace(outcome=patch),))
    assert "... 62 more lines: logdoctor fix --diff" in plain.render(FAILED._replace(diagnoses=(diagnosis,)))


def test_east_asian_text_takes_two_columns() -> None:
    assert width("エラー") == 6
    assert wrap("エラー エラー", 7) == ["エラー", "エラー"]


def test_a_word_longer_than_the_row_is_cut() -> None:
    assert wrap("abcdef g", 4) == ["abcd", "ef g"]


@pytest.mark.parametrize(
    ("line", "tamed"),
    [
        ("::error::x", ": :error::x"),
        ("  ::set-output name=a::b", "  : :set-output name=a::b"),
        ("a ##[add-mask]x", "a ## [add-mask]x"),
        ("Foo::Bar::baz", "Foo::Bar::baz"),
    ],
)
def test_what_a_runner_obeys_is_broken(line: str, tamed: str) -> None:
    assert tame(line) == tamed


def test_cleaning_keeps_places() -> None:
    text = "a\x1b[31m\tb\u202ec\x9bd\u200b\ufeff"
    assert len(clean(text)) == len(text)
    assert clean(text) == "a�[31m b�c�d��"


def test_markdown_comment() -> None:
    assert markdown.render(FAILED) == snapshot("""\
### ✗ The platform package @\u200brollup/rollup-linux-arm64-gnu is not installed

`build.log` line 41 · `Dockerfile:6` `[builder 4/6] RUN pnpm build` on `linux/arm64` · very sure (0.97)

```text
41 │ Error: Cannot find module @rollup/rollup-linux-arm64-gnu. npm has a bug related to optional dependencies
Dockerfile:5 │ RUN pnpm install --no-optional
```

**Why:** Rollup loads a program made for linux/arm64, and it is missing from node\\_modules. It is an optional package, and the image was installed without those.

**Fix** (check it first): Install optional packages again. Platform packages are optional packages, and the Dockerfile leaves those out.

```diff
--- a/Dockerfile
+++ b/Dockerfile
@@ -3,3 +3,3 @@
 WORKDIR /app
 COPY . .
-RUN pnpm install --no-optional
+RUN pnpm install
```

<details><summary>How sure, what followed, what else helps</summary>

**Sure:** a rule knows this line as a cause; the project's files show the same fault

**Then:**

```text
60 │  ELIFECYCLE  Command failed with exit code 1.
77 │ process "/bin/sh -c pnpm build" did not complete successfully
```

**Or** (needs you): Name the build's architecture in pnpm-workspace.yaml.

**More:** `logdoctor explain native-optional-package-missing` · <https://pnpm.io/settings#supportedarchitectures>

</details>
""")


def test_markdown_of_an_unknown_cause() -> None:
    assert markdown.render(UNKNOWN) == snapshot("""\
### ✗ The build failed, and no rule knows why

The most telling lines:

```text
41 │ Error: Cannot find module @rollup/rollup-linux-arm64-gnu. npm has a bug related to optional dependencies
60 │  ELIFECYCLE  Command failed with exit code 1.
```
""")


def test_markdown_stays_below_what_github_takes() -> None:
    many = tuple(DIAGNOSIS._replace(title="word " * 2000) for _ in range(12))
    text = markdown.render(Report("failed", (LOG,), (STEP,), many, EXCERPT))
    assert len(text) < 65_000
    assert text.endswith("*The rest of the report is too long for a comment.*\n")


def test_a_guess_is_sure_of_its_line_and_not_of_the_cause() -> None:
    guess = FAILED.diagnoses[0]._replace(rule=None, origin="classifier", confidence=0.97)
    shown = FAILED._replace(diagnoses=(guess,))
    assert "very (0.97) of the line" in plain.render(shown)
    assert "very sure of the line (0.97)" in markdown.render(shown)
    assert "very sure of the line · 0.97" in html.render(shown)
    assert "of the line" not in plain.render(FAILED)
    assert "very sure (0.97)" in markdown.render(FAILED)


def test_a_command_in_a_reason_is_code() -> None:
    reason = "only the log is at hand; `logdoctor fix --project DIR LOG` makes it, @all"
    remedy = BY_HAND._replace(outcome=NotPatched(reason), steps=())
    shown = FAILED._replace(diagnoses=(FAILED.diagnoses[0]._replace(remedies=(remedy,)),))
    assert "hand; `logdoctor fix --project DIR LOG` makes it, @\u200ball" in markdown.render(shown)
    assert "hand; <code>logdoctor fix --project DIR LOG</code> makes it, @all" in html.render(shown)


@pytest.mark.parametrize("text", ["a ` b", "`a``b`", "``` @all ```", "`<b>` <b>", "x`\\`y"])
def test_backticks_of_a_log_leave_nothing_active(text: str) -> None:
    from markdown_it import MarkdownIt

    shown = MarkdownIt("commonmark", {"html": True}).render(markdown.prose(text))
    assert "<b>" not in shown
