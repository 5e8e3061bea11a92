"""The reader of our own JSON says what the standard library says, with or without its part in C."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logdoctor import resources

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)
READERS = pytest.mark.parametrize("scan", [resources._scan, resources._standard], ids=["in C", "standard"])


@READERS
@given(VALUES)
def test_what_is_written_is_read(scan: Callable[[str, int], tuple[Any, int]], value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        assert scan(text, 0) == (value, len(text))


@pytest.mark.parametrize("wrong", [b"", b"{", b"[1,]", b"{}x", b'{"a" 1}', b'"\\q"', b"\xff", b"nul"])
def test_what_is_no_json_is_refused(wrong: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  bytes and JSON each have one of their own
        resources.parsed(wrong)
