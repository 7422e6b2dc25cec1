#!/usr/bin/env bash
# Builds the binary that is shipped (profile `dist`) twice, from two copies of the tree in directories of different names and lengths, and
# compares the two. In: optionally cargo arguments, e.g. `--features nats,parquet,postgres,vc`. Out: the hashes; exit
# code 1 where they differ. What went in stands below the hashes, so that somebody else can do the same.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

commit=$(git rev-parse HEAD)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
for place in a/tree another/place/with/a/longer/name; do
  mkdir -p "$work/$place"
  git archive "$commit" | tar -x -C "$work/$place"
  (
    cd "$work/$place"
    # Paths get into panic messages; both trees call themselves /regie.
    export RUSTFLAGS="--remap-path-prefix=$PWD=/regie --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
    CFLAGS="-ffile-prefix-map=$PWD=/regie -ffile-prefix-map=${CARGO_HOME:-$HOME/.cargo}=/cargo"
    export CFLAGS CARGO_INCREMENTAL=0
    cargo build --profile dist --locked --quiet -p regie "$@"
    sha256sum target/dist/regie | cut -d' ' -f1
    # One finished tree of objects at a time fits on a small disk.
    cp target/dist/regie "$work/$(echo "$place" | tr / -)"
    rm -rf target
  )
done | tee "$work/hashes"

echo "commit $commit, $(rustc --version), $(cc --version | head -1), arguments: $*"
if [ "$(sort -u "$work/hashes" | wc -l)" -eq 1 ]; then
  echo "the two builds are the same, byte for byte"
else
  echo "the two builds differ; diffoscope or cmp on the files tells where" >&2
  exit 1
fi
