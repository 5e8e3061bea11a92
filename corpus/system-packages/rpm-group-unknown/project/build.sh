set -e
dnf --config dnf.conf --installroot /app/image --releasever 9 group install -y build-tools
