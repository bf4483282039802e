#!/bin/sh
# A short run of every fuzz target, from its seeds and always the same way.
. tests/tap.sh

for program in build/fuzz/fuzz_*; do
    case $program in *.*) continue ;; esac
    name=${program##*/fuzz_}
    mkdir -p "$work/$name"
    check "$name survives 20000 executions" \
        "$program" -seed=1 -runs=20000 -artifact_prefix="$work/" \
        "$work/$name" "tests/fuzz/corpus/$name"
done
finish
