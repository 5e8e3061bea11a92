from ledger import Rows

print(Rows)
