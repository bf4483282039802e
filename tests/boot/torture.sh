#!/bin/sh
# Threads that are created, move, sleep and get signals while they and interrupts record events, on
# one to eight CPUs: the kernel checks every event that it reads back, that nothing is leaked and
# that the counts agree (kernel/torture.c); flight verify checks the books and the order of time.
# EVENTS (default 150,000 in each run), CARRIERS (default "kernel") and MACHINES make it longer: 8,000,000,
# "kernel bios uefi uefi32" and each machine with every number of CPUs in `make soak`.
. tests/tap.sh
events=${EVENTS:-150000}

# survives CPUS FLIGHT_ARGUMENT...: the run succeeds, the capture is right, and the token's numbers
# ascend in the merged log.
survives() {
    cpus=$1
    shift
    "$flight" run --quiet --timeout 300 --smp "$cpus" -o "$work/capture" "$@" || return 1
    grep -E '^(timer|smp): |^torture: [0-9]+ events by' "$work/capture"
    grep -q "events by $cpus CPUs" "$work/capture" || return 1
    "$flight" verify "$work/capture" || return 1
    "$flight" report --format json "$work/capture" > "$work/report.json" || return 1
    jq -e '[.tables[].events[] | select(.event == "torture token") | .cpu_ns] | length > 0 and . == sort' \
        "$work/report.json"
}

# A medium has a command line of its own: there, etc/system says what to do.
torturing_iso() {
    mkdir -p "$work/files/etc"
    printf 'set torture = %d\nset trace:run = 20000\n' "$events" > "$work/files/etc/system"
    sh iso/make_iso.sh "$work/torture.iso" iso/grub.cfg build/firstlight.elf build/boot_archive \
        build/boot_archive.hash "$work/files" > "$work/iso.log" 2>&1 || bail 'no ISO'
}

arguments_of() {
    case $1 in
    kernel) echo "--bare|--append|torture=$events trace.run=20000 kern.boottrace.enabled=1" ;;
    *) echo "--iso|$work/torture.iso|--firmware|$1" ;;
    esac
}

case ${CARRIERS:-kernel} in *bios* | *uefi*) torturing_iso ;; esac
for how in ${CARRIERS:-kernel}; do
    for machine in ${MACHINES:-pc:1 q35:2 pc:4 q35:8}; do
        arguments=$(arguments_of "$how")
        IFS='|'
        # shellcheck disable=SC2086
        set -- $arguments
        unset IFS
        check "$how, ${machine%:*}, ${machine#*:} CPUs: $events events, each of them whole" \
            survives "${machine#*:}" --machine "${machine%:*}" "$@"
    done
done
finish
