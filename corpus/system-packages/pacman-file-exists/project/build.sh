set -e
mkdir -p image/usr/share/shop
echo mine > image/usr/share/shop/about
pacman --config pacman.conf --root /app/image --noconfirm -S shop-web
