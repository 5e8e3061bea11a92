set -e
source ./settings
echo "$MODE"
