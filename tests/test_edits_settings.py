"""Lines of .npmrc and .dockerignore come and go; all others stay."""

from __future__ import annotations

import pytest

from logdoctor.remedies.edits import EditError, apply


@pytest.mark.parametrize(
    ("operation", "args", "before", "after"),
    [
        pytest.param(
            "ini-set", {"key": "a", "value": "2"}, "a = 1 ; why\nb=1", "a = 2 ; why\nb=1", id="a value"
        ),
        pytest.param(
            "ini-set", {"key": "a", "value": "2"}, "a=0\na=1\n", "a=0\na=2\n", id="the one that counts"
        ),
        pytest.param("ini-set", {"key": "a", "value": "2"}, "a\n", "a=2\n", id="a bare key"),
        pytest.param("ini-set", {"key": "a", "value": "2"}, "", "a=2\n", id="a new file"),
        pytest.param("ini-set", {"key": "a", "value": "2"}, "b=1", "b=1\na=2", id="no newline at the end"),
        pytest.param("ini-set", {"key": "a", "value": "2"}, "b=1\r\n", "b=1\r\na=2\r\n", id="CRLF"),
        pytest.param(
            "ini-set", {"key": "a", "value": "2"}, "b=1\n[s]\na=1\n", "b=1\na=2\n[s]\na=1\n", id="sections"
        ),
        pytest.param(
            "ini-set", {"key": "a[]", "value": "2"}, "a[]=1\n", "a[]=1\na[]=2\n", id="one more of a list"
        ),
        pytest.param("ini-set", {"key": "a", "value": "x;y"}, "", "a=x\\;y\n", id="a semicolon"),
        pytest.param("ini-set", {"key": "a", "value": "true"}, "a\n", "a\n", id="nothing to do"),
        pytest.param(
            "ini-set", {"key": "a", "value": "x y"}, 'a="x y"\n', 'a="x y"\n', id="the same in quotes"
        ),
        pytest.param("ini-remove", {"key": "a"}, "# c\na=1\nb=ü\na=2", "# c\nb=ü", id="every line of a key"),
        pytest.param("ini-remove", {"key": "a", "value": "1"}, "a=1\na=2\n", "a=2\n", id="one value"),
        pytest.param("ini-remove", {"key": "a"}, "b=1\n", "b=1\n", id="nothing to remove"),
        pytest.param(
            "ignore-add", {"pattern": "dist"}, "# x\nnode_modules", "# x\nnode_modules\ndist", id="a pattern"
        ),
        pytest.param(
            "ignore-add", {"pattern": "a/dist"}, "**/dist/\n", "**/dist/\n", id="left out by another"
        ),
        pytest.param(
            "ignore-add", {"pattern": "dist"}, "dist\n!dist\n", "dist\n!dist\ndist\n", id="an exception loses"
        ),
        pytest.param(
            "ignore-remove",
            {"pattern": "dist"},
            "/dist/\n!dist\ndist2\r\n",
            "!dist\ndist2\r\n",
            id="its line",
        ),
        pytest.param("ignore-except", {"pattern": "src"}, "*\n", "*\n!src\n", id="an exception"),
        pytest.param(
            "ignore-except", {"pattern": "src/a.ts"}, "*\n!src\n", "*\n!src\n", id="in by its folder"
        ),
        pytest.param("ignore-except", {"pattern": "src"}, "dist\n", "dist\n", id="nothing leaves it out"),
    ],
)
def test_a_line_comes_or_goes(operation: str, args: dict[str, str], before: str, after: str) -> None:
    assert apply(operation, before, args) == after


@pytest.mark.parametrize(
    ("operation", "args"),
    [
        pytest.param("ini-set", {"key": "a", "value": "1\nb=2"}, id="two lines"),
        pytest.param("ini-set", {"key": "[a", "value": "1"}, id="a section"),
        pytest.param("ini-set", {"key": "a=b", "value": "1"}, id="a key with a mark"),
        pytest.param("ignore-add", {"pattern": "!a"}, id="an exception"),
        pytest.param("ignore-add", {"pattern": "# a"}, id="a comment"),
    ],
)
def test_what_would_not_be_a_setting_or_pattern_is_refused(operation: str, args: dict[str, str]) -> None:
    with pytest.raises(EditError):
        apply(operation, "", args)
