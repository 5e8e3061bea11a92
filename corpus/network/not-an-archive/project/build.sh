set -e
echo "unpacking"
tar -xzf tool.tar.gz
