#!/usr/bin/env bash
# [layers|unit|conformance|stack|e2e|package|asan|tsan]…: builds and runs the tests, all of them unless named
source "$(dirname "$0")/lib/common.sh"
lib=$ROOT/tools/run/lib
results=$ROOT/build/test-results
wanted=("$@")
((${#wanted[@]})) || wanted=(layers unit conformance stack e2e package asan tsan)
for name in "${wanted[@]}"; do
  [[ $name =~ ^(layers|unit|conformance|stack|e2e|package|asan|tsan)$ ]] || die "./run test $name: there is no such stage" \
    "Stages: layers unit conformance stack e2e package asan tsan"
done
cd "$ROOT"

rm -rf "$results"
mkdir -p "$results"
# No test may reach a real account.
unset LIVEKIT_URL LIVEKIT_API_KEY LIVEKIT_API_SECRET SIP_OUTBOUND_TRUNK_ID CALL_AGENT_CONFIRM LLM_BASE_URL LLM_API_KEY LLM_MODEL
failed=()

# stage NAME COMMAND…: says its name and time, and goes on when it fails.
stage() {
  local name=$1 started=$SECONDS verdict=passed
  shift
  say "$name"
  "$@" || {
    verdict=FAILED
    failed+=("$name")
  }
  say "$name: $verdict after $((SECONDS - started)) s"
}

chosen() { [[ " ${wanted[*]} " == *" $1 "* ]]; }

# No reason to test what does not compile.
compile() {
  bash tools/run/build.sh "$@" || {
    "$PYTHON" "$lib/tally.py" "$results" "${failed[@]}" "build $1"
    exit 1
  }
}

# The stack is left as it was found.
stack_was_up=true
trap '$stack_was_up || bash tools/run/stack.sh down 2>/dev/null' EXIT
start_stack() {
  bash tools/run/stack.sh status >/dev/null || stack_was_up=false
  bash tools/run/stack.sh up >/dev/null
}

bash tools/run/deps.sh
if chosen layers; then
  stage format bash "$lib/format.sh"
  stage layers tools/check-layers
fi
if chosen unit || chosen conformance || chosen stack || chosen e2e || chosen package; then
  compile release
fi
if chosen unit; then
  stage unit step "unit tests" "" bash "$lib/ctest.sh" release unit "$results/unit.xml"
fi
if chosen conformance; then
  stage conformance step "MCP conformance" "" \
    bash "$lib/pytest.sh" tests/conformance --junitxml "$results/conformance.xml"
fi
if chosen stack || chosen e2e || chosen package; then
  stage stack-up start_stack
fi
if chosen stack; then
  mapfile -t variables <"$CALL_AGENT_STACK_DIR/.env"
  stage stack step "tests against LiveKit" "" \
    env "${variables[@]}" bash "$lib/ctest.sh" release stack "$results/stack.xml"
fi
if chosen e2e; then
  stage e2e step "end-to-end calls" "" bash "$lib/pytest.sh" tests/e2e --ignore tests/e2e/package --junitxml "$results/e2e.xml"
fi
package_tests() {
  bash tools/run/package.sh &&
    step "what is packaged" "" bash "$lib/pytest.sh" tests/e2e/package --junitxml "$results/package.xml"
}
if chosen package; then
  stage package package_tests
fi
for sanitizer in asan tsan; do
  if chosen "$sanitizer"; then
    compile "$sanitizer" unit_tests
    stage "$sanitizer" step "unit tests with $sanitizer" "" \
      bash "$lib/ctest.sh" "$sanitizer" unit "$results/$sanitizer.xml"
  fi
done
"$PYTHON" "$lib/tally.py" "$results" "${failed[@]}"
