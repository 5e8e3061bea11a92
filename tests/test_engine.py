"""The docker backend's parts that need no engine."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from cases_read import cases

from logdoctor.workshop.lab import daemon, debian, engine, image_pair, image_stub, tools
from logdoctor.workshop.lab.backend import Tool
from logdoctor.workshop.lab.case import Variant

TOOL = Tool("buildkit", "26.1.5", None, None, "linux/amd64", Variant(tool="buildkit", versions=["26.1"]))


def row(tool: str, progress: str | None = None, env: Mapping[str, str] | None = None) -> Variant:
    """A row of a matrix."""
    return Variant(tool=tool, versions=["1"], progress=progress, env=dict(env or {}))


@pytest.mark.parametrize(
    ("words", "chosen", "run"),
    [
        (
            ["docker", "build", "."],
            row("buildkit"),
            ["docker", "build", "--network=host", "--no-cache", "--progress=plain", "."],
        ),
        (
            ["docker", "build", "-t", "app", "."],
            row("legacy"),
            ["docker", "build", "--network=host", "--no-cache", "-t", "app", "."],
        ),
        (
            ["docker", "build", "."],
            row("buildkit", "tty", {"PNPM_VERSION": "12.21.0"}),
            [
                "docker",
                "build",
                "--network=host",
                "--no-cache",
                "--progress=tty",
                "--build-arg=PNPM_VERSION=12.21.0",
                ".",
            ],
        ),
        (
            ["docker", "compose", "build"],
            row("compose"),
            ["docker", "compose", "--progress", "plain", "build", "--no-cache"],
        ),
        (
            ["docker", "buildx", "bake"],
            row("bake"),
            ["docker", "buildx", "bake", "--no-cache", "--progress=plain"],
        ),
        (["docker", "run", "app"], row("buildkit"), ["docker", "run", "app"]),
        (
            ["docker", "build", "."],
            msgspec.structs.replace(row("buildkit"), platform="linux/arm64"),
            [
                "docker",
                "build",
                "--network=host",
                "--platform=linux/arm64",
                "--no-cache",
                "--progress=plain",
                ".",
            ],
        ),
    ],
)
def test_a_case_writes_the_command_as_people_do(words: list[str], chosen: Variant, run: list[str]) -> None:
    assert engine.as_run(words, chosen) == run


def test_the_old_engine_has_a_home_and_a_client_of_its_own() -> None:
    modern, old = daemon.engine("modern"), daemon.engine("old")
    assert modern.socket != old.socket
    assert daemon.environment(old)["DOCKER_HOST"] == f"unix://{old.socket}"
    assert str(old.programs) in daemon.environment(old)["PATH"].split(":")[0]


def test_an_engine_that_never_ran_is_not_up_and_stopping_it_does_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGDOCTOR_LAB", str(tmp_path))
    monkeypatch.setattr(daemon, "_CGROUPS", tmp_path)
    chosen = daemon.engine("modern")
    assert not daemon.is_up(chosen)
    daemon.stop(chosen)
    assert daemon.mounts_below(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("sources.list", "deb http://mirror.example/debian trixie main\n"),
        ("sources.list", "deb [signed-by=/k.gpg] http://mirror.example/debian trixie main\n"),
        ("debian.sources", "Types: deb\nURIs: http://mirror.example/debian\nSuites: trixie\n"),
    ],
)
def test_the_mirror_is_the_one_of_the_host(
    name: str, content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_text(content)
    (tmp_path / "other.list").write_text("deb https://tools.example/apt stable main\n")
    monkeypatch.setattr(debian, "_SOURCES", (tmp_path,))
    assert debian.mirror() == "http://mirror.example/debian"


def test_paths_and_the_stub_get_public_names() -> None:
    public = engine.names(Path("/scratch/x"))
    assert public["/scratch/x"] == "/app"
    assert public[str(daemon.engine("modern").data)] == "/var/lib/docker"
    assert public[f"localhost:{image_stub.PORT}"] == "registry.example"


def test_projects_that_name_the_example_registry_meet_the_stub(tmp_path: Path) -> None:
    file = tmp_path / "web" / "Dockerfile"
    file.parent.mkdir()
    file.write_text("FROM registry.example/private/base:1\n")
    engine._point_at_stub(tmp_path)
    assert file.read_text() == f"FROM localhost:{image_stub.PORT}/private/base:1\n"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("limited/node/manifests/20", 429, "TOOMANYREQUESTS"),
        ("forbidden/app/manifests/1", 403, "DENIED"),
        ("broken/app/manifests/1", 503, "UNAVAILABLE"),
        ("private/app/manifests/1", 401, "UNAUTHORIZED"),
        ("tools/app/manifests/9", 404, "MANIFEST_UNKNOWN"),
    ],
)
def test_the_stub_refuses_as_registries_do(
    path: str, status: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_stub, "PORT", 5073)
    with image_stub.image_registry(), pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:5073/v2/{path}", timeout=5)
    assert refused.value.code == status
    assert json.loads(refused.value.read())["errors"][0]["code"] == code


def engine_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> daemon.Engine:
    """An engine whose program is another one."""
    monkeypatch.setenv("LOGDOCTOR_LAB", str(tmp_path))
    monkeypatch.setattr(daemon, "get", lambda age: None)
    monkeypatch.setattr(daemon, "_CGROUPS", tmp_path)
    monkeypatch.setattr(daemon, "_command", lambda chosen: words)
    return daemon.engine("modern")


@pytest.mark.skipif(os.geteuid() != 0, reason="an engine needs root")
def test_an_engine_that_cannot_start_says_why_in_its_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["sh", "-c", "echo 'write /data: no space left on device' >&2; exit 1"]
    chosen = engine_of(tmp_path, monkeypatch, words)
    with pytest.raises(tools.ToolError, match=r"did not come up.*\n.*no space left on device"):
        daemon.start(chosen)
    assert not chosen.pid_file.exists()
    assert daemon.mounts_below(tmp_path) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="an engine needs root")
def test_an_engine_is_stopped_by_its_own_process_id_and_reaped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lab is its parent: an engine that has ended must not count as one that does not stop."""
    chosen = daemon.engine("modern")
    monkeypatch.setattr(daemon, "is_up", lambda chosen: chosen.pid_file.exists())
    monkeypatch.setenv("LOGDOCTOR_LAB", str(tmp_path))
    pid_file = daemon.engine("modern").pid_file
    script = f"echo $$ > {pid_file}; while :; do sleep 0.05; done"
    chosen = engine_of(tmp_path, monkeypatch, ["sh", "-c", script, f"--pidfile={pid_file}"])
    assert daemon.start(chosen)
    number = int(pid_file.read_text())
    daemon.stop(chosen)
    assert not daemon._is_ours(number, chosen)
    assert not pid_file.exists()


def test_a_pid_file_left_by_a_crash_kills_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number in it may be another program's by now: here it is ours."""
    monkeypatch.setattr(daemon, "_CGROUPS", tmp_path)
    monkeypatch.setenv("LOGDOCTOR_LAB", str(tmp_path))
    chosen = daemon.engine("modern")
    chosen.pid_file.parent.mkdir(parents=True)
    chosen.pid_file.write_text(str(os.getpid()))
    daemon.stop(chosen)
    assert not chosen.pid_file.exists()


def test_a_fetch_that_fails_is_tried_again_and_then_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "_PAUSES", (0.0, 0.0))
    count = tmp_path / "count"
    flaky = f"echo x >> {count}; [ $(wc -l < {count}) -gt 2 ] || {{ echo reset by peer >&2; exit 1; }}"
    tools.checked(["sh", "-c", flaky])
    assert count.read_text() == "x\n" * 3
    with pytest.raises(tools.ToolError, match="reset by peer"):
        tools.checked(["sh", "-c", "echo reset by peer >&2; exit 1"])
    with pytest.raises(tools.ToolError, match="no-such-program is not installed"):
        tools.checked(["no-such-program"])


def test_a_build_that_eats_memory_does_not_run_without_its_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon, "_CGROUPS", tmp_path / "none")
    with pytest.raises(tools.ToolError, match="no group with little memory"):
        engine._run_one(["docker", "build", f"--cgroup-parent={daemon.SMALL}", "."], tmp_path, TOOL, "build")
    (tmp_path / "memory").mkdir()
    monkeypatch.setattr(daemon, "_CGROUPS", tmp_path)
    daemon.ensure_small_group()
    assert (tmp_path / "memory" / daemon.SMALL / "memory.limit_in_bytes").read_text() == str(96 * 1024**2)


def test_rows_for_arm64_are_built_only_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They take minutes under an emulator; asked for, they get an engine and a label of their own."""
    made: list[str] = []
    monkeypatch.setattr(engine, "_ready", made.append)
    monkeypatch.setattr(engine, "_server_version", lambda age: "26.1.5")
    arm = msgspec.structs.replace(row("buildkit"), platform="linux/arm64")
    case = cases()[0]
    case = case._replace(
        spec=msgspec.structs.replace(case.spec, where="docker", matrix=[row("buildkit"), arm])
    )
    monkeypatch.delenv("LAB_ARM64", raising=False)
    assert [tool.label for tool in engine.variants(case)] == ["buildkit-26.1.5"]
    monkeypatch.setenv("LAB_ARM64", "1")
    assert [tool.label for tool in engine.variants(case)] == ["buildkit-26.1.5", "buildkit-26.1.5-arm64"]
    assert made == ["modern", "modern", "arm64"]


def test_the_stub_has_an_image_for_two_platforms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that an answer names by digest can be asked for, down to the layers."""
    image_pair.image_pair.cache_clear()
    monkeypatch.setattr(image_pair, "_layer", lambda machine: f"programs for {machine}".encode())
    monkeypatch.setattr(image_stub, "PORT", 5074)

    def ask(kind: str, name: str) -> bytes:
        with urllib.request.urlopen(
            f"http://127.0.0.1:5074/v2/both/busybox/{kind}/{name}", timeout=5
        ) as answer:
            return bytes(answer.read())

    with image_stub.image_registry():
        index = json.loads(ask("manifests", image_pair.TAG))
        machines = [each["platform"]["architecture"] for each in index["manifests"]]
        manifest = json.loads(ask("manifests", index["manifests"][1]["digest"]))
        assert json.loads(ask("blobs", manifest["config"]["digest"]))["architecture"] == "arm64"
        assert ask("blobs", manifest["layers"][0]["digest"]) == b"programs for arm64"
    image_pair.image_pair.cache_clear()
    assert machines == ["amd64", "arm64"]


def test_the_stub_has_images_that_are_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is broken in its own way, and whole in the parts that are read before."""
    monkeypatch.setattr(image_stub, "PORT", 5076)

    def ask(kind: str, name: str) -> bytes:
        with urllib.request.urlopen(
            f"http://127.0.0.1:5076/v2/damaged/base/{kind}/{name}", timeout=5
        ) as answer:
            return bytes(answer.read())

    wrong = []
    with image_stub.image_registry():
        for tag in ("swapped", "cut-off", "mixed-up", "left-out"):
            manifest = json.loads(ask("manifests", tag))
            config, layer = manifest["config"]["digest"], manifest["layers"][0]["digest"]
            contents = json.loads(ask("blobs", config))["rootfs"]["diff_ids"]
            body = ask("blobs", layer)
            assert len(body) == manifest["layers"][0]["size"]
            wrong.append((image_pair.digest_of(body) == layer, contents == [layer]))
        gone = json.loads(ask("manifests", "lost"))["layers"][0]["digest"]
        with pytest.raises(urllib.error.HTTPError, match="404"):
            ask("blobs", gone)
    assert wrong == [(False, True), (True, True), (True, False), (True, False)]


def test_a_port_that_somebody_else_has_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_stub, "PORT", 5075)
    monkeypatch.setattr(image_stub, "PATIENCE", -1.0)
    with (
        image_stub.image_registry(),
        pytest.raises(tools.ToolError, match=r"needs port 5075.*in use"),
        image_stub.image_registry(),
    ):
        pass
