set -e
/usr/sbin/groupadd daemon
/usr/sbin/useradd -g daemon shop
