#!/usr/bin/env bash
# Runs every fuzz target for some seconds (60), beginning with the corpus in git. What is found beyond it goes to
# target/fuzz-corpus; a crash leaves its input in tests/fuzz/artifacts and ends the run with an error.
# Without a sanitizer: there is no `unsafe` in what is fuzzed, and the targets assert what must hold.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
command -v cargo-fuzz >/dev/null || PATH=$PWD/target/tools/bin:$PATH
command -v cargo-fuzz >/dev/null || { echo "cargo install cargo-fuzz --locked" >&2; exit 1; }
rustup toolchain list | grep -q '^nightly' || { echo "rustup toolchain install nightly --profile minimal" >&2; exit 1; }

mkdir -p tests/fuzz/artifacts
for target in decoders texts person supplier; do
  mkdir -p "target/fuzz-corpus/$target"
  echo "== $target, $seconds s"
  cargo +nightly fuzz run --fuzz-dir tests/fuzz --target-dir target/fuzz --sanitizer none "$target" \
    "target/fuzz-corpus/$target" "tests/fuzz/corpus/$target" -- \
    -max_total_time="$seconds" -max_len=4096 -print_final_stats=0 2>&1 | tail -n 3
done
