set -e
echo "making the user"
/usr/sbin/useradd --create-home daemon
