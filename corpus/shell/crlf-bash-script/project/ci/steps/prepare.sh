#!/bin/bash
set -euo pipefail
echo prepared
