sh check.sh
