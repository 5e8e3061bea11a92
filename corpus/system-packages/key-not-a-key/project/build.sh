set -e
export GNUPGHOME=$PWD
gpg --dearmor -o ring.gpg < key.asc
