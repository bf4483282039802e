#!/bin/sh
# What each provider's probes tell.
. tests/tap.sh
make -s build/tests/enabling || bail 'no enabling'
command -v jq > /dev/null || bail 'no jq'

# run COMMAND CLAUSE...: a boot in which COMMAND runs with these clauses; the claim follows.
run() {
    command=$1
    shift
    build/tests/enabling "$work/object" bufsize=1048576 "$@" || bail 'no object'
    boot --deterministic --quiet -o "$work/capture" --module "$work/object type=dof" \
        --exec "$command" --exec 'dtrace -ae'
    tr -d '\r' < "$work/capture" | grep -av '^~' | sed -n '/^# dtrace -a/,/^shutdown log/p' > "$work/text"
}
# counted PATTERN COMPARISON NUMBER
counted() {
    test "$(grep -acE -- "$1" "$work/text")" "$2" "$3"
}

run 'ifconfig em0 down; cat /nowhere; true' fbt::rts_new_rtsmsg:entry\ stack 'fbt::rts_new_rtsmsg: trace' \
    'route::: trace' 'syscall::open: trace'
check 'a routing message is made for each change of an address or a link' counted 'rts_new_rtsmsg:message +1[234] +0' -eq 6
check 'fbt has the arguments' told 'rts_new_rtsmsg:entry +13 +0'
check 'and where a function returns' told 'rts_new_rtsmsg:return +[1-9][0-9]* '
check 'a stack begins with the caller' told '^ +kernel`system_network_(up|down)\+0x'
check 'and ends where threads begin' told '^ +kernel`thread_entry\+0x'
check 'a call that failed gives -1' told 'open:return +-1 +-1'
check 'entries and returns are the same number' \
    test "$(grep -ac 'open:entry' "$work/text")" -eq "$(grep -ac 'open:return' "$work/text")"

run 'sleep 2' ':::tick-500ms trace' 'profile:::profile-10 count' 'rc::: trace' 'proc:::exec-failure trace' 'proc:::create trace' \
    'proc:::exit trace'
check 'a tick fires by the clock' counted ':tick-500ms ' -ge 4
check 'not more often' counted ':tick-500ms ' -le 40
check 'a script ends once for each that starts' \
    test "$(grep -ac ':script-start' "$work/text")" -eq "$(grep -ac ':script-done' "$work/text")"
check 'there are such' counted ':script-start' -ge 20
check 'most processes have ended' counted 'thread_exit:exit ' -ge 20

run "sh -c \"timeout 1 sleep 9 || true; sh -c 'exit 200' || true\"" 'syscall::exit:entry trace' 'proc:::exit trace'
check 'a program that ends by itself calls exit' told 'exit:entry +200 '
check 'and was not killed, whatever its status is' told 'thread_exit:exit +1 +200'
check 'one that a signal ends was' told 'thread_exit:exit +2 +143'
check 'and has not called exit' test "$(grep -ac ':exit  *1 ' "$work/text")" -eq "$(grep -ac 'exit:entry' "$work/text")"

# Providers of the list, and the names of all probes but functions and calls, stand in the document.
documented() {
    boot --deterministic --quiet --bare -o "$work/capture" --exec 'dtrace -l'
    tr -d '\r' < "$work/capture" | awk '$1 ~ /^[0-9]+$/ && NF > 2 { print $2; if ($2 != "fbt" && $2 != "syscall") print $NF }' |
        sort -u > "$work/names"
    test "$(wc -l < "$work/names")" -ge 40 || return 1
    while read -r name; do
        grep -qF -- "\`$name\`" docs/dtrace-providers.md || { echo "$name"; return 1; }
    done < "$work/names"
}
check 'every probe that is listed is documented' documented

# kept FILE CLAUSE: what boottrace keeps, but for what it says of the enabling itself.
kept() {
    build/tests/enabling "$work/this.dof" "$2" || bail 'no object'
    boot --deterministic --quiet -o "$work/capture" --append kern.boottrace.enabled=1 --module "$work/this.dof type=dof"
    "$flight" report --format json "$work/capture" | jq -r '.tables[] | .name, .emitted, .kept, .overwritten, .dropped, .filtered,
        (.events[] | select(.event | contains("this.dof") | not) | [.event, .process, .cpu] | @tsv)' > "$1"
    test "$(wc -l < "$1")" -ge 100
}
same_events() {
    kept "$work/without" 'dtrace:::END' && kept "$work/with" 'boottrace::: stack' && diff "$work/without" "$work/with"
}
check 'whether its events are probed, boottrace keeps the same' same_events

run 'cat /nowhere; burn 300; true' 'profile:::profile-97 who' 'syscall::open:entry who' 'sysinfo:::intr who'
check 'in a system call it is the caller, and no interrupt' told 'open:entry +0 +cat *$'
check 'in an interrupt it is the thread that was interrupted' told ':profile-97 +1 +sh *$'
check 'no interrupt fires outside of one' counted ':(profile-97|intr) +0 ' -eq 0

build/tests/enabling "$work/object" 'module::: text' 'fbt::tracing_settle:entry' || bail 'no object'
head -c 100 "$work/object" > "$work/cut"
boot --deterministic --quiet -o "$work/capture" --module 'tests/tap.sh name=before' \
    --module "$work/object type=dof name=this" --module "$work/cut type=dof name=cut" \
    --module "tests/tap.sh name=false hash=$(printf %040d 0)" --exec 'dtrace -ae'
tr -d '\r' < "$work/capture" | grep -av '^~' | sed -n '/^# dtrace -a/,/^shutdown log/p' > "$work/text"
check 'a module before the enabling is seen to be accepted' told ':accepted +before +accepted *$'
check 'the enabling sees itself' told ':accepted +this +accepted *$'
check 'one that cannot be loaded is refused' told ':refused +cut +failed to process DOF *$'
check 'and one that is not what its hash says' told ':refused +false +it is not what its hash says *$'
check 'what was configured is settled while it traces' told 'tracing_settle:entry'
finish
