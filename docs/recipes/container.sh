#!/usr/bin/env bash
# The container image: nothing to install, no network, not root. The project is only looked at.
#   docker build --file Containerfile --tag logdoctor .      in a checkout of logdoctor makes the image
set -euo pipefail

docker run --rm --interactive --network none --read-only --volume "$PWD:/project:ro" \
  logdoctor diagnose --project /project - < "${1:-build.log}"
