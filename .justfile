# The steps of this project by name, for `just` (https://just.systems). Everything works without it: these are the commands.

# What there is.
default:
    @just --list

# All tests, as README says.
test *args:
    cargo test --workspace {{args}}

# The rules of the tree and its documents only: seconds, once built.
rules:
    cargo test --workspace --test regie -- tidy:: docs:: promises:: supply::

# What the compiler and clippy say, as CI asks.
lint:
    cargo clippy --workspace --all-targets -- -D warnings
    cargo fmt --all --check
    cargo fmt --check --manifest-path tests/fuzz/Cargo.toml

# Formats everything.
fmt:
    cargo fmt --all
    cargo fmt --manifest-path tests/fuzz/Cargo.toml

# The demo, with its second act.
demo:
    cargo run --release -- demo --market

# The whole of CI, as root on a Debian 12.
ci:
    .ci/run

# The long parts: `just long kills soak`, `just long due`, `just long when`.
long +parts:
    .ci/long {{parts}}

# The corpus of the fuzz targets, once; with seconds, fuzzing.
fuzz seconds="corpus" *targets:
    tests/fuzz/run.sh {{seconds}} {{targets}}

# What the parts cost.
bench:
    cargo bench -p regie-tests

# A Debian package; who makes it is named in it: `just deb "NAME <ADDRESS>"`.
deb maintainer:
    cargo deb -p regie --maintainer "{{maintainer}}"
