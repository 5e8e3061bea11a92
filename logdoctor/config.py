"""Read `.logdoctor.toml`: few keys, and a wrong one is an error instead of a silence."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping

from logdoctor.record import NamedTuple

NAME = ".logdoctor.toml"
RULES = ".logdoctor/rules"
LARGEST = 1 << 20


class Config(NamedTuple):
    """What a project asks for. `rules` are folders and `model` a file, as paths that can be opened."""

    disable: tuple[str, ...] = ()
    min_confidence: float = 0.0
    rules: tuple[str, ...] = ()
    comment: bool = True
    model: str = ""


class ConfigError(ValueError):
    """A setting that cannot be followed, with file and line."""


def load(folder: str) -> Config:
    """Read the folder's settings; the rules that lie in their usual place count anyway."""
    path = os.path.join(folder, NAME)
    config = Config()
    if os.path.lexists(path):
        config = parse(_read(path), path)
    own = (RULES,) if os.path.isdir(os.path.join(folder, RULES)) else ()
    folders = dict.fromkeys(os.path.normpath(os.path.join(folder, rules)) for rules in (*own, *config.rules))
    model = os.path.normpath(os.path.join(folder, config.model)) if config.model else ""
    return config._replace(rules=tuple(folders), model=model)


def _read(path: str) -> str:
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise ConfigError(f"{path}: larger than 1 MiB, which no settings file is")
        return data.decode("utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8 text") from None


def parse(text: str, path: str = NAME) -> Config:
    """Check every key and every value.

    >>> parse('min-confidence = 0.5')
    Config(disable=(), min_confidence=0.5, rules=(), comment=True, model='')
    """
    import tomllib

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None
    config = Config()
    for key, value in table.items():
        place = f"{path}:{_line_of(text, key)}"
        if key not in KEYS:
            raise ConfigError(f"{place}: unknown key '{key}'{did_you_mean(key, tuple(KEYS))}")
        try:
            config = KEYS[key](config, value)
        except ValueError as error:
            raise ConfigError(f"{place}: '{key}' must be {error}") from None
    return config


def did_you_mean(word: str, known: Collection[str]) -> str:
    """The end of a sentence that names the nearest known word, or all of few."""
    from difflib import get_close_matches

    near = get_close_matches(word, known, n=1)
    if near:
        return f"; did you mean '{near[0]}'?"
    return f"; known are {', '.join(sorted(known))}" if len(known) < 8 else ""


def _words(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
        raise ValueError('a list of words, such as ["one", "two"]')
    return tuple(value)


def _path(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError('a path, such as ".logdoctor/model.json"')
    return value


def _share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError("a number from 0 to 1")
    return float(value)


def _yes(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


KEYS: Mapping[str, Callable[[Config, object], Config]] = {
    "disable": lambda config, value: config._replace(disable=_words(value)),
    "min-confidence": lambda config, value: config._replace(min_confidence=_share(value)),
    "rules": lambda config, value: config._replace(rules=_words(value)),
    "model": lambda config, value: config._replace(model=_path(value)),
    "comment": lambda config, value: config._replace(comment=_yes(value)),
}


def _line_of(text: str, key: str) -> int:
    """The line that sets a key; tomllib does not tell."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip().lstrip("[").strip("\"' ").startswith(key):
            return number
    return 1
