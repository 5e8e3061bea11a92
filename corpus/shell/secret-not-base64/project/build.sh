set -e
echo "key: plain text" | base64 -d > key.json
