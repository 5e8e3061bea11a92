install.packages("ledger", repos = "http://127.0.0.1:9", lib = "/app")
library(ledger, lib.loc = "/app")
