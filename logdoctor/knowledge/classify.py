"""Ask the model: which lines of a failed step tell the cause, and what kind of trouble they tell of.

Two linear models over named features, kept as plain JSON: whole numbers that stand for weights. The
file's first row is about it and holds the calibration, the second is the line ranker, the third the
step classifier, the fourth the list of what it was trained on; each is read only when somebody asks.
No pickle; a file that is damaged, foreign or of another format is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise

from logdoctor import resources
from logdoctor.knowledge.errors import ModelError
from logdoctor.model import Line, Opinion, Step
from logdoctor.record import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

FORMAT = 1
PARTS = 5
"""Rows of a model file: its head, the two models, what it was trained on, and an end."""
LARGEST = 16 << 20
MAGIC = "logdoctor.model"
NONE = "none"
"""The class of what is like nothing that was learned."""
READ = 3
"""Telling lines that the class is read from, each with the line after it."""
SCALE = 64.0
"""What one unit of a stored weight stands for: weights are stored as multiples of 1/64."""


class Classifier:
    """A model file, read only as far as somebody asks."""

    def __init__(
        self,
        source: Callable[[], bytes | None],
        name: str = "the model",
        first: Callable[[], bytes | None] | None = None,
    ) -> None:
        """`source` gives the file, `first` its first row where that can be had alone."""
        self._source = source
        self._name = name
        self._first = first or source

    @cached_property
    def _head(self) -> dict[str, Any]:
        return head_of(self._present(self._first()), self._name)

    @cached_property
    def _parts(self) -> list[bytes]:
        return parts_of(self._present(self._source()), self._head, self._name)

    def _present(self, data: bytes | None) -> bytes:
        if data is None:
            raise ModelError(f"{self._name} is missing from this installation")
        return data

    @property
    def calibration(self) -> Mapping[str, float]:
        """How far each ground of a diagnosis moves the odds that it is right."""
        weights: Mapping[str, float] = self._head["calibration"]
        return weights

    @property
    def trained_on(self) -> Mapping[str, str]:
        """A short hash of every log that was learned from, by its name."""
        return self._part(2)

    @property
    def about(self) -> Mapping[str, Any]:
        """What the file says of itself: versions, hash of its data, report card."""
        return self._head

    @cached_property
    def _lines(self) -> Mapping[str, int]:
        return self._part(0)

    @cached_property
    def _classes(self) -> Mapping[str, Any]:
        return self._part(1)

    def _part(self, number: int) -> dict[str, Any]:
        """A part of the file, once it is known to be as it was written."""
        row = self._parts[number]
        if checksum(row) != self._head["checksums"][number]:
            raise ModelError(f"{self._name}: damaged; its contents do not fit its checksum")
        part: dict[str, Any] = resources.parsed(row)
        return part

    def check(self) -> None:
        """Read all of it; ModelError if a part is not as training writes it."""
        try:
            labels, start = self._classes["labels"], self._classes["start"]
            rows = self._classes["weights"].values()
            sound = (
                all(type(value) is int for value in self._lines.values())
                and all(isinstance(value, int | float) for value in self.calibration.values())
                and all(isinstance(label, str) for label in labels)
                and len(labels) == len(start) >= 2
                and len(self._classes["platt"]) == 2
                and isinstance(self._classes["families"], dict)
                and all(type(value) is int for value in start)
                and all(len(row) % 2 == 0 and all(type(value) is int for value in row) for row in rows)
                and all(0 <= number < len(labels) for row in rows for number in row[::2])
            )
        except ModelError:
            raise
        except (KeyError, TypeError, AttributeError, ValueError):
            sound = False
        if not sound:
            raise ModelError(f"{self._name}: not what training writes; train it again")

    def rank(self, step: Step) -> dict[int, float]:
        """Positions of a step's lines that speak of trouble, with how much they tell of its cause."""
        from logdoctor.knowledge.features import candidates, of_candidates

        weights = self._lines
        named = of_candidates(step, candidates(step))
        return {
            position: sum(weights.get(name, 0) for name in names) / SCALE for position, names in named.items()
        }

    def opinion(self, step: Step, ranked: Mapping[int, float]) -> Opinion | None:
        """The line that tells most, how far it stands out, and the nearest class; None without a line."""
        if not ranked:
            return None
        ordered = sorted(ranked, key=lambda position: (-ranked[position], position))
        best = ordered[0]
        named = of_step(step.lines, ordered)
        label, share = self._nearest(named)
        rest = [value for position, value in ranked.items() if position != best]
        margin = ranked[best] - max(rest) if rest else 4.0
        family = self._family(label)
        return Opinion(
            step.id, best, step.lines[best], ranked[best], margin, label, family, share, len(ranked)
        )

    def _nearest(self, names: Sequence[str]) -> tuple[str, float]:
        """The class with the highest score, and how likely it is the right one."""
        from math import exp

        labels, weights = self._classes["labels"], self._classes["weights"]
        scores = list(self._classes["start"])
        for name in names:
            row = weights.get(name, ())
            for number, value in zip(row[::2], row[1::2], strict=True):
                scores[number] += value
        second, top = sorted(scores)[-2:]
        slope, start = self._classes["platt"]
        return labels[scores.index(top)], 1 / (1 + exp(-(slope * (top - second) / SCALE + start)))

    def _family(self, label: str) -> str:
        families: Mapping[str, str] = self._classes["families"]
        return families.get(label, NONE)


def of_step(lines: Sequence[Line], ordered: Sequence[int]) -> list[str]:
    """What the step classifier sees: the words of the most telling lines, and of those after them."""
    from logdoctor.words import words

    names: dict[str, None] = {}
    for number, position in enumerate(ordered[:READ]):
        found = words(lines[position].text)
        mark = "1" if number == 0 else ""
        names.update(dict.fromkeys(f"w{mark}:{word}" for word in found))
        names.update(dict.fromkeys(f"b{mark}:{one} {other}" for one, other in pairwise(found)))
        if number == 0 and position + 1 < len(lines):
            names.update(dict.fromkeys("n:" + word for word in words(lines[position + 1].text)))
    return list(names)


def head_of(data: bytes, name: str = "the model") -> dict[str, Any]:
    """What the file's first row says; ModelError if it is not one of ours."""
    try:
        head: dict[str, Any] = resources.parsed(data.partition(b"\n")[0])
        known = head["model"] == MAGIC
        version = head["format"]
    except (ValueError, TypeError, KeyError):
        known = False
    if not known:
        raise ModelError(f"{name}: not a model of logdoctor")
    if version != FORMAT:
        raise ModelError(f"{name}: format {version!r:.20} of another version; train it again")
    return head


def parts_of(data: bytes, head: Mapping[str, Any], name: str = "the model") -> list[bytes]:
    """The rows after the first, unread; ModelError if some are missing."""
    rows = data.split(b"\n")
    if len(rows) != PARTS or len(head.get("checksums", ())) != PARTS - 2:
        raise ModelError(f"{name}: damaged; parts of it are missing")
    return rows[1:-1]


def checksum(part: bytes) -> str:
    """A short digest, enough to notice damage; a model is data and can do nothing else than be wrong."""
    from zlib import crc32

    return f"{crc32(part):08x}"


def load(path: str) -> Classifier:
    """Somebody's own model, read whole at once; ModelError if it cannot be used."""
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror})") from None
    if len(data) > LARGEST:
        raise ModelError(f"{path}: larger than {LARGEST >> 20} MiB, which no model is")
    model = Classifier(lambda: data, path)
    model.check()
    return model


@lru_cache(maxsize=1)
def shipped() -> Classifier:
    """The model that comes with the program."""
    return Classifier(
        lambda: resources.packaged("model.json"),
        "the model that comes with logdoctor",
        lambda: resources.packaged("model.json", first=True),
    )
