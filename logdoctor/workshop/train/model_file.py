"""Write a model: plain JSON, the same bytes for the same corpus and seed."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

from logdoctor.knowledge.classify import FORMAT, MAGIC, SCALE, checksum
from logdoctor.workshop.train.fit import SMALLEST, Classes, Ranker
from logdoctor.workshop.train.samples import SEED, Source

LARGEST = 1_000_000
"""Bytes a model may have: it travels in the wheel."""


class Fitted(NamedTuple):
    """All that was learned. `platt` turns the lead of the nearest class into a probability."""

    ranker: Ranker
    classes: Classes
    families: Mapping[str, str]
    platt: tuple[float, float]
    calibration: Mapping[str, float]


def written(fitted: Fitted, found: Sequence[Source] = (), card: Mapping[str, Any] | None = None) -> bytes:
    """The model's bytes."""
    trained_on = hashes(found)
    parts = [_json(fitted.ranker), _json(_classes(fitted)), _json(trained_on)]
    head = {
        "model": MAGIC,
        "format": FORMAT,
        "checksums": [checksum(part) for part in parts],
        "calibration": {name: round(value, 3) for name, value in sorted(fitted.calibration.items())},
        "data": hashlib.sha256(parts[2]).hexdigest(),
        "logs": len(trained_on),
        "seed": SEED,
        "versions": {
            "logdoctor": version("logdoctor"),
            "python": ".".join(platform.python_version_tuple()[:2]),
            "scikit-learn": version("scikit-learn"),
        },
        "card": card or {},
    }
    return b"\n".join([_json(head), *parts, b""])


def hashes(found: Iterable[Source]) -> dict[str, str]:
    """A short hash of every labelled log, variations left out: a seed makes those anew."""
    return {
        each.case.name: hashlib.sha256(each.data + repr(each.case.causes).encode()).hexdigest()[:8]
        for each in sorted(found, key=lambda each: each.case.name)
        if "~" not in each.case.name
    }


def _classes(fitted: Fitted) -> dict[str, Any]:
    classes = fitted.classes
    whole = (classes.weights * SCALE).round().astype(int)
    rows: dict[str, list[int]] = {}
    for name, number in classes.known.items():
        column = whole[:, number]
        row = [
            value
            for label, weight in enumerate(column.tolist())
            if abs(weight) >= SMALLEST
            for value in (label, weight)
        ]
        if row:
            rows[name] = row
    return {
        "labels": classes.labels,
        "families": {label: fitted.families[label] for label in classes.labels if label in fitted.families},
        "start": [round(float(value) * SCALE) for value in classes.start],
        "platt": [round(value, 4) for value in fitted.platt],
        "weights": rows,
    }


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()
