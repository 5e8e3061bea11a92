def total(rows)
  rows.sum
