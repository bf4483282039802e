#!/bin/sh
# A table that overflows, as a person sees it: the console, kern.boottrace.log and flight report say how many
# events are missing, of which table, why, and where; frames and books agree.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'

# run WORDS ARGUMENT...: a boot whose console is in parts: log (kern.boottrace.log), end (the tables at the end).
run() {
    words=$1
    shift
    boot --deterministic -o "$work/capture" --append "$words" --exec 'sysctl -n kern.boottrace.log' "$@" > "$work/out"
    tr -d '\r' < "$work/out" > "$work/console"
    sed -n '/^# sysctl/,/^boot table/p' "$work/console" > "$work/log"
    sed -n '/^boot table/,$p' "$work/console" > "$work/end"
    "$flight" report "$work/capture" > "$work/report" || bail 'no report'
    "$flight" report "$work/capture" --format json > "$work/json" || bail 'no report'
}
field() { # TABLE FIELD
    jq -r --arg table "$1" ".tables[] | select(.name == \$table) | $2" "$work/json"
}
# part FILE TABLE: the lines of a table, by its title or, in the log, by its place.
part() {
    case $1.$2 in
    log.boot) sed -n '/^CPU/,/^Total/p' "$work/log" | sed '/^Total/q' ;;
    log.run) sed -n '/^CPU/,/^Total/p' "$work/log" | sed '1,/^Total/d' ;;
    *) sed -n "/^$2 table/,/^Total/p" "$work/$1" | sed 1d ;;
    esac | sed -e '/^CPU/d' -e '/^Total/d'
}
lost_row='^ *[0-9]+ +[0-9]+ +0 \(lost\) +'
# row_is first|last FILE TABLE TEXT: the table's first or last row, and no other, says what is missing.
row_is() {
    part "$2" "$3" > "$work/part"
    row=$(if [ "$1" = first ]; then head -n 1 "$work/part"; else tail -n 1 "$work/part"; fi)
    echo "$row" | grep -qE "$lost_row$4 here +0 +0\.00 +0 +0\$" && [ "$(grep -cE "$lost_row" "$work/part")" = 1 ] ||
        { cat "$work/part"; return 1; }
}
nothing_lost() { # FILE TABLE
    part "$1" "$2" > "$work/part"
    if grep -E "$lost_row" "$work/part"; then return 1; fi
    test -s "$work/part"
}
books() { # TABLE TEXT: in the console's books and in the report's
    grep -E "^$1: $2 \(capacity" "$work/end" && grep -E "^$1: $2 \(capacity" "$work/report"
}
said() { # TABLE TEXT: the report's own line
    grep -E "^$1: $2" "$work/report" || { grep "^$1:" "$work/report"; return 1; }
}

# --- The boot table: as many as it can hold, and one more

run ''
count=$(field boot .emitted)
check 'a boot with room loses nothing' test "$(jq '[.tables[] | .dropped + .overwritten] | add' "$work/json")" = 0
for file in log end report; do
    check "and nothing says so: $file" nothing_lost $file boot
done

run "trace.boot=$count"
check 'a table as large as what it is given is whole' test "$(field boot '"\(.kept) \(.dropped)"')" = "$count 0"
for file in log end report; do
    check "and says nothing of losses: $file" nothing_lost $file boot
done

run "trace.boot=$((count - 1))"
for file in log end report; do
    check "one event too many is one, dropped at the end: $file" row_is last $file boot '1 event dropped'
done
check 'the books have it' books boot "$count emitted = $((count - 1)) kept \+ 0 overwritten \+ 1 dropped \+ 0 filtered"
check 'the report says where: behind the last that was kept' said boot "1 event was dropped, between \"$(field boot '.events[-1].event')\" at [0-9.]+ m?s and \"multi-user start\" at [0-9.]+ m?s"
check 'JSON agrees' test "$(field boot '"\(.emitted) \(.kept) \(.overwritten) \(.dropped)"')" = "$count $((count - 1)) 0 1"

run trace.boot=20
for file in log end report; do
    check "many events too many are so many: $file" row_is last $file boot "$((count - 20)) events dropped"
done
check 'the first ones are there' test "$(field boot '.events | "\(length) \(.[0].event)"')" = '20 kernel entry'
check 'JSON agrees' test "$(field boot .dropped)" = "$((count - 20))"
check 'the report says where, and when' said boot "$((count - 20)) events were dropped, between \"$(field boot '.events[19].event')\" at [0-9.]+ m?s and \"multi-user start\" at"
check 'the books balance' "$flight" verify "$work/capture"

# --- The run table, which keeps the last

printf '#!/bin/sh\ntrue\n' > "$work/rc" # nothing but init and the workload stands in the run table
run 'trace.run=5 workload=50' --module "$work/rc type=file name=etc/rc"
check 'the books have what was overwritten' books run '51 emitted = 5 kept \+ 46 overwritten \+ 0 dropped \+ 0 filtered'
for file in log end report; do
    check "what was overwritten stood before the rest: $file" row_is first $file run '46 events overwritten'
done
check 'the report says before which' said run '46 events were overwritten, between "workload" at [0-9.]+ m?s and "workload" at [0-9.]+ m?s'
check 'JSON agrees' test "$(field run '"\(.emitted) \(.kept) \(.overwritten) \(.dropped)"')" = '51 5 46 0'
check 'and no other table is blamed' nothing_lost end boot
check 'the books balance' "$flight" verify "$work/capture"

# --- The shutdown table: the log on the way and the one at the end

run 'trace.shutdown=4 kern.boottrace.shutdown_trace=1'
dropped=$(field shutdown .dropped)
check 'a shutdown has more than 4 events' test "$dropped" -gt 0
for file in end report; do
    check "it keeps its first and says how many are missing: $file" row_is last $file shutdown "$dropped events dropped"
done
check 'the books have it' books shutdown "$((dropped + 4)) emitted = 4 kept \+ 0 overwritten \+ $dropped dropped \+ 0 filtered"
check 'the report says where' said shutdown "$dropped events were dropped, behind \".*\" at [0-9.]+ m?s"

# --- All at once, on two CPUs, each with tables of its own

run 'trace.boot=20 trace.run=20 trace.shutdown=20 workload=100' --smp 2
for table in boot run shutdown; do
    check "$table: what is lost is the sum over the CPUs, and the rows say so" test \
        "$(part end $table | sed -nE "s/^.*\(lost\) +([0-9]+) events? .*/\1/p" | awk '{ sum += $1 } END { print sum + 0 }')" \
        = "$(field $table '.dropped + .overwritten')"
    check "$table: the report has the same rows" test "$(part end $table | grep -E "$lost_row" | cut -c 26-)" \
        = "$(part report $table | grep -E "$lost_row" | cut -c 26-)"
done
check 'the books balance' "$flight" verify "$work/capture"
finish
