#!/bin/sh
# What tracing costs a boot, beside a kernel that was built without it: run_overhead.sh JSON TRACED UNTRACED
#
# Boots under --deterministic, where a cycle of the TSC is an instruction, on one CPU, and takes everything
# from the entry to the last frame before the verdict, the halted time left out: also the shutdown, its log
# on the console, and the frames.  The demonstration, a kernel alone, and the demonstration with the 2,100
# events that it records at once to make a table wrap: a load and no boot, so no bar holds for it.  Both
# kernels run the same scripts: kern.boottrace.enabled is set to the same for both.
. tests/bench/bench.sh

json=${1:?usage: run_overhead.sh JSON TRACED UNTRACED} traced=$2 untraced=$3

# busy KERNEL ENABLED OPTION...
busy() {
    kernel=$1 enabled=$2
    shift 2
    build/flight run --deterministic --quiet --kernel "$kernel" --append "kern.boottrace.enabled=$enabled" \
        -o "$work/capture" "$@" > /dev/null 2> "$work/messages" ||
        fail "$(tail -n 1 "$work/messages")"
    report "$work/capture"
    calculate -r '.config.busy_cycles' "$work/report"
}

# row NAME OPTION...: into $work/NAME
row() {
    name=$1
    shift
    without=$(busy "$untraced" 0 "$@")
    disabled=$(busy "$traced" 0 "$@")
    without_enabled=$(busy "$untraced" 1 "$@")
    enabled=$(busy "$traced" 1 "$@")
    numbers "busy_cycles of $name" "$without" "$disabled" "$without_enabled" "$enabled"
    calculate -n --arg boot "$name" --argjson without "$without" --argjson disabled "$disabled" \
        --argjson without_enabled "$without_enabled" --argjson enabled "$enabled" \
        '{boot: $boot, without: $without, disabled: $disabled,
          disabled_over_without: ($disabled / $without * 10000 | round / 10000),
          without_enabled: $without_enabled, enabled: $enabled,
          enabled_over_without: ($enabled / $without_enabled * 10000 | round / 10000)}' > "$work/$name"
}

row demonstration --exec true
row kernel --bare
row load
calculate -s . "$work/demonstration" "$work/kernel" "$work/load" > "$work/result"
cp "$work/result" "$json"
cat "$json"
jq -e 'length == 3 and (.[:2] | all(.disabled_over_without <= 1.01 and .enabled_over_without <= 1.02))' "$json" \
    > "$work/log" || fail 'tracing costs more than 1 percent while disabled, or more than 2 while enabled'
