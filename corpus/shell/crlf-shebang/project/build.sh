set -e
./pack.sh
