set -e
mkdir -p repo cache image/var/lib/pacman
for info in *.info; do
  mkdir -p "parts/$info"
  cp "$info" "parts/$info/.PKGINFO"
  tar -C "parts/$info" --zstd -cf "repo/${info%.info}-1.0-1-any.pkg.tar.zst" .PKGINFO
done
repo-add -q repo/shop.db.tar.gz repo/*.zst
pacman --config pacman.conf --root /app/image --noconfirm -Sy
GPG="gpg --homedir /app/keys --batch --quiet"
mkdir -m 700 keys
$GPG --passphrase "" --quick-gen-key "shop <shop@mirror.example>" rsa2048 sign never
$GPG --detach-sign repo/shop-kit-1.0-1-any.pkg.tar.zst
