"""A few builds for real: the engine comes up, a case breaks as recorded, and nothing stays behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from logdoctor.workshop.lab import daemon, images, recorder
from logdoctor.workshop.lab.case import load_case

CORPUS = Path(__file__).parents[2] / "corpus"


@pytest.fixture(scope="module", autouse=True)
def modern() -> Iterator[None]:
    """The modern engine; stopped again only when this test started it."""
    chosen = daemon.engine("modern")
    ours = daemon.start(chosen)
    images.make_all(chosen)
    yield
    if ours:
        daemon.stop(chosen)
        assert not daemon.is_up(chosen)
        assert daemon.mounts_below(chosen.home) == []


@pytest.mark.parametrize(
    "name", ["dockerfile/unknown-instruction", "dockerfile/no-stage", "shell/git-missing"]
)
def test_a_build_breaks_as_recorded(name: str, tmp_path: Path) -> None:
    case = load_case(CORPUS / name)
    tool = next(one for one in recorder.variants(case) if one.label.startswith("buildkit-26"))
    done = recorder.run_case(case, tmp_path / "app", tool)
    label = next(one for one in case.spec.logs if one.file == f"logs/{tool.label}.log")
    assert done.exit_code == label.exit_code
    assert label.cause is not None
    told = label.cause.text.split(" ", 2)[-1].encode()
    assert told in done.data
