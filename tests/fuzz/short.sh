#!/bin/sh
# A short run of every fuzz target, from its seeds and always the same way: `make soak` has the long ones.
. tests/tap.sh

for program in build/fuzz/fuzz_*; do
    case $program in *.*) continue ;; esac
    name=${program##*/fuzz_}
    mkdir -p "$work/$name"
    case $name in
    bootfs | capture | d | dof_show | line_editor | rcorder | sh) runs=1000 ;; # of which each takes some ms
    *) runs=5000 ;;
    esac
    words=
    [ ! -f "tests/fuzz/$name.dictionary" ] || words=-dict=tests/fuzz/$name.dictionary
    check "$name survives $runs executions" \
        "$program" -seed=1 -runs=$runs $words -artifact_prefix="$work/" \
        "$work/$name" "tests/fuzz/corpus/$name"
done
finish
