#!/usr/bin/env bash
# Drives an Admin API with decK itself, built from its Go module: ping; then for each state file sync, diff, which must
# find nothing, dump, sync of what was dumped, and reset, after which nothing is left.
#
#   e2e/clients/deck.sh http://localhost:8001 [file...]       the files of e2e/clients/state unless told otherwise
#
# It deletes whatever the control plane holds. Exit codes: 0 all went well, 69 decK could not be built here and was not
# run (the reason is told on stderr), anything else is a failure. DECK names a decK that is there already; DECK_VERSION
# and DECK_BUILD_SECONDS choose what is built, and how long that may take.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

admin=${1:?the URL of an Admin API}
shift
version=${DECK_VERSION:-v1.43.0}
binary=${DECK:-$here/../.deck/deck-$version}

not_run() {
  echo "decK was not run: $1" >&2
  exit 69
}

# decK's go.mod replaces modules, which `go install` refuses; so the module is fetched, and built where it lies.
build() {
  local go fetched source
  go=$(command -v go || command -v /usr/local/go/bin/go) || not_run 'Go is not installed'
  local limited=(timeout "${DECK_BUILD_SECONDS:-300}" "$go")
  fetched=$(cd / && "${limited[@]}" mod download -json "github.com/kong/deck@$version") ||
    not_run "its module cannot be fetched: $(member Error <<<"$fetched")"
  source=$(member Dir <<<"$fetched")
  mkdir -p "$(dirname "$binary")"
  (cd "$source" && "${limited[@]}" build -o "$binary.new" . >&2) || not_run 'its module does not build here'
  mv "$binary.new" "$binary"
}

# A string in an object of JSON that is printed a member a line.
member() { sed -n "s/^[[:space:]]*\"$1\": \"\(.*\)\",\{0,1\}\$/\1/p"; }

deck() { "$binary" --kong-addr "$admin" --analytics=false --no-color "$@"; }

[ -x "$binary" ] || build
deck version
deck gateway ping
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ $# -gt 0 ] || set -- "$here"/state/*.json
for file in "$@"; do
  echo "== $file"
  deck gateway reset --force
  deck gateway validate "$file"
  deck gateway sync "$file"
  deck gateway diff --non-zero-exit-code "$file"
  deck gateway dump --yes --with-id -o "$work/first.yaml"
  deck gateway sync "$work/first.yaml"
  deck gateway reset --force
  deck gateway sync "$work/first.yaml"
  deck gateway dump --yes --with-id -o "$work/second.yaml"
  # Passwords of basic-auth are hashed on every write: the one thing that does not come back as it was.
  sed -i '/^ *password:/d' "$work/first.yaml" "$work/second.yaml"
  diff -u "$work/first.yaml" "$work/second.yaml"
  deck gateway reset --force
  deck gateway dump --yes --with-id -o "$work/empty.yaml"
  if grep '^[a-z]' "$work/empty.yaml"; then
    echo 'something is left after the reset' >&2
    exit 1
  fi
done
