#!/bin/sh
# Tables keep exactly their capacity, and the books say what became of the rest.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'

boot --deterministic --quiet --bare -o "$work/capture" \
    --append 'trace.boot=64 trace.run=64 trace.shutdown=64 workload=10000 kern.boottrace.enabled=1'
"$flight" report "$work/capture" --format json > "$work/json" || bail 'no report'
field() {
    jq -r --arg table "$1" ".tables[] | select(.name == \$table) | $2" "$work/json"
}

check 'verify finds the books balanced' "$flight" verify "$work/capture"
for table in boot run shutdown; do
    check "$table keeps 64" test "$(field $table .kept)" = 64
    check "$table has 64 events in the report" test "$(field $table '.events | length')" = 64
    check "$table was given more than 10000" test "$(field $table .emitted)" -gt 10000
    check "$table balances" test "$(field $table '.emitted == .kept + .overwritten + .dropped + .filtered')" = true
done
check 'boot keeps the first' test "$(field boot '.events[0].event')" = 'kernel entry'
check 'boot drops the rest' test "$(field boot '.overwritten == 0 and .dropped > 9900')" = true
check 'run keeps the last: all of them workload' test "$(field run '[.events[].event] | unique == ["workload"]')" = true
check 'run overwrites the rest' test "$(field run '.dropped == 0 and .overwritten > 9900')" = true
check 'shutdown keeps the first' test "$(field shutdown '.events[0].event')" = 'halt & poweroff from multi-user'
check 'time never steps back' test "$(jq '[.tables[].events[].ns] | . == sort' "$work/json")" = true
"$flight" report "$work/capture" > "$work/text" || bail 'no report'
check 'the report says in words what was overwritten' grep -qE 'run: .*overwritten' "$work/text"
check 'the report says in words what was dropped' grep -qE 'boot: .*dropped' "$work/text"

for capacity in 1 2 3 100; do
    boot --deterministic --quiet --bare -o "$work/capture" \
        --append "trace.boot=$capacity trace.run=$capacity trace.shutdown=$capacity workload=200"
    "$flight" report "$work/capture" --format json > "$work/json" || bail 'no report'
    check "a capacity of $capacity keeps exactly that" test "$(jq -c '[.tables[:3][].kept]' "$work/json")" = "[$capacity,$capacity,$capacity]"
done

boot --deterministic --quiet --bare -o "$work/capture" --append 'trace.enabled=0 kern.boottrace.enabled=1 workload=500'
"$flight" report "$work/capture" --format json > "$work/json" || bail 'no report'
check 'switched off, static sites are counted as filtered' test "$(field run .filtered)" = 500
check 'and what was recorded before the switch was read, too' test "$(field boot '.filtered > 500')" = true
check 'and the books still balance' "$flight" verify "$work/capture"

boot --deterministic --quiet --bare -o "$work/capture" \
    --append 'workload=10000 trace.boot=20000 trace.run=20000 trace.shutdown=20000'
"$flight" verify --sizes "$work/capture" > "$work/sizes" || bail 'does not verify'
sed 's/^/# /' "$work/sizes"
bytes=$(sed -n 's/.*bytes per event: \([0-9]*\)\..*/\1/p' "$work/sizes")
check 'a plain event costs less than 8 bytes on the wire, all included' test "${bytes:-99}" -lt 8
finish
