#!/bin/sh
# What an event costs when its table is full, beside one that has room: run_overflow.sh build/bench.json
#
# Tables of three capacities that keep the first or the last: instructions in the kernel (debug.overflow under
# --deterministic, where a cycle of the TSC is an instruction), ticks of the TSC on the host, exact losses,
# bytes.  The result becomes the key "overflow" of the JSON file; what else it holds stays.
. tests/bench/bench.sh

json=${1:?usage: run_overflow.sh JSON}
bar=1.1

verified_report() {
    build/flight verify "$work/capture" > "$work/verified" || fail "$(tail -n 1 "$work/verified")"
    report "$work/capture"
}

# in_kernel KEEP CAPACITY: one boot, into $work/kernel.KEEP.CAPACITY; the shutdown table keeps the first, the run table the last.
in_kernel() {
    table=run before=true
    [ "$1" = last ] || { table=shutdown before='sysctl kern.boottrace.shuttrace=bench:begin'; }
    build/flight run --deterministic --append "trace.$table=$2" --exec "$before; sysctl -n debug.overflow" \
        -o "$work/capture" > "$work/text" 2> "$work/messages" || fail "$(tail -n 1 "$work/messages")"
    verified_report
    tr -d '\r' < "$work/text" > "$work/plain"
    grep -P '^(room|full|bytes)\t[0-9]+\t[0-9]+$' "$work/plain" > "$work/rows" || fail 'debug.overflow has told nothing'
    calculate -Rn '[inputs | split("\t") | {(.[0]): ((.[2] | tonumber) / (.[1] | tonumber))}] | add' \
        "$work/rows" > "$work/costs"
    # Since the last reset: the capacity, 2,000 more, and what the shutdown itself records.
    calculate --arg keep "$1" --argjson capacity "$2" --arg table "$table" --argjson own "$own" --slurpfile cost "$work/costs" '
        (.tables[] | select(.name == $table)) as $t |
        {keep: $keep, capacity: $capacity,
         room_instructions: ($cost[0].room * 100 | round / 100), full_instructions: ($cost[0].full * 100 | round / 100),
         full_over_room: ($cost[0].full / $cost[0].room * 10000 | round / 10000),
         bytes_per_event: ($cost[0].bytes * 100 | round / 100),
         overwritten: $t.overwritten, dropped: $t.dropped,
         loss_is_exact: ($t.kept == $capacity and [$t.overwritten, $t.dropped] ==
             if $keep == "last" then [2000, 0] else [0, 2000 + $own] end)}' "$work/report" > "$work/kernel.$1.$2"
}

build/flight run --deterministic --quiet -o "$work/capture" 2> "$work/messages" || fail "$(tail -n 1 "$work/messages")"
verified_report
own=$(calculate '.tables[] | select(.name == "shutdown") | .emitted' "$work/report")
for capacity in 16 1000 64000; do
    for keep in first last; do
        in_kernel $keep $capacity
    done
done
calculate -s . "$work"/kernel.* > "$work/kernel"
build/bench/bench_overflow > "$work/host" || fail 'the measurement on the host failed'
[ -s "$json" ] || echo '{}' > "$json"
calculate --argjson bar $bar --slurpfile kernel "$work/kernel" --slurpfile host "$work/host" '.overflow = {
    bar: $bar, kernel: $kernel[0], host: $host[0],
    worst_in_kernel: ([$kernel[0][].full_over_room] | max), worst_on_host: ([$host[0][].full_over_room] | max)}' \
    "$json" > "$work/merged"
cp "$work/merged" "$json"
calculate .overflow "$json"
jq -e '.overflow.kernel | length == 6 and all(.loss_is_exact)' "$json" > "$work/log" || fail 'a loss is not exact'
jq -e '.overflow | .worst_in_kernel <= .bar and .worst_on_host <= .bar' "$json" > "$work/log" ||
    fail "a full table costs more than $bar times one with room"
worst=$(calculate '[.overflow.worst_in_kernel, .overflow.worst_on_host] | max' "$json")
echo "a full or wrapping table costs at most $worst times one with room (bar: $bar)"
