# Sourced by the scripts beside it: where things are. Leaves the caller in the repository's root.
self=$(realpath "$0")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${TAILRACE_CACHE:-${HOME:-/root}/.cache/tailrace}
export PATH="$cache/node/bin:$PATH"
jobs=$(nproc)
cd "$root"

say() { printf '%s\n' "$*" >&2; }
# The comment at the head of the calling script.
usage() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }
die() { say "$(basename "$0"): $*"; exit 1; }

# timed "what" command…: runs the command and says how long it took.
timed() {
  local what=$1 start=$SECONDS status=0
  shift
  say "== $what"
  "$@" || status=$?
  say "== $what: $((SECONDS - start)) s$([ "$status" = 0 ] || echo ", failed")"
  return "$status"
}

# The bridge and the page stand already.
is_built() { [ -x "$root/build/release/tailrace" ] && [ -e "$root/build/web/.built" ]; }

# room MEGABYTES: before a long way begins, whether it can end here.
room() {
  local place free
  [ -w "$root" ] || die "can't write to $root; run as its owner, or as root"
  for place in "$root" "$(dirname "$cache")"; do
    while [ ! -d "$place" ]; do place=$(dirname "$place"); done
    free=$(df -Pm "$place" | awk 'NR == 2 { print $4 }')
    [ "$free" -ge "$1" ] || die "no space: about $1 MB are needed in $place, $free MB are free"
  done
}
