#!/bin/sh
# What the system's own steps cost, in instructions: run_costs.sh build/bench-costs.json
#
# Boots the kernel under --deterministic, where a cycle of the TSC is an instruction, and reads
# debug.costs (kernel/costs.c) on one CPU and on four.  The floor is the call of an empty function, which begins
# with the nop of a probe; others have a clause on that probe, an empty one also on the static one.
. tests/bench/bench.sh

json=${1:?usage: run_costs.sh JSON}

# costs NAME CPUS ARGUMENT...: into $work/NAME
costs() {
    name=$1 cpus=$2
    shift 2
    build/flight run --deterministic --smp "$cpus" "$@" --exec 'sysctl -n debug.costs' \
        > "$work/text" 2> "$work/messages" || fail "$(tail -n 1 "$work/messages")"
    tr -d '\r' < "$work/text" > "$work/plain"
    grep -P '^[a-z ]+\t[0-9]+$' "$work/plain" > "$work/rows" || fail 'debug.costs has told nothing'
    calculate -Rn '[inputs | split("\t") | {(.[0] | gsub(" "; "_")): (.[1] | tonumber)}] | add' \
        "$work/rows" > "$work/$name"
}

costs one 1
costs four 4
# probed NAME WHAT: with a clause that does this on the empty function, into $work/NAME
probed() {
    build/tests/enabling "$work/enabling" bufpolicy=0 "fbt::nothing:entry $2"
    costs "$1" 1 --module "$work/enabling type=dof"
}
for what in false count quantize; do
    probed $what $what
done
build/tests/enabling "$work/enabling" bufpolicy=0 fbt::nothing:entry costs:::probe
costs empty 1 --module "$work/enabling type=dof"
calculate -s '{one_cpu: .[0], four_cpus: .[1],
        probed: {empty_clause: .[2].empty_call, empty_clause_on_a_static_probe: .[2].static_probe,
                 false_predicate: .[3].empty_call, count_by_probefunc: .[4].empty_call, quantize_by_string: .[5].empty_call},
        over_empty_call: (.[0].empty_call as $floor | .[0] | map_values(. / $floor * 10 | round / 10))}' \
    "$work/one" "$work/four" "$work/empty" "$work/false" "$work/count" "$work/quantize" > "$work/result"
cp "$work/result" "$json"
cat "$json"
for cpus in one_cpu four_cpus; do
    jq -e ".$cpus | length == 6 and all(. > 0)" "$json" > "$work/log" ||
        fail "debug.costs did not tell all costs ($cpus)"
done
