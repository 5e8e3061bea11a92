IO.puts(System.fetch_env!("LEDGER_SECRET"))
