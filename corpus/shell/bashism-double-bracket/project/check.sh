set -e
[[ "$CI" == true ]]
echo in CI
