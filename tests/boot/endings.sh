#!/bin/sh
# Whatever ends the system, the capture is complete: flight accepts it, and it has the events of each
# phase, in their tables and in their order, the last one included.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'

# A system of its own: one service, which starts and stops.
printf 'set boottrace:enabled = 1\n' > "$work/system"
printf 'run_rc_script /etc/rc.d/one faststart\n' > "$work/rc"
printf 'echo up\n' > "$work/one"
printf 'run_rc_script /etc/rc.d/stop/one faststop\n' > "$work/stop"
printf 'echo down\n' > "$work/down"
printf 'run_rc_script /etc/rc.d/one faststart\nrun_rc_script /etc/rc.d/never faststart\n' > "$work/rc2"
printf 'sleep 90000 &\nsleep 90000\n' > "$work/hang"
printf 'echo failing\nexit 3\n' > "$work/fail"
printf 'kill -USR1 1\nsleep 90000\n' > "$work/killer"

# ends STATUS VERDICT JQ ARGUMENT...: a run that ends so, whose capture flight accepts, and in whose
# report JQ is true.  The last one of several modules of a name holds.
ends() {
    ends_status=$1 ends_verdict=$2 ends_jq=$3
    shift 3
    (cd "$work" && gives "$ends_status" "$ends_verdict" "$flight" run --deterministic --bare -o capture \
        --module 'system name=etc/system' --module 'rc name=etc/rc' --module 'one name=etc/rc.d/one' --module 'stop name=etc/rc.shutdown' \
        --module 'down name=etc/rc.d/stop/one' "$@") > "$work/ends.out" ||
        { tail -n 20 "$work/ends.out"; return 1; }
    accepted "$ends_jq"
}

accepted() {
    "$flight" verify "$work/capture" || return 1
    "$flight" report --format json "$work/capture" > "$work/json" || return 1
    jq -e "$definitions $1" "$work/json" > /dev/null && return
    echo "not so: $1"
    jq -c '.tables[] | [.name, [.events[].event]]' "$work/json"
    return 1
}

definitions='
def events($table): [.tables[] | select(.name == $table) | .events[].event];
def in_order($wanted): reduce .[] as $event (0; if $event == $wanted[.] then . + 1 else . end)
                       == ($wanted | length);
def up: ["init(8) starting...", "/etc/rc starting...", "/etc/rc.d/one start", "/etc/rc.d/one done",
         "/etc/rc finished"];
def came_up: (events("boot") | in_order(up)) and (events("run")[0] == "multi-user start");
def stopping: ["start rc.shutdown", "/etc/rc.d/stop/one start", "/etc/rc.d/stop/one done"];
def ending: ["start killing user processes", "shutting down the system"];
def going($clean; $how):
    ["kernel shutdown (\($clean)) started", $how, "shutdown pre sync complete", "bufshutdown begin",
     "shutdown sync complete", "shutdown unmounted all filesystems", "bufshutdown end",
     "shutdown post sync complete", "shutdown final begin"];
def is_last: . == "shutdown final begin";
def went_down($how; $wanted):
    (events("shutdown") | in_order($wanted + stopping + ending + going("clean"; $how)) and
     .[0] == $wanted[0] and (.[-1] | is_last));
def without_panic: . - ["panic", "fatal trap", "CPU stopped"];
def panicked: events("shutdown") | any(. == "panic") and (.[-1] | IN("panic", "fatal trap"));
def panicked($table; $last): panicked and (events($table) | without_panic | .[-1] == $last);
def before($events; $event): $events[0:$events | index($event)];
'

off='"system powering off..."' halt='"system halting..."' again='"system rebooting..."'

# by NAME EVENT SIGNAL FROM: the first events of a shutdown that a program asks for.
by() {
    printf '["%s by root", "signal to init(8)...", "signal %s from multi-user", "%s from multi-user"]' \
        "$1" "$2" "$3"
}

for cpus in 1 4; do
    smp="--smp $cpus"
    # shellcheck disable=SC2086
    {
    check "nobody asks, $cpus CPUs" ends 0 success \
        "came_up and went_down($off; [\"halt & poweroff from multi-user\"])" $smp
    check "shutdown -h now, $cpus CPUs" ends 0 success \
        "came_up and went_down($halt; [\"Shutdown NOW!\"] + $(by halt 30 halt))" $smp --exec 'shutdown -h now'
    check "reboot, $cpus CPUs" ends 0 success \
        "came_up and went_down($again; $(by reboot 2 reboot))" $smp --exec reboot
    check "reboot -q while others work, $cpus CPUs" ends 0 'success: ended at once' \
        "came_up and (events(\"shutdown\") | .[0] == \"reboot by root\" and
         in_order([\"reboot by root\"] + going(\"dirty\"; $again)) and
         ([.[] | select(. == \"CPU stopped\")] | length) == $cpus - 1 and (.[-1] | is_last))" \
        $smp --exec 'sh -c "burn 60000" & sh -c "burn 60000" & sh -c "burn 60000" & sleep 0.2; reboot -q'
    }
done

check 'shutdown -p +2, which is no shutdown before that' ends 0 success \
    "came_up and (events(\"run\")[1] | startswith(\"Shutdown at Sat Jan  1 00:00:0\")) and
     went_down($off; [\"Shutdown NOW!\"] + $(by power-down 31 'halt & poweroff'))" --exec 'shutdown -p +2 bye'
check 'shutdown -r now' ends 0 success \
    "went_down($again; [\"Shutdown NOW!\"] + $(by reboot 2 reboot))" --exec 'shutdown -r now'
check 'shutdown -k now, which is none' ends 0 success \
    "(events(\"run\") | in_order([\"Shutdown NOW!\", \"fake shutdown...\"])) and
     went_down($off; [\"halt & poweroff from multi-user\"])" --exec 'shutdown -k now' --exec 'true'
check 'halt' ends 0 success "went_down($halt; $(by halt 30 halt))" --exec halt
check 'poweroff' ends 0 success "went_down($off; $(by power-down 31 'halt & poweroff'))" --exec poweroff
check 'a signal in /etc/rc: no service is stopped' ends 0 success \
    "(events(\"shutdown\") | in_order([\"signal 30 from runcom\", \"halt from runcom\"] + ending +
     going(\"clean\"; $halt)) and (contains([\"start rc.shutdown\"]) | not))" --module 'killer name=etc/rc'
check 'reboot -q does not hide what failed before' ends 1 "failure: 'false' ended with status 1" \
    "events(\"shutdown\")[-1] | is_last" --exec false --exec 'reboot -q'

check 'several at once, on 4 CPUs: one of them ends the system' ends 0 'success: ended at once' \
    "events(\"shutdown\") | ([.[] | select(startswith(\"kernel shutdown\"))] | length) == 1 and (.[-1] | is_last)" \
    --smp 4 --exec 'cpuset -l 1 sh -c "sleep 1; halt -q" & cpuset -l 2 sh -c "sleep 1; reboot -q" & cpuset -l 3 sh -c "sleep 1; poweroff" & sleep 5'
printf 'reboot -q\n' > "$work/autoexec"
check 'reboot -q by a script' ends 0 'success: ended at once' 'events("shutdown")[-1] | is_last' \
    --module 'autoexec name=etc/autoexec'

# To single-user operation, and up again: what follows is run time.
check 'SIGTERM, up again, power-off' ends 0 success \
    "came_up and (events(\"run\") | in_order([\"multi-user start\"] + (up | .[1:]) + [\"multi-user start\"])) and
     (events(\"shutdown\") | in_order([\"signal 15 from multi-user\", \"single-user from multi-user\"] +
     stopping + [\"start killing user processes\", \"going to single user mode\"] +
     [\"halt & poweroff from multi-user\"] + stopping + ending + going(\"clean\"; $off)) and
     (.[-1] | is_last))" --exec 'kill -TERM 1; sleep 50' --exec 'echo again'
grep -q '^again' "$work/ends.out"
check 'and what was left to do is done' test $? = 0

# --- Scripts that do not end ---

check 'a start that hangs is a failure' ends 1 'failure: /etc/rc did not end within 600 s' \
    "(events(\"boot\") | in_order([\"/etc/rc starting...\", \"/etc/rc.d/one start\",
     \"/etc/rc's 600 sec timeout expired\", \"going to single user mode\"]) and
     (contains([\"/etc/rc finished\"]) | not) and (contains([\"/etc/rc.d/never start\"]) | not)) and
     went_down($off; [\"halt & poweroff from multi-user\"])" \
    --module 'rc2 name=etc/rc' --module 'hang name=etc/rc.d/one' --module 'one name=etc/rc.d/never' --exec ps
grep -q '^init: /etc/rc has not ended within 600 s; it is ended, with all that it started' "$work/ends.out"
check 'and is told' test $? = 0
check 'nothing of it is left' sh -c "! grep -E '(hang|boottrace|sleep) *\$' '$work/ends.out'"
check 'a shorter patience' ends 1 'failure: /etc/rc did not end within 7 s' \
    "events(\"boot\") | contains([\"/etc/rc's 7 sec timeout expired\"])" \
    --module 'hang name=etc/rc.d/one' --append kern.init_rc_timeout=7
check 'a stop that hangs does not stop the shutdown' ends 0 success \
    "events(\"shutdown\") | in_order([\"start rc.shutdown\", \"/etc/rc.d/stop/one start\",
     \"rc.shutdown's 120 sec timeout expired\"] + ending + going(\"clean\"; $off)) and (.[-1] | is_last)" \
    --module 'hang name=etc/rc.d/stop/one'
check 'a shorter patience, on 4 CPUs, set while the system runs' ends 0 success \
    "events(\"shutdown\") | in_order([\"rc.shutdown's 3 sec timeout expired\"] + ending)" \
    --smp 4 --module 'hang name=etc/rc.d/stop/one' --exec 'sysctl kern.init_shutdown_timeout=3'
check 'a failing /etc/rc' ends 1 'failure: /etc/rc failed' \
    "(events(\"boot\") | in_order([\"/etc/rc finished\", \"going to single user mode\"])) and
     (events(\"shutdown\")[-1] | is_last)" --module 'fail name=etc/rc'

check 'timeout ends a command with all that it started' ends 1 "failure: 'timeout -k 1 2 .*' ended with status 124" true \
    --exec 'timeout -k 1 2 boottrace sh -c "sleep 90000 & sleep 90000; echo on and on"' --exec ps
check 'and nothing of it is left' sh -c "! grep -E '(timeout|boottrace|sleep) *\$|^on and on' '$work/ends.out'"

# --- Panics ---

# panics PHASE TABLE LAST ARGUMENT...: in that phase, whose last event before stands in the table and, in
# a table that is shown to its end, in the text.
panics() {
    panics_phase=$1 panics_table=$2 panics_last=$3
    shift 3
    ends 3 "died: panic: .*$reason" "panicked(\"$panics_table\"; \"$panics_last\")" "$@" \
        --append "$append fault.phase=$panics_phase" || return 1
    grep -F " $panics_last  " "$work/ends.out"
}

reason='fault=panic' append='fault=panic'
check 'a panic before there is a console' ends 3 'panic: fault=early' \
    'panicked and (events("boot")[0] == "kernel entry")' --append fault=early
check 'a run to compare with' ends 0 success 'came_up'
all=$(jq -c '.tables[0].events | map(.event)' "$work/json")
for append in fault=panic fault=null fault=nested; do
    case $append in fault=null) reason='null pointer' ;; *) reason=$append ;; esac
    check "$append with the kernel initialised" ends 3 "died: panic: .*$reason" \
        "panicked and (events(\"boot\") | without_panic) == before($all; \"init(8) starting...\")" \
        --append "$append fault.phase=kernel"
    check "$append in init" panics init boot 'init(8) starting...'
    check "$append behind /etc/rc" panics rc boot '/etc/rc finished'
    check "$append in multi-user operation" panics multi-user run 'multi-user start'
    check "$append when the shutdown begins" panics shutdown shutdown 'halt & poweroff from multi-user'
    check "$append in the last step of the kernel" panics final shutdown 'shutdown final begin'
done
append='fault=null fault.cpu=3' reason='null pointer'
check 'on the fourth CPU, in init' panics init boot 'init(8) starting...' --smp 4
append='fault=null fault.context=interrupt'
check 'in an interrupt, behind /etc/rc, 4 CPUs' panics rc boot '/etc/rc finished' --smp 4
append='fault=panic fault.context=kernel' reason='fault=panic'
check 'in a thread of the kernel, when the shutdown begins' \
    panics shutdown shutdown 'halt & poweroff from multi-user'
check 'several panics at once, on 4 CPUs' ends 3 'panic: debug.kdb.panic was set' 'came_up and panicked' \
    --smp 4 --exec 'sh -c "sleep 1; panic" & sh -c "sleep 1; panic" & sh -c "sleep 1; panic" & sleep 5'
check 'a trap in every dump: nothing of the tables, but a verdict' ends 3 'panic: fault=arena' true \
    --append fault=arena
check 'and three panics inside a panic: of its event, once more, and of the tables' \
    test "$(grep -c '^panic inside the panic' "$work/ends.out")" = 3

# --- Somebody at the console ---

# typed KEYS ARGUMENT...: a run in real time; keys that come before there is a reader may be lost, so
# that empty lines come first.
typed() {
    keys=$1
    shift
    (cd "$work" && printf '\r\r\r\r\r\r\r\r\r\r\r\r\r\r\r\r\r\r\r\r%b' "$keys" |
        "$flight" run --bare -i --timeout 100 -o capture --module 'system name=etc/system' --module 'rc name=etc/rc' --module 'one name=etc/rc.d/one' \
            --module 'stop name=etc/rc.shutdown' --module 'down name=etc/rc.d/stop/one' "$@") > "$work/ends.out" 2>&1
}

typed 'exit\rhalt\r' --append boot_single=1
check 'boot_single=1 succeeds' test $? = 0
check 'begins with a shell, and goes on to multi-user operation' accepted \
    "(events(\"boot\") | in_order([\"init(8) starting...\", \"going to single user mode\", \"/etc/rc starting...\"])) and
     came_up and went_down($halt; $(by halt 30 halt))"
typed 'poweroff\r' --module 'fail name=etc/rc'
check 'a failing /etc/rc is a failure with somebody at the console, too' test $? = 1
check 'and leads to a shell' accepted \
    "(events(\"boot\") | in_order([\"/etc/rc finished\", \"going to single user mode\"])) and
     (events(\"run\") == []) and
     (events(\"shutdown\") | in_order([\"power-down by root\", \"halt & poweroff from single-user\"] + ending))"
finish
