# shellcheck shell=bash
# Sourced by the packaging scripts: the licences of what is linked into the executable, from the Debian packages it is from.
linked=(libssl-dev libsqlite3-dev libprotobuf-dev flite1-dev libre-dev zlib1g-dev nlohmann-json3-dev libcli11-dev libfmt-dev)

# copy_licence PACKAGE FOLDER
copy_licence() { install -D -m 644 "/usr/share/doc/$1/copyright" "$2/$1/copyright"; }

linked_licences() {
  local package
  for package in "${linked[@]}"; do copy_licence "$package" "$1"; done
}
