import os

SECRET = os.environ["LEDGER_SECRET"]
