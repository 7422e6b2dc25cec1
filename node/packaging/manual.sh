#!/usr/bin/env bash
# What a binary writes of itself for a package: manual pages and completions. In: the binary, a directory that is made anew.
# Out: DIRECTORY/man/*.1, DIRECTORY/completions/{regie,_regie,regie.fish}, by the names that each shell looks for.
set -euo pipefail
binary=${1:?"which binary?"} directory=${2:?"into which directory?"}
rm -rf "$directory"
mkdir -p "$directory/man" "$directory/completions"
"$binary" man "$directory/man" >/dev/null
"$binary" completions bash >"$directory/completions/regie"
"$binary" completions zsh >"$directory/completions/_regie"
"$binary" completions fish >"$directory/completions/regie.fish"
