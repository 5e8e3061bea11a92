extern int ledger_sum(void);
int ledger_use(void) { return ledger_sum(); }
