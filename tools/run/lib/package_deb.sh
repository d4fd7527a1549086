#!/usr/bin/env bash
# package_deb.sh FOLDER: call-agent_VERSION_amd64.deb of build/release, into FOLDER.
source "$(dirname "$0")/common.sh"
source "$(dirname "$0")/licences.sh"

release=$ROOT/build/release
deps=$ROOT/build/deps
sources=$ROOT/deploy/debian
work=$1/deb
root=$work/root
version=$("$release/call-agent" --version)
docs=$root/usr/share/doc/call-agent

files() {
  install -D -m 755 -s "$release/call-agent" "$root/usr/bin/call-agent"
  install -D -m 644 -s -t "$root/usr/lib/call-agent/lib" "$release/libcall_agent_numbers.so" "$deps"/lib/*.so
  mkdir -p "$root/usr/share/call-agent"
  cp -R "$deps/models" "$root/usr/lib/call-agent/models"
  cp -R "$ROOT/scenarios" "$root/usr/share/call-agent/scenarios"
  ln -s ../../share/call-agent/scenarios/dialogues "$root/usr/lib/call-agent/dialogues"
  install -D -m 644 -t "$root/lib/systemd/system" "$sources"/*.service
  install -D -m 600 "$sources/env" "$root/etc/call-agent/env"
  install -D -m 644 "$sources/lintian-overrides" "$root/usr/share/lintian/overrides/call-agent"
  find "$root/usr" -type d -exec chmod 755 {} +
  find "$root/usr/lib/call-agent/models" "$root/usr/share" -type f -exec chmod 644 {} +
}

documentation() {
  install -D -m 644 -t "$docs" "$sources/copyright" "$ROOT/README.md"
  install -D -m 644 -t "$docs/docs" "$ROOT/docs/over-http.md"
  install -D -m 644 "$ROOT/CHANGELOG.md" "$docs/NEWS.md"
  gzip -9n <"$sources/call-agent.1" | install -D -m 644 /dev/stdin "$root/usr/share/man/man1/call-agent.1.gz"
  changelog | gzip -9n >"$docs/changelog.gz"
  cp -R "$deps/licences" "$docs/licences"
  linked_licences "$docs/licences"
  find "$docs" -type d -exec chmod 755 {} +
  find "$docs" -type f -exec chmod 644 {} +
}

# In the form Debian's tools read; what changed is told in NEWS.md.
changelog() {
  printf 'call-agent (%s) bookworm; urgency=medium\n\n  * See NEWS.md.\n\n -- %s  %s\n' "$version" \
    "$(sed -n 's/^Maintainer: //p' "$sources/control.in")" "$(git -C "$ROOT" log -1 --format=%cD)"
}

# What the executable and the libraries need, as Debian names it.
dependencies() {
  mkdir -p "$work/shlibs/debian"
  printf 'Source: call-agent\n\nPackage: call-agent\nArchitecture: amd64\n' >"$work/shlibs/debian/control"
  cd "$work/shlibs"
  dpkg-shlibdeps -O "$root"/usr/bin/call-agent "$root"/usr/lib/call-agent/lib/*.so | sed -n 's/^shlibs:Depends=//p'
}

control() {
  local depends
  mkdir "$root/DEBIAN"
  depends=$(dependencies)
  sed -e "s|@VERSION@|$version|" -e "s|@DEPENDS@|$depends|" -e "s|@SIZE@|$(du -sk "$root" | cut -f 1)|" \
    "$sources/control.in" >"$root/DEBIAN/control"
  install -m 755 -t "$root/DEBIAN" "$sources"/{postinst,prerm,postrm}
  echo /etc/call-agent/env >"$root/DEBIAN/conffiles"
  (cd "$root" && find usr lib -type f -exec md5sum {} +) >"$root/DEBIAN/md5sums"
}

umask 022
rm -rf "$work"
files
documentation
control
# The models do not get smaller for any effort.
dpkg-deb --root-owner-group -Zgzip -z1 --build "$root" "$1/call-agent_${version}_amd64.deb"
