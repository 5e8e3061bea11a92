set -eo pipefail
echo a | cat
