set -e
mkdir -p m
unshare -U sh -c "mount -t tmpfs none m"
