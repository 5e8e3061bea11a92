require("ledger/lib/internal");
