#!/usr/bin/env bash
# registry_schema.sh: says where the MCP registry's schema of server.json lies, of the module that tests/registry pins.
source "$(dirname "$0")/common.sh"
go=$ROOT/tools/run/lib/go.sh
module=github.com/modelcontextprotocol/registry

# shellcheck disable=SC2016 # go.sh sets GOROOT
pinned() { bash "$go" bash -c 'cd "$0" && exec "$GOROOT/bin/go" "$@"' "$ROOT/tests/registry" "$@"; }

bash "$go" toolchain >&2
retry pinned mod download "$module" >&2
echo "$(pinned list -mod=readonly -m -f '{{.Dir}}' "$module")/internal/validators/schemas/2025-12-11.json"
