"""A failure keeps its name across runs, machines, times and patch versions."""

from __future__ import annotations

import pytest

from logdoctor.diagnosis.fingerprint import of_line, of_rule


def test_golden_values() -> None:
    captures = {"package": "@rollup/rollup-linux-arm64-gnu"}
    assert of_rule("native-optional-package-missing", captures) == "f1:891aeb5e29f7a81b"
    assert of_line("ValueError: the widget 42 has no handle") == "f1:3b107c30fff5c840"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(
            "in /app/src/a.ts line 3", "in /home/ci/x/src/a.ts line 17", id="another machine and line"
        ),
        pytest.param("took 3.41s at 10:22:01", "took 12.9s at 23:01:59", id="another time"),
        pytest.param("ref 8ac9ff01d2 is gone", "ref 77e01ab22c is gone", id="another hash"),
        pytest.param(r"in C:\work\web\a.ts", "in /srv/web/a.ts", id="Windows and Linux"),
    ],
)
def test_what_differs_between_two_runs_does_not_count(one: str, other: str) -> None:
    assert of_line(one) == of_line(other)


def test_a_patch_version_does_not_count_but_a_package_does() -> None:
    assert of_rule("r", {"version": "1.2.3"}) == of_rule("r", {"version": "1.9.0"})
    assert of_rule("r", {"version": "1.2.3"}) != of_rule("r", {"version": "2.0.0"})
    assert of_rule("r", {"package": "a"}) != of_rule("r", {"package": "b"})
    assert of_rule("r", {"package": "rollup-linux-x64"}) != of_rule("r", {"package": "rollup-linux-arm64"})
