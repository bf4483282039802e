#!/bin/sh
# What the system's own steps cost, in instructions: run_costs.sh build/bench-costs.json
#
# Boots the kernel under --deterministic, where a cycle of the TSC is an instruction, and reads
# debug.costs (kernel/costs.c) on one CPU and on four.  The floor is the call of an empty function.
set -eu

json=${1:?usage: run_costs.sh JSON}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

costs() {
    build/flight run --deterministic --smp "$1" --exec 'sysctl -n debug.costs' \
        > "$work/text" 2> "$work/messages" || { cat "$work/messages" >&2; exit 1; }
    grep -P '^[a-z ]+\t[0-9]+\r?$' "$work/text" | tr -d '\r' |
        jq -Rn '[inputs | split("\t") | {(.[0] | gsub(" "; "_")): (.[1] | tonumber)}] | add'
}

costs 1 > "$work/1"
costs 4 > "$work/4"
jq -s '{one_cpu: .[0], four_cpus: .[1],
        over_empty_call: (.[0].empty_call as $floor | .[0] | map_values(. / $floor * 10 | round / 10))}' \
    "$work/1" "$work/4" > "$json"
jq . "$json"
jq -e '.one_cpu | length == 5 and all(. > 0)' "$json" > /dev/null ||
    { echo "bench: debug.costs did not tell all costs" >&2; exit 1; }
