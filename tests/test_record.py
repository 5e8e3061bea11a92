"""Our named tuples are those of `typing`, only cheaper to define."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import typing
from pathlib import Path

import pytest

from logdoctor.record import NamedTuple


class Ours(NamedTuple):
    """A place."""

    line: int
    text: str = ""
    joints: tuple[int, ...] = ()

    @property
    def short(self) -> str:
        return self.text[:3]


class Theirs(typing.NamedTuple):
    """A place."""

    line: int
    text: str = ""
    joints: tuple[int, ...] = ()


CALLS: list[tuple[tuple[object, ...], dict[str, object]]] = [
    ((1,), {}),
    ((1, "two"), {"joints": (3,)}),
    ((), {"text": "x", "line": 4}),
]


@pytest.mark.parametrize(("values", "named"), CALLS)
def test_it_is_made_read_and_shown_like_one_of_typing(
    values: tuple[object, ...], named: dict[str, object]
) -> None:
    ours, theirs = Ours(*values, **named), Theirs(*values, **named)  # type: ignore[arg-type]
    assert ours == theirs
    assert (hash(ours), repr(ours)) == (hash(theirs), repr(theirs).replace("Theirs", "Ours"))
    assert (ours.line, ours.text, ours.joints, ours.short) == (*theirs, theirs.text[:3])
    assert ours._asdict() == theirs._asdict()
    assert ours._fields == theirs._fields
    assert ours._replace(text="new") == theirs._replace(text="new")
    assert pickle.loads(pickle.dumps(ours)) == copy.copy(ours) == ours


def test_it_can_be_taken_apart_by_its_names() -> None:
    match Ours(7, "seven"):
        case Ours(line=7, text=text):
            assert text == "seven"
        case other:
            pytest.fail(f"not taken apart: {other}")


@pytest.mark.parametrize(
    ("values", "named"), [((), {}), ((1, 2, 3, 4), {}), ((1,), {"line": 2}), ((1,), {"n": 1})]
)
def test_a_wrong_call_is_refused_in_the_same_words(values: tuple[int, ...], named: dict[str, int]) -> None:
    said = []
    for kind in (Ours, Theirs):
        with pytest.raises(TypeError) as caught:
            kind(*values, **named)  # type: ignore[call-overload]
        said.append(str(caught.value).replace("Theirs", "Ours"))
    assert said[0] == said[1]
    with pytest.raises(ValueError, match="unexpected field names"):
        Ours(1)._replace(number=2)  # type: ignore[call-arg]


def test_fields_cannot_be_set() -> None:
    with pytest.raises(AttributeError):
        Ours(1).line = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Ours(1).other = 2  # type: ignore[attr-defined]


def test_a_plain_call_does_not_import_what_costs_time(tmp_path: Path) -> None:
    program = (
        "import sys, io; from logdoctor.__main__ import main; "
        "sys.stdin = io.TextIOWrapper(io.BytesIO(b'sh: 1: vite: not found')); main([]); "
        "print([name for name in ('typing', 'dataclasses', 'msgspec', 'rich') if name in sys.modules])"
    )
    call = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert call.stdout.splitlines()[-1] == "[]"


def test_it_is_made_alike_the_first_time_and_the_hundredth() -> None:
    """Its constructor is only compiled once it is used often."""

    class Fresh(NamedTuple):
        line: int
        text: str = ""

    for _ in range(100):
        assert Fresh(1) == Fresh(line=1) == Fresh(1, text="") == (1, "")
        for values, named in (((), {}), ((1, "", 2), {}), ((1,), {"line": 1}), ((1,), {"word": ""})):
            with pytest.raises(TypeError):
                Fresh(*values, **named)  # type: ignore[arg-type]
