set -e
/usr/sbin/adduser -S -D shop
