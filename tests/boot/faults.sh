#!/bin/sh
# A thread of the kernel, a process and an interrupt die on any CPU: it is told who died, where and
# how, the run ends as the protocol says, and the events of all CPUs are in the capture.
. tests/tap.sh

# dies_of FAULT CONTEXT CPU PATTERN
dies_of() {
    "$flight" run --deterministic --bare --smp 4 -o "$work/capture" \
        --append "fault=$1 fault.context=$2 fault.cpu=$3 kern.boottrace.enabled=1" > "$work/out" 2> "$work/err"
    status=$?
    cat "$work/err" "$work/out"
    [ $status -eq 3 ] || { echo "exit status $status"; return 1; }
    grep -q "died: panic.*$4" "$work/err" || return 1
    grep -qE "^thread [0-9]+ \(.*\) on CPU $3\$" "$work/out" || { echo 'no thread'; return 1; }
    grep -qE '^eip [0-9a-f]{8}' "$work/out" || { echo 'no registers'; return 1; }
    grep -qE '^  [0-9a-f]{8} thread_entry\+0x|^  [0-9a-f]{8} overflow' "$work/out" ||
        { echo 'no backtrace'; return 1; }
    [ "$(grep -c 'CPU stopped' "$work/out")" = 3 ] || { echo 'not all CPUs stopped'; return 1; }
    "$flight" verify "$work/capture" || return 1
    "$flight" report --format json "$work/capture" |
        jq -e '[.tables[].events[] | select(.event == "CPU entry") | .cpu] == [1, 2, 3]'
}

for context in process kernel interrupt; do
    for cpu in 0 3; do
        check "a null pointer, $context, CPU $cpu" dies_of null $context $cpu 'null pointer'
        check "a stack overflow, $context, CPU $cpu" dies_of stack $context $cpu 'stack overflow'
        check "a write to code, $context, CPU $cpu" dies_of text $context $cpu 'write of address 00100000'
        check "a division by zero, $context, CPU $cpu" dies_of divide $context $cpu 'divide error'
    done
done
finish
