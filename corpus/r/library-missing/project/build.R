library(ledger)
