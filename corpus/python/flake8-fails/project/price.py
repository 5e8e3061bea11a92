import os


def total(rows: list[int]) -> int:
    return sum(rows)
