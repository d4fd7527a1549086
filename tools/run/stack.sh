#!/usr/bin/env bash
# up|down|status: Redis, livekit-server and livekit-sip on loopback; writes build/stack/.env
source "$(dirname "$0")/lib/common.sh"

[[ ${1:-} != up ]] || bash "$ROOT/tools/run/deps.sh"
exec "$PYTHON" "$ROOT/tools/stack" "$@"
