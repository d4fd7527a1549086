#!/usr/bin/env bash
# Installs the Debian packages of packages.txt that are not installed yet; asks dpkg only, so it is quick if none is.
source "$(dirname "$0")/common.sh"

mapfile -t wanted < <(grep -v '^#' "$ROOT/tools/run/packages.txt")
# shellcheck disable=SC2016 # dpkg-query fills these in
installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null |
  sed -n 's/ installed$//p' || true)
mapfile -t missing < <(printf '%s\n' "${wanted[@]}" | grep -vxFf <(printf '%s\n' "$installed") || true)
if ((${#missing[@]} == 0)); then
  exit 0
fi

if ! grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release; then
  die "these packages are missing: ${missing[*]}" \
    "They are named as in Debian 12 (bookworm); on another system install their like and try again."
fi
say "installing ${#missing[@]} Debian packages: ${missing[*]}"
as_root true
hint="Is there a network, and is no other apt at work? Then run this again."
step "apt-get update" "$hint" retry as_root apt-get -qq update
step "apt-get install" "$hint" retry as_root \
  env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "${missing[@]}"
