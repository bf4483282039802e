#!/bin/sh
# Two deterministic boots give byte-identical captures, wherever the checkout lies.
. tests/tap.sh

boot --deterministic --quiet -o "$work/first"
boot --deterministic --quiet -o "$work/second"
check 'two boots are byte-identical' cmp "$work/first" "$work/second"

mkdir -p "$work/some/where/else"
cp build/flight build/firstlight.elf build/boot_archive "$work/some/where/else/"
(cd / && "$work/some/where/else/flight" run --deterministic --quiet -o "$work/third") || bail 'the boot failed'
check 'so is one from another folder' cmp "$work/first" "$work/third"

boot --deterministic --quiet --iso build/firstlight.iso -o "$work/iso1"
boot --deterministic --quiet --iso build/firstlight.iso -o "$work/iso2"
check 'two boots of the ISO are byte-identical' cmp "$work/iso1" "$work/iso2"
finish
