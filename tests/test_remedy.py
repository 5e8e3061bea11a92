"""Which patch a rule's plan becomes, on what it rests, and why there is sometimes none."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sites import Plan, cause, rule, step

from logdoctor.model import Evidence, Line, NotPatched, Patch, Remedy, Step
from logdoctor.remedies.project import Project, project_from
from logdoctor.remedies.relock import Manager, command, manager
from logdoctor.remedies.remedy import propose

HOST = step(kind="log")
COMMA = Plan(
    id="remove-trailing-comma",
    title="Remove the trailing comma",
    applicability="safe",
    why="JSON knows no trailing comma.",
    edit="json-remove-trailing-commas",
    file="{file}",
)
BROKEN = '{\n  "a": 1,\n  "b": {\n    "c": 2,\n  }\n}\n'
FINE = '{\n  "a": 1\n}\n'


def told(
    plan: Plan,
    files: Mapping[str, str | bytes] | Project | None,
    captures: Mapping[str, str] | None = None,
    failed: Step = HOST,
    said: Line | None = None,
    others: tuple[Step, ...] = (),
) -> Remedy:
    """The first remedy of a rule with this one plan."""
    project = files if files is None or isinstance(files, Project) else project_from(files)
    return propose(rule(plan), captures or {}, said or cause(), failed, (*others, failed), project)[0]


def diff(remedy: Remedy) -> str:
    assert isinstance(remedy.outcome, Patch), remedy.outcome
    return remedy.outcome.diff


def reason(remedy: Remedy) -> str:
    assert isinstance(remedy.outcome, NotPatched), remedy.outcome
    return remedy.outcome.reason


# --- a file of the project ---


def test_log_and_file_agree() -> None:
    remedy = told(COMMA, {"package.json": BROKEN}, {"file": "/home/me/x/package.json"})
    assert remedy == Remedy(
        id="remove-trailing-comma",
        title="Remove the trailing comma",
        applicability="safe",
        why="JSON knows no trailing comma.",
        outcome=Patch(
            "--- a/package.json\n+++ b/package.json\n@@ -1,6 +1,6 @@\n {\n"
            '   "a": 1,\n   "b": {\n-    "c": 2,\n+    "c": 2\n   }\n }\n',
            ("package.json",),
            "files",
            {"package.json": b'{\n  "a": 1,\n  "b": {\n    "c": 2\n  }\n}\n'},
        ),
        evidence=(
            Evidence("log", None, 7, "boom"),
            Evidence("project", "package.json", 4, '    "c": 2,'),
        ),
    )


def test_log_and_file_disagree() -> None:
    remedy = told(COMMA, {"package.json": FINE}, {"file": "package.json"})
    assert reason(remedy) == (
        "package.json does not have the fault that the log shows: nothing is left to change"
    )
    assert remedy.applicability == "manual"
    assert remedy.evidence == ()


def test_a_byte_order_mark_and_line_ends_survive() -> None:
    data = b'\xef\xbb\xbf{\r\n  "a": 1,\r\n}\r\n'
    remedy = told(COMMA, {"package.json": data}, {"file": "package.json"})
    assert isinstance(remedy.outcome, Patch)
    assert remedy.outcome.contents == {"package.json": b'\xef\xbb\xbf{\r\n  "a": 1\r\n}\r\n'}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            '{\n "a": 1,\n}\n'.encode("utf-16"),
            "package.json is UTF-16, which git cannot patch; save it as UTF-8",
        ),
        (b'{"caf\xe9": 1,}', "package.json is not UTF-8"),
        (b'{"a": ', "package.json"),
        (b"", "package.json"),
        (b"[" * 50_000, "package.json"),
    ],
)
def test_a_file_that_cannot_be_edited_says_why(data: bytes, said: str) -> None:
    assert said in reason(told(COMMA, {"package.json": data}, {"file": "package.json"}))


def test_a_file_of_a_dependency_is_not_patched() -> None:
    remedy = told(COMMA, {"package.json": BROKEN}, {"file": "/app/node_modules/x/package.json"})
    assert reason(remedy) == (
        "/app/node_modules/x/package.json belongs to an installed package, not to the project"
    )


def test_a_file_that_is_not_there() -> None:
    remedy = told(COMMA, {"README": "x"}, {"file": "/app/package.json"})
    assert reason(remedy) == "no file of the project is /app/package.json"


def test_two_files_alike_are_both_named_unless_one_has_the_fault() -> None:
    files = {"a/package.json": FINE, "b/package.json": FINE}
    change = Plan("x", "x", "review", "x", edit="json-set", file="{file}", args={"path": "b", "value": "2"})
    remedy = told(change, files, {"file": "/build/package.json"})
    assert reason(remedy) == "the log may mean a/package.json and b/package.json; they fit it alike"
    remedy = told(COMMA, files | {"b/package.json": BROKEN}, {"file": "/build/package.json"})
    assert isinstance(remedy.outcome, Patch)
    assert remedy.outcome.files == ("b/package.json",)


def test_a_set_value_decides_between_two_files() -> None:
    change = Plan("x", "x", "review", "x", edit="json-set", file="{file}", args={"path": "a", "value": "1"})
    files = {"a/package.json": FINE, "b/package.json": '{\n  "a": 2\n}\n'}
    remedy = told(change, files, {"file": "/build/package.json"})
    assert isinstance(remedy.outcome, Patch)
    assert remedy.outcome.files == ("b/package.json",)


# --- the log names no file ---


def test_the_broken_package_json_is_searched() -> None:
    files = {
        "package.json": '{"workspaces": ["packages/*"]}',
        "packages/a/package.json": FINE,
        "packages/b/package.json": BROKEN,
        "fixtures/c/package.json": BROKEN,
    }
    remedy = told(COMMA, files)
    assert isinstance(remedy.outcome, Patch)
    assert remedy.outcome.files == ("packages/b/package.json",)
    assert remedy.applicability == "safe"


def test_all_broken_files_of_the_workspace_are_repaired_together() -> None:
    files = {"pnpm-workspace.yaml": "packages: ['p/*']\n", "package.json": BROKEN, "p/a/package.json": BROKEN}
    remedy = told(COMMA, files)
    assert isinstance(remedy.outcome, Patch)
    assert remedy.outcome.files == ("package.json", "p/a/package.json")
    assert remedy.outcome.diff.count("--- a/") == 2


def test_files_outside_the_workspace_may_be_broken_on_purpose() -> None:
    files = {"package.json": FINE, "t/a/package.json": BROKEN}
    assert isinstance(told(COMMA, files).outcome, Patch)
    files |= {"t/b/package.json": BROKEN}
    assert reason(told(COMMA, files)) == (
        "the log names no file, and t/a/package.json and t/b/package.json have the fault"
    )
    assert reason(told(COMMA, {"package.json": FINE})) == (
        "the log names no file, and no package.json of the project has the fault"
    )


# --- no project ---


def test_without_a_project_the_command_is_named() -> None:
    remedy = told(COMMA, None, {"file": "/app/package.json"})
    assert remedy.applicability == "manual"
    assert reason(remedy) == (
        "only the log is at hand; `logdoctor fix --project DIR LOG` makes the patch from your files"
    )


DROP = Plan(
    id="drop", title="Install without it", applicability="safe", why="x", edit="dockerfile-drop-flag",
    args={"flag": "--no-optional"},
)  # fmt: skip
SOURCE = (
    "  10 |     COPY . .",
    "  11 |     ",
    "  12 | >>> RUN npm ci --no-optional && \\",
    "  13 | >>>     npm run build",
    "  14 |     EXPOSE 80",
)
QUOTED = step(
    "[3/4] RUN npm ci --no-optional &&     npm run build", file="Dockerfile", line=12, source=SOURCE
)


def test_lines_that_the_log_quotes_can_be_patched() -> None:
    remedy = told(DROP, None, failed=QUOTED)
    assert diff(remedy) == (
        "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -10,5 +10,5 @@\n COPY . .\n \n"
        "-RUN npm ci --no-optional && \\\n+RUN npm ci && \\\n     npm run build\n EXPOSE 80\n"
    )
    assert isinstance(remedy.outcome, Patch)
    assert (remedy.outcome.basis, remedy.outcome.contents) == ("log", {})
    assert remedy.applicability == "review"
    assert remedy.evidence[1] == Evidence("log", "Dockerfile", 12, "RUN npm ci --no-optional && \\")


def test_a_patch_from_the_log_applies_to_the_file_it_was_quoted_from(tmp_path: Path) -> None:
    text = (
        "FROM node:20\n"
        + "# comment\n" * 8
        + "COPY . .\n\nRUN npm ci --no-optional && \\\n    npm run build\nEXPOSE 80\n"
    )
    (tmp_path / "Dockerfile").write_text(text)
    patch = diff(told(DROP, None, failed=QUOTED))
    subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=tmp_path, check=True)
    assert (tmp_path / "Dockerfile").read_text() == text.replace(" --no-optional", "")


@pytest.mark.parametrize(
    "source",
    [
        (),
        ("  12 |     RUN npm ci",),
        ("  12 | >>> RUN npm ci",),
        ("  12 | >>> ]] !",),
        ("  11 |     COPY x \\", "  12 | >>> "),
    ],
)
def test_quoted_lines_without_the_fault_give_no_patch(source: tuple[str, ...]) -> None:
    failed = step("[3/4] RUN npm ci", file="Dockerfile", line=12, source=source)
    assert "`logdoctor fix --project DIR LOG`" in reason(told(DROP, None, failed=failed))


@pytest.mark.parametrize("file", ["../../etc/Dockerfile", "/etc/Dockerfile", "a\nb"])
def test_a_quoted_file_elsewhere_is_not_patched(file: str) -> None:
    reason(told(DROP, None, failed=QUOTED._replace(file=file)))


# --- Dockerfiles ---


def test_an_edit_without_line_is_made_at_the_failed_instruction() -> None:
    text = "FROM node:20\nRUN npm ci --no-optional\nRUN npm i -g serve --no-optional\n"
    remedy = told(DROP, {"Dockerfile": text}, failed=step("[3/3] RUN npm i -g serve --no-optional", line=3))
    assert diff(remedy).count("\n-") == 1
    assert "-RUN npm i -g serve --no-optional" in diff(remedy)


def test_a_flag_elsewhere_is_found_when_the_failed_instruction_has_none() -> None:
    text = "FROM node:20\nRUN npm ci --no-optional\nRUN npm run build\n"
    remedy = told(DROP, {"Dockerfile": text}, failed=step("[3/3] RUN npm run build", line=3))
    assert "-RUN npm ci --no-optional\n+RUN npm ci\n" in diff(remedy)
    assert remedy.applicability == "safe"


def test_a_dockerfile_that_has_moved_on_is_not_patched() -> None:
    remedy = told(DROP, {"Dockerfile": "FROM node:20\nRUN npm i --no-optional\n"}, failed=QUOTED)
    assert "Dockerfile" in reason(remedy)


def test_two_dockerfiles_alike_are_not_patched() -> None:
    text = "FROM node:20\nRUN npm ci --no-optional\n"
    files = {"a/Dockerfile": text, "b/Dockerfile": text}
    failed = step("[2/2] RUN npm ci --no-optional", file="Dockerfile", line=2)
    assert reason(told(DROP, files, failed=failed)) == (
        "the log may mean a/Dockerfile and b/Dockerfile; they fit it alike"
    )
    chosen = project_from(files, "b/Dockerfile")
    assert "+++ b/b/Dockerfile" in diff(told(DROP, chosen, failed=failed))
    assert reason(told(DROP, {}, failed=failed)) == "there is no Dockerfile in the project"


# --- files by role, and files that do not exist yet ---

IGNORE = Plan(
    "x", "x", "review", "x", edit="ignore-add", file=".dockerignore", args={"pattern": "**/node_modules"}
)


def test_a_missing_dockerignore_is_made(tmp_path: Path) -> None:
    files = {"web/Dockerfile": "FROM node:20\nCOPY . .\n", "web/package.json": "{}"}
    remedy = told(IGNORE, files, failed=step("[2/2] COPY . .", line=2))
    assert diff(remedy) == "--- /dev/null\n+++ b/web/.dockerignore\n@@ -0,0 +1 @@\n+**/node_modules\n"
    (tmp_path / "web").mkdir()
    subprocess.run(["git", "apply", "-"], input=diff(remedy).encode(), cwd=tmp_path, check=True)
    assert (tmp_path / "web" / ".dockerignore").read_bytes() == b"**/node_modules\n"


def test_an_existing_file_gets_a_line() -> None:
    files = {"Dockerfile": "FROM node:20\nCOPY . .\n", ".dockerignore": "dist"}
    assert "+**/node_modules" in diff(told(IGNORE, files, failed=step("[2/2] COPY . .", line=2)))


def test_settings_files_are_made_where_the_build_reads_them() -> None:
    plan = Plan("x", "x", "review", "x", edit="ini-set", file=".npmrc", args={"key": "a", "value": "b"})
    assert "+++ b/.npmrc" in diff(told(plan, {"package.json": "{}"}))
    nested = {"x/.npmrc": "c=d\n", ".npmrc": "e=f\n"}
    assert "+++ b/.npmrc" in diff(told(plan, nested))


def test_a_package_json_by_role_is_that_of_the_image() -> None:
    plan = Plan(
        "x", "x", "review", "x", edit="json-set", file="package.json", args={"path": "a", "value": "1"}
    )
    files = {
        "Dockerfile": "FROM node:20\nWORKDIR /app\nCOPY web ./\nRUN npm ci\n",
        "package.json": "{}\n",
        "web/package.json": "{}\n",
    }
    assert "+++ b/web/package.json" in diff(told(plan, files, failed=step("[4/4] RUN npm ci", line=4)))
    assert "+++ b/package.json" in diff(told(plan, files))


# --- plans and their words ---


def test_texts_are_filled_and_unfilled_arguments_refused() -> None:
    plan = Plan(
        "x", "Add {name}", "review", "{name} is missing.", edit="json-set", file="package.json",
        args={"path": "scripts.{name}", "value": "x"}, steps=("Run {name}.",),
    )  # fmt: skip
    remedy = told(plan, {"package.json": "{}\n"}, {"name": "build"})
    assert (remedy.title, remedy.why, remedy.steps) == ("Add build", "build is missing.", ("Run build.",))
    assert '"build": "x"' in diff(remedy)
    assert reason(told(plan, {"package.json": "{}\n"})) == "the log does not say which path is meant"


def test_of_plans_for_other_wordings_only_the_filled_ones_remain() -> None:
    apt = Plan(
        "apt", "x", "review", "x", edit="json-set", file="package.json", args={"path": "{apt}", "value": "1"}
    )
    apk = apt._replace(id="apk", args={"path": "{apk}", "value": "1"})
    project = project_from({"package.json": "{}"})
    made = propose(rule(apt, apk), {"apk": "x"}, cause(), HOST, (HOST,), project)
    assert [remedy.id for remedy in made] == ["apk"]
    assert [remedy.id for remedy in propose(rule(apt, apk), {}, cause(), HOST, (HOST,), project)] == [
        "apt",
        "apk",
    ]


def test_a_plan_whose_title_the_log_leaves_open_is_for_another_wording() -> None:
    plans = [
        Plan(id=name, title=f"Give the build {{{name}}}", applicability="manual", why="It is yours.")
        for name in ("variable", "key")
    ]
    made = propose(rule(*plans), {"key": "apiKey"}, cause(), HOST, (HOST,), None)
    assert [remedy.title for remedy in made] == ["Give the build apiKey"]


def test_a_plan_without_edit_is_for_a_person() -> None:
    remedy = told(Plan("x", "x", "safe", "x", steps=("pnpm install",)), {})
    assert (remedy.applicability, remedy.steps) == ("manual", ("pnpm install",))
    assert reason(remedy) == "this needs a person; the steps say what to do"


def test_unknown_edits_and_solvers_are_no_accident() -> None:
    assert "there is no edit called x" in reason(told(COMMA._replace(edit="x", file="a"), {"a": "b"}))
    assert "there is no solver called x" in reason(told(Plan("x", "x", "safe", "x", solve="x"), {}))


def test_a_safe_patch_comes_first_and_the_rest_keeps_its_order() -> None:
    person = Plan("person", "x", "manual", "x")
    loose = Plan(
        "loose", "x", "review", "x", edit="json-set", file="b.json", args={"path": "a", "value": "1"}
    )
    project = project_from({"package.json": BROKEN, "b.json": "{}"})
    captures = {"file": "package.json"}
    made = propose(rule(person, loose, COMMA), captures, cause(), HOST, (HOST,), project)
    assert [remedy.id for remedy in made] == ["remove-trailing-comma", "person", "loose"]
    made = propose(rule(person, loose, COMMA), captures, cause(), HOST, (HOST,), None)
    assert [remedy.id for remedy in made] == ["person", "loose", "remove-trailing-comma"]


def test_a_plan_never_rises() -> None:
    plan = COMMA._replace(applicability="manual")
    assert told(plan, {"package.json": BROKEN}, {"file": "package.json"}).applicability == "manual"


# --- the native-module solver's remedies ---

NATIVE = Plan("reinstall", "Install it", "review", "The package is missing.", solve="native-module")
ROLLUP = cause("Error: Cannot find module @rollup/rollup-linux-x64-gnu. npm has a bug")
DOCKERFILE = (
    "FROM node:20 AS builder\nWORKDIR /app\nCOPY . .\nRUN pnpm install --no-optional\nRUN pnpm build\n"
)
BUILD = step("[builder 5/5] RUN pnpm build", stage="builder", file="Dockerfile", line=5)


def test_the_explanation_becomes_a_patch_and_says_what_it_is_not() -> None:
    files = {"Dockerfile": DOCKERFILE, ".dockerignore": "node_modules\n"}
    remedy = told(NATIVE, files, failed=BUILD, said=ROLLUP)
    assert (remedy.id, remedy.applicability) == ("keep-optional-packages", "review")
    assert "-RUN pnpm install --no-optional\n+RUN pnpm install\n" in diff(remedy)
    assert remedy.why == (
        "Dockerfile:4 installs with --no-optional. Platform packages are optional dependencies, and this "
        "leaves all of them out. Ruled out: .dockerignore keeps the host's node_modules out; "
        "no settings file turns optional packages off; supportedArchitectures does not shut this machine out."
    )
    assert Evidence("project", "Dockerfile", 4, "RUN pnpm install --no-optional") in remedy.evidence


@pytest.mark.parametrize(
    ("files", "id", "changed"),
    [
        ({".npmrc": "omit=optional\n"}, "keep-optional-packages", "-omit=optional\n"),
        (
            {"pnpm-workspace.yaml": "supportedArchitectures:\n  os:\n    - darwin\n"},
            "add-architecture",
            "+    - linux\n",
        ),
        (
            {"package.json": '{\n  "scripts": {\n    "ci": "npm ci --no-optional"\n  }\n}\n'},
            "keep-optional-packages",
            '+    "ci": "npm ci"\n',
        ),
        (
            {"Dockerfile": "FROM node:20\nENV NPM_CONFIG_OPTIONAL=false\nRUN npm ci\nRUN pnpm build\n"},
            "keep-optional-packages",
            "+ENV NPM_CONFIG_OPTIONAL=true\n",
        ),
        (
            {"Dockerfile": "FROM node:20\nRUN npm ci\nCOPY . .\nRUN pnpm build\n", "node_modules/x": ""},
            "ignore-host-node-modules",
            "+**/node_modules\n",
        ),
        (
            {
                "Dockerfile": "FROM node:20-alpine AS deps\nWORKDIR /a\nRUN npm ci\nFROM node:20 AS builder\n"
                "COPY --from=deps /a/node_modules ./node_modules\nRUN pnpm build\n"
            },
            "same-base-image",
            "+FROM node:20 AS deps\n",
        ),
        (
            {
                "Dockerfile": "FROM --platform=$BUILDPLATFORM node:20 AS deps\nWORKDIR /a\nRUN npm ci\n"
                "FROM node:20 AS builder\nCOPY --from=deps /a/node_modules ./node_modules\nRUN pnpm build\n"
            },
            "same-platform",
            "+FROM --platform=$TARGETPLATFORM node:20 AS deps\n",
        ),
    ],
)
def test_each_explanation_has_its_own_repair(files: dict[str, str], id: str, changed: str) -> None:
    failed = BUILD._replace(line=None, file=None) if "Dockerfile" in files else HOST
    remedy = told(NATIVE, files, failed=failed, said=ROLLUP)
    assert remedy.id == id
    assert changed in diff(remedy)


def test_a_stale_lockfile_is_for_a_person() -> None:
    lock = '{\n  "packages": {\n    "node_modules/@rollup/rollup-darwin-arm64": {\n    }\n  }\n}\n'
    remedy = told(NATIVE, {"package-lock.json": lock}, said=ROLLUP)
    assert (remedy.id, remedy.applicability) == ("regenerate-lockfile", "manual")
    assert remedy.steps[0] == "rm -rf node_modules package-lock.json && npm install"


def test_nothing_explains_it() -> None:
    remedy = told(NATIVE, {"package.json": "{}", "pnpm-lock.yaml": "x"}, said=ROLLUP)
    assert remedy.id == "reinstall"
    assert reason(remedy).startswith(
        "nothing in the project explains why the package is missing (ruled out: "
    )
    assert remedy.steps == ("rm -rf node_modules && pnpm install --frozen-lockfile",)


def test_without_a_project_the_log_may_quote_the_flag() -> None:
    failed = step(
        "[4/4] RUN npm ci --no-optional && npm run build", file="Dockerfile", line=12, source=SOURCE
    )
    remedy = told(NATIVE, None, failed=failed, said=ROLLUP)
    assert (remedy.id, remedy.applicability) == ("keep-optional-packages", "review")
    assert "+RUN npm ci && \\\n" in diff(remedy)


def test_without_a_project_the_log_may_show_the_flag_elsewhere() -> None:
    install = step("[builder 4/5] RUN npm ci --omit=optional")
    remedy = told(NATIVE, None, failed=BUILD, said=ROLLUP, others=(install,))
    assert reason(remedy) == (
        "the log shows `[builder 4/5] RUN npm ci --omit=optional`: drop --omit=optional; "
        "`logdoctor fix --project DIR LOG` makes the patch"
    )
    assert "finds out which" in reason(told(NATIVE, None, failed=BUILD, said=ROLLUP))


# --- lockfiles ---

RELOCK = Plan("update-lockfile", "Update the lockfile", "manual", "It is out of date.", solve="lockfile")


@pytest.mark.parametrize(
    ("files", "captures", "expected"),
    [
        (
            {"package.json": '{"packageManager": "pnpm@9.15.9+sha512.x"}'},
            {},
            "npx pnpm@9.15.9 install --lockfile-only",
        ),
        ({"pnpm-lock.yaml": "x"}, {}, "pnpm install --lockfile-only"),
        ({"package-lock.json": "x"}, {}, "npm install --package-lock-only"),
        ({"bun.lock": "x"}, {}, "bun install --lockfile-only"),
        ({}, {"manager": "yarn", "version": "4.5.0"}, "yarn install --mode=update-lockfile"),
        ({}, {"manager": "yarn", "version": "1.22.22"}, "yarn install"),
        ({}, {"manager": "npm", "version": "10.9.2"}, "npx npm@10.9.2 install --package-lock-only"),
    ],
)
def test_a_lockfile_is_written_by_its_own_package_manager(
    files: dict[str, str], captures: dict[str, str], expected: str
) -> None:
    remedy = told(RELOCK, files, captures)
    assert remedy.steps[0] == expected
    assert remedy.applicability == "manual"
    assert "only the package manager can write" in reason(remedy)


def test_the_manager_is_seen_in_the_log() -> None:
    failed = step("[3/4] RUN pnpm install --frozen-lockfile", texts=("Using pnpm v9.1.0", "boom"))
    assert manager({}, failed, (failed,), None) == Manager("pnpm", "9.1.0")
    assert command(Manager("pnpm", "9.1.0")) == "npx pnpm@9.1.0 install --lockfile-only"
    assert manager({}, step("x"), (step("x"),), None) is None
    assert told(RELOCK, None, failed=step("x")).steps == ()


# --- install scripts that pnpm refused ---

ALLOW = Plan("allow-builds", "Allow them", "review", "Scripts run code.", solve="allow-builds")
REFUSED = step(
    kind="log", texts=("ERR_PNPM_IGNORED_BUILDS", "Ignored build scripts: esbuild@0.21.5, @swc/core@1.7.0.")
)


def test_every_refused_package_is_allowed_by_name() -> None:
    remedy = told(ALLOW, {"pnpm-workspace.yaml": "packages:\n  - web\n"}, failed=REFUSED)
    assert remedy.applicability == "review"
    assert "+allowBuilds:\n" in diff(remedy)
    assert "  esbuild: true\n" in diff(remedy)
    assert "@swc/core" in diff(remedy)
    assert remedy.why == ("pnpm did not run the install scripts of esbuild, @swc/core. Scripts run code.")


def test_a_missing_workspace_file_is_made() -> None:
    remedy = told(ALLOW, {"package.json": "{}"}, {"packages": "core-js@3.39.0"})
    assert diff(remedy) == (
        "--- /dev/null\n+++ b/pnpm-workspace.yaml\n@@ -0,0 +1,2 @@\n+allowBuilds:\n+  core-js: true\n"
    )


def test_an_older_pnpm_reads_another_list() -> None:
    files = {"package.json": '{"packageManager": "pnpm@10.12.1"}'}
    assert "+onlyBuiltDependencies:\n" in diff(told(ALLOW, files, failed=REFUSED))


def test_without_names_nothing_is_allowed() -> None:
    assert "does not name the packages" in reason(told(ALLOW, {}, {"packages": "$(rm -rf /), !x"}))
    assert "`logdoctor fix --project DIR LOG`" in reason(told(ALLOW, None, failed=REFUSED))


# --- an image for another machine ---

FOREIGN = Plan("here", "Build for {host}", "review", "It runs here.", solve="foreign-image")
MACHINES = {"image": "linux/arm64", "host": "linux/amd64"}


def test_the_last_stage_is_built_for_this_machine_and_the_others_stay() -> None:
    dockerfile = (
        "FROM --platform=linux/arm64 node:20 AS tools\nRUN make\n\n"
        "FROM --platform=linux/arm64 node:20-slim\nCOPY --from=tools /x /x\n"
    )
    lines = diff(told(FOREIGN, {"Dockerfile": dockerfile}, MACHINES)).splitlines()
    assert [line for line in lines if line[:1] in "-+"][2:] == [
        "-FROM --platform=linux/arm64 node:20-slim",
        "+FROM --platform=linux/amd64 node:20-slim",
    ]


def test_a_platform_that_no_file_asks_for_is_not_guessed_at() -> None:
    files = {"Dockerfile": "FROM node:20\n", "docker-bake.json": '{"target": {"a": {"platforms": []}}}'}
    assert "no file asks for linux/arm64" in reason(told(FOREIGN, files, MACHINES))


def test_an_image_for_both_platforms_is_left_as_it_is() -> None:
    both = '{"target": {"a": {"platforms": ["linux/arm64", "linux/amd64"]}}}'
    assert "no file asks for" in reason(told(FOREIGN, {"docker-bake.json": both}, MACHINES))


def test_two_places_that_ask_for_the_platform_are_both_named() -> None:
    files = {
        "Dockerfile": "FROM --platform=linux/arm64 node:20\n",
        "compose.yaml": "services:\n  web:\n    build: .\n    platform: linux/arm64\n",
    }
    assert "Dockerfile and compose.yaml ask for linux/arm64 alike" in reason(told(FOREIGN, files, MACHINES))


# --- a file that COPY does not find ---

COPY = Plan("find-source", "Find it", "review", "COPY finds nothing.", solve="copy-source")


def not_found(files: dict[str, str], path: str, copy: str = "COPY dist ./dist") -> Remedy:
    text = f"FROM node:20\n{copy}\n"
    return told(
        COPY, {"Dockerfile": text, **files}, {"path": path}, step(f"[2/2] {copy}", file="Dockerfile", line=2)
    )


@pytest.mark.parametrize(
    ("ignore", "files", "path", "changed"),
    [
        ("a\ndist\nb\n", {"dist/x": ""}, "/dist", " a\n-dist\n b\n"),
        ("**/*.json\n", {"package.json": ""}, "package.json", "+!package.json\n"),
        ("*\n!src\n", {"assets/a": ""}, "/assets", "+!assets\n"),
    ],
)
def test_what_dockerignore_keeps_out_is_let_in(
    ignore: str, files: dict[str, str], path: str, changed: str
) -> None:
    remedy = not_found({".dockerignore": ignore, **files}, path, f"COPY {path.strip('/')} ./")
    assert remedy.id == "stop-ignoring"
    assert changed in diff(remedy)


def test_a_name_in_other_letters_is_written_as_it_is() -> None:
    remedy = not_found({"Src/Index.js": ""}, "/src/index.js", "COPY src/index.js ./")
    assert remedy.id == "fix-case"
    assert "+COPY Src/Index.js ./\n" in diff(remedy)


@pytest.mark.parametrize(
    ("files", "path", "said"),
    [
        ({"web/dist/x.js": "", "web/package.json": ""}, "/x.js", "(the project's root); there is"),
        ({"a": ""}, "/settings.json", "there is no settings.json in the build context (the project's root)"),
        ({"shared/name.js": ""}, "/../shared", "does not say which file"),
        ({}, "", "does not say which file"),
    ],
)
def test_a_file_that_is_nowhere_or_elsewhere(files: dict[str, str], path: str, said: str) -> None:
    files = {key.replace("dist", "lib"): text for key, text in files.items()}
    assert said in reason(not_found(files, path))


# --- folders that belong to root ---

OWN = Plan("own", "Own it", "review", "It belongs to root.", solve="ownership")


def denied(path: str, *lines: str) -> Remedy:
    text = "".join(f"{line}\n" for line in lines)
    failed = step(f"[9/9] {lines[-1]}", file="Dockerfile", line=len(lines))
    files = {"Dockerfile": text, "package.json": "{}", "web/build.js": ""}
    return told(OWN, files, {"path": path}, failed)


def test_a_workdir_is_given_to_the_user() -> None:
    remedy = denied(
        "/app/node_modules", "FROM node:20", "WORKDIR /app", "COPY package.json ./", "USER node", "RUN npm i"
    )
    assert remedy.id == "own-workdir"
    assert " COPY package.json ./\n+RUN chown node /app\n USER node\n" in diff(remedy)


def test_a_copied_folder_is_copied_as_the_user() -> None:
    remedy = denied(
        "out", "FROM node:20", "WORKDIR /w", "COPY web web", "USER node", "RUN cd web && node build.js"
    )
    assert remedy.id == "own-copied-files"
    assert "+COPY --chown=node web web\n" in diff(remedy)


def test_a_copied_file_is_copied_as_the_user() -> None:
    remedy = denied(
        "package.json", "FROM node:20", "WORKDIR /w", "COPY package.json ./", "USER node", "RUN npm i"
    )
    assert "+COPY --chown=node package.json ./\n" in diff(remedy)


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        ("/var/lib/shop", ("FROM node:20", "WORKDIR /app", "USER node", "RUN mkdir /var/lib/shop")),
        ("/app/x", ("FROM node:20", "WORKDIR /app", "RUN touch x")),
        ("/app/x", ("FROM node:20", "WORKDIR /app", "USER root", "RUN touch x")),
        ("/app/x", ("FROM node:20", "USER node", "WORKDIR /app", "RUN touch x")),
        ("/app/$(x)", ("FROM node:20", "WORKDIR /app", "USER node", "RUN touch x")),
        ("/app/web/x", ("FROM node:20", "COPY --chown=root web /app/web", "USER node", "RUN touch x")),
    ],
)
def test_what_nobody_can_decide_is_for_a_person(path: str, lines: tuple[str, ...]) -> None:
    assert reason(denied(path, *lines)) == "this needs a person; the steps say what to do"


# --- whatever comes ---


@given(
    st.dictionaries(
        st.sampled_from(
            ["Dockerfile", "package.json", ".npmrc", "a/package.json", ".dockerignore", "compose.yaml"]
        ),
        st.one_of(st.text(max_size=60), st.binary(max_size=60)),
    ),
    st.text(max_size=30),
    st.sampled_from([COMMA, DROP, IGNORE, NATIVE, RELOCK, ALLOW, COPY, OWN]),
    st.sampled_from([HOST, QUOTED, BUILD]),
)
@settings(max_examples=150, deadline=None)
def test_no_project_and_no_capture_makes_it_raise(
    files: dict[str, str | bytes], file: str, plan: Plan, failed: Step
) -> None:
    try:
        project = project_from(files)
    except UnicodeEncodeError:
        return
    captures = {"file": file, "package": file, "path": file, "packages": file}
    for given_project in (project, None):
        made = propose(rule(plan), captures, cause(file), failed, (failed,), given_project)
        assert made
        assert all(isinstance(each.outcome, Patch) or each.applicability == "manual" for each in made)


@pytest.mark.parametrize(
    "word", [":1", "../", "a/", "\\", "@a/linux-x64", "(1,", " npm ci ", "-", "node_modules/"]
)
@pytest.mark.parametrize("plan", [COMMA, NATIVE, RELOCK, ALLOW, COPY, OWN])
def test_a_line_of_eighty_thousand_characters_costs_little(word: str, plan: Plan) -> None:
    from time import perf_counter

    long = (word * 80_000)[:80_000]
    files = {"Dockerfile": DOCKERFILE, "package.json": FINE, "pnpm-lock.yaml": long, ".npmrc": long}
    captures = {"file": long, "package": long, "path": long, "packages": long}
    failed = BUILD._replace(lines=(cause(long),), name=f"[2/2] RUN {long}")
    start = perf_counter()
    for project in (project_from(files), None):
        propose(rule(plan), captures, cause(long), failed, (failed,), project)
    assert perf_counter() - start < 2


@pytest.mark.parametrize(
    ("plan", "files", "failed"),
    [
        (COMMA, {"package.json": b'\xef\xbb\xbf{\r\n  "a": 1,\r\n}'}, HOST),
        (COMMA, {"a b/package.json": BROKEN, "package.json": '{"workspaces": ["*"]}'}, HOST),
        (NATIVE, {"Dockerfile": DOCKERFILE.replace("\n", "\r\n"), ".npmrc": "omit=optional"}, BUILD),
        (IGNORE, {"web/Dockerfile": DOCKERFILE, "web/package.json": "{}"}, BUILD),
        (ALLOW, {"package.json": "{}", "pnpm-workspace.yaml": "packages: [a]"}, REFUSED),
    ],
)
def test_git_applies_the_diff_to_the_very_bytes_of_the_patch(
    plan: Plan, files: dict[str, str | bytes], failed: Step, tmp_path: Path
) -> None:
    remedy = told(plan, files, failed=failed, said=ROLLUP)
    for path, data in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data if isinstance(data, bytes) else data.encode())
    subprocess.run(["git", "apply", "-"], input=diff(remedy).encode(), cwd=tmp_path, check=True)
    assert isinstance(remedy.outcome, Patch)
    assert remedy.outcome.files == tuple(remedy.outcome.contents)
    for path, data in remedy.outcome.contents.items():
        assert (tmp_path / path).read_bytes() == data
