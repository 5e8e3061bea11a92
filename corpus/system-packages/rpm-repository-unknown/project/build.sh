set -e
dnf --config dnf.conf --installroot /app/image --releasever 9 --enablerepo crb install -y jq
