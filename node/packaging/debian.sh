#!/usr/bin/env bash
# Makes Debian's package, with the manual pages and completions that the binary in it writes itself. In: who makes it, as
# "NAME <ADDRESS>", for the package's maintainer; cargo-deb. Out: target/debian/regie_*.deb.
set -euo pipefail
cd "$(dirname "$0")/../.."
maintainer=${1:?'who makes the package? give "NAME <ADDRESS>"'}

features=$(sed -n '/^\[package.metadata.deb\]/,/^\[features\]/s/^features = \[\(.*\)\]/\1/p' node/Cargo.toml | tr -d '" ')
cargo build --profile dist --locked -p regie --features "$features"
node/packaging/manual.sh target/dist/regie target/manual
cargo deb -p regie --maintainer "$maintainer" --profile dist --no-build
