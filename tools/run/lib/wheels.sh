#!/usr/bin/env bash
# wheels.sh REQUIREMENTS FOLDER: downloads hash-pinned wheels, those already there not again.
source "$(dirname "$0")/common.sh"

pip=$CACHE/pip
if [[ ! -x $pip/bin/pip ]]; then
  rm -rf "$pip"
  "$PYTHON" -m venv "$pip"
fi
retry "$pip/bin/python" -m pip download --disable-pip-version-check --progress-bar off --no-deps --only-binary :all: \
  --python-version 3.11 --platform manylinux_2_34_x86_64 --platform manylinux_2_28_x86_64 \
  --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 --require-hashes -r "$1" -d "$2"
