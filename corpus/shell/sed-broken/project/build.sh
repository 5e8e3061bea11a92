set -e
TARGET=/srv/app
sed -i "s/BASE/$TARGET/" config.txt
