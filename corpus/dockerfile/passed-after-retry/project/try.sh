#!/bin/sh
[ -e .once ] && exit 0
touch .once
echo "npm error code ECONNRESET" >&2
echo "npm error network read ECONNRESET" >&2
exit 1
