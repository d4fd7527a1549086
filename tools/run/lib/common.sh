# shellcheck shell=bash
# Sourced by every script of ./run: where things are, and how a step shows that it is at work.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
CACHE=${CALL_AGENT_CACHE:-${HOME:?}/.cache/call-agent} # outside the checkout: a second clone starts warm
# shellcheck disable=SC2034 # the scripts that source this use it
PYTHON=/usr/bin/python3 # Debian's own, whatever else is on the PATH
LOGS=$ROOT/build/logs
mkdir -p "$CACHE" "$LOGS"
CALL_AGENT_STACK_DIR=$(realpath -m "${CALL_AGENT_STACK_DIR:-$ROOT/build/stack}") # the same one, wherever a program runs
export CALL_AGENT_STACK_DIR

say() { printf '%s\n' "$*" >&2; }

# die WHAT HINT: what failed, and what to do about it.
die() {
  say "error: $1"
  [[ -z ${2:-} ]] || say "       $2"
  exit 1
}

# step WHAT HINT COMMAND…: runs an external command, its output in a log. Silent under a second; then it shows WHAT,
# how long it has taken and the last line of its output. On failure: the end of the log, and HINT.
step() {
  local what=$1 hint=$2 log ticker status=0 started=$SECONDS
  shift 2
  log=$LOGS/$(tr -cs '[:alnum:]\n' '-' <<<"$what").log
  ticker_loop "$what" "$log" &
  ticker=$!
  "$@" >"$log" 2>&1 || status=$?
  # By SIGKILL: on any other signal a child as young as it may be would run the EXIT trap it has from us.
  { kill -KILL "$ticker" && wait "$ticker"; } 2>/dev/null || true
  [[ ! -t 2 ]] || printf '\r\033[K' >&2
  if ((status)); then
    tail -n 40 "$log" >&2
    say "error: $what failed (exit status $status); all of its output: $log"
    [[ -z $hint ]] || say "       $hint"
    return "$status"
  fi
  ((SECONDS - started < 2)) || say "  $what: done in $((SECONDS - started)) s"
}

# Waits by `read` on a pipe nobody writes: no child that could outlive it.
ticker_loop() {
  local what=$1 log=$2 started=$SECONDS pause=1 never
  exec {never}<> <(:)
  while kill -0 $$ 2>/dev/null; do
    read -rt "$pause" -u "$never" || true
    if [[ -t 2 ]]; then
      printf '\r\033[K  %s: %d s  %.80s' "$what" $((SECONDS - started)) "$(last_line "$log")" >&2
    else
      say "  $what: $((SECONDS - started)) s  $(last_line "$log")"
      pause=10
    fi
  done
}

last_line() { tail -c 400 "$1" 2>/dev/null | tr '\r' '\n' | grep -v '^[[:space:]]*$' | tail -n 1 | cut -c 1-100; }

# retry COMMAND…: downloads get three chances.
retry() {
  local attempt
  for attempt in 1 2 3; do
    "$@" && return
    ((attempt == 3)) || say "that failed; trying again"
  done
  return 1
}

# hash_of FILE…: one short hash of the contents, the same in every checkout.
hash_of() { cat -- "$@" | sha256sum | cut -c 1-16; }

# as_root COMMAND…
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "this needs root: $*" "Run it as root, or install sudo."
  fi
}

# As many compilers at once as there are cores, and as many as fit the memory (a big file of ours takes 1.5 GB).
build_jobs() {
  local cores fit
  cores=$(nproc)
  fit=$(($(awk '/^MemAvailable/ {print $2}' /proc/meminfo) / 1500000))
  ((fit >= 1)) || fit=1
  echo $((cores < fit ? cores : fit))
}
