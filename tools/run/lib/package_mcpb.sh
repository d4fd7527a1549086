#!/usr/bin/env bash
# package_mcpb.sh FOLDER: call-agent-VERSION-linux-amd64.mcpb, the MCP server alone, and its server.json, into FOLDER.
source "$(dirname "$0")/common.sh"
source "$(dirname "$0")/licences.sh"
lib=$ROOT/tools/run/lib

release=$ROOT/build/release
sources=$ROOT/deploy/mcpb
bundle=$1/mcpb/bundle
version=$("$release/call-agent" --version)
file=call-agent-$version-linux-amd64.mcpb

# Every library but those of any Linux desktop: libc's own, libgcc's and libstdc++.
libraries() {
  ldd "$release/call-agent" "$release/libcall_agent_numbers.so" | awk '$3 ~ /^\// {print $3}' | sort -u |
    grep -vE '/(libc|libm|libgcc_s|libstdc\+\+)\.so\.'
}

# licence_of LIBRARY: the copyright file of the Debian package it is from.
licence_of() {
  copy_licence "$(dpkg -S "*/$(basename "$(readlink -f "$1")")" | head -n 1 | cut -d : -f 1)" "$bundle/licences"
}

umask 022
rm -rf "$1/mcpb"
mkdir -p "$bundle/server/lib"
install -m 755 -s -t "$bundle/server" "$release/call-agent"
install -m 644 -s -t "$bundle/server" "$release/libcall_agent_numbers.so"
mapfile -t needed < <(libraries)
for library in "${needed[@]}"; do
  install -m 644 -t "$bundle/server/lib" "$library"
  licence_of "$library"
done
linked_licences "$bundle/licences"
install -m 644 -t "$bundle" "$sources"/icon*.png "$ROOT/LICENSE"
"$PYTHON" "$lib/mcp_inventory.py" "$bundle/server/call-agent" <"$sources/manifest.json" >"$bundle/manifest.json"

bash "$lib/node.sh" mcpb validate "$bundle/manifest.json"
bash "$lib/node.sh" mcpb pack "$bundle" "$1/$file"
sed -e "s|@VERSION@|$version|g" -e "s|@FILE@|$file|" -e "s|@SHA256@|$(sha256sum "$1/$file" | cut -d ' ' -f 1)|" \
  "$sources/server.json.in" >"$1/server.json"
