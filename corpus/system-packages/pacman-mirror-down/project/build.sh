set -e
pacman --config pacman.conf --root /app/image --noconfirm -Sy shop-kit
