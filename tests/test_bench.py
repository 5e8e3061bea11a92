"""`make bench`: its rivals really do the work they are timed at."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from logdoctor.workshop import bench

CORPUS = Path(__file__).parents[1] / "corpus"
needs_ripgrep = pytest.mark.skipif(
    shutil.which("rg") is None and not os.environ.get("CI"), reason="ripgrep is not here"
)


@needs_ripgrep
def test_ripgrep_understands_every_pattern_of_ours(tmp_path: Path) -> None:
    patterns = bench._patterns(tmp_path)
    log = tmp_path / "build.log"
    log.write_text("npm error code ERESOLVE\nall is well\n")
    found = subprocess.run(
        ["rg", "--no-unicode", "--count", "--file", patterns, log], capture_output=True, text=True
    )
    assert (found.returncode, found.stdout, found.stderr) == (0, "1\n", "")


def test_a_rival_that_fails_is_no_measurement() -> None:
    with pytest.raises(SystemExit, match="ended with 2: ls: cannot access"):
        bench._measured(["ls", "/no/such/place"], None)


def test_plain_output_holds_no_builder_and_no_failure() -> None:
    plain = bench._material(CORPUS / "dockerfile").plain
    assert len(plain) > 50
    assert not any(bench._of_builder(line) for line in plain)
