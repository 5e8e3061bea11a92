set -e
/usr/sbin/usermod -aG render-shop daemon
