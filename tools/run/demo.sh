#!/usr/bin/env bash
# The main job on this machine alone: a worker, a restaurant's telephone, and an MCP client that has a table booked.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
demo=$root/build/demo
program=$root/build/release/call-agent
number=+442079460123

say() { printf '\n\033[1m%s\033[0m\n' "$*" >&2; }

"$root/run" build release call-agent
say "Starting LiveKit on loopback"
stack_was_up=true
"$root/run" stack status >/dev/null 2>&1 || stack_was_up=false
"$root/run" stack up >/dev/null
# shellcheck source=/dev/null
. "$root/build/stack/ports.env"

rm -rf "$demo"
mkdir -p "$demo"
# Nothing of the user's own: no account to call from, no language model to speak for the script.
export CALL_AGENT_HOME=$demo/home XDG_CONFIG_HOME=$demo/config
unset LIVEKIT_URL LIVEKIT_API_KEY LIVEKIT_API_SECRET SIP_OUTBOUND_TRUNK_ID LLM_BASE_URL LLM_API_KEY LLM_MODEL
cd "$demo"

pids=()
stop_all() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  $stack_was_up || "$root/run" stack down >/dev/null
}
trap stop_all EXIT

# wait_for FILE PATTERN WHAT: until a line of the file matches; its program's own words if that takes too long.
wait_for() {
  for _ in $(seq 200); do
    if grep -q "$2" "$1" 2>/dev/null; then return; fi
    sleep 0.1
  done
  echo "$3 did not start; it said:" >&2
  cat "$1" >&2
  exit 1
}

say "A restaurant's telephone on 127.0.0.1:$PHONE_SIP_PORT, and the agent's worker"
"$program" phone --listen "127.0.0.1:$PHONE_SIP_PORT" --scenario "$root/scenarios/phone/restaurant.json" \
  --record "$demo/phone" --log "$demo/phone.jsonl" >"$demo/phone.log" 2>&1 &
pids+=($!)
"$program" --env-file "$root/build/stack/.env" calling-agent \
  >"$demo/worker.log" 2>&1 &
pids+=($!)
wait_for "$demo/phone.log" "phone ready" "The telephone"
wait_for "$demo/worker.log" "registered" "The worker"

say "An MCP client calls make_phone_call(\"$number\")"
"$program" test-mcp-client --number "$number" \
  --objective "Book a table for two tomorrow at eight in the evening under the name Ada." \
  -- "$program" --env-file "$root/build/stack/.env" server </dev/null # At a terminal it would have the call confirmed.

say "The summary on the worker's terminal"
wait_for "$demo/worker.log" "recording:" "The summary"
grep -v '^registered\|^20' "$demo/worker.log" || true

say "Claude Desktop: paste this into claude_desktop_config.json"
"$program" --env-file "$root/build/stack/.env" server --print-config claude-desktop
say "All of it took $SECONDS s"
