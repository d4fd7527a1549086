#!/usr/bin/env bash
# [release|dev|asan|tsan|coverage|fuzz]: compiles into build/PRESET; release leaves build/release/call-agent
source "$(dirname "$0")/lib/common.sh"
preset=${1:-release}

bash "$ROOT/tools/run/deps.sh"
cd "$ROOT"
# Paths relative to the checkout: a clone elsewhere finds what another compiled.
export CCACHE_DIR=$CACHE/ccache CCACHE_BASEDIR=$ROOT CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=5G
if [[ ! -f build/$preset/build.ninja ]]; then
  step "configuring $preset" "" cmake --preset "$preset"
fi
step "compiling $preset" "" ninja -C "build/$preset" -j "$(build_jobs)" "${@:2}"
