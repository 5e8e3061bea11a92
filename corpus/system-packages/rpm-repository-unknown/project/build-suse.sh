set -e
zypper --non-interactive --root /app/image refresh crb
