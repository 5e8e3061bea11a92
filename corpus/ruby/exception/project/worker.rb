settings = {}
puts settings.fetch(:ledger)
