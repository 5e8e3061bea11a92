def total(rows: list[int]) -> int:
    return ",".join(str(row) for row in rows)
