#!/usr/bin/env bash
# tests_python.sh: prints the Python of a virtual environment with the packages tests/requirements.txt pins, made once per pins.
source "$(dirname "$0")/common.sh"

venv=$CACHE/tests-$(hash_of "$ROOT/tests/requirements.txt")
exec {lock}>"$CACHE/tests.lock"
flock "$lock"
if [[ ! -f $venv/complete ]]; then
  {
    "$PYTHON" -m venv --clear "$venv"
    retry "$venv/bin/python" -m pip install --disable-pip-version-check --progress-bar off --no-deps --only-binary :all: \
      --require-hashes -r "$ROOT/tests/requirements.txt"
    "$venv/bin/python" -m pip check # --no-deps: the pins must be complete
  } >&2
  touch "$venv/complete"
fi
echo "$venv/bin/python"
