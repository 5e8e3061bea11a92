set -e
mkdir -p out
echo "preparing"
mkdir out
