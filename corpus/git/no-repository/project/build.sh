set -e
echo "stamping the build"
REV=$(git rev-parse --short HEAD)
echo "$REV" > revision.txt
