#!/usr/bin/env bash
# the Debian package and the .mcpb bundle, of the release build, in build/package
source "$(dirname "$0")/lib/common.sh"
lib=$ROOT/tools/run/lib

bash "$ROOT/tools/run/build.sh" release call-agent
rm -rf "$ROOT/build/package"
mkdir -p "$ROOT/build/package"
step "Debian package" "" bash "$lib/package_deb.sh" "$ROOT/build/package"
step "MCP bundle" "" bash "$lib/package_mcpb.sh" "$ROOT/build/package"
say "$(ls "$ROOT"/build/package/*.*)"
