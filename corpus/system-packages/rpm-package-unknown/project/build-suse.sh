set -e
zypper --non-interactive --root /app/image install jqq
