#!/usr/bin/env bash
# [FILE.cc]…: format, layers, shell scripts, clang-tidy over all sources or the ones named; unchanged ones are not looked at again
source "$(dirname "$0")/lib/common.sh"
lib=$ROOT/tools/run/lib
cd "$ROOT"

bash tools/run/deps.sh
bash tools/run/build.sh dev call_agent_livekit_ffi_proto # clang-tidy needs the generated headers
mapfile -t scripts < <(grep -rlE -m 1 '^#!/usr/bin/env bash|^# shellcheck shell=bash' run .ci tools tests)
status=0
step "clang-format" "" bash "$lib/format.sh" || status=1
step "check-layers" "" tools/check-layers || status=1
step "shellcheck" "" shellcheck -x -P SCRIPTDIR -e SC1091 "${scripts[@]}" || status=1
"$PYTHON" "$lib/tidy.py" "$CACHE/tidy" "$@" || status=1
exit "$status"
