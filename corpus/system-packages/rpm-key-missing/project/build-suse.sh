set -e
zypper --non-interactive --root /app/image install shop-kit
