#!/bin/sh
# Two deterministic boots give byte-identical captures, wherever the checkout lies.
. tests/tap.sh

boot --deterministic --quiet -o "$work/first"
boot --deterministic --quiet -o "$work/second"
check 'two boots are byte-identical' cmp "$work/first" "$work/second"

mkdir -p "$work/some/where/else"
cp build/flight build/firstlight.elf build/boot_archive "$work/some/where/else/"
(cd / && "$work/some/where/else/flight" run --deterministic --quiet -o "$work/third" 2> "$work/err") || bail 'the boot failed'
check 'so is one from another folder' cmp "$work/first" "$work/third"

# Four CPUs, and threads that keep them busy: five runs.
several() {
    for run in 1 2 3 4 5; do
        boot --deterministic --quiet --smp "$1" --append 'torture=20000' -o "$work/smp$run"
        cmp "$work/smp1" "$work/smp$run" || return 1
    done
}
check 'five boots of 1 CPU with many threads are byte-identical' several 1
check 'five boots of 4 CPUs with many threads are byte-identical' several 4

boot --deterministic --quiet --iso build/firstlight.iso -o "$work/iso1"
boot --deterministic --quiet --iso build/firstlight.iso -o "$work/iso2"
check 'two boots of the ISO are byte-identical' cmp "$work/iso1" "$work/iso2"
finish
