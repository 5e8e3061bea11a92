#!/usr/bin/env bash
# Any CI that runs a script. The build's own exit status is what counts; the report goes to standard error.
set -euo pipefail

logdoctor run --log build.log -- "$@"
