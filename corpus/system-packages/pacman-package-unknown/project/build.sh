set -e
pacman --config pacman.conf --root /app/image --noconfirm -S shop-kit build-essential
