#!/usr/bin/env bash
# ctest.sh PRESET LABEL RESULTS: the GoogleTest tests of one build with one label.
source "$(dirname "$0")/common.sh"

export ASAN_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-19 TSAN_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-19
export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
exec ctest --test-dir "$ROOT/build/$1" -L "^$2\$" -j "$(nproc)" --timeout 300 --output-on-failure --no-tests=error \
  --output-junit "$3"
