#!/bin/sh
# What is left of boottrace's events when a boot or a shutdown ends badly.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'

# ends STATUS ARGUMENT...: a run that is to end so.
ends() {
    wanted=$1
    shift
    "$flight" run --deterministic -o "$work/capture" "$@" > "$work/out" 2> "$work/err" && got=0 || got=$?
    tr -d '\r' < "$work/out" > "$work/console"
    cat "$work/err"
    [ "$got" = "$wanted" ] || { echo "exit status $got instead of $wanted"; return 1; }
}
report() {
    "$flight" report "$work/capture" --format json > "$work/json" || { echo 'the capture is damaged'; return 1; }
}
# kept TABLE EVENT: the report has it.
kept() {
    jq -e --arg table "$1" --arg event "$2" 'any(.tables[] | select(.name == $table) | .events[]; .event == $event)' "$work/json" ||
        { jq -r '.tables[].events[].event' "$work/json"; return 1; }
}
# printed EVENT: the console has its row, wherever.
printed() {
    grep -qE "^ *[0-9]+ +[0-9]+ +[0-9]+ [^ ]+ +$1 +[0-9]+ " "$work/console" || { cat "$work/console"; return 1; }
}
module() { # NAME TEXT
    printf '#!/bin/sh\n%s\n' "$2" > "$work/$(basename "$1")"
    echo "$work/$(basename "$1") type=file name=$1"
}

# --- Panics

check 'a panic before the console is reached' ends 3 --append 'fault=early kern.boottrace.enabled=1 kern.boottrace.shutdown_trace=1'
check 'the boot table was there before' sh -c "'$flight' report '$work/capture' | grep -qE ' (kernel entry|traps caught) '"
panic=$(module etc/rc.d/netif 'sysctl debug.kdb.panic=1')
check 'a panic in a script of the boot' ends 3 --module "$panic"
check 'sends what it had' report
check 'the console shows the boot table' printed '/etc/rc.d/hostid done'
check 'with the script in which it happened' printed '/etc/rc.d/netif start'
check 'and the frames have it' kept boot '/etc/rc.d/netif start'
panic=$(module etc/rc.shutdown 'boottrace /etc/rc.d/stop/cron faststop
sysctl debug.kdb.panic=1')
check 'a panic in the shutdown' ends 3 --module "$panic"
check 'sends what it had' report
check 'of the boot' kept boot '/etc/rc finished'
check 'of run time' kept run 'multi-user start'
check 'and of the shutdown' kept shutdown '/etc/rc.d/stop/cron done'

# --- Hangs and resets in the shutdown: nobody prints a table any more, the log on the way stays

loud='kern.boottrace.shutdown_trace=1'
hang=$(module etc/rc.shutdown 'boottrace /etc/rc.d/stop/cron faststop
boottrace /etc/rc.d/stop/sshd faststop')
stuck=$(module etc/rc.d/stop/sshd 'sysctl debug.fault=loop')
check 'a shutdown that hangs' ends 4 --timeout 3 --append "$loud" --module "$hang" --module "$stuck"
check 'shows what was done' printed '/etc/rc.d/stop/cron done'
check 'and where it hangs' printed '/etc/rc.d/stop/sshd start'
check 'no table was printed for that' sh -c "! grep -q '^boot table' '$work/console'"

waiting=$(module etc/rc.d/stop/sshd 'sleep 3600
sysctl debug.fault=loop')
check 'with a threshold' ends 4 --timeout 3 --append "$loud kern.boottrace.shutdown_trace_threshold=400" --module "$hang" --module "$waiting"
check 'what it waits for is shown as soon as the threshold has passed' printed '/etc/rc.d/stop/sshd start'
check 'and nothing that was quick' test "$(grep -cE '^ *[0-9]+ +[0-9]+ +[0-9]+ .*rc.d/stop' "$work/console")" = 1

triple=$(module etc/rc.d/stop/sshd 'sysctl debug.fault=triple')
check 'a shutdown that ends in a triple fault' ends 3 --append "$loud" --module "$hang" --module "$triple"
check 'shows where' printed '/etc/rc.d/stop/sshd start'

# --- The last things

check 'a good end' ends 0
check 'sends what it had' report
check 'up to the last word' test "$(jq -r '.tables[] | select(.name == "shutdown") | .events[-1].event' "$work/json")" = 'system powering off...'
check 'and says that there was nothing behind it' test "$(jq -r .verdict "$work/json")" = success
finish
