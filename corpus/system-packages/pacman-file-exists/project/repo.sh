set -e
mkdir -p repo cache image/var/lib/pacman
for info in *.info; do
  mkdir -p "parts/$info/usr/share/shop"
  cp "$info" "parts/$info/.PKGINFO"
  echo "$info" > "parts/$info/usr/share/shop/about"
  tar -C "parts/$info" --zstd -cf "repo/${info%.info}-1.0-1-any.pkg.tar.zst" .PKGINFO usr
done
repo-add -q repo/shop.db.tar.gz repo/*.zst
pacman --config pacman.conf --root /app/image --noconfirm -Sy
