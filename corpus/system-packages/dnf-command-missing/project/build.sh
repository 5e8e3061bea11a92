set -e
dnf --config dnf.conf --installroot /app/image --releasever 9 config-manager --set-enabled crb
