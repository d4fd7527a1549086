#!/usr/bin/env bash
# pytest.sh ARGUMENT…: pytest in a virtual environment of its own, made once per pins.
source "$(dirname "$0")/common.sh"

venv=$CACHE/tests-$(hash_of "$ROOT/tests/requirements.txt")
exec {lock}>"$CACHE/tests.lock"
flock "$lock"
if [[ ! -f $venv/complete ]]; then
  "$PYTHON" -m venv --clear "$venv"
  retry "$venv/bin/python" -m pip install --disable-pip-version-check --progress-bar off --no-deps --only-binary :all: \
    --require-hashes -r "$ROOT/tests/requirements.txt"
  "$venv/bin/python" -m pip check # --no-deps: the pins must be complete
  touch "$venv/complete"
fi
exec {lock}>&-
cd "$ROOT"
exec "$venv/bin/python" -m pytest -v -p no:cacheprovider --timeout 120 -n 4 "$@"
