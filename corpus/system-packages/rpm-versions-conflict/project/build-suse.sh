set -e
zypper --non-interactive --root /app/image install ledger till
