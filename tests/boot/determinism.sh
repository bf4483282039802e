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

# A flight that gets no time while QEMU runs: 460 KB wait in the line.
make -s build/tests/enabling && build/tests/enabling "$work/all.dof" bufsize=32768 quiet=1 flowindent=1 'fbt:::entry' || bail 'no object'
# soon COMMAND...: waits for its success, a minute or longer.
soon() {
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt 6000 ] || return 1
        sleep 0.01
    done
}
stops() {
    emulator=$(pgrep -P "$1" qemu) && kill -STOP "$1"
}
stopped_for_all_of_it() {
    "$flight" run "$@" -o "$work/held" 2> "$work/err" &
    soon stops $! && soon grep -q '^State:.Z' "/proc/$emulator/status"
    kill -CONT $!
    wait $! || { cat "$work/err"; return 1; }
    cmp "$work/long" "$work/held"
}
set -- --deterministic --bare --quiet --module "$work/all.dof type=dof" --exec 'dtrace -ae'
boot "$@" -o "$work/long"
check 'a boot is the same when nobody listens until it has ended' stopped_for_all_of_it "$@"

# 5,000 times a CPU halts, in eight emulators that take each other's time.
digits='0 1 2 3 4 5 6 7 8 9'
sleeps="for i in $digits; do for j in $digits; do for k in $digits; do for l in 1 2 3 4 5; do sleep 0.001; done; done; done; done"
side_by_side() {
    for run in 1 2 3 4 5 6 7 8; do
        "$flight" run --deterministic --quiet --bare --exec "$sleeps" -o "$work/side$run" 2> "$work/side$run.err" &
    done
    wait
    for run in 2 3 4 5 6 7 8; do
        cmp "$work/side1" "$work/side$run" || return 1
    done
    "$flight" verify "$work/side1"
}
check 'eight boots that sleep, side by side, are byte-identical' side_by_side

# On a busy machine QEMU sees CPUs halt before it has counted their last instructions: always on this one.
make -s build/tests/late_halts.so || bail 'nothing to delay QEMU with'
sleeps="for i in $digits; do for j in $digits; do sleep 0.001; done; done"
late() {
    for run in 1 2 3 4; do
        LD_PRELOAD="$PWD/build/tests/late_halts.so" "$flight" run --deterministic --quiet --bare --exec "$sleeps" "$@" \
            -o "$work/late$run" || bail 'the boot failed'
        cmp "$work/late1" "$work/late$run" || return 1
    done
}
halted() {
    ! late --smp 4 --append 'torture=20000 machdep.idle=hlt'
}
check 'four boots of 1 CPU are byte-identical where QEMU looks too soon' late --append 'torture=20000'
check 'so are four of 4 CPUs' late --smp 4 --append 'torture=20000'
check 'but not where all of them halt (should QEMU have learnt it, machdep.idle=spin may go)' halted

# Four CPUs, and threads that keep them busy: three runs.
several() {
    for run in 1 2 3; do
        boot --deterministic --quiet --smp "$1" --append 'torture=20000' -o "$work/smp$run"
        cmp "$work/smp1" "$work/smp$run" || return 1
    done
}
check 'three boots of 1 CPU with many threads are byte-identical' several 1
check 'three boots of 4 CPUs with many threads are byte-identical' several 4

boot --deterministic --quiet --iso build/firstlight.iso -o "$work/iso1"
boot --deterministic --quiet --iso build/firstlight.iso -o "$work/iso2"
check 'two boots of the ISO are byte-identical' cmp "$work/iso1" "$work/iso2"
finish
