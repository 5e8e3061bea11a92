LIMIT = {}["rows"]


def test_limit():
    assert LIMIT
