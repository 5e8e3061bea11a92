set -e
VERSION=$(jq -r .version < answer.json)
echo "$VERSION"
