"""Settings: followed, or refused with file and line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from logdoctor.config import KEYS, Config, ConfigError, load, parse


def test_every_key_is_followed() -> None:
    text = 'disable = ["a", "b"]\nmin-confidence = 1\nrules = ["team/rules"]\n'
    assert parse(text) == Config(("a", "b"), 1.0, ("team/rules",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "\ndisabel = []", "x:2: unknown key 'disabel'; did you mean 'disable'?", id="misspelt key"
        ),
        pytest.param(
            "zzz = 1",
            "x:1: unknown key 'zzz'; known are comment, disable, min-confidence, model, rules",
            id="strange key",
        ),
        pytest.param("[rule]", "x:1: unknown key 'rule'; did you mean 'rules'?", id="a table"),
        pytest.param(
            'disable = "a"',
            """x:1: 'disable' must be a list of words, such as ["one", "two"]""",
            id="no list",
        ),
        pytest.param(
            "disable = [1]",
            """x:1: 'disable' must be a list of words, such as ["one", "two"]""",
            id="numbers",
        ),
        pytest.param(
            "min-confidence = 2", "x:1: 'min-confidence' must be a number from 0 to 1", id="too sure"
        ),
        pytest.param(
            "min-confidence = true", "x:1: 'min-confidence' must be a number from 0 to 1", id="bool"
        ),
        pytest.param("a = ", "x: Invalid value (at end of document)", id="no TOML"),
        pytest.param("rules = []\nrules = []", "x: Cannot overwrite a value", id="twice"),
    ],
)
def test_a_wrong_setting_is_refused(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse(text, "x")
    assert str(raised.value).startswith(message)


def test_rules_beside_the_code_are_found(tmp_path: Path) -> None:
    assert load(str(tmp_path)) == Config()
    (tmp_path / ".logdoctor" / "rules").mkdir(parents=True)
    assert load(str(tmp_path)).rules == (str(tmp_path / ".logdoctor/rules"),)


def test_folders_of_rules_count_from_the_settings_file(tmp_path: Path) -> None:
    (tmp_path / ".logdoctor.toml").write_text('rules = ["team/rules", "./.logdoctor/rules"]')
    assert load(str(tmp_path)).rules == (str(tmp_path / "team/rules"), str(tmp_path / ".logdoctor/rules"))
    (tmp_path / ".logdoctor" / "rules").mkdir(parents=True)
    assert load(str(tmp_path)).rules == (str(tmp_path / ".logdoctor/rules"), str(tmp_path / "team/rules"))


def test_settings_that_cannot_be_read_are_no_silence(tmp_path: Path) -> None:
    (tmp_path / ".logdoctor.toml").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        load(str(tmp_path))


def test_a_broken_link_is_no_silence(tmp_path: Path) -> None:
    os.symlink("nowhere", tmp_path / ".logdoctor.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(str(tmp_path))


def test_settings_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / ".logdoctor.toml").write_bytes('disable = ["ä"]'.encode("latin-1"))
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        load(str(tmp_path))


def test_the_readme_tells_of_every_key() -> None:
    text = (Path(__file__).parent.parent / "README.md").read_text()
    assert [key for key in KEYS if f"{key} = " not in text] == []
