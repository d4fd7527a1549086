#!/usr/bin/env bash
# [mcp|hello|http|worker|calls|rooms|soak]…: our figures beside the Python peer's (PEER_DIR) in one run; all but soak unless named
source "$(dirname "$0")/lib/common.sh"
sections=("$@")
((${#sections[@]})) || sections=(mcp hello http worker calls rooms)
targets=(call-agent)
for section in "${sections[@]}"; do
  [[ $section =~ ^(mcp|hello|http|worker|calls|rooms|soak)$ ]] || die "./run bench $section: there is no such section" \
    "Sections: mcp hello http worker calls rooms soak"
  [[ $section != soak ]] || targets+=(livekit_rtc_stack_test)
done
cd "$ROOT"

unset LIVEKIT_URL LIVEKIT_API_KEY LIVEKIT_API_SECRET SIP_OUTBOUND_TRUNK_ID # no benchmark may reach a real account
unset LLM_BASE_URL LLM_API_KEY LLM_MODEL
bash tools/run/build.sh release "${targets[@]}"

# The stack is left as it was found.
stack_was_up=true
trap '$stack_was_up || bash tools/run/stack.sh down 2>/dev/null' EXIT
bash tools/run/stack.sh status >/dev/null || stack_was_up=false
bash tools/run/stack.sh up >/dev/null
"$PYTHON" -B bench "${sections[@]}"
