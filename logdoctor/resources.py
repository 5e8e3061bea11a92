"""The data that travels with the program: the same from a wheel, an sdist and a checkout."""

from __future__ import annotations

import os

_PACKAGE = os.path.dirname(os.path.abspath(__file__))


def packaged(name: str, first: bool = False) -> bytes | None:
    """A file of the package's own data folder, or its first row; None if there is no such file."""
    try:
        with open(os.path.join(_PACKAGE, "data", name), "rb") as file:
            return file.readline() if first else file.read()
    except FileNotFoundError:
        return None


def checkout() -> str | None:
    """The root of the source checkout that the program runs from, or None if it is installed."""
    root = os.path.dirname(_PACKAGE)
    return root if os.path.isfile(os.path.join(root, "pyproject.toml")) else None
