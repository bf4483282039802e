#!/bin/sh
# Other machines, other consoles, missing parts: the boot goes on where it can.
. tests/tap.sh

run() {
    "$flight" run --deterministic --quiet -o "$work/capture" "$@" && "$flight" verify "$work/capture"
}
check 'pc' run --machine pc
check 'q35' run --machine q35
check 'isapc, with a CPU that suffices' run --machine isapc
check "isapc, with the user's own CPU" gives 3 'no conditional moves' \
    run --bare --machine isapc --qemu-arg -cpu --qemu-arg pentium
check 'microvm' run --machine microvm
check '3 MiB of memory' run --bare --memory 3
check '3 MiB of memory, and the demonstration' run --memory 3
check 'whose scripts have enough of it' sh -c "! grep -q 'memory: all' '$work/capture'"
check '4 MiB of memory, and more CPUs than stacks' run --memory 4 --smp 8
check 'tables that do not fit are made smaller' run --bare --memory 8 --append trace.boot=60000000
check 'and that is said' grep -q 'too little free memory, keeping only' "$work/capture"
check '4 GiB of memory' run --bare --memory 4096

check 'COM2 at 9600 baud' run --bare --append console=com2,9600
check 'and that is said' grep -q 'port 0x2f8, 9600 baud 8N1' "$work/capture"
check "illumos' console properties" run --bare --append '-B console=ttya,ttya-mode="57600,7,e,2,-"'
check 'mean what they mean there' grep -q 'port 0x3f8, 57600 baud 7E2' "$work/capture"
check 'text on the screen leaves frames on the line' run --bare --append console=text --qemu-arg -vga --qemu-arg std
check 'and no text' sh -c "! grep -q multi-user '$work/capture'"

no_uart() {
    "$flight" run --bare --quiet --timeout 100 --append console=0x1e8 -o "$work/capture"
}
check 'an absent port costs nothing but the log' gives 3 'verdict' no_uart

no_timer() {
    run --bare --qemu-arg -M --qemu-arg microvm,pit=off,pic=off --append 'trace.boot=10'
}
check 'a machine without timer and interrupt controller' no_timer
check 'says that the rate is unknown' grep -q 'the TSC rate is unknown' "$work/capture"
check 'so that its times are no microseconds of trace events' \
    gives 1 'the clock rate is unknown: only' "$flight" export "$work/capture" --format json
check 'but stacks of cycles' "$flight" export "$work/capture" --format folded
services_without_timer() {
    run --qemu-arg -M --qemu-arg microvm,pit=off,pic=off
}
check 'starts and stops its services' services_without_timer
check 'to the last one' grep -q 'Stopping syslogd' "$work/capture"
check 'for no watchdog bites at once' sh -c "! grep -q 'watchdog timeout expired' '$work/capture'"
busy_without_timer() {
    run --smp 2 --qemu-arg -M --qemu-arg microvm,pit=off,pic=off --append 'torture=50000 trace.run=2000'
}
check 'wakes who sleeps though its CPU is never idle' busy_without_timer

# Without isa-debug-exit the machine switches itself off through ACPI, and the frame decides.
off_by_itself() {
    timeout 60 qemu-system-i386 -nodefaults -display none -M "$1" -serial "file:$work/capture" \
        -kernel build/firstlight.elf < /dev/null && "$flight" verify "$work/capture"
}
check 'pc switches itself off' off_by_itself pc
check 'q35 switches itself off' off_by_itself q35
# UEFI keeps its tables elsewhere.
off_under_uefi() {
    timeout 100 qemu-system-x86_64 -nodefaults -display none -M q35 -serial "file:$work/capture" \
        -bios /usr/share/ovmf/OVMF.fd -cdrom build/firstlight.iso < /dev/null &&
        "$flight" verify "$work/capture"
}
check 'a machine with UEFI switches itself off' off_under_uefi
judge() {
    "$flight" capture "$work/capture" -o "$work/again"
}
check 'and flight capture judges by the frame' gives 0 'success' judge
finish
