#!/bin/sh
# What tracing costs a boot, beside a kernel that was built without it: run_overhead.sh JSON TRACED UNTRACED
#
# Boots under --deterministic, where a cycle of the TSC is an instruction, and reads kern.cp_time in
# multi-user operation: what was executed until then, the halted time left out.  The demonstration, and a
# kernel alone.  Both kernels run the same scripts: kern.boottrace.enabled is set to the same for both.
set -eu

json=${1:?usage: run_overhead.sh JSON TRACED UNTRACED} traced=$2 untraced=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# busy KERNEL ENABLED OPTION...
busy() {
    kernel=$1 enabled=$2
    shift 2
    build/flight run --deterministic --kernel "$kernel" --append "kern.boottrace.enabled=$enabled" \
        --exec 'sysctl -n kern.cp_time' "$@" > "$work/text" 2> "$work/messages" ||
        { cat "$work/messages" >&2; exit 1; }
    tr -d '\r' < "$work/text" | sed -n 's/^[0-9]*\t\([0-9]*\)$/\1/p'
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
    row demonstration
    row kernel --bare
} | jq -s . > "$json"
jq . "$json"
jq -e 'all(.disabled_over_without <= 1.01 and .enabled_over_without <= 1.02)' "$json" > /dev/null ||
    { echo 'bench: tracing costs more than 1 percent while disabled, or more than 2 while enabled' >&2; exit 1; }
