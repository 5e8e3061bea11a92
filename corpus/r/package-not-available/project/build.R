install.packages("ledger", repos = "file:///app/repo", lib = "/app")
library(ledger, lib.loc = "/app")
