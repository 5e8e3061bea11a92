"""What the view of a project shows, and which of its files a log means."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sites import cause, site, step

from logdoctor.remedies.compose import Build, builds, commands
from logdoctor.remedies.dockerfiles import Undecided, instruction_of, is_dockerfile
from logdoctor.remedies.ignoring import ignores
from logdoctor.remedies.paths import locate, read_path
from logdoctor.remedies.project import File, ProjectError, Unreadable, open_project, project_from
from logdoctor.remedies.site import Site, workspace_members

# --- the folder ---


def test_files_are_listed_nearest_first_and_dependencies_are_not(tmp_path: Path) -> None:
    for path in ("packages/a/package.json", "package.json", "node_modules/x/package.json", ".git/config"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("{}")
    project = open_project(tmp_path)
    assert project.paths == ("package.json", "packages/a/package.json")
    assert project.listing.skipped == {"node_modules", ".git"}
    assert project.folders == {"", "packages", "packages/a"}
    assert project.has("package.json")
    assert not project.has("node_modules/x/package.json")


def test_a_link_out_of_the_root_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "Dockerfile").symlink_to(tmp_path / "secret")
    (root / "up").symlink_to(tmp_path)
    project = open_project(root)
    assert project.paths == ()
    for path in ("Dockerfile", "up/secret", "../secret", str(tmp_path / "secret")):
        assert isinstance(project.read(path), Unreadable)


def test_a_file_that_becomes_a_link_after_the_walk_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "Dockerfile").write_text("FROM x")
    project = open_project(root)
    assert project.has("Dockerfile")
    (root / "Dockerfile").unlink()
    (root / "Dockerfile").symlink_to(tmp_path / "secret")
    assert project.read("Dockerfile") == Unreadable(
        "Dockerfile", "Dockerfile is not a file inside the project"
    )


def test_a_link_inside_the_root_stands_for_its_target(tmp_path: Path) -> None:
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "web").write_text("FROM x\n")
    (tmp_path / "Dockerfile").symlink_to("docker/web")
    project = open_project(tmp_path)
    assert project.paths == ("docker/web",)
    assert project.has("Dockerfile")
    assert project.read("Dockerfile") == File("docker/web", "FROM x\n")


def test_a_pipe_a_folder_and_an_odd_name_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Dockerfile")
    (tmp_path / "package.json").mkdir()
    (tmp_path / "a\nb").write_text("x")
    assert open_project(tmp_path).paths == ()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\xfe{\0}\0", "f is UTF-16, which git cannot patch; save it as UTF-8"),
        (b"caf\xe9", "f is not UTF-8"),
        (b"a\0b", "f is a binary file"),
        (b"x" * (1 << 20) + b"x", "f is larger than 1 MiB"),
    ],
)
def test_what_cannot_be_patched_says_why(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "f").write_bytes(data)
    for project in (open_project(tmp_path), project_from({"f": data})):
        assert project.read("f") == Unreadable("f", reason)
        assert project.text("f") is None


def test_line_ends_and_byte_order_mark_are_kept() -> None:
    project = project_from({"f": b"\xef\xbb\xbfa\r\nb\rc"})
    assert project.read("f") == File("f", "a\r\nb\rc", "\ufeff")


def test_a_lockfile_may_be_large() -> None:
    assert project_from({"pnpm-lock.yaml": "x" * (2 << 20)}).text("pnpm-lock.yaml") is not None


def test_the_walk_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("logdoctor.remedies.project.MOST_ENTRIES", 5)
    for number in range(9):
        (tmp_path / f"f{number}").write_text("")
    listing = open_project(tmp_path).listing
    assert len(listing.paths) == 5
    assert not listing.complete


def test_what_cannot_be_opened_is_an_error_for_the_user(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "Dockerfile").write_text("")
    with pytest.raises(ProjectError, match="is not a folder"):
        open_project(tmp_path / "none")
    with pytest.raises(ProjectError, match="lies outside the project"):
        open_project(tmp_path / "root", "../Dockerfile")
    with pytest.raises(ProjectError, match="there is no file nothing"):
        open_project(tmp_path / "root", "nothing")
    assert open_project(tmp_path, "root/../Dockerfile").dockerfile == "Dockerfile"


# --- paths as logs print them ---


@pytest.mark.parametrize(
    ("printed", "parts", "absolute"),
    [
        ("/app/packages/x/package.json", ("app", "packages", "x", "package.json"), True),
        ("./package.json", ("package.json",), False),
        ("../web/package.json", ("web", "package.json"), False),
        ("packages/x/src/a.ts:3:14", ("packages", "x", "src", "a.ts"), False),
        ("src/a.ts(3,14):", ("src", "a.ts"), False),
        ("C:\\repo\\web\\package.json", ("repo", "web", "package.json"), True),
        ("C:/repo/package.json", ("repo", "package.json"), True),
        ("\\\\srv\\share\\repo\\package.json", ("repo", "package.json"), True),
        ("\\\\?\\C:\\repo\\package.json", ("repo", "package.json"), True),
        ("\\\\?\\UNC\\srv\\share\\repo\\package.json", ("repo", "package.json"), True),
        ("file:///app/a%20b/package.json", ("app", "a b", "package.json"), True),
        ("file:///C:/repo/package.json", ("repo", "package.json"), True),
        ("file://localhost/app/package.json", ("app", "package.json"), True),
        ("'packages\\x\\package.json'", ("packages", "x", "package.json"), False),
        ("", (), False),
        ("/", (), True),
    ],
)
def test_a_printed_path_is_taken_apart(printed: str, parts: tuple[str, ...], absolute: bool) -> None:
    assert read_path(printed) == (parts, absolute)


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_no_printed_path_leads_out_or_raises(text: str) -> None:
    assert not {"..", ".", ""} & set(read_path(text).parts)
    locate(text, site({"package.json": "{}", "Dockerfile": "FROM x\nCOPY . .\n"}, step("[2/2] COPY . .")))


# --- which file is meant, on a host ---

MONOREPO = {
    "package.json": '{"workspaces": ["packages/*"]}',
    "packages/web/package.json": '{"name": "@acme/web"}',
    "packages/api/package.json": '{"name": "api"}',
    "packages/web/src/index.ts": "",
    "packages/api/src/index.ts": "",
    "examples/demo/package.json": "{}",
}


def first(text: str, where: Site) -> list[str]:
    """The best candidates."""
    found = locate(text, where)
    return [each.path for each in found if each.score == found[0].score]


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("/home/runner/work/acme/acme/package.json", ["package.json"]),
        ("/home/runner/work/acme/acme/packages/web/package.json", ["packages/web/package.json"]),
        ("C:\\Users\\me\\acme\\packages\\api\\package.json", ["packages/api/package.json"]),
        ("package.json", ["package.json"]),
        ("packages/web/package.json", ["packages/web/package.json"]),
        ("web/package.json", ["packages/web/package.json"]),
        ("/build/web/package.json", ["packages/web/package.json"]),
        ("src/index.ts", ["packages/api/src/index.ts", "packages/web/src/index.ts"]),
        ("/app/node_modules/left-pad/package.json", []),
        ("nothing.txt", []),
    ],
)
def test_on_a_host_the_longest_tail_decides(printed: str, expected: list[str]) -> None:
    assert first(printed, site(MONOREPO)) == expected


def test_a_package_that_prints_a_relative_path_means_its_own_file() -> None:
    said = cause("x", lane="packages/web build")
    assert first("src/index.ts", site(MONOREPO, said=said)) == ["packages/web/src/index.ts"]
    assert first("package.json", site(MONOREPO, said=said)) == ["packages/web/package.json"]
    named = cause("x", lane="@acme/web:build")
    assert first("package.json", site(MONOREPO, said=named)) == ["packages/web/package.json"]


def test_workspaces_are_counted_by_their_globs() -> None:
    assert workspace_members(project_from(MONOREPO)) == {"", "packages/web", "packages/api"}
    pnpm = {
        "pnpm-workspace.yaml": "packages:\n  - 'apps/**'\n  - '!apps/old/**'\n",
        "apps/a/package.json": "{}",
        "apps/deep/b/package.json": "{}",
        "apps/old/c/package.json": "{}",
    }
    assert workspace_members(project_from(pnpm)) == {"", "apps/a", "apps/deep/b"}


def test_a_broken_workspace_file_counts_nothing() -> None:
    for text in ("packages: [", "a: *b", "- x", "\t", "[" * 5000, "packages: 3"):
        assert workspace_members(project_from({"pnpm-workspace.yaml": text})) == {""}
    assert workspace_members(project_from({"package.json": '{"workspaces": "' + "[" * 99})) == {""}


# --- which file is meant, in an image ---


def image(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def test_copy_lines_say_where_an_images_file_came_from() -> None:
    files = MONOREPO | {
        "Dockerfile": image(
            "FROM node:20",
            "WORKDIR /srv",
            "COPY packages/web/package.json ./",
            "RUN npm install",
        )
    }
    where = site(files, step("[4/4] RUN npm install", file="Dockerfile", line=4))
    assert first("/srv/package.json", where) == ["packages/web/package.json"]
    assert locate("/srv/package.json", where)[0].evidence[0].line == 3


@pytest.mark.parametrize(
    ("copy", "printed", "expected"),
    [
        ("COPY . .", "/srv/packages/api/package.json", "packages/api/package.json"),
        ("COPY packages/web ./", "package.json", "packages/web/package.json"),
        ("COPY packages/web /srv/site/", "/srv/site/src/index.ts", "packages/web/src/index.ts"),
        ("COPY packages/api/package.json manifest.json", "/srv/manifest.json", "packages/api/package.json"),
        ('COPY ["packages/api/package.json", "/srv/"]', "/srv/package.json", "packages/api/package.json"),
        ("COPY --chown=node:node packages/web/ .", "./src/index.ts", "packages/web/src/index.ts"),
        ("COPY packages/w*/package.json ./", "/srv/package.json", "packages/web/package.json"),
        (
            "COPY --parents packages/*/package.json ./",
            "/srv/packages/api/package.json",
            "packages/api/package.json",
        ),
        ("ADD packages/web/src/index.ts a.ts", "/srv/a.ts", "packages/web/src/index.ts"),
        ("COPY $PART ./", "/srv/package.json", "packages/web/package.json"),
    ],
)
def test_every_form_of_copy_is_followed(copy: str, printed: str, expected: str) -> None:
    files = MONOREPO | {
        "Dockerfile": image("FROM node:20", "ARG PART=packages/web", "WORKDIR /srv", copy, "RUN x")
    }
    assert first(printed, site(files, step("[5/5] RUN x", line=5))) == [expected]


def test_a_later_copy_wins_and_one_after_the_step_does_not_count() -> None:
    files = MONOREPO | {
        "Dockerfile": image(
            "FROM node:20",
            "COPY packages/web/package.json /a/package.json",
            "COPY packages/api/package.json /a/package.json",
            "RUN x",
            "COPY package.json /a/package.json",
        )
    }
    assert first("/a/package.json", site(files, step("[4/5] RUN x", line=4))) == ["packages/api/package.json"]


def test_files_are_followed_through_stages_and_bind_mounts() -> None:
    files = MONOREPO | {
        "Dockerfile": image(
            "FROM node:20 AS base",
            "WORKDIR /repo",
            "COPY packages/web site",
            "FROM base AS mid",
            "FROM node:20",
            "WORKDIR /out",
            "COPY --from=mid /repo/site .",
            "RUN --mount=type=bind,source=packages/api/package.json,target=/out/api.json x",
        )
    }
    where = site(files, step("[stage-2 4/4] RUN --mount=type=bind", line=8))
    assert first("/out/src/index.ts", where) == ["packages/web/src/index.ts"]
    assert first("api.json", where) == ["packages/api/package.json"]


def test_a_stage_that_copies_from_itself_in_a_circle_ends() -> None:
    text = image("FROM a AS one", "COPY --from=two / /", "FROM b AS two", "COPY --from=one / /", "RUN x")
    where = site(MONOREPO | {"Dockerfile": text}, step("[two 3/3] RUN x", line=5))
    assert first("/packages/web/package.json", where) == ["packages/web/package.json"]


def test_the_build_context_comes_from_compose() -> None:
    files = {
        "web/package.json": "{}",
        "api/package.json": "{}",
        "deploy/Dockerfile": image("FROM node:20", "WORKDIR /app", "COPY . .", "RUN npm ci"),
        "compose.yaml": "services:\n  api:\n    build: {context: ./api, dockerfile: ../deploy/Dockerfile}\n",
    }
    where = site(files, step("[api 4/4] RUN npm ci", line=4))
    assert where.contexts == ("api",)
    assert first("/app/package.json", where) == ["api/package.json"]


def test_without_compose_the_context_is_where_the_copied_files_are() -> None:
    files = {
        "web/package.json": "{}",
        "web/src/a.ts": "",
        "package.json": "{}",
        "web/Dockerfile": image("FROM node:20", "COPY package.json ./", "COPY src src", "RUN npm ci"),
    }
    assert site(files, step("[4/4] RUN npm ci", line=4)).contexts == ("web",)


def test_two_contexts_that_fit_alike_are_both_named() -> None:
    files = {
        "web/package.json": "{}",
        "package.json": "{}",
        "web/Dockerfile": image("FROM node:20", "WORKDIR /app", "COPY package.json ./", "RUN npm ci"),
    }
    where = site(files, step("[4/4] RUN npm ci", line=4))
    assert first("/app/package.json", where) == ["package.json", "web/package.json"]


def test_where_two_dockerfiles_fit_alike_files_of_both_are_named() -> None:
    text = image("FROM node:20", "WORKDIR /app", "COPY . .", "RUN npm ci")
    files = {f"{name}/{file}": "{}" for name in ("api", "web") for file in ("package.json",)}
    files |= {"api/Dockerfile": text, "web/Dockerfile": text, "package.json": "{}"}
    where = site(files, step("[4/4] RUN npm ci", file="Dockerfile", line=4))
    assert first("/app/package.json", where) == ["api/package.json", "web/package.json"]


# --- which Dockerfile is meant ---

WEB = image("FROM node:20 AS builder", "WORKDIR /web", "RUN pnpm build")
API = image("FROM node:20 AS compile", "WORKDIR /api", "RUN go build")


def test_the_option_chooses_the_dockerfile() -> None:
    project = project_from({"Dockerfile": WEB, "api/Dockerfile": API}, "api/Dockerfile")
    assert site(project, step("[3/3] RUN pnpm build")).dockerfile == "api/Dockerfile"


@pytest.mark.parametrize(
    "failed",
    [
        step("[3/3] RUN go build"),
        step("Step 3/3 : RUN go build", kind="legacy"),
        step("[compile 3/3] RUN go ...", stage="compile"),
        step("x", source=["2 |     WORKDIR /api", "3 | >>> RUN go build"]),
        step("x", file="api/Dockerfile", line=3),
    ],
)
def test_the_log_chooses_the_dockerfile(failed: object) -> None:
    files = {"Dockerfile": WEB, "api/Dockerfile": API, "docs/Dockerfile.md": "x"}
    assert site(files, failed).dockerfile == "api/Dockerfile"  # type: ignore[arg-type]


def test_a_compose_service_chooses_the_dockerfile() -> None:
    files = {
        "a.Dockerfile": WEB,
        "b.Dockerfile": WEB,
        "docker-compose.yml": "services:\n  shop: {build: {context: ., dockerfile: b.Dockerfile}}\n",
    }
    assert (
        site(files, step("[shop builder 3/3] RUN pnpm build", stage="builder")).dockerfile == "b.Dockerfile"
    )


def test_the_build_command_in_the_log_chooses_the_dockerfile() -> None:
    files = {"a.Dockerfile": WEB, "b.Dockerfile": WEB}
    ran = step("Run docker build -t x -f b.Dockerfile --platform linux/amd64 .", kind="github-step")
    where = site(files, step("[3/3] RUN pnpm build"), [ran])
    assert where.dockerfile == "b.Dockerfile"
    assert where.build == Build("the log's docker build command", "", "", "b.Dockerfile", "", "linux/amd64")


def test_two_dockerfiles_alike_are_both_named() -> None:
    where = site({"a/Dockerfile": WEB, "b/Dockerfile": WEB}, step("[3/3] RUN pnpm build", file="Dockerfile"))
    assert where.dockerfile == Undecided(
        "a/Dockerfile and b/Dockerfile fit the log alike; choose one with --dockerfile",
        ("a/Dockerfile", "b/Dockerfile"),
    )
    assert isinstance(site({}, step("x")).dockerfile, Undecided)


def test_a_dockerfile_that_the_log_contradicts_is_not_meant() -> None:
    failed = step("[9/9] RUN make", file="Dockerfile", line=3, source=["3 | >>> RUN make"])
    chosen = site({"Dockerfile": WEB}, failed).dockerfile
    assert chosen == Undecided("the log does not speak of Dockerfile as it is now", ("Dockerfile",))


def test_the_instruction_is_found_again_after_lines_were_added() -> None:
    failed = step("[3/3] RUN pnpm build", file="Dockerfile", line=3)
    assert site({"Dockerfile": "# hello\n" + WEB}, failed).line == 4
    assert site({"Dockerfile": WEB}, failed).line == 3


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("[builder  3/12] RUN pnpm build", "RUN pnpm build"),
        ("[linux/arm64 web builder 3/7] ONBUILD RUN x", "RUN x"),
        ("Step 3/9 : COPY a b", "COPY a b"),
        ("[1/3] STEP 12/14: RUN x", "RUN x"),
        ("STEP 2/3: RUN x", "RUN x"),
        ("RUN echo 3/4", "RUN echo 3/4"),
    ],
)
def test_the_instruction_in_a_steps_name(name: str, text: str) -> None:
    assert instruction_of(name) == text


def test_dockerfiles_are_known_by_name() -> None:
    names = (
        "Dockerfile",
        "Dockerfile.prod",
        "web.Dockerfile",
        "Containerfile",
        "a/dockerfile",
        "Dockerfile.dev",
    )
    assert all(map(is_dockerfile, names))
    assert not any(
        map(is_dockerfile, ("Dockerfile.dockerignore", "dockerfile-notes.md", "file", "Dockerfile.md"))
    )


# --- descriptions of builds ---


def test_compose_bake_and_workflows_describe_builds() -> None:
    files = {
        "ops/compose.yaml": "services:\n  a: {build: ../a, platform: linux/amd64}\n  b: {image: x}\n"
        "  c: {build: {context: 'https://example.org/x.git'}}\n  d: {build: {context: ..}}\n",
        "docker-bake.hcl": 'target "web" {\n  context = "web"\n  dockerfile = "Dockerfile.prod"\n}\n',
        "docker-bake.json": '{"target": {"x": {"context": "x"}}}',
        ".github/workflows/ci.yml": "jobs:\n  image:\n    steps:\n      - uses: docker/build-push-action@v6\n"
        "        with: {context: ., file: ./docker/ci.Dockerfile}\n",
    }
    found = {
        (build.name, build.context, build.dockerfile, build.platform) for build in builds(project_from(files))
    }
    assert found == {
        ("a", "a", "a/Dockerfile", "linux/amd64"),
        ("d", "", "Dockerfile", ""),
        ("web", "web", "web/Dockerfile.prod", ""),
        ("x", "x", "x/Dockerfile", ""),
        ("image", "", "docker/ci.Dockerfile", ""),
    }


@pytest.mark.parametrize(
    "text",
    [
        "services: [",
        "services: {a: {build: {context: ../../../etc}}}",
        "services: {a: 3}",
        "[]",
        "\0",
        "{" * 9000,
    ],
)
def test_broken_descriptions_describe_nothing(text: str) -> None:
    for path in ("compose.yaml", "docker-bake.json", "docker-bake.hcl", ".github/workflows/x.yml"):
        assert builds(project_from({path: text})) == ()


def test_a_build_command_of_another_folder_is_no_build_of_ours() -> None:
    ran = step("docker build -f /etc/Dockerfile https://example.org/x.git", kind="ci-step")
    assert commands(project_from({"Dockerfile": WEB}), [ran]) == ()


# --- .dockerignore ---


@pytest.mark.parametrize(
    ("text", "path", "out"),
    [
        ("node_modules", "node_modules", True),
        ("node_modules/", "node_modules", True),
        ("node_modules", "web/node_modules", False),
        ("**/node_modules", "web/node_modules", True),
        ("**/node_modules", "node_modules", True),
        ("*/node_modules", "web/node_modules", True),
        ("/node_modules", "node_modules", True),
        ("node_modules/**", "node_modules", True),
        ("*", "node_modules", True),
        ("*\n!web", "web/node_modules", False),
        ("# node_modules", "node_modules", False),
        ("node_modules\r\n", "node_modules", True),
        ("", "node_modules", False),
    ],
)
def test_dockerignore_patterns(text: str, path: str, out: bool) -> None:
    assert ignores(text, path) is out
