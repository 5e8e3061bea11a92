python3 serve.py &
server=$!
trap "kill $server" EXIT
sleep 1
pacman --config pacman.conf --root /app/image --noconfirm -Sy > sync.log
mv repo/shop-kit-1.0-1-any.pkg.tar.zst repo/shop-kit-1.0-2-any.pkg.tar.zst
pacman --config pacman.conf --root /app/image --noconfirm -S shop-kit
