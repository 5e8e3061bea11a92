set -e
[ $STAGE = production ]
echo production
