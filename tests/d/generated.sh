#!/bin/sh
# Programs of D out of numbers, two for each: all are right, so the compiler takes it, and what it makes, the kernel's verifier takes.
. tests/tap.sh

COUNT=${COUNT:-1500}
FIRST=${FIRST:-0}

# Much happens in them: nothing of it is refused for its size.
does_much() {
    build/tests/generate_d 0 500 > "$work/out" && cat "$work/out" &&
        grep -q ' objects loaded, 0 without room' "$work/out" &&
        [ "$(sed -n 's/.* went: \([0-9]*\) records.*/\1/p' "$work/out")" -ge 10000 ]
}

check "programs from numbers are compiled, loaded and run" build/tests/generate_d "$FIRST" "$COUNT"
check "they record, and have room" does_much
finish
