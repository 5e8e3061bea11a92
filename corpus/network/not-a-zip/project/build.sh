set -e
unzip -q tool.zip -d tool
