"""What a platform package's name says, and why the package is missing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sites import cause, site, step

from logdoctor.model import Step
from logdoctor.remedies.change import Change, Finding
from logdoctor.remedies.images import libc_of
from logdoctor.remedies.installs import flag_in, installing
from logdoctor.remedies.instructions import Instruction
from logdoctor.remedies.names import Platform, find, parse
from logdoctor.remedies.need import needed
from logdoctor.remedies.platforms import solve

# --- names ---

NAMES = """
@rollup/rollup-linux-arm64-gnu         rollup                   linux   arm64   gnu
@rollup/rollup-linux-x64-musl          rollup                   linux   x64     musl
@rollup/rollup-linux-arm-gnueabihf     rollup                   linux   arm     gnu
@rollup/rollup-linux-riscv64-gnu       rollup                   linux   riscv64 gnu
@rollup/rollup-linux-powerpc64le-gnu   rollup                   linux   ppc64   gnu
@rollup/rollup-linux-loongarch64-gnu   rollup                   linux   loong64 gnu
@rollup/rollup-linux-s390x-gnu         rollup                   linux   s390x   gnu
@rollup/rollup-win32-x64-msvc          rollup                   win32   x64     -
@rollup/rollup-android-arm-eabi        rollup                   android arm     -
@rollup/rollup-freebsd-x64             rollup                   freebsd x64     -
@esbuild/linux-x64                     esbuild                  linux   x64     -
@esbuild/darwin-arm64                  esbuild                  darwin  arm64   -
@esbuild/win32-ia32                    esbuild                  win32   ia32    -
@esbuild/sunos-x64                     esbuild                  sunos   x64     -
esbuild-linux-64                       esbuild                  linux   x64     -
esbuild-windows-64                     esbuild                  win32   x64     -
@swc/core-linux-x64-musl               @swc/core                linux   x64     musl
@swc/core-linux-arm-gnueabihf          @swc/core                linux   arm     gnu
@swc/html-darwin-arm64                 @swc/html                darwin  arm64   -
@next/swc-linux-arm64-musl             next                     linux   arm64   musl
lightningcss-linux-x64-gnu             lightningcss             linux   x64     gnu
lightningcss-linux-arm-gnueabihf       lightningcss             linux   arm     gnu
@tailwindcss/oxide-linux-x64-gnu       @tailwindcss/oxide       linux   x64     gnu
@tailwindcss/oxide-wasm32-wasi         @tailwindcss/oxide       wasi    wasm32  -
@img/sharp-linuxmusl-x64               sharp                    linux   x64     musl
@img/sharp-linux-arm64                 sharp                    linux   arm64   gnu
@img/sharp-libvips-linux-x64           sharp                    linux   x64     gnu
@img/sharp-win32-x64                   sharp                    win32   x64     -
@parcel/watcher-linux-x64-glibc        @parcel/watcher          linux   x64     gnu
@parcel/watcher-linux-x64-musl         @parcel/watcher          linux   x64     musl
@biomejs/cli-linux-x64-musl            @biomejs/biome           linux   x64     musl
@biomejs/cli-linux-x64                 @biomejs/biome           linux   x64     gnu
@oxc-parser/binding-linux-x64-gnu      oxc-parser               linux   x64     gnu
@oxc-resolver/binding-linux-arm64-musl oxc-resolver             linux   arm64   musl
@rolldown/binding-linux-x64-gnu        rolldown                 linux   x64     gnu
@rspack/binding-linux-x64-gnu          @rspack/binding          linux   x64     gnu
@unrs/resolver-binding-linux-x64-gnu   unrs-resolver            linux   x64     gnu
@anush008/tokenizers-linux-arm64-gnu   @anush008/tokenizers     linux   arm64   gnu
sass-embedded-linux-musl-x64           sass-embedded            linux   x64     musl
sass-embedded-linux-arm64              sass-embedded            linux   arm64   gnu
turbo-linux-64                         turbo                    linux   x64     -
turbo-windows-arm64                    turbo                    win32   arm64   -
@nx/nx-linux-x64-gnu                   nx                       linux   x64     gnu
@node-rs/argon2-linux-x64-gnu          @node-rs/argon2          linux   x64     gnu
@napi-rs/canvas-linux-x64-musl         @napi-rs/canvas          linux   x64     musl
@napi-rs/simple-git-linux-x64-gnu      @napi-rs/simple-git      linux   x64     gnu
@resvg/resvg-js-linux-x64-gnu          @resvg/resvg-js          linux   x64     gnu
@lmdb/lmdb-linux-x64                   lmdb                     linux   x64     -
@msgpackr-extract/msgpackr-extract-linux-x64 msgpackr-extract   linux   x64     -
@sentry/cli-linux-i686                 @sentry/cli              linux   ia32    -
@cloudflare/workerd-linux-64           workerd                  linux   x64     gnu
@oven/bun-linux-x64-musl-baseline      bun                      linux   x64     musl
@ast-grep/napi-linux-x64-gnu           @ast-grep/napi           linux   x64     gnu
@typescript/native-preview-linux-x64   @typescript/native-preview linux x64     -
@bufbuild/buf-linux-aarch64            @bufbuild/buf            linux   arm64   -
@pnpm/macos-arm64                      pnpm                     darwin  arm64   -
foo-x86_64-unknown-linux-musl          foo                      linux   x64     musl
bar-aarch64-apple-darwin               bar                      darwin  arm64   -
@x/y-darwin-universal                  @x/y                     darwin  universal -
"""


@pytest.mark.parametrize("row", NAMES.strip().splitlines())
def test_a_platform_packages_name_is_taken_apart(row: str) -> None:
    name, owner, os, cpu, libc = row.split()
    found = parse(name)
    assert found is not None
    assert (found.name, found.owner, found.os, found.cpu, found.libc or "-") == (name, owner, os, cpu, libc)
    assert name.startswith(found.stem)


@pytest.mark.parametrize(
    "name",
    [
        "", "@", "/", "rollup", "fsevents", "@types/node", "linux-headers", "@napi-rs/wasm-runtime", "linux",
        "@swc/wasm", "is-windows", "x64", "@esbuild/", "win-ca", "@rollup/wasm-node", "node-darwin-utils",
        "linux-x64-utils", "@babel/plugin-arm64-x",
    ],
)  # fmt: skip
def test_other_names_are_no_platform_packages(name: str) -> None:
    assert parse(name) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("@rollup/rollup-linux-x64-gnu@4.9.0", "@rollup/rollup-linux-x64-gnu"),
        ("'@rollup/rollup-linux-x64-gnu'.", "@rollup/rollup-linux-x64-gnu"),
        ("/app/node_modules/.pnpm/x@1/node_modules/@img/sharp-linux-x64/sharp.node", "@img/sharp-linux-x64"),
        ("C:\\app\\node_modules\\@esbuild\\win32-x64\\esbuild.exe", "@esbuild/win32-x64"),
        ("../lightningcss.linux-x64-gnu.node", "lightningcss-linux-x64-gnu"),
        ("@tailwindcss/oxide-linux-x64-gnu/package.json", "@tailwindcss/oxide-linux-x64-gnu"),
    ],
)
def test_paths_and_versions_fall_away(text: str, name: str) -> None:
    found = parse(text)
    assert found is not None
    assert found.name == name


def test_the_package_is_found_in_a_sentence() -> None:
    said = "Error: Cannot find module @rollup/rollup-linux-x64-gnu. npm has a bug related"
    found = find(said)
    assert found is not None
    assert found.name == "@rollup/rollup-linux-x64-gnu"
    assert find("all is well on linux and x64") is None


@given(st.text(max_size=300))
@settings(max_examples=200)
def test_no_text_is_too_strange_for_a_name(text: str) -> None:
    parse(text)
    find(text)
    find("linux" + text)


def test_the_need_is_put_together_from_captures_and_platform() -> None:
    failed = step("[2/2] RUN x", platform="linux/amd64")
    assert needed({"package": "@swc/core"}, cause("Failed to load native binding"), failed) == Platform(
        "", "@swc/core", "", "linux", "x64", ""
    )
    sharp = needed({"package": "sharp"}, cause("using the linuxmusl-x64 runtime"), failed)
    assert (sharp.name, sharp.libc) == ("@img/sharp-linuxmusl-x64", "musl")
    assert (
        needed({}, cause("Cannot find module '@esbuild/linux-arm64'"), failed).name == "@esbuild/linux-arm64"
    )


def test_the_package_is_named_below_the_cause() -> None:
    esbuild = step(
        kind="log",
        texts=(
            "You installed esbuild for another platform than the one you're currently using.",
            'Specifically the "@esbuild/darwin-arm64" package is present but this platform',
            'needs the "@esbuild/linux-x64" package instead. People often get into this',
        ),
    )
    assert needed({"package": "esbuild"}, esbuild.lines[0], esbuild).name == "@esbuild/linux-x64"
    swc = step(
        kind="log",
        texts=(
            "Error: Failed to load native binding",
            "    at /app/node_modules/@swc/core-darwin-arm64/x.js",
            "    Error: Cannot find module './swc.linux-x64-gnu.node'",
            "    Error: Cannot find module '@swc/core-linux-x64-gnu'",
        ),
    )
    assert needed({}, swc.lines[0], swc).name == "@swc/core-linux-x64-gnu"
    assert needed({}, cause("not a line of the step")._replace(number=99), swc).name == ""


@pytest.mark.parametrize(
    ("image", "libc"),
    [
        ("node:20-alpine3.20", "musl"),
        ("node:20", "gnu"),
        ("node:20-slim@sha256:00", "gnu"),
        ("mirror.example:5000/library/node", "gnu"),
        ("gcr.io/distroless/nodejs22-debian12", "gnu"),
        ("oven/bun:1-alpine", "musl"),
        ("node:${TAG}", ""),
        ("acme/base:1", ""),
        ("scratch", ""),
    ],
)
def test_an_images_name_tells_its_c_library(image: str, libc: str) -> None:
    assert libc_of(image) == libc


@pytest.mark.parametrize(
    ("command", "manager", "flag"),
    [
        ("npm ci --omit=optional", "npm", "--omit=optional"),
        ("npm install --omit optional && x", "npm", "--omit optional"),
        ("pnpm install --no-optional --frozen-lockfile", "pnpm", "--no-optional"),
        ("pnpm -r --filter web i --no-optional", "pnpm", "--no-optional"),
        ("yarn --ignore-optional", "yarn", "--ignore-optional"),
        ("corepack enable && yarn install --ignore-optional", "yarn", "--ignore-optional"),
        ("bun install --omit=optional", "bun", "--omit=optional"),
        ("npm ci --optional=false", "npm", "--optional=false"),
        ("npm ci --omit=dev", "npm", ""),
        ("npm ci --no-optional-chaining", "npm", ""),
        ("npm run build --no-optional", "", ""),
        ("echo npm", "", ""),
        ("yarn build", "", ""),
        ("yarn workspaces focus web", "yarn", ""),
        ('["npm", "ci", "--omit=optional"]', "npm", "--omit=optional"),
        ("npx pnpm@9 i --no-optional", "pnpm", "--no-optional"),
        ("sh -c 'npm i --no-optional'", "npm", "--no-optional"),
    ],
)
def test_install_commands_and_their_flags(command: str, manager: str, flag: str) -> None:
    assert flag_in(command) == flag
    assert installing(Instruction("RUN", command, 1, 1)) == manager


# --- explanations ---

ROLLUP = (
    "Error: Cannot find module @rollup/rollup-linux-x64-gnu. npm has a bug related to optional dependencies."
)
MUSL = (
    "Error: Cannot find module @rollup/rollup-linux-x64-musl. npm has a bug related to optional dependencies."
)
ESBUILD = "You installed esbuild for another platform than the one you're currently using. @esbuild/linux-x64"
BUILD = step("[builder 6/6] RUN pnpm build", platform="linux/amd64")


def docker(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def explain(files: dict[str, str], failed: Step = BUILD, said: str = ROLLUP) -> tuple[Finding, ...]:
    where = site(files, failed, said=cause(said))
    return solve(needed({}, where.cause, failed), where).findings


def cleared(files: dict[str, str], failed: Step = BUILD, said: str = ROLLUP) -> tuple[str, ...]:
    where = site(files, failed, said=cause(said))
    return solve(needed({}, where.cause, failed), where).cleared


PLAIN = docker("FROM node:20 AS builder", "WORKDIR /app", "COPY . .", "RUN npm ci", "RUN pnpm build")
LOCK = '{\n "packages": {\n  "node_modules/@rollup/rollup-linux-x64-gnu": {\n  }\n }\n}\n'


def test_a_flag_of_the_install_command() -> None:
    text = docker(
        "FROM node:20 AS deps",
        "COPY package.json .",
        "RUN corepack enable && \\",
        "    pnpm install --no-optional",
        "FROM deps AS builder",
        "RUN pnpm build",
    )
    (found,) = explain(
        {"Dockerfile": text, "package.json": "{}"}, step("[builder 2/2] RUN pnpm build", line=6)
    )
    assert found.id == "keep-optional-packages"
    assert found.said == "Dockerfile:4 installs with --no-optional"
    assert found.changes == (
        Change("Dockerfile", "dockerfile-drop-flag", {"flag": "--no-optional", "line": "3"}),
    )


def test_a_flag_in_a_stage_that_does_not_matter_is_no_explanation() -> None:
    text = PLAIN + docker("FROM node:20 AS tools", "RUN npm i --no-optional")
    found = explain(
        {"Dockerfile": text, ".dockerignore": "**/node_modules"}, step("[builder 5/5] RUN pnpm build", line=5)
    )
    assert found == ()


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        ("ENV NPM_CONFIG_OPTIONAL=false", ("NPM_CONFIG_OPTIONAL=false", "NPM_CONFIG_OPTIONAL=true")),
        ("ENV NPM_CONFIG_OMIT=optional", None),
        ("RUN npm_config_optional=false npm ci", ("npm_config_optional=false", "npm_config_optional=true")),
    ],
)
def test_a_variable_of_the_image(line: str, changes: tuple[str, str] | None) -> None:
    text = docker("FROM node:20", line, "RUN npm ci", "RUN pnpm build")
    (found,) = explain({"Dockerfile": text})
    assert found.id == "keep-optional-packages"
    assert [(each.args["old"], each.args["new"]) for each in found.changes] == ([changes] if changes else [])
    assert bool(found.steps) is (changes is None)


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("registry=https://registry.example/\nomit=optional\n", "omit", "optional"),
        ("optional = false\n", "optional", "false"),
        ("omit[]=optional\nomit[]=dev\n", "omit[]", "optional"),
    ],
)
def test_a_setting_of_npm(text: str, key: str, value: str) -> None:
    path = ".npmrc"
    (found,) = explain({path: text}, step(kind="log"))
    assert found.id == "keep-optional-packages"
    assert found.changes == (Change(path, "ini-remove", {"key": key, "value": value}),)


@pytest.mark.parametrize(
    "files", [{".npmrc": "omit=dev\n"}, {".npmrc": "; omit=optional\n"}, {".npmrc": "optional=true\n"}, {}]
)
def test_other_settings_explain_nothing(files: dict[str, str]) -> None:
    assert explain(files, step(kind="log")) == ()


def test_settings_of_yarn_and_bun_need_a_person() -> None:
    for files in (
        {".yarnrc": "--install.ignore-optional true\n"},
        {"bunfig.toml": "[install]\noptional = false\n"},
    ):
        (found,) = explain(files, step(kind="log"))
        assert (found.id, found.changes) == ("keep-optional-packages", ())
        assert found.steps


def test_a_script_that_installs() -> None:
    text = '{\n  "scripts": {\n    "setup": "npm ci --omit=optional && echo ok"\n  }\n}\n'
    (found,) = explain({"package.json": text}, step(kind="log"))
    assert found.said == "package.json:3 installs with --omit=optional"
    assert found.changes == (
        Change("package.json", "json-set", {"path": "scripts.setup", "value": '"npm ci && echo ok"'}),
    )


@pytest.mark.parametrize(
    ("path", "text", "changes"),
    [
        (
            "pnpm-workspace.yaml",
            "supportedArchitectures:\n  os:\n    - darwin\n  cpu: [arm64]\n",
            [("yaml-add-to-list", "supportedArchitectures.os", "linux"),
             ("yaml-add-to-list", "supportedArchitectures.cpu", "x64")],
        ),
        (
            "package.json",
            '{"pnpm": {"supportedArchitectures": {"libc": ["musl"]}}}',
            [("json-add-to-list", "pnpm.supportedArchitectures.libc", '"glibc"')],
        ),
        (
            ".yarnrc.yml",
            "supportedArchitectures:\n  os: [darwin]\n",
            [("yaml-add-to-list", "supportedArchitectures.os", "linux")],
        ),
    ],
)  # fmt: skip
def test_architectures_that_shut_the_machine_out(
    path: str, text: str, changes: list[tuple[str, str, str]]
) -> None:
    (found,) = explain({path: text}, step(kind="log"))
    assert found.id == "add-architecture"
    assert found.title == "Add linux-x64-gnu to supportedArchitectures"
    assert [(each.operation, each.args["path"], each.args["value"]) for each in found.changes] == changes


@pytest.mark.parametrize("value", ["[current, darwin]", "[linux]"])
def test_architectures_that_let_the_machine_in(value: str) -> None:
    files = {"pnpm-workspace.yaml": f"supportedArchitectures:\n  os: {value}\n"}
    assert explain(files, step(kind="log")) == ()
    assert "supportedArchitectures does not shut this machine out" in cleared(files, step(kind="log"))


def test_a_package_that_pnpm_was_told_to_leave_out() -> None:
    files = {"package.json": '{"pnpm": {"ignoredOptionalDependencies": ["@rollup/*", "fsevents"]}}'}
    (found,) = explain(files, step(kind="log"))
    assert (found.id, found.said) == (
        "unignore-optional-package",
        "package.json:1 tells pnpm to leave @rollup/* out",
    )


def test_yarn_reads_its_own_settings_file() -> None:
    limits = "supportedArchitectures:\n  os: [darwin]\n"
    files = {"pnpm-workspace.yaml": limits, ".yarnrc.yml": limits, "yarn.lock": "x"}
    assert [each.path for found in explain(files, step(kind="log")) for each in found.changes] == [
        ".yarnrc.yml"
    ]
    files = {"pnpm-workspace.yaml": limits, ".yarnrc.yml": limits, "pnpm-lock.yaml": "x"}
    assert [each.path for found in explain(files, step(kind="log")) for each in found.changes] == [
        "pnpm-workspace.yaml"
    ]


def test_npm_reads_no_list_of_architectures() -> None:
    files = {"pnpm-workspace.yaml": "supportedArchitectures:\n  os: [darwin]\n"}
    assert explain(files, step(kind="log", texts=("npm error Lifecycle script `build` failed",))) == ()
    assert explain(files | {"package-lock.json": "{}"}, step(kind="log")) == ()


def test_npm_was_told_to_install_for_another_machine() -> None:
    (found,) = explain({".npmrc": "os=linux\ncpu=arm64\nlibc=glibc\n"}, step(kind="log"))
    assert (found.id, found.said) == ("same-platform", ".npmrc:2 asks for packages of cpu arm64")
    assert found.changes == (Change(".npmrc", "ini-remove", {"key": "cpu", "value": "arm64"}),)


def test_a_workflow_that_installs() -> None:
    text = (
        "jobs:\n  test:\n    steps:\n      - uses: actions/checkout@v4\n      - run: npm ci --no-optional\n"
    )
    (found,) = explain({".github/workflows/ci.yml": text}, step(kind="github-step"))
    assert found.said == ".github/workflows/ci.yml:5 installs with --no-optional"
    assert found.changes == (
        Change(
            ".github/workflows/ci.yml", "yaml-set", {"path": "jobs.test.steps[1].run", "value": '"npm ci"'}
        ),
    )


def test_a_command_that_only_the_log_shows() -> None:
    failed = step(kind="log", texts=("$ npm ci --omit=optional", "boom"))
    (found,) = explain({"package.json": "{}"}, failed)
    assert (found.id, found.changes) == ("keep-optional-packages", ())
    assert found.steps == ("Install again without --omit=optional: $ npm ci --omit=optional",)


def test_everything_that_surely_leaves_packages_out_goes_at_once() -> None:
    text = docker("FROM node:20", "RUN npm ci --omit=optional", "RUN pnpm build")
    (found,) = explain({"Dockerfile": text, ".npmrc": "omit=optional\noptional=false\n"})
    assert found.said == (
        "Dockerfile:2 installs with --omit=optional; .npmrc:1 says omit=optional; "
        ".npmrc:2 says optional=false"
    )
    assert len(found.changes) == 3


def test_a_list_and_a_flag_that_both_shut_a_package_out_go_together() -> None:
    text = docker("FROM node:20", "RUN pnpm install --no-optional", "RUN pnpm build")
    limits = "supportedArchitectures:\n  cpu: [arm64]\n"
    (found,) = explain({"Dockerfile": text, "pnpm-workspace.yaml": limits, "pnpm-lock.yaml": "x"})
    assert found.id == "add-architecture"
    assert found.title == "Add linux-x64-gnu to supportedArchitectures; install without --no-optional"
    assert [each.path for each in found.changes] == ["pnpm-workspace.yaml", "Dockerfile"]


def test_every_list_of_architectures_that_pnpm_may_read_lets_the_machine_in() -> None:
    files = {
        "pnpm-workspace.yaml": "supportedArchitectures:\n  os: [darwin]\n",
        "package.json": '{"pnpm": {"supportedArchitectures": {"os": ["darwin"]}}}',
    }
    (found,) = explain(files, step(kind="log"))
    assert [each.path for each in found.changes] == ["pnpm-workspace.yaml", "package.json"]


def test_a_setting_of_pnpms_workspace() -> None:
    (found,) = explain({"pnpm-workspace.yaml": "packages: [a]\noptional: false\n"}, step(kind="log"))
    assert found.said == "pnpm-workspace.yaml:2 turns optional packages off"
    assert found.changes == (Change("pnpm-workspace.yaml", "yaml-remove", {"path": "optional"}),)


def test_a_workspaces_script_in_an_image_is_a_step_of_the_image() -> None:
    text = docker("FROM node:20", "RUN pnpm install --no-optional", "RUN pnpm -r build")
    outer = step("[3/3] RUN pnpm -r build", line=3)
    script = step("packages/web build", kind="pnpm-script")._replace(id="s2", parent="s1")
    where = site({"Dockerfile": text}, script, (outer,), said=cause(ROLLUP))
    (found,) = solve(needed({}, where.cause, script), where).findings
    assert found.said == "Dockerfile:2 installs with --no-optional"


# --- node_modules of another machine ---


def test_the_hosts_node_modules_copied_over_the_images() -> None:
    text = docker(
        "FROM node:20 AS builder", "COPY package.json .", "RUN npm ci", "COPY . .", "RUN pnpm build"
    )
    files = {"Dockerfile": text, "package.json": "{}", "node_modules/x/a": ""}
    (found,) = explain(files)
    assert found.id == "ignore-host-node-modules"
    assert found.said.startswith("Dockerfile:4 copies the host's node_modules into the image")
    assert found.changes == (Change(".dockerignore", "ignore-add", {"pattern": "**/node_modules"}),)
    assert explain(files | {".dockerignore": "node_modules\n"}) == ()
    assert ".dockerignore keeps the host's node_modules out" in cleared(
        files | {".dockerignore": "node_modules\n"}
    )


def test_without_node_modules_on_disk_it_is_only_a_possibility() -> None:
    text = docker("FROM node:20", "RUN npm ci", "COPY . .", "RUN pnpm build")
    (found,) = explain({"Dockerfile": text})
    assert found.weight < 50
    assert "only where the build's folder has a node_modules" in found.why


def test_npm_ci_clears_what_was_copied_in() -> None:
    assert explain({"Dockerfile": PLAIN, "node_modules/x/a": ""}, step("[builder 5/5] RUN pnpm build")) == ()


def test_npm_install_does_not_clear_what_was_copied_in() -> None:
    files = {"Dockerfile": PLAIN.replace("npm ci", "npm install"), "node_modules/x/a": ""}
    assert [found.id for found in explain(files)] == ["ignore-host-node-modules"]


def test_a_workspace_packages_node_modules_needs_a_deeper_pattern() -> None:
    text = docker("FROM node:20", "WORKDIR /app", "RUN npm ci", "COPY web web", "RUN pnpm build")
    files = {
        "Dockerfile": text,
        "web/package.json": "{}",
        ".dockerignore": "node_modules\n",
        "web/node_modules/x": "",
    }
    (found,) = explain(files)
    assert found.id == "ignore-host-node-modules"


def test_the_dockerfiles_own_ignore_file_and_context_count() -> None:
    text = docker("FROM node:20", "RUN npm ci", "COPY . .", "RUN pnpm build")
    files = {"web/Dockerfile": text, "web/package.json": "{}", "web/node_modules/x": ""}
    (found,) = explain(files)
    assert found.changes[0].path == "web/.dockerignore"
    (found,) = explain(files | {"web/Dockerfile.dockerignore": "dist\n"})
    assert found.changes[0].path == "web/Dockerfile.dockerignore"


def test_an_image_that_only_copies_node_modules() -> None:
    text = docker("FROM node:20", "COPY node_modules ./node_modules", "COPY src src", "RUN pnpm build")
    (found,) = explain({"Dockerfile": text, "src/a": ""})
    assert (found.id, found.changes) == ("install-in-image", ())


TWO = (
    "RUN npm ci",
    "FROM node:20-alpine AS builder",
    "COPY --from=deps /app/node_modules ./node_modules",
    "RUN pnpm build",
)


def test_node_modules_from_a_stage_of_another_libc() -> None:
    text = docker("FROM node:20 AS deps", "WORKDIR /app", *TWO)
    (found,) = explain({"Dockerfile": text, ".dockerignore": "**/node_modules"}, said=MUSL)
    assert found.id == "same-base-image"
    assert found.said == (
        "Dockerfile:5 takes node_modules from deps, which is glibc, while builder is musl (Alpine)"
    )
    assert found.changes == (
        Change("Dockerfile", "dockerfile-set-base", {"line": "1", "image": "node:20-alpine"}),
    )


def test_the_base_is_named_as_the_file_writes_it() -> None:
    text = docker("ARG V=20", "FROM node:${V} AS deps", "WORKDIR /app", *TWO).replace(
        "20-alpine", "${V}-alpine"
    )
    (found,) = explain({"Dockerfile": text}, said=MUSL)
    assert found.changes[0].args == {"line": "2", "image": "node:${V}-alpine"}


def test_a_stage_without_node_cannot_be_installed_in() -> None:
    text = docker("FROM node:20 AS deps", "WORKDIR /app", *TWO).replace("node:20-alpine", "nginx:alpine")
    (found,) = explain({"Dockerfile": text}, said=MUSL)
    assert (found.id, found.changes) == ("same-base-image", ())


def test_node_modules_from_a_stage_of_the_build_machine() -> None:
    text = docker("FROM --platform=$BUILDPLATFORM node:20 AS deps", "WORKDIR /app", *TWO).replace(
        "-alpine", ""
    )
    (found,) = explain({"Dockerfile": text})
    assert found.id == "same-platform"
    assert found.changes == (
        Change("Dockerfile", "dockerfile-set-platform", {"line": "1", "platform": "$TARGETPLATFORM"}),
    )


def test_a_whole_folder_taken_from_a_stage_brings_its_node_modules() -> None:
    text = docker(
        "FROM node:20 AS deps",
        "WORKDIR /app",
        "RUN npm ci",
        "FROM node:20-alpine",
        "COPY --from=deps /app /app",
        "RUN x",
    )
    assert [
        found.id for found in explain({"Dockerfile": text}, step("[stage-1 2/2] RUN x", line=6), MUSL)
    ] == ["same-base-image"]


def test_like_stages_explain_nothing() -> None:
    text = docker("FROM node:20-alpine AS deps", "WORKDIR /app", *TWO)
    files = {"Dockerfile": text}
    assert explain(files, said=MUSL) == ()
    assert "the stages that share node_modules are alike" in cleared(files, said=MUSL)


# --- lockfiles ---

PNPM_LOCK = """\
lockfileVersion: '9.0'
packages:
  '@rollup/rollup-darwin-arm64@4.9.0':
    resolution: {integrity: x}
  rollup@4.9.0:
    resolution: {integrity: x}
snapshots:
  rollup@4.9.0:
    optionalDependencies:
      '@rollup/rollup-linux-x64-gnu': 4.9.0
"""
NPM_LOCK = """\
{
  "lockfileVersion": 3,
  "packages": {
    "node_modules/@rollup/rollup-darwin-arm64": {
      "version": "4.9.0"
    },
    "node_modules/rollup": {
      "optionalDependencies": {
        "@rollup/rollup-linux-x64-gnu": "4.9.0"
      }
    }
  }
}
"""
YARN_LOCK = """\
"@rollup/rollup-darwin-arm64@4.9.0":
  version "4.9.0"

rollup@^4.9.0:
  optionalDependencies:
    "@rollup/rollup-linux-x64-gnu" "4.9.0"
"""
BERRY_LOCK = """\
"@rollup/rollup-darwin-arm64@npm:4.9.0":
  version: 4.9.0

"rollup@npm:^4.9.0":
  dependencies:
    "@rollup/rollup-linux-x64-gnu": "npm:4.9.0"
"""
BUN_LOCK = """\
{
  "packages": {
    "@rollup/rollup-darwin-arm64": ["@rollup/rollup-darwin-arm64@4.9.0", ""],
    "rollup": ["rollup@4.9.0", "", {"optionalDependencies": {"@rollup/rollup-linux-x64-gnu": "4.9.0"}}],
  }
}
"""
LOCKS = [
    ("pnpm-lock.yaml", PNPM_LOCK, "rm -rf node_modules pnpm-lock.yaml && pnpm install"),
    ("package-lock.json", NPM_LOCK, "rm -rf node_modules package-lock.json && npm install"),
    ("yarn.lock", YARN_LOCK, "rm -rf node_modules yarn.lock && yarn install"),
    ("yarn.lock", BERRY_LOCK, "rm -rf node_modules yarn.lock && yarn install"),
    ("bun.lock", BUN_LOCK, "rm -rf node_modules bun.lock && bun install"),
]


@pytest.mark.parametrize(("path", "text", "command"), LOCKS)
def test_a_lockfile_written_on_another_machine(path: str, text: str, command: str) -> None:
    (found,) = explain({path: text}, step(kind="log"))
    assert found.id == "regenerate-lockfile"
    assert found.said == f"{path} lists @rollup/rollup-darwin-arm64 but not @rollup/rollup-linux-x64-gnu"
    assert (found.changes, found.steps[0]) == ((), command)


@pytest.mark.parametrize(("path", "text", "command"), LOCKS)
def test_a_lockfile_that_lists_the_package_is_in_order(path: str, text: str, command: str) -> None:
    files = {path: text.replace("darwin-arm64", "linux-x64-gnu")}
    assert explain(files, step(kind="log")) == ()
    assert f"{path} lists @rollup/rollup-linux-x64-gnu" in cleared(files, step(kind="log"))


def test_a_lockfile_without_any_platform_package() -> None:
    text = NPM_LOCK.replace("node_modules/@rollup/rollup-darwin-arm64", "node_modules/left-pad")
    (found,) = explain({"package-lock.json": text}, step(kind="log"))
    assert found.said == "package-lock.json lists no platform package of rollup"


def test_a_lockfile_of_something_else_explains_nothing() -> None:
    assert explain({"package-lock.json": '{"packages": {}}'}, step(kind="log")) == ()


# --- which of several ---


def test_the_flag_comes_before_the_lockfile_and_the_copied_modules() -> None:
    text = docker("FROM node:20", "RUN npm ci --omit=optional", "COPY . .", "RUN pnpm build")
    files = {"Dockerfile": text, "node_modules/x": "", "package-lock.json": NPM_LOCK}
    assert [found.id for found in explain(files)] == [
        "keep-optional-packages",
        "ignore-host-node-modules",
        "regenerate-lockfile",
    ]


def test_a_tool_that_sees_another_platforms_package_was_not_robbed_by_a_flag() -> None:
    text = docker("FROM node:20", "RUN npm ci --omit=optional", "COPY . .", "RUN pnpm build")
    found = explain({"Dockerfile": text, "node_modules/x": ""}, said=ESBUILD)
    assert [each.id for each in found] == ["ignore-host-node-modules", "keep-optional-packages"]


def test_a_healthy_project_says_what_was_looked_at() -> None:
    files = {"Dockerfile": PLAIN, ".dockerignore": "**/node_modules\n", "package-lock.json": LOCK}
    assert explain(files) == ()
    assert cleared(files) == (
        "no install command leaves optional packages out",
        ".dockerignore keeps the host's node_modules out",
        "no settings file turns optional packages off",
        "package-lock.json lists @rollup/rollup-linux-x64-gnu",
    )


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "Dockerfile",
                ".npmrc",
                "package.json",
                "pnpm-workspace.yaml",
                ".dockerignore",
                "pnpm-lock.yaml",
                ".yarnrc.yml",
            ]
        ),
        st.text(alphabet="FROM COPYRUN-=:{}[]\"'\\\n <&*!a$.", max_size=80),
    )
)
@settings(max_examples=150, deadline=None)
def test_malformed_files_explain_nothing_and_never_raise(files: dict[str, str]) -> None:
    explain(files)
