#!/usr/bin/env bash
# pytest.sh ARGUMENT…: pytest in the tests' own virtual environment.
source "$(dirname "$0")/common.sh"

python=$(bash "$ROOT/tools/run/lib/tests_python.sh")
cd "$ROOT"
exec "$python" -m pytest -v -p no:cacheprovider --timeout 120 -n 4 "$@"
