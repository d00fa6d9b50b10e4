#!/usr/bin/env bash
# Tries docs/scale-out.md on this machine; ends every process it started, also on Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."
PYTHONPATH=. exec "${PYTHON:-.venv/bin/python}" -m bench.scaleout
