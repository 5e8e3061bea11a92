set -e
zypper --non-interactive --root /app/image install shop-web
