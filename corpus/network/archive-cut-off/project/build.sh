set -e
head -c 2000 /usr/bin/env | gzip > whole.gz
head -c 300 whole.gz > part.gz
gunzip part.gz
