require "ledger_client"
