#!/usr/bin/env bash
# clang-format over every C++ file of ours; changes nothing.
source "$(dirname "$0")/common.sh"
cd "$ROOT"

find src -name '*.h' -o -name '*.cc' | sort | xargs -P "$(nproc)" -n 40 clang-format-19 --dry-run -Werror || {
  say "to mend it: find src -name '*.h' -o -name '*.cc' | xargs clang-format-19 -i"
  exit 1
}
