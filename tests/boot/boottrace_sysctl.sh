#!/bin/sh
# Every sysctl of kern.boottrace: kind, flags, default, behaviour, errors.  A few boots do many things each;
# what a boot's script prints between "@NAME" and the next "@" is the section NAME.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'

# run SCRIPT ARGUMENT...: a boot that runs the script once it is multi-user.
run() {
    printf '%s\necho @end\n' "$(cat "$1")" > "$work/autoexec"
    shift
    boot --deterministic -o "$work/capture" --module "$work/autoexec type=file name=etc/autoexec" "$@" > "$work/out"
    tr -d '\r' < "$work/out" > "$work/console"
    "$flight" report "$work/capture" --format json > "$work/json" || bail 'no report'
}
section() {
    awk -v name="@$1" '/^@/ { on = $0 == name; next } on' "$work/console"
}
is() { # NAME LINES: the section is exactly that, but for blanks at the ends of lines
    section "$1" | sed 's/ *$//' > "$work/section"
    printf '%b\n' "$2" | diff "$work/section" -
}
has() { # NAME PATTERN
    section "$1" > "$work/section"
    grep -qE -- "$2" "$work/section" || { cat "$work/section"; return 1; }
}
hasnt() { # NAME PATTERN
    section "$1" > "$work/section"
    if grep -E -- "$2" "$work/section"; then return 1; fi
    test -s "$work/section"
}
rows() { # NAME: its events, without the other columns
    section "$1" | sed -nE 's/^ *[0-9]+ +[0-9]+ +[0-9]+ (.{24}) (.{40,}) +[0-9]+ +[0-9]+\.[0-9]{2} +[0-9]+ +[0-9]+$/\1\2/p' |
        sed -E 's/ +/ /g; s/ +$//'
}
rows_are() { # NAME LINES
    rows "$1" > "$work/rows"
    printf '%b\n' "$2" | diff "$work/rows" -
}
table() { # TABLE FILTER
    jq -r --arg table "$1" ".tables[] | select(.name == \$table) | $2" "$work/json"
}

# --- With everything as it is by default, and nothing from the archive

cat > "$work/default" << 'END'
echo @default
sysctl kern.boottrace
echo @log
sysctl -n kern.boottrace.log
echo @off
sysctl -n kern.boottrace.boottrace="sh:turned away"
sysctl -n kern.boottrace.boottrace=
sysctl -n kern.boottrace.run.filtered kern.boottrace.run.kept
echo @on
sysctl kern.boottrace.enabled=1
sysctl -n kern.boottrace.boottrace="sh:kept"
sysctl -n kern.boottrace.run.kept
echo @log_on
sysctl -n kern.boottrace.log
echo @off_again
sysctl kern.boottrace.enabled=0
sysctl -n kern.boottrace.boottrace="sh:turned away"
sysctl -n kern.boottrace.run.kept
echo @two
sysctl kern.boottrace.enabled=2
echo @end
true
END
run "$work/default" --bare
count_of_boot=$(section default | sed -n 's/^kern.boottrace.boot.filtered: //p')
check 'the node holds these, in the order of names, with these defaults' is default "kern.boottrace.boot.dropped: 0
kern.boottrace.boot.emitted: $count_of_boot
kern.boottrace.boot.filtered: $count_of_boot
kern.boottrace.boot.kept: 0
kern.boottrace.boot.overwritten: 0
kern.boottrace.boottrace:
kern.boottrace.dotrace_kernel: 1
kern.boottrace.dotrace_user: 1
kern.boottrace.enabled: 0
kern.boottrace.reset:
kern.boottrace.rewind:
kern.boottrace.run.dropped: 0
kern.boottrace.run.emitted: 1
kern.boottrace.run.filtered: 1
kern.boottrace.run.kept: 0
kern.boottrace.run.overwritten: 0
kern.boottrace.run_table_size: 2000
kern.boottrace.runtrace:
kern.boottrace.shutdown.dropped: 0
kern.boottrace.shutdown.emitted: 0
kern.boottrace.shutdown.filtered: 0
kern.boottrace.shutdown.kept: 0
kern.boottrace.shutdown.overwritten: 0
kern.boottrace.shutdown_table_size: 1000
kern.boottrace.shutdown_trace: 0
kern.boottrace.shutdown_trace_threshold: 0
kern.boottrace.shuttrace:
kern.boottrace.table_size: 3000"
check 'not enabled, no table is touched, and what was recorded before that was known is counted as filtered' \
    test "$count_of_boot" -gt 10
check 'the log is empty' is log ''
check 'a writer hears nothing of it, but a bad text is a bad text' has off 'boottrace=: Invalid argument'
check 'what is not wanted is counted' has off '^2$'
check 'enabled works at run time' is on 'kern.boottrace.enabled: 0 -> 1\n ->\n1'
check 'and from then on there is a log' rows_are log_on 'sh kept'
check 'and back' is off_again 'kern.boottrace.enabled: 1 -> 0\n ->\n1'
check 'enabled is a switch: nothing but 0 and 1' has two 'enabled=2: Invalid argument'
check 'the shutdown was counted, too' test "$(table shutdown '.kept == 0 and .filtered > 2')" = true

# --- Kinds, flags, writers, texts, reset, cursors

long=$(printf 'n%.0s' $(seq 1 255))
cat > "$work/enabled" << END
echo @listed
sysctl -aN
echo @tunables
sysctl -TN kern.boottrace
echo @writable
sysctl -WN kern.boottrace
echo @node
sysctl kern.boottrace=1
echo @read_only
sysctl kern.boottrace.log=x
sysctl kern.boottrace.shutdown_log=x
sysctl kern.boottrace.cursor.0=x
sysctl kern.boottrace.table_size=5
sysctl kern.boottrace.run_table_size=5
sysctl kern.boottrace.shutdown_table_size=5
sysctl kern.boottrace.boot.emitted=0
sysctl kern.boottrace.run.kept=0
echo @kinds
sysctl -x kern.boottrace.table_size
sysctl kern.boottrace.reset=x
sysctl kern.boottrace.shutdown_trace=2
sysctl kern.boottrace.dotrace_user=x
echo @threshold
sysctl kern.boottrace.shutdown_trace_threshold=250
sysctl kern.boottrace.shutdown_trace_threshold=-2147483648
sysctl kern.boottrace.shutdown_trace_threshold=2147483647
sysctl kern.boottrace.shutdown_trace_threshold=2147483648
sysctl kern.boottrace.shutdown_trace_threshold=-2147483649
sysctl kern.boottrace.shutdown_trace_threshold=soon
sysctl kern.boottrace.shutdown_trace_threshold=-1
echo @debugging
sysctl debug.boottrace.dotrace_debugging
echo @write_only
sysctl -n kern.boottrace.boottrace
echo @reset
sysctl kern.boottrace.reset=7
sysctl kern.boottrace.boot.emitted kern.boottrace.run.emitted kern.boottrace.run.kept kern.trace.phase
sysctl -n kern.boottrace.log
echo @texts
sysctl -q kern.boottrace.boottrace="plain"
sysctl -q kern.boottrace.boottrace="netif:start"
sysctl -q kern.boottrace.boottrace=":nobody"
sysctl -q kern.boottrace.boottrace="a:b:c"
sysctl -q kern.boottrace.boottrace="init(8): start rc.shutdown"
sysctl -q kern.boottrace.boottrace='Shutdown at Thu Nov 24 18:22:48 2022'
sysctl -q kern.boottrace.boottrace='sh:tab$(printf '\t')bell$(printf '\a') esc$(printf '\033')[2J'
sysctl -q kern.boottrace.boottrace='sh:a \\ and ~'
sysctl -q kern.boottrace.boottrace='sh:grün 日本'
sysctl -q kern.boottrace.boottrace="sh:$long"
echo @too_long
sysctl -q kern.boottrace.boottrace="sh:${long}x"
sysctl -q kern.boottrace.boottrace="sh:"
sysctl -q kern.boottrace.runtrace="sh:"
sysctl -q kern.boottrace.shuttrace=":"
sysctl -n kern.trace.phase kern.boottrace.run.emitted
echo @log
sysctl -n kern.boottrace.log
echo @cursor
sysctl -n kern.boottrace.cursor.0
echo @cursor_again
sysctl -n kern.boottrace.cursor.0
echo @later
sysctl -q kern.boottrace.boottrace="sh:later"
echo @cursor_later
sysctl -n kern.boottrace.cursor.0
echo @cursor_other
sysctl -n kern.boottrace.cursor.3
echo @cursor_rewound
sysctl -n kern.boottrace.rewind=0
sysctl -n kern.boottrace.cursor.0
sysctl -n kern.boottrace.cursor.3
echo @no_cursor
sysctl kern.boottrace.rewind=4
sysctl -n kern.boottrace.cursor.4
echo @dotrace_user
sysctl kern.boottrace.dotrace_user=0
sysctl -q kern.boottrace.boottrace="sh:unheard"
sysctl -n kern.boottrace.run.filtered
sysctl kern.boottrace.dotrace_user=1
echo @dotrace_kernel
sysctl kern.boottrace.dotrace_kernel=0
sysctl kern.boottrace.shutdown_trace=1
echo @end
true
END
run "$work/enabled"
check 'a node cannot be written' has node "oid 'kern.boottrace' isn't a leaf node"
for name in log shutdown_log cursor.0 cursor.3; do
    check "$name is not listed" hasnt listed "^kern.boottrace.$name\$"
done
for name in enabled boottrace runtrace shuttrace reset rewind shutdown_trace shutdown_trace_threshold table_size run_table_size \
    shutdown_table_size dotrace_kernel dotrace_user boot.filtered run.overwritten shutdown.dropped; do
    check "$name is listed" has listed "^kern.boottrace.$name\$"
done
check 'these are tunables' is tunables 'kern.boottrace.dotrace_kernel
kern.boottrace.dotrace_user
kern.boottrace.enabled
kern.boottrace.run_table_size
kern.boottrace.shutdown_table_size
kern.boottrace.shutdown_trace
kern.boottrace.shutdown_trace_threshold
kern.boottrace.table_size'
check 'these can be written' is writable 'kern.boottrace.boottrace
kern.boottrace.dotrace_kernel
kern.boottrace.dotrace_user
kern.boottrace.enabled
kern.boottrace.reset
kern.boottrace.rewind
kern.boottrace.runtrace
kern.boottrace.shutdown_trace
kern.boottrace.shutdown_trace_threshold
kern.boottrace.shuttrace'
for name in log shutdown_log cursor.0 boot.emitted run.kept; do
    check "$name is read only" has read_only "oid 'kern.boottrace.$name' is read only\$"
done
for name in table_size run_table_size shutdown_table_size; do
    check "$name is a tunable that cannot be written later" has read_only "oid 'kern.boottrace.$name' is a read only tunable"
done
check 'table_size is an unsigned number' has kinds '^kern.boottrace.table_size: 0xbb8$'
check 'reset is a number' has kinds "invalid integer 'x'"
check 'shutdown_trace is a switch' has kinds 'shutdown_trace=2: Invalid argument'
check 'dotrace_user is one' test "$(section kinds | grep -c "invalid integer 'x'")" = 2
check 'the threshold is a signed number of milliseconds' has threshold ': 100 -> 250$'
check 'with 32 bits' has threshold ' 250 -> -2147483648$'
check 'no more' has threshold 'threshold=2147483648: Invalid argument'
check 'and no less' has threshold 'threshold=-2147483649: Invalid argument'
check 'and is no word' has threshold "invalid integer 'soon'"
check 'a negative one is kept' has threshold ': 2147483647 -> -1$'
check 'there is no dotrace_debugging: the counters tell' has debugging 'unknown oid'
check 'reading what is for writing gives nothing' is write_only ''
check 'a reset empties the tables, begins their books anew and leaves the phase' is reset "kern.boottrace.reset:  ->
kern.boottrace.boot.emitted: 0
kern.boottrace.run.emitted: 0
kern.boottrace.run.kept: 0
kern.trace.phase: multi-user


$(grep ^CPU "$work/console" | head -n 1)
Total measured time: 0 msecs


$(grep ^CPU "$work/console" | head -n 1)
Total measured time: 0 msecs"
in_log="sysctl plain
netif start
sysctl nobody
a b:c
init(8) start rc.shutdown
sysctl Shutdown at Thu Nov 24 18:22:48 2022
sh tab\\\\x09bell\\\\x07 esc\\\\x1b[2J
sh a \\\\x5c and \\\\x7e
sh grün 日本
sh $long"
check 'texts stand in the log whole, and harmless' rows_are log "$in_log"
check 'texts stand in the report as they were written' test "$(table run '[.events[] | "\(.process)|\(.event)"][0:10] | .[]')" = "sysctl|plain
netif|start
sysctl|nobody
a|b:c
init(8)|start rc.shutdown
sysctl|Shutdown at Thu Nov 24 18:22:48 2022
sh|tab$(printf '\t')bell$(printf '\a') esc$(printf '\033')[2J
sh|a \\ and ~
sh|grün 日本
sh|$long"
"$flight" report --all "$work/capture" > "$work/text" || bail 'no report'
check 'and harmless in its text' grep -qF 'tab\x09bell\x07 esc\x1b[2J' "$work/text"
check 'and whole' grep -qE " sh +$long +[0-9]" "$work/text"
check 'an event of 256 bytes is refused' has too_long 'xn*: Invalid argument|x: Invalid argument'
check 'so is one of none, for each of the three' test "$(section too_long | grep -c 'Invalid argument')" = 4
check 'and what is refused switches no phase, and is not counted' has too_long '^multi-user$'
check 'the books have the good ones only' has too_long '^10$'
check 'a cursor gives all events once' rows_are cursor "$in_log"
check 'then nothing' is cursor_again ''
check 'then what is new' rows_are cursor_later 'sh later'
check 'each for itself' rows_are cursor_other "$in_log\nsh later"
check 'and from the start when it is rewound' rows_are cursor_rewound "$in_log\nsh later"
check 'and the others are not' test "$(rows cursor_rewound | wc -l)" = 11
check 'there are four' has no_cursor "unknown oid 'kern.boottrace.cursor.4'"
check 'and no fifth is rewound' has no_cursor 'rewind=4: Invalid argument'
check 'dotrace_user works at run time, and the writer hears of it' has dotrace_user 'boottrace=sh:unheard: Device not configured'
check 'and the event is counted' has dotrace_user '^1$'
check 'dotrace_kernel works at run time' test "$(table shutdown '[.events[].event | select(startswith("kernel shutdown") or startswith("system "))] | length')" = 0
check 'userland goes on meanwhile' test "$(table shutdown '[.events[].event | select(contains("rc.shutdown"))] | length')" = 1
check 'and the kernel is counted' test "$(table shutdown '.filtered >= 2')" = true
check 'shutdown_trace works at run time; a negative threshold shows every event' \
    test "$(sed -e '1,/^@end/d' -e '/^boot table/,$d' "$work/console" | grep -cE ' (start|done) +[0-9]+ ')" -ge 2

# --- Modes, in a boot whose rc goes through all of them

cat > "$work/rc" << 'END'
sysctl -q kern.boottrace.boottrace="rc:one"
echo @early_reset
sysctl -q kern.boottrace.reset=0
sysctl -n kern.trace.phase
sysctl -q kern.boottrace.boottrace="rc:two"
sysctl -n kern.boottrace.log
echo @run
sysctl -q kern.boottrace.runtrace="rc:run begins"
sysctl -n kern.trace.phase
sysctl -q kern.boottrace.boottrace="rc:three"
echo @shut
sysctl -q kern.boottrace.shuttrace="rc:shutdown begins"
sysctl -n kern.trace.phase
sysctl -q kern.boottrace.boottrace="rc:four"
sysctl -n kern.boottrace.shutdown_log
echo @back
sysctl -q kern.boottrace.runtrace="rc:run again"
sysctl -n kern.trace.phase
sysctl -q kern.boottrace.boottrace="rc:five"
sysctl -n kern.boottrace.log
echo @full
sysctl -q kern.boottrace.shuttrace="rc:shutdown again"
sysctl -q kern.boottrace.boottrace="rc:no room"
sysctl -q kern.boottrace.runtrace="rc:and back"
sysctl kern.boottrace.shutdown.dropped kern.boottrace.run_table_size kern.boottrace.shutdown_table_size kern.boottrace.table_size
echo @lost_before_read
sysctl -n kern.boottrace.cursor.1
echo @end
END
cat > "$work/later" << 'END'
sysctl -q kern.boottrace.boottrace=sh:1
sysctl -q kern.boottrace.boottrace=sh:2
sysctl -q kern.boottrace.boottrace=sh:3
sysctl -q kern.boottrace.boottrace=sh:4
sysctl -q kern.boottrace.boottrace=sh:5
sysctl -q kern.boottrace.boottrace=sh:6
echo @overtaken
sysctl -n kern.boottrace.cursor.1
END
run "$work/later" --module "$work/rc type=file name=etc/rc" \
    --append 'kern.boottrace.table_size=600 kern.boottrace.run_table_size=5 kern.boottrace.shutdown_table_size=3'
check 'a reset during the boot leaves the phase' has early_reset '^rc$'
check 'and the boot table goes on, empty' rows_are early_reset 'rc two'
check 'runtrace begins run time' has run '^multi-user$'
check 'shuttrace begins the shutdown' has shut '^shutdown$'
check 'and what userland records then stands in its table' rows_are shut 'rc shutdown begins\nrc four'
check 'runtrace leads back' has back '^multi-user$'
check 'and what comes then stands in the run table' rows_are back 'rc two\nrc run begins\nrc three\nrc run again\nrc five'
check 'a table that is full is an error to the writer' has full 'no room: No space left on device'
check 'which is counted' has full '^kern.boottrace.shutdown.dropped: 1$'
check 'the sizes of all three are what was asked for' has full '^kern.boottrace.shutdown_table_size: 3$'
check 'that of the run table' has full '^kern.boottrace.run_table_size: 5$'
check 'and of the boot table' has full '^kern.boottrace.table_size: 600$'
check 'a cursor that was overtaken says by how many' rows_are overtaken '(lost) 3 events overwritten unread here
sh 2\nsh 3\nsh 4\nsh 5\nsh 6'

# --- A cursor whose table goes on while it is read

cat > "$work/busy" << 'END'
sysctl -n kern.boottrace.cursor.0 > /dev/null
echo @before
sysctl -n kern.boottrace.run.emitted
burst 1500 x
burst 20000 y &
echo @first
sysctl -n kern.boottrace.cursor.0
echo @second
wait
sysctl -n kern.boottrace.cursor.0
echo @after
sysctl -n kern.boottrace.run.emitted
echo @end
END
run "$work/busy" --bare --append 'kern.boottrace.enabled=1'
told() { # SECTION: how many events its rows are, and stand for
    section "$1" | awk '/ after /{ n++ } /\(lost\)/{ n += $5 } END { print n + 0 }'
}
check 'a cursor that is overtaken while it is read says so' has first 'overwritten while this was printed'
check 'and what it tells adds up to what was recorded' \
    test "$(($(told first) + $(told second)))" = "$(($(section after | sed -n 1p) - $(section before | sed -n 1p)))"

# --- Switches of the loader

cat > "$work/off" << 'END'
echo @off
sysctl -q kern.boottrace.boottrace=sh:unheard
sysctl -n kern.boottrace.dotrace_kernel kern.boottrace.dotrace_user kern.boottrace.boot.kept kern.boottrace.shutdown_trace kern.boottrace.shutdown_trace_threshold
echo @end
true
END
run "$work/off" --append 'kern.boottrace.dotrace_kernel=0 kern.boottrace.dotrace_user=0 kern.boottrace.shutdown_trace=1 kern.boottrace.shutdown_trace_threshold=-3 kern.boottrace.table_size=1'
check 'dotrace_user=0 from the loader: an error to the writer' has off 'Device not configured'
check 'what the loader has set is what is read' is off "kern.boottrace.boottrace:
sysctl: kern.boottrace.boottrace=sh:unheard: Device not configured
0\n0\n0\n1\n-3"
check 'nothing is kept, in no table' test "$(jq '[.tables[0:3][].kept] | add' "$work/json")" = 0
check 'a table may have one event' test "$(table boot .capacity)" = 1
check 'and all of it is counted' "$flight" verify "$work/capture"

# --- The threshold while the shutdown log is being printed

cat > "$work/threshold" << 'END'
echo @threshold
sysctl -q kern.boottrace.shutdown_trace=1
sysctl -q kern.boottrace.shutdown_trace_threshold=0
sysctl -q kern.boottrace.shuttrace=sh:shown
sysctl -q kern.boottrace.shutdown_trace_threshold=1000
sysctl -q kern.boottrace.boottrace=sh:not
sysctl -q kern.boottrace.boottrace=sh:landmark
sleep 2
sysctl -q kern.boottrace.boottrace=sh:late
sysctl -q kern.boottrace.boottrace=sh:left
sysctl -q kern.boottrace.shutdown_trace_threshold=0
sysctl -q kern.boottrace.boottrace=sh:again
sysctl -q kern.boottrace.boottrace=sh:all
END
run "$work/threshold"
check 'the shutdown log obeys a threshold that changes meanwhile' rows_are threshold 'sh shown
sh landmark
sh late
sh left
sh again
sh all'
finish
