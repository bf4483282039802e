#!/bin/sh
# What the system's own steps cost, in instructions: run_costs.sh build/bench-costs.json
#
# Boots the kernel under --deterministic, where a cycle of the TSC is an instruction, and reads
# debug.costs (kernel/costs.c) on one CPU and on four.  The floor is the call of an empty function.
. tests/bench/bench.sh

json=${1:?usage: run_costs.sh JSON}

# costs CPUS: into $work/CPUS
costs() {
    build/flight run --deterministic --smp "$1" --exec 'sysctl -n debug.costs' \
        > "$work/text" 2> "$work/messages" || fail "$(tail -n 1 "$work/messages")"
    tr -d '\r' < "$work/text" > "$work/plain"
    grep -P '^[a-z ]+\t[0-9]+$' "$work/plain" > "$work/rows" || fail 'debug.costs has told nothing'
    calculate -Rn '[inputs | split("\t") | {(.[0] | gsub(" "; "_")): (.[1] | tonumber)}] | add' \
        "$work/rows" > "$work/$1"
}

costs 1
costs 4
calculate -s '{one_cpu: .[0], four_cpus: .[1],
        over_empty_call: (.[0].empty_call as $floor | .[0] | map_values(. / $floor * 10 | round / 10))}' \
    "$work/1" "$work/4" > "$work/result"
cp "$work/result" "$json"
cat "$json"
for cpus in one_cpu four_cpus; do
    jq -e ".$cpus | length == 5 and all(. > 0)" "$json" > "$work/log" ||
        fail "debug.costs did not tell all costs ($cpus)"
done
