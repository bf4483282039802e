#!/bin/sh
# CPUs are found and started, whoever tells of them; where there is no way to start them, one runs.
. tests/tap.sh

# runs COUNT ARGUMENT...: so many CPUs run threads, and each has recorded its entry.
runs() {
    count=$1
    shift
    "$flight" run --deterministic --exec 'sysctl -n hw.ncpu' -o "$work/capture" "$@" \
        > "$work/text" 2> "$work/messages" || { cat "$work/messages" "$work/text"; return 1; }
    tr -d '\r' < "$work/text" | grep -x "$count" || { cat "$work/text"; return 1; }
    "$flight" verify "$work/capture" || return 1
    "$flight" report --format json "$work/capture" |
        jq -e "[.tables[].events[] | select(.event == \"CPU entry\") | .cpu] == [range(1; $count)]"
}

for count in 1 2 3 5 8 32; do
    check "$count CPUs by the MADT, on pc" runs $count --smp $count --bare --append kern.boottrace.enabled=1
done
check '4 CPUs by the MADT, on q35' runs 4 --smp 4 --machine q35
check '4 CPUs by the XSDT of microvm' runs 4 --smp 4 --machine microvm
check '4 CPUs by the MP table, without ACPI' runs 4 --qemu-arg -machine --qemu-arg pc,acpi=off \
    --smp 4 --qemu-arg -smp --qemu-arg 4,sockets=4
check '4 CPUs through GRUB' runs 4 --smp 4 --iso build/firstlight.iso
check 'an isapc has one' runs 1 --machine isapc
check 'kern.smp.maxcpus leaves the others off' runs 2 --smp 8 --append kern.smp.maxcpus=2
check 'a CPU without a local APIC runs alone' runs 1 --smp 1 --qemu-arg -cpu --qemu-arg qemu32,-apic
check '3 MiB of memory are enough for one' runs 1 --memory 3
check '4 CPUs share 4 MiB' runs 4 --smp 4 --memory 4
finish
