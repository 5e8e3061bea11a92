set -e
"$1" build --signature-policy policy.json -t shop .
