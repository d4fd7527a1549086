#!/usr/bin/env bash
# [SECONDS] [NAME]…: the fuzzers named, or every one, for so many seconds each (30), from their seed corpus
source "$(dirname "$0")/lib/common.sh"
seconds=${1:-30}
named=("${@:2}")
[[ $seconds =~ ^[0-9]+$ ]] || die "./run fuzz $seconds: expected a number of seconds"

cd "$ROOT"
bash tools/run/build.sh fuzz build.ninja # configures: only then are the fuzzers' names known
mapfile -t fuzzers < <(ninja -C build/fuzz -t targets all | sed -n 's/^\(fuzz_[a-z0-9_]*\): .*/\1/p' | sort -u)
if ((${#named[@]})); then
  for name in "${named[@]}"; do
    [[ " ${fuzzers[*]} " == *" fuzz_$name "* ]] || die "./run fuzz: there is no fuzzer $name" "There are: ${fuzzers[*]#fuzz_}"
  done
  fuzzers=("${named[@]/#/fuzz_}")
fi
bash tools/run/build.sh fuzz "${fuzzers[@]}"
export ASAN_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-19 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
shopt -s nullglob globstar
failed=()
for fuzzer in "${fuzzers[@]/#/build/fuzz/}"; do
  name=${fuzzer##*/fuzz_}
  found=build/fuzz/found/$name # what this machine found; src/ keeps the seeds
  mkdir -p "$found"
  seeds=(src/**/fuzz/corpus/"$name"/)
  say "fuzzing $name for $seconds s"
  step "fuzz $name" "The input that failed is in $found; replay it: $fuzzer FILE" \
    "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$found/" "$found" "${seeds[@]}" || failed+=("$name")
done
((${#failed[@]} == 0)) || die "found by: ${failed[*]}"
