#!/bin/sh
# The rc system on real boots: the order of the headers, services that are switched off, replaced, added and taken
# away by modules, scripts that fail or hang, headers that are wrong, and the stop in reverse.
. tests/tap.sh

# run NAME [ARGUMENT...]: a boot with every file below $work/NAME as a boot module of its path there.
run() {
    run_name=$1
    shift
    mkdir -p "$work/$run_name"
    for file in $(cd "$work/$run_name" && find . -type f | LC_ALL=C sort); do
        set -- "$@" --module "$work/$run_name/$file type=file name=${file#./}"
    done
    "$flight" run --deterministic -o "$work/$run_name.capture" "$@" > "$work/$run_name.out" 2> "$work/$run_name.err"
    run_status=$?
    "$flight" report --format json "$work/$run_name.capture" > "$work/$run_name.json"
    return $run_status
}
# put PATH: standard input becomes that file.
put() {
    mkdir -p "$(dirname "$work/$1")"
    cat > "$work/$1"
}
says() {
    grep -E -e "$2" "$work/$1.out" || { cat "$work/$1.out"; return 1; }
}
says_not() {
    ! grep -E -e "$2" "$work/$1.out"
}
says_once() {
    [ "$(grep -cE -e "$2" "$work/$1.out")" = 1 ] || { grep -E -e "$2" "$work/$1.out"; return 1; }
}
order_of() {
    ordered_name=$1
    shift
    python3 tests/boot/rc_order.py "$work/$ordered_name.json" iso/root/etc/rc.d "$@"
}
# event NAME TABLE EVENT: it is in that table.
event() {
    jq -e --arg table "$2" --arg event "$3" '.tables[] | select(.name == $table) | .events | any(.event == $event)' \
        "$work/$1.json"
}
# took NAME: milliseconds from the first script's start to the last one's end.
took() {
    jq '.tables[] | select(.name == "boot") | [.events[] | select(.event | startswith("/etc/rc.d/")) | .ns]
        | (max - min) / 1000000 | floor' "$work/$1.json"
}

# --- As it is ---

check 'the demonstration boots' run plain
check 'scripts start in the order of their headers and stop in reverse' order_of plain
check 'each says what it starts' says plain '^Starting sshd\.$'
check 'and what it stops' says plain '^Stopping sshd\.$'
check 'rcorder finds nothing wrong' says_not plain 'rcorder:'
check 'no script fails' says_not plain 'status|not found|WARNING|ERROR'
check 'sendmail is the slowest start' test "$(jq -r '[.tables[0].events[] | select(.event | endswith(" done") or
    endswith(" start"))] | [range(length - 1) as $i | {ns: (.[$i + 1].ns - .[$i].ns), event: .[$i + 1].event}]
    | max_by(.ns).event' "$work/plain.json")" = '/etc/rc.d/sendmail done'
check 'the run table wraps' test "$(jq '.tables[1].overwritten' "$work/plain.json")" -gt 0

run again
check 'a second boot gives the same bytes' cmp "$work/plain.capture" "$work/again.capture"

# --- Side by side ---

echo 'rc_parallel="YES"' | put parallel/etc/rc.conf.local
check 'with rc_parallel the demonstration boots' run parallel
check 'scripts overlap, and each waits for what it requires' order_of parallel --parallel
check 'that is faster' test "$(took parallel)" -lt "$(took plain)"
check 'and loses no service' test "$(grep -c '^Starting' "$work/parallel.out")" = "$(grep -c '^Starting' "$work/plain.out")"
run parallel --smp 4
check 'on 4 CPUs, too' order_of parallel --parallel
printf 'rc_parallel="YES"\nrc_parallel_jobs="17"\nrc_script_timeout="1s"\nrcshutdown_timeout="-1"\n' | put odd/etc/rc.conf.local
check 'with numbers that are none it boots, too' run odd
check 'and loses no service, either' test "$(grep -c '^Starting' "$work/odd.out")" = "$(grep -c '^Starting' "$work/plain.out")"
for number in 'rc: .*rc_parallel_jobs is no number from 1 to 16: 8' 'rc: .*rc_script_timeout is no number' \
    'rc.shutdown: .*rcshutdown_timeout is no number'; do
    check "$number" says_once odd "^/etc/$number"
done

# --- Modules ---

echo 'sshd_enable="NO"' | put modules/etc/rc.conf.d/sshd
put modules/etc/rc.d/cron << 'SCRIPT'
#!/bin/sh
# PROVIDE: cron
# REQUIRE: LOGIN FILESYSTEMS
echo "another cron: $1"
SCRIPT
put modules/etc/rc.d/early << 'SCRIPT'
#!/bin/sh
# PROVIDE: early
# BEFORE: sysctl
echo "early: $1"
SCRIPT
put modules/etc/rc.d/late << 'SCRIPT'
#!/bin/sh
# PROVIDE: late
# REQUIRE: sshd
# KEYWORD: shutdown
echo "late: $1"
SCRIPT
put modules/etc/rc.d/never << 'SCRIPT'
#!/bin/sh
# PROVIDE: never
# KEYWORD: nostart
echo "never: $1"
SCRIPT
put modules/etc/rc.d/pf < /dev/null
check 'a boot with scripts of modules' run modules
check 'they start where their headers say' order_of modules "$work/modules/etc/rc.d" --skip never --skip pf
check 'a service is switched off by a file of one line' says_not modules 'sshd\.'
check 'a script is replaced' says_once modules '^another cron: faststart$'
check 'scripts are added' says_once modules '^early: faststart$'
check 'with the keyword shutdown they are stopped, too' says_once modules '^late: faststop$'
check 'a script with the keyword nostart is left out' says_not modules '^never'
check 'an empty file takes a script away' says_not modules 'Enabling pf'
check 'and who required it is told' \
    says_once modules "^rcorder: /etc/rc.d/NETWORKING: requires 'pf', which no script provides; that is ignored$"

put rc/etc/rc << 'SCRIPT'
echo "another rc"
SCRIPT
check 'rc itself can be replaced' run rc
check 'and nothing else starts' test "$(grep -c '^Starting' "$work/rc.out")" = 0

# --- What is wrong ---

put wrong/etc/rc.d/a << 'SCRIPT'
# PROVIDE: a
# REQUIRE: b nobody
echo "a runs: $1"
SCRIPT
put wrong/etc/rc.d/b << 'SCRIPT'
# PROVIDE: b b2
# REQUIRE: a b2
echo "b runs: $1"
exit 3
SCRIPT
check 'a boot with a cycle goes on' run wrong
check 'a missing provider is told' \
    says_once wrong "^rcorder: /etc/rc.d/a: requires 'nobody', which no script provides; that is ignored$"
check 'the cycle is told' says_once wrong \
    '^rcorder: /etc/rc.d/a -> /etc/rc.d/b -> /etc/rc.d/a: a cycle of requirements; /etc/rc.d/b does not wait for /etc/rc.d/a$'
check 'a script that requires itself is told' \
    says_once wrong "^rcorder: /etc/rc.d/b: requires 'b2', which it provides itself; that is ignored$"
check 'both run' says_once wrong '^a runs: faststart$'
check 'one of them fails, in one line' says_once wrong '/etc/rc.d/b: status 3$'
check 'and the others start' says wrong '^Starting sshd\.$'
echo 'rc_parallel="YES"' | put wrong/etc/rc.conf.local
check 'the same side by side' run wrong
check 'the cycle is told there, too' says_once wrong '^rcorder: .*: a cycle of requirements; /etc/rc.d/b does not wait for'
check 'both run there, too' says_once wrong '^a runs: faststart$'

put hung/etc/rc.d/hung << 'SCRIPT'
# PROVIDE: hung
# BEFORE: netif
# REQUIRE: FILESYSTEMS
echo "hung starts"
sleep 100000
echo "hung goes on"
SCRIPT
echo 'rc_script_timeout="5"' | put hung/etc/rc.conf.local
check 'a boot with a script that hangs goes on' run hung
check 'it starts' says_once hung '^hung starts$'
check 'it is ended' says_once hung '/etc/rc.d/hung: hung for 5 s; ended$'
check 'it does not go on' says_not hung '^hung goes on$'
check 'its end is an event' event hung boot '/etc/rc.d/hung done'
check 'and the others start' says hung '^Starting sshd\.$'
echo 'rc_parallel="YES"' >> "$work/hung/etc/rc.conf.local"
check 'the same side by side' run hung
check 'it is ended there, too' says_once hung '/etc/rc.d/hung: hung for 5 s; ended$'

put slow/etc/rc.d/slow << 'SCRIPT'
# PROVIDE: slow
# KEYWORD: shutdown
if [ "$1" = faststop ]; then sleep 100000; fi
SCRIPT
echo 'rcshutdown_timeout="7"' | put slow/etc/rc.conf.local
check 'a boot with a script that hangs in its stop comes to its end' run slow
check 'rc.shutdown gives up' says_once slow '^7 second watchdog timeout expired'

# --- service(8) ---

run service --exec 'service sshd status' --exec 'service sshd restart' --exec 'service sshd stop' \
    --exec 'service sshd onestart' --exec 'service -l' --exec 'service -e' --exec 'service -r' --exec 'service powerd rcvar' --exec 'service sshd'
check 'service asks a script' says service '^sshd is running as pid [0-9]+\.$'
check 'stops and starts' test "$(grep -cE '^(Stopping|Starting) sshd\.$' "$work/service.out")" = 6
check 'lists all scripts' says_once service '^sshd$'
check 'lists them in their order, and those that are enabled' \
    test "$(grep -c '^/etc/rc.d/sshd$' "$work/service.out")" = 2
check 'not those that are not' test "$(grep -c '^/etc/rc.d/powerd$' "$work/service.out")" = 1
check 'tells the variable' says_once service '^powerd_enable="NO"$'
check 'a script that is not told what to do says what it can' \
    says service '^Usage: /etc/rc.d/sshd .fast.force.one.quiet..start.stop.'
check 'which is no unknown directive' says_not service 'unknown directive'
check 'tells a script that is not there' gives 1 "'service nothing start' ended with status 1" \
    "$flight" run --deterministic --exec 'service nothing start'
finish
