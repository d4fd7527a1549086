#!/usr/bin/env bash
# The main job on this machine alone: a worker, a restaurant's telephone, and an MCP client that has a table booked.
source "$(dirname "$0")/lib/common.sh"
demo=$ROOT/build/demo
program=$ROOT/build/release/call-agent
number=+442079460123

heading() { printf '\n\033[1m%s\033[0m\n' "$*" >&2; }

bash "$ROOT/tools/run/build.sh" release call-agent
heading "Starting LiveKit on loopback"
stack_was_up=true
bash "$ROOT/tools/run/stack.sh" status >/dev/null 2>&1 || stack_was_up=false
bash "$ROOT/tools/run/stack.sh" up >/dev/null
# shellcheck source=/dev/null
. "$CALL_AGENT_STACK_DIR/ports.env"

mkdir -p "$demo"
# All but its call log: that is the one in the configuration it printed.
find "$demo" -mindepth 1 -maxdepth 1 ! -name home -exec rm -rf {} +
# Nothing of the user's own: no account to call from, no language model to speak for the script.
export CALL_AGENT_HOME=$demo/home XDG_CONFIG_HOME=$demo/config
unset LIVEKIT_URL LIVEKIT_API_KEY LIVEKIT_API_SECRET SIP_OUTBOUND_TRUNK_ID CALL_AGENT_CONFIRM LLM_BASE_URL LLM_API_KEY LLM_MODEL
cd "$demo"

pids=()
stop_all() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  $stack_was_up || bash "$ROOT/tools/run/stack.sh" down >/dev/null
}
trap stop_all EXIT

# wait_for FILE PATTERN: until a line of the file matches; what the file says if that takes too long.
wait_for() {
  for _ in $(seq 200); do
    if grep -q "$2" "$1" 2>/dev/null; then return; fi
    sleep 0.1
  done
  cat "$1"
  return 1
}

# awaited WHAT FILE PATTERN: the same as a step that shows how long it takes.
awaited() { step "$1" "It did not come within 20 s. Its program's log: $2" wait_for "$2" "$3"; }

heading "A restaurant's telephone on 127.0.0.1:$PHONE_SIP_PORT, and the agent's worker"
"$program" phone --listen "127.0.0.1:$PHONE_SIP_PORT" --rtp-ports "$PHONE_RTP_FIRST-$PHONE_RTP_LAST" \
  --scenario "$ROOT/scenarios/phone/restaurant.json" --record "$demo/phone" --log "$demo/phone.jsonl" >"$demo/phone.log" 2>&1 &
pids+=($!)
"$program" --env-file "$CALL_AGENT_STACK_DIR/.env" calling-agent \
  >"$demo/worker.log" 2>&1 &
pids+=($!)
awaited "the telephone" "$demo/phone.log" "phone ready"
awaited "the worker" "$demo/worker.log" "registered"

heading "An MCP client calls make_phone_call(\"$number\")"
"$program" test-mcp-client --number "$number" \
  --objective "Book a table for two tomorrow at eight in the evening under the name Ada." \
  -- "$program" --env-file "$CALL_AGENT_STACK_DIR/.env" server </dev/null || # At a terminal it would have the call confirmed.
  die "the demo's call did not complete" \
    "What the agent heard and did: $demo/worker.log. What the telephone did: $demo/phone.jsonl"

heading "The summary on the worker's terminal"
awaited "the summary" "$demo/worker.log" "recording:"
grep -v '^registered\|^20' "$demo/worker.log" || true
grep -q '^ *booked_time: "' "$demo/worker.log" ||
  die "the call completed, but no time was booked" "What the agent heard: $demo/worker.log"

heading "Claude Desktop: paste this into claude_desktop_config.json"
"$program" --env-file "$CALL_AGENT_STACK_DIR/.env" server --print-config claude-desktop
heading "Then have Claude book a table at $number. Leave these running, each in a terminal of its own:"
printf -v root %q "$ROOT"
printf -v variables %q "$(realpath --relative-to "$ROOT" "$CALL_AGENT_STACK_DIR/.env")"
cat <<END
cd $root && ./run stack up && build/release/call-agent phone --listen 127.0.0.1:$PHONE_SIP_PORT --scenario scenarios/phone/restaurant.json
cd $root && CALL_AGENT_HOME=\$PWD/build/demo/home build/release/call-agent --env-file $variables calling-agent
END
heading "All of it took $SECONDS s"
