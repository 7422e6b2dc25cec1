#!/usr/bin/env bash
# Runs every fuzz target for some seconds (60), or the targets that are named after the seconds, beginning with the
# corpus in git. What is found beyond it goes to target/fuzz-corpus; a crash leaves its input in tests/fuzz/artifacts
# and ends the run with an error. `corpus` in place of the seconds only plays that corpus, without looking further: for
# that no coverage is built in, and most dependencies are those of the tests, built already.
#
# libFuzzer on the stable compiler: the flags are those of cargo-fuzz, of which only the sanitizer needs a nightly one.
# Without a sanitizer, then: there is no `unsafe` in what is fuzzed, and the targets assert what must hold.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
shift || true
targets=("$@")
((${#targets[@]})) || targets=(decoders texts values person supplier talk board)
command -v c++ >/dev/null || { echo "libFuzzer is C++: apt-get install g++" >&2; exit 1; }
mkdir -p tests/fuzz/artifacts

if [ "$seconds" = corpus ]; then
  cargo build --quiet --locked --bins --manifest-path tests/fuzz/Cargo.toml --target-dir target
  for target in "${targets[@]}"; do
    inputs=(tests/fuzz/corpus/"$target"/*)
    echo "== $target, ${#inputs[@]} inputs of the corpus"
    said=$("target/debug/$target" -artifact_prefix="tests/fuzz/artifacts/$target-" "${inputs[@]}" 2>&1) ||
      { echo "$said" | tail -n 60; exit 1; }
  done
  exit
fi

triple=$(rustc -vV | sed -n 's/^host: //p')
flags=(--cfg fuzzing -Cpasses=sancov-module)
for option in level=4 inline-8bit-counters pc-table trace-compares; do
  flags+=("-Cllvm-args=-sanitizer-coverage-$option")
done
RUSTFLAGS="${flags[*]}" cargo build --quiet --release --locked --bins \
  --manifest-path tests/fuzz/Cargo.toml --target "$triple" --target-dir target/fuzz

for target in "${targets[@]}"; do
  mkdir -p "target/fuzz-corpus/$target" "tests/fuzz/corpus/$target"
  echo "== $target, $seconds s"
  "target/fuzz/$triple/release/$target" "target/fuzz-corpus/$target" "tests/fuzz/corpus/$target" \
    -max_total_time="$seconds" -max_len=4096 -artifact_prefix="tests/fuzz/artifacts/$target-" \
    2>&1 | tail -n 60 | grep -a -E "^#[0-9]+.*DONE|^Done|panicked|assertion|ERROR|Test unit"
done
