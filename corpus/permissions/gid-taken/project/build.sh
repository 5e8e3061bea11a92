set -e
/usr/sbin/groupadd --gid 1 shop
