"""The docker backend's parts that need no engine."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import pytest

from logdoctor.workshop.lab import daemon, debian, engine, image_stub
from logdoctor.workshop.lab.case import Variant


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
