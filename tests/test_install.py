"""Given a wheel, an sdist or a checkout, the same rules are found from any folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHOW = """
import os, sys
from logdoctor.knowledge.rules import load_book
book = load_book()
from logdoctor.knowledge.book import dump
sys.stdout.buffer.write(dump(book.rules))
print(__import__("logdoctor").__file__, file=sys.stderr)
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A wheel of the checkout, an sdist of it, and a wheel of that sdist unpacked."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("dist")
    wheel = _build("build_wheel", ROOT, folder / "a")
    sdist = _build("build_sdist", ROOT, folder / "b")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "source", filter="data")
    (source,) = (folder / "source").iterdir()
    return {"wheel": wheel, "source": source, "sdist": _build("build_wheel", source, folder / "c")}


def _build(act: str, source: Path, target: Path) -> Path:
    """Run the build backend as an installer would, without a network."""
    target.mkdir()
    code = f"from hatchling.build import {act}; print({act}(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}", str(target)],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return target / done.stdout.split()[-1]


def _installed(wheel: Path, folder: Path) -> Path:
    """A wheel's files, where an import finds nothing of the checkout."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def _book(place: Path, folder: Path) -> bytes:
    """The book that the program in `place` finds when it is run in `folder`."""
    libraries = os.pathsep.join([str(place), sysconfig.get_path("purelib")])
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-c", SHOW],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": libraries},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert Path(done.stderr.decode().split()[-1]).is_relative_to(place)
    return done.stdout


def test_the_same_book_travels_in_every_kind_of_installation(built: dict[str, Path], tmp_path: Path) -> None:
    checkout = _book(ROOT, tmp_path)
    assert checkout.count(b"\n") > 10
    assert _book(_installed(built["wheel"], tmp_path / "w"), tmp_path) == checkout
    assert _book(_installed(built["sdist"], tmp_path / "s"), Path("/")) == checkout
    assert _book(built["source"], tmp_path) == checkout


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_the_pages_style_and_script_travel_along(kind: str, built: dict[str, Path]) -> None:
    with zipfile.ZipFile(built[kind]) as archive:
        assert {"logdoctor/data/report.css", "logdoctor/data/report.js"} <= set(archive.namelist())


def test_the_wheel_needs_no_yaml_at_run_time(built: dict[str, Path]) -> None:
    with zipfile.ZipFile(built["wheel"]) as archive:
        names = archive.namelist()
    assert "logdoctor/data/book.json" in names
    assert {"logdoctor/data/codes/pnpm.tsv", "logdoctor/data/codes/pnpm.toml"} <= set(names)
    assert not [name for name in names if name.endswith((".yaml", ".yml"))]
    assert not [name for name in names if not name.startswith(("logdoctor/", "logdoctor-"))]


def test_a_wrong_rule_stops_the_build(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    source = tmp_path / "source"
    shutil.copytree(ROOT / "logdoctor", source / "logdoctor")
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    folder = source / "rules" / "wrapper"
    folder.mkdir(parents=True)
    (folder / "wrong.yaml").write_text("schema: 1\nid: wrong\n")
    with pytest.raises(AssertionError, match=r"wrong\.yaml:1"):
        _build("build_wheel", source, tmp_path / "d")
