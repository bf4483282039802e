#!/bin/sh
# kern.boottrace.log and .shutdown_log of real boots, read by a parser that was written for FreeBSD's text.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'
command -v python3 > /dev/null || bail 'no python3'

# between NAME: what the console printed between the lines "NAME begins" and "NAME ends".
between() {
    awk -v name="$1" '$0 == name " ends" { on = 0 } on { print } $0 == name " begins" { on = 1 }' "$work/console" > "$work/$1.log"
    test -s "$work/$1.log"
}
log_of() { # NAME TABLE...
    log_name=$1
    shift
    between "$log_name" && tests/decoder/freebsd_log.py "$work/$log_name.log" "$@"
}
run() {
    boot --deterministic -o "$work/capture" "$@" > "$work/out"
    tr -d '\r' < "$work/out" > "$work/console"
    "$flight" report "$work/capture" --format json > "$work/json" || bail 'no report'
}
# has FILE PROCESS EVENT: a row of a log.
has() {
    grep -qE "^ *[0-9]+ +[0-9]+ +[0-9]+ $2 +$3 +[0-9]+ +[0-9]+\.[0-9]{2} " "$1" || { cat "$1"; return 1; }
}

printf '#!/bin/sh\nsleep 1.7\n' > "$work/slow"
cat > "$work/down" << 'END'
#!/bin/sh
boottrace /etc/rc.d/stop/quick faststop
boottrace /etc/rc.d/stop/slow faststop
echo down begins
sysctl -n kern.boottrace.shutdown_log
echo down ends
END
printf '#!/bin/sh\nburn 1\n' > "$work/quick"
cat > "$work/after" << 'END'
sysctl -q kern.boottrace.boottrace="sh:annotation of a user"
sysctl -q kern.boottrace.boottrace=:unnamed
sleep 0.1
sysctl -q kern.boottrace.boottrace=sshd:key
echo log begins
sysctl -n kern.boottrace.log
echo log ends
echo empty begins
sysctl -n kern.boottrace.shutdown_log
echo empty ends
END
set -- --module "$work/slow type=file name=etc/rc.d/stop/slow" --module "$work/quick type=file name=etc/rc.d/stop/quick" \
    --module "$work/down type=file name=etc/rc.shutdown" --module "$work/after type=file name=etc/autoexec"
run "$@" --append 'kern.boottrace.shutdown_trace=1 kern.boottrace.shutdown_trace_threshold=0'

check 'the log is FreeBSD text, its sums are right, and the report has the same events' \
    log_of log boot run --report "$work/json"
check 'the boot table has the kernel, init and the rc scripts' test "$(grep -cE ' (kernel entry|/etc/rc starting...|/etc/rc finished|/etc/rc.d/sshd (start|done)) ' "$work/log.log")" -ge 4
check 'the run table begins with multi-user' sh -c "sed '1,/^Total/d' '$work/log.log' | sed -n 4p | grep -q ' init  *multi-user start '"
check 'a user writes under the name of a process' has "$work/log.log" sshd key
check 'or with no name, and is then known' has "$work/log.log" sysctl unnamed
check 'or under its own' has "$work/log.log" sh 'annotation of a user'
check 'before the shutdown, its table is empty' log_of empty shutdown

check 'a process reads the shutdown table while the system goes down' log_of down shutdown
check 'it has who wanted the end' has "$work/down.log" init '.* from multi-user'
check 'the start of rc.shutdown' grep -q 'start rc.shutdown' "$work/down.log"
check 'a stop script' has "$work/down.log" boottrace '/etc/rc.d/stop/quick done'
slow() { # FILE: the planted script's row, with its delta
    awk '/\/etc\/rc.d\/stop\/slow done/ && $3 >= 1700 && $3 < 1800 { found = 1 } END { exit !found }' "$1" || { cat "$1"; return 1; }
}
check 'whose arguments are an event before it' has "$work/down.log" boottrace '/etc/rc.d/stop/quick: faststop'
check 'and says which one was slow' slow "$work/down.log"

# The live log, without what the script prints in between.
live() {
    sed -e '/^boot table/,$d' -e '/^down begins/,/^down ends/d' "$work/console" | sed '1,/^shutdown log/d' |
        grep -E '^ *[0-9]+ +[0-9]+ +[0-9]+ [^ ]+ ' > "$work/live"
}
live
check 'so does the log that the console shows meanwhile' slow "$work/live"
sed -n '/^boot table/,$p' "$work/console" | sed -n '/^shutdown table/,/^Total/p' | sed 1,2d > "$work/end"
check 'and the table at the end' slow "$work/end"
for event in '.* from multi-user' '(init\(8\): )?start rc.shutdown' '/etc/rc.d/stop/quick start' '/etc/rc.d/stop/slow done' \
    'start killing user processes' 'shutting down the system' 'kernel shutdown \(clean\) started' 'system powering off...'; do
    check "nothing of the shutdown is lost: $event" has "$work/end" '[^ ]+' "$event"
    check "nor in the log on the way: $event" has "$work/live" '[^ ]+' "$event"
done
{ printf '\n\n'; grep ^CPU "$work/console" | head -n 1; cat "$work/end"; } > "$work/whole"
check 'what the console prints at the end is the same text, with all events of the report' \
    tests/decoder/freebsd_log.py "$work/whole" shutdown --goes-on --report "$work/json"
check 'in the order of time: every row of the live log stands in the table, and none is missing' sh -c "
    cut -c 1-14,26- '$work/live' > '$work/a'
    grep -v ^Total '$work/end' | cut -c 1-14,26- > '$work/b'; diff '$work/a' '$work/b'"

run "$@" --append 'kern.boottrace.shutdown_trace=1 kern.boottrace.shutdown_trace_threshold=1200'
live
check 'with a threshold the slow script is shown' slow "$work/live"
check 'and its start, as the landmark' has "$work/live" boottrace '/etc/rc.d/stop/slow start'
check 'and nothing else' test "$(wc -l < "$work/live")" = 2

run "$@" --append kern.boottrace.enabled=0
between log
check 'without boottrace the log is empty: what sysctl prints is the end of its line' test "$(od -An -c "$work/log.log" | tr -d ' ')" = '\n'

# What rc scripts say until the system is multi-user.
said() {
    sed -n '/^threads:/,/^Firstlight is multi-user/p' "$work/console"
}
run
said > "$work/traced"
run --append kern.boottrace.enabled=0
said > "$work/untraced"
check 'rc scripts do the same with boottrace and without' cmp "$work/traced" "$work/untraced"
check 'and they do something' grep -q '^Starting' "$work/traced"

# The parser refuses what FreeBSD would not print.
refuses() { # WHAT SED
    sed "$2" "$work/whole" > "$work/broken"
    if cmp -s "$work/whole" "$work/broken"; then echo 'nothing was broken'; return 1; fi
    if tests/decoder/freebsd_log.py "$work/broken" shutdown --goes-on; then return 1; fi
}
check 'the parser refuses a column that is one too wide' refuses column '5s/^/ /'
check 'a total that is no sum' refuses total 's/^Total measured time: /&1/'
check 'a delta that is no step' refuses delta '6s/^\(.\{24\}\)./\19/'
check 'a missing head' refuses head 3d
check 'a row that is gone' refuses row '/slow done/d'
finish
