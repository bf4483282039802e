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

# A small system of its own: two scripts start it, two stop it, and it does little else.
rc=$(module etc/rc 'boottrace /etc/one start
boottrace /etc/two start')
down=$(module etc/rc.shutdown 'boottrace /etc/three stop
boottrace /etc/four stop')
one=$(module etc/one 'echo one')
three=$(module etc/three 'echo three')
after=$(module etc/autoexec true)
set -- --module "$rc" --module "$down" --module "$one" --module "$three" --module "$after"
two() { # TEXT
    module etc/two "$1"
}
four() {
    module etc/four "$1"
}

# --- Panics

check 'a panic before the console is reached' ends 3 --append 'fault=early kern.boottrace.enabled=1 kern.boottrace.shutdown_trace=1'
check 'the boot table was there before' sh -c "'$flight' report '$work/capture' | grep -qE ' (kernel entry|traps caught) '"
check 'a panic in a script of the boot' ends 3 "$@" --module "$(two 'sysctl debug.kdb.panic=1')"
check 'sends what it had' report
check 'the console shows the boot table' printed '/etc/one done'
check 'with the script in which it happened' printed '/etc/two start'
check 'and the frames have it' kept boot '/etc/two start'
check 'a panic in the shutdown' ends 3 "$@" --module "$(two true)" --module "$(four 'sysctl debug.kdb.panic=1')"
check 'sends what it had' report
check 'of the boot' kept boot '/etc/rc finished'
check 'of run time' kept run 'multi-user start'
check 'and of the shutdown' kept shutdown '/etc/three done'

# --- Hangs and resets in the shutdown: nobody prints a table any more, the log on the way stays

set -- "$@" --module "$(two true)"
loud='kern.boottrace.shutdown_trace=1 kern.boottrace.shutdown_trace_threshold=0'
check 'a shutdown that hangs' ends 4 "$@" --timeout 6 --append "$loud" --module "$(four 'sysctl debug.fault=loop')"
check 'shows what was done' printed '/etc/three done'
check 'and where it hangs' printed '/etc/four start'
check 'no table was printed for that' sh -c "! grep -q '^boot table' '$work/console'"

check 'with a threshold' ends 4 "$@" --timeout 6 --append 'kern.boottrace.shutdown_trace=1 kern.boottrace.shutdown_trace_threshold=400' \
    --module "$(four 'sleep 20
sysctl debug.fault=loop')"
check 'what it waits for is shown as soon as the threshold has passed' printed '/etc/four start'
check 'and nothing that was quick' sh -c "! grep -E '^ *[0-9]+ +[0-9]+ +[0-9]+ .*/etc/three' '$work/console'"

check 'a shutdown that ends in a triple fault' ends 3 "$@" --append "$loud" --module "$(four 'sysctl debug.fault=triple')"
check 'shows where' printed '/etc/four start'

# --- The last things

check 'a restart that nobody has announced' ends 0 "$@" --module "$(four true)" --exec 'reboot -q'
check 'sends what it had' report
check "the kernel's first event of it is in the shutdown table" kept shutdown 'kernel shutdown (dirty) started'
check 'a good end' ends 0 "$@" --module "$(four true)"
check 'sends what it had' report
check 'up to the last word' test "$(jq -r '.tables[] | select(.name == "shutdown") | .events[-1].event' "$work/json")" = 'shutdown final begin'
check 'and behind it comes the verdict' test "$(jq -r .verdict "$work/json")" = success
# The boot CPU dies while another one starts, which has recorded already.
starting() { # PROBE
    build/tests/enabling "$work/panic" destructive=1 "$1 panic" || return 1
    "$flight" run --deterministic --smp 4 --quiet -o "$work/capture" --module "$work/panic type=dof" 2> "$work/err"
    [ $? -eq 3 ] || { cat "$work/err"; return 1; }
    "$flight" verify "$work/capture"
}
unmeasured() {
    "$flight" report "$work/capture" --format json > "$work/json"
    jq -e '.cpus[] | select(.cpu == 1) | .uncertainty == 4294967295' "$work/json" || { jq .cpus "$work/json"; return 1; }
}
for probe in fbt::tsc_offset_measure:entry fbt::tracing_set_cpu_clock:entry fbt::scheduler_join:entry; do
    check "a panic at $probe leaves a capture that verifies" starting $probe
done
check 'which says that a clock was never compared' unmeasured
finish
