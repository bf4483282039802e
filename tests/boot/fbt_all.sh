#!/bin/sh
# Every probe of the kernel at once, through boots with something to do, with small rings: it does not crash, no probe
# fires inside another, and the books balance.  WHOLE=1 (`make soak`): every boot is a demonstration.
. tests/tap.sh
make -s build/tests/enabling || bail 'no enabling'

build/tests/enabling "$work/all.dof" bufsize=4096 bufpolicy=0 'fbt:::' 'fbt:::entry count' 'syscall:::' \
    'proc:::' 'sched:::' 'sysinfo:::' 'io:::' 'boottrace:::' 'rc:::' 'sysctl:::' 'ip:::' 'route:::' \
    'profile:::profile-997hz' ':::tick-1s' || bail 'no object'

bare=--bare
[ "${WHOLE:-0}" = 0 ] || bare=

# run STATUS FLIGHT_ARGUMENT...
run() {
    wanted=$1
    shift
    "$flight" run --timeout 300 -o "$work/capture" --module "$work/all.dof type=dof" "$@" \
        > "$work/out" 2> "$work/err"
    status=$?
    console_text
    cat "$work/err"
    [ $status -eq "$wanted" ]
}
# claims FLIGHT_ARGUMENT...: processes side by side, a claim while all goes on, then the one that ends it, and the books.
claims() {
    run 0 --deterministic "$@" --exec 'for i in 1 2 3 4; do (sleep 0.1; ls -l /) & done; wait' \
        --exec 'dtrace -a > /dev/null; sysctl debug.dtrace.state' --exec 'sysctl -n debug.dtrace.nested' \
        --exec 'dtrace -ae > /dev/null; sysctl debug.dtrace.books'
}
matched() {
    awk -v least="$1" '/^dtrace: enabling 0 \(fbt:::\) matched/ { n = $(NF - 1) } END { print n; exit !(n > least) }' \
        "$work/text"
}
# Of each buffer: emitted = kept + overwritten + dropped + filtered.
balanced() {
    grep -aE '[0-9]+ emitted = [0-9]+ kept' "$work/text" |
        awk '{ for (i = 1; i < NF; i++) { if ($(i + 1) == "emitted") e = $i; if ($(i + 1) == "kept") k = $i
                   if ($(i + 1) == "overwritten") o = $i; if ($(i + 1) == "dropped") d = $i
                   if ($(i + 1) == "filtered") f = $i }
               if (e != k + o + d + f) { print; bad = 1 } }
             END { exit bad || NR == 0 }'
}

for cpus in 1 4; do
    check "a boot, CPUs: $cpus" claims $bare --smp $cpus
    check 'thousands of probes were enabled' matched 4000
    check 'a claim does not end that' told '^debug.dtrace.state: going$'
    check 'none fired inside another, or while a CPU was claimed' told '^0$'
    check 'the books balance' balanced
    check 'the capture is verified' "$flight" verify "$work/capture"
    check "a panic, CPUs: $cpus" run 3 $bare --smp $cpus --append 'fault=panic'
    check "a stack overflow, CPUs: $cpus" run 3 $bare --smp $cpus --append 'fault=stack'
    check 'is found' told '^panic: double fault: stack overflow$'
done
check 'a panic, with the 8254' run 3 $bare --qemu-arg -cpu --qemu-arg qemu32,-apic --append 'fault=panic'
check 'is timed by it' told '^timer: 8254$'
check 'threads, sleep and signals under load' run 0 $bare --smp 4 --append 'torture=20000'
check 'a breakpoint that is nobody'\''s stays one' run 3 $bare --append 'fault=int3'
check 'and is told' told '^trap: breakpoint 1 at '
finish
