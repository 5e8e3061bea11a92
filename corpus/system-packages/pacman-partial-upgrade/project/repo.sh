set -e
mkdir -p repo cache image/var/lib/pacman
for info in *.info; do
  mkdir -p "parts/$info"
  cp "$info" "parts/$info/.PKGINFO"
  tar -C "parts/$info" --zstd -cf "repo/${info%.info}-1.0-1-any.pkg.tar.zst" .PKGINFO
done
repo-add -q repo/shop.db.tar.gz repo/*.zst
pacman --config pacman.conf --root /app/image --noconfirm -Sy
pacman --config pacman.conf --root /app/image --noconfirm -S shop-web
rm repo/libshop*
sleep 2
sed "s/1.0-1/2.0-1/" libshop.info > parts/libshop.info/.PKGINFO
tar -C parts/libshop.info --zstd -cf repo/libshop-2.0-1-any.pkg.tar.zst .PKGINFO
repo-add -q repo/shop.db.tar.gz repo/libshop*.zst
