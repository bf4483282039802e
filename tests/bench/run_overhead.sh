#!/bin/sh
# What tracing costs a boot, beside a kernel that was built without it: run_overhead.sh JSON TRACED UNTRACED
#
# Boots under --deterministic, where a cycle of the TSC is an instruction, on one CPU, and takes everything
# from the entry to the last frame but the verdict, the halted time left out: also the shutdown, its log on the console, and
# the frames.  The demonstration, a kernel alone, and the demonstration with the 2,100 events that it
# records at once to make a table wrap: a load and no boot, so no bar holds for it.  Both kernels run the
# same scripts: kern.boottrace.enabled is set to the same for both.
set -eu

json=${1:?usage: run_overhead.sh JSON TRACED UNTRACED} traced=$2 untraced=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# busy KERNEL ENABLED OPTION...
busy() {
    kernel=$1 enabled=$2
    shift 2
    build/flight run --deterministic --quiet --kernel "$kernel" --append "kern.boottrace.enabled=$enabled" \
        -o "$work/capture" "$@" > /dev/null 2> "$work/messages" ||
        { cat "$work/messages" >&2; exit 1; }
    build/flight report --format json "$work/capture" |
        jq -e '.config.busy_cycles | tonumber'
}

# row NAME OPTION...
row() {
    name=$1
    shift
    jq -n --arg boot "$name" --argjson without "$(busy "$untraced" 0 "$@")" \
        --argjson disabled "$(busy "$traced" 0 "$@")" \
        --argjson without_enabled "$(busy "$untraced" 1 "$@")" \
        --argjson enabled "$(busy "$traced" 1 "$@")" \
        '{boot: $boot, without: $without, disabled: $disabled,
          disabled_over_without: ($disabled / $without * 10000 | round / 10000),
          without_enabled: $without_enabled, enabled: $enabled,
          enabled_over_without: ($enabled / $without_enabled * 10000 | round / 10000)}'
}

{
    row demonstration --exec true
    row kernel --bare
    row 'demonstration with 2,100 events more'
} | jq -s . > "$json"
jq . "$json"
jq -e '.[:2] | all(.disabled_over_without <= 1.01 and .enabled_over_without <= 1.02)' "$json" > /dev/null ||
    { echo 'bench: tracing costs more than 1 percent while disabled, or more than 2 while enabled' >&2; exit 1; }
