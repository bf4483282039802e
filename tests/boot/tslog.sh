#!/bin/sh
# TSLOG: from the kernel's first line to its last, on one CPU and on four, and what flight makes of it.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'

says() {
    python3 tests/boot/tslog_check.py "$@"
}
for cpus in 1 4; do
    boot --deterministic --quiet --smp $cpus -o "$work/capture"
    "$flight" report "$work/capture" --format json > "$work/json" || bail 'no report'
    check "$cpus CPU(s): entries and exits of each thread are balanced" says nested "$work/json"
    check "$cpus CPU(s): the first record is kernel_main, the last one power_off" says ends "$work/json"
    check "$cpus CPU(s): each process is born, runs a program and ends" says processes "$work/json"
    check "$cpus CPU(s): nothing is lost" test "$(jq '.tslog.emitted == .tslog.kept' "$work/json")" = true
    "$flight" export "$work/capture" --format folded --unit cycles -o "$work/folded" 2> "$work/messages" ||
        bail 'no folded stacks'
    check "$cpus CPU(s): nothing is doubted" test ! -s "$work/messages"
    check "$cpus CPU(s): stacks add up to the lives of their processes" says folded "$work/json" "$work/folded"
    check "$cpus CPU(s): no stack stands there twice" \
        test "$(sed 's/ [0-9]*$//' "$work/folded" | sort | uniq -d | wc -l)" = 0
done

check 'the slowest script of rc is told before the tables' sh -c \
    "'$flight' report '$work/capture' | sed '/^boot table/q' | grep -E 's  boottrace \([0-9]+\): /etc/rc.d/'"
check 'the report has spans, the slowest first' test \
    "$(jq '[.spans[].duration_ns] | length > 20 and . == (sort | reverse)' "$work/json")" = true
check 'trace events are an object of JSON, each span with its thread' sh -c \
    "'$flight' export '$work/capture' --format json | jq -e '.traceEvents | map(select(.ph == \"X\" and .tid > 0)) | length > 100'"

for text in debug.tslog debug.tslog_user; do
    boot --deterministic --exec "sysctl -n $text" -o "$work/own" > "$work/$text"
done
"$flight" report "$work/own" --format json > "$work/json" || bail 'no report'
check 'debug.tslog_user is a line for each process' says lives "$work/json" "$work/debug.tslog_user"
boot --deterministic --exec 'sysctl -n debug.tslog' -o "$work/own" > "$work/debug.tslog"
"$flight" report "$work/own" --format json > "$work/json" || bail 'no report'
check 'debug.tslog is what the frames say, in lines' says lines "$work/json" "$work/debug.tslog"

# More than the table can hold.
boot --deterministic --smp 2 --append trace.tslog=16 --exec 'sysctl debug' --exec 'sysctl -n debug.tslog' \
    -o "$work/full" > "$work/text"
"$flight" report "$work/full" --format json > "$work/json" || bail 'no report'
check 'a full table keeps the first' test "$(jq '.tslog.events[0].event' "$work/json")" = '"ENTER kernel_main"'
check 'and balances' "$flight" verify "$work/full"
check 'the kernel tells how many it has dropped' grep -qE '^debug.tslog_dropped: [1-9]' "$work/text"
check 'where its own text ends, too' grep -qE '^0x0 [0-9]+ EVENT LOST [0-9]+ records of CPU 0' "$work/text"
check 'the books tell' grep -qE '^tslog: .* [1-9][0-9]* dropped' "$work/text"
check 'the report tells between which events' sh -c \
    "'$flight' report '$work/full' | grep -E '^tslog, CPU 0: [0-9,]+ events were dropped, between \".*\" at .* and \".*\" at'"
check 'and so it does for programs' test \
    "$(jq '[.losses[] | select(.table == "tslog" and .cpu == 0)][0] | .kind == "dropped" and .after.tsc <= .before.tsc' "$work/json")" = true
check 'folded stacks end there, and say so' gives 0 'TSLOG of CPU 0 has lost events behind .*closed there' \
    "$flight" export "$work/full" --format folded

boot --deterministic --quiet --append trace.tslog=0 --exec 'sysctl -n debug.tslog' -o "$work/none"
check 'so it is told of a table without any room' grep -qE '^0x0 [0-9]+ EVENT LOST [0-9]+ records of CPU 0' "$work/none"

boot --deterministic --quiet --append debug.tslog_enabled=0 -o "$work/off"
"$flight" report "$work/off" --format json > "$work/json" || bail 'no report'
check 'switched off, everything is counted as filtered' test \
    "$(jq '.tslog.kept == 0 and .tslog.filtered == .tslog.emitted and .tslog.emitted > 100' "$work/json")" = true

boot --deterministic -o "$work/turned" --exec 'sysctl debug.tslog_enabled=0; sysctl debug.tslog_kept; true; sysctl debug.tslog_kept' \
    --exec 'sysctl debug.tslog_enabled=1; sysctl debug.tslog_kept; sysctl debug.tslog_enabled=3 || true' > "$work/text"
check 'it is switched at run time, too: off, and on again' sh -c "
    set -- \$(sed -n 's/^debug.tslog_kept: \([0-9]*\).*/\1/p' '$work/text'); [ \$1 = \$2 ] && [ \$3 -ge \$2 ]"
check 'to 0, 1 and 2' grep -q 'debug.tslog_enabled=3: Invalid argument' "$work/text"

check 'export needs a format' gives 2 '--format is missing: folded or json' "$flight" export "$work/off"
check 'and one that it knows' gives 2 "unknown format 'svg': folded or json" \
    "$flight" export "$work/off" --format svg
check 'a file that cannot be written is the fault of the host' gives 5 'No such file or directory' \
    "$flight" export "$work/off" --format folded -o "$work/no/where"
finish
