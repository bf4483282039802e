#!/bin/sh
# Damaged DOF objects, COUNT of them (default 3,000) in one boot: each is loaded into a state of its own, goes, fires and is
# consumed.  None harms the machine or the next one.
. tests/tap.sh

COUNT=${COUNT:-3000}
FIRST=${FIRST:-0}

# boots FILE: the objects in it, in one boot; the line that tells what became of them is kept.
boots() {
    "$flight" run --deterministic --quiet --bare --memory 768 --timeout 900 -o "$work/capture" --module "$1 name=dof/mutants.0" \
        --exec 'sysctl -n debug.dtrace.mutants' --exec 'sysctl -n debug.dtrace.state' || return 1
    tr -d '\r' < "$work/capture" | grep -a '^objects: ' > "$work/line"
    cat "$work/line"
    "$flight" verify "$work/capture"
}
tallied() {
    sed -n "s/.*$1: \([0-9]*\).*/\1/p" "$work/line"
}

build/tests/mutate_dof --pack "$FIRST" "$COUNT" "$work/mutants" || bail 'no mutants'
check 'the boot finishes' boots "$work/mutants"
check 'every object had its turn' test "$(tallied objects)" = "$COUNT"
check 'many are refused' test "$(tallied refused)" -gt $((COUNT / 4))
check 'many go' test "$(tallied went)" -gt $((COUNT / 10))
check 'and record' test "$(tallied records)" -gt $((COUNT / 10))

# Whatever came before, a good object gives what it gives alone.
good=tests/dof/01b-blog-trace.dof
pack() {
    for object; do
        printf '%08x' "$(stat -c %s "$object")" | sed 's/\(..\)\(..\)\(..\)\(..\)/\\\\x\4\\\\x\3\\\\x\2\\\\x\1/' | xargs printf '%b'
        cat "$object"
    done
}
pack "$good" > "$work/alone"
boots "$work/alone" > "$work/out" 2> "$work/err" || bail 'no boot'
alone=$(tallied records)
build/tests/mutate_dof --pack "$FIRST" 1000 "$work/thousand"
boots "$work/thousand" > "$work/out" 2> "$work/err" || bail 'no boot'
before=$(tallied records)
cat "$work/thousand" "$work/alone" > "$work/both"
boots "$work/both" > "$work/out" 2> "$work/err" || bail 'no boot'
check 'a good object behind a thousand bad ones records what it does alone' \
    test "$(tallied records)" = $((before + alone)) -a "$alone" -gt 0
finish
