#!/bin/sh
# Anonymous tracing: the enabling of "Anonymous Tracing on SmartOS", as dtrace -A wrote it, is a boot module.
. tests/tap.sh

conf='tests/dof/01a-blog-default.dtrace.conf type=file name=kernel/drv/dtrace.conf'

run() {
    "$flight" run --deterministic -o "$work/capture" "$@" > "$work/out" 2> "$work/err"
    status=$?
    console_text
    cat "$work/err"
    return $status
}
# lines FIRST LAST: what the text has from one line to another.
between() {
    sed -n "/$1/,/$2/p" "$work/text"
}

check 'the boot succeeds' run --module "$conf" --exec 'dtrace -a' --exec 'dtrace -ae' --exec 'dtrace -d'
grep '^NOTICE' "$work/text" > "$work/notices"
cat > "$work/expected" <<'NOTICES'
NOTICE: enabling probe 0 (fbt::rts_new_rtsmsg:entry)
NOTICE: enabling probe 1 (proc:::exec-success)
NOTICE: enabling probe 2 (dtrace:::ERROR)
NOTICE: enabling probe 3 (dtrace:::ERROR)
NOTICES
check 'the notices are those of illumos' diff "$work/expected" "$work/notices"
check 'each clause has found its probe' told '^dtrace: enabling 0 \(fbt::rts_new_rtsmsg:entry\) matched 1 probe$'
check 'the heading is that of dtrace(1M)' told '^CPU     ID                    FUNCTION:NAME$'
check 'the network has sent routing messages' told '^  0 +[0-9]+ +rts_new_rtsmsg:entry *$'
check 'programs were started' told '^  0 +[0-9]+ +[a-z_]*:exec-success *$'
check 'a second claim prints the same again, and says so' told '^dtrace: claimed before; what it recorded is printed again$'
claims() {
    between '^# dtrace -a$' '^# dtrace -ae$' | grep ':entry\|:exec' > "$work/first"
    between '^# dtrace -ae$' '^# dtrace -d$' | grep ':entry\|:exec' > "$work/second"
    [ -s "$work/first" ] && head -n "$(wc -l < "$work/first")" "$work/second" | diff "$work/first" -
}
check 'to the byte' claims
check 'and what has come since' test "$(wc -l < "$work/second")" -gt "$(wc -l < "$work/first")"
check 'what was claimed is not printed at the end' not_told 'claimed by nobody'
check 'the capture is verified' "$flight" verify "$work/capture"

# part NAME: what follows on a command that begins with ": NAME;".
part() {
    awk -v name="$1;" '/^# |^shutdown log|^boot table|^anonymous tracing/ { on = 0 } on { print } $1 " " $2 == "# :" && $3 == name { on = 1 }' \
        "$work/text"
}
ticks() {
    part "$1" | grep -c ':tick-1sec'
}
has() {
    part "$1" | grep -qE -- "$2" || { part "$1"; return 1; }
}
has_not() {
    ! has "$@" > /dev/null
}
check 'a claim while tracing goes on' run --bare --module 'tests/dof/10-begin-tick-exit.dof type=dof' \
    --exec ': before; sysctl -n debug.dtrace.state debug.dtrace.claimed' --exec ': first; dtrace -a' --exec 'sleep 3' \
    --exec ': between; sysctl -n debug.dtrace.state debug.dtrace.claimed' --exec ': quiet; dtrace -a -q' \
    --exec ': ended; dtrace -ae' --exec 'sleep 2' --exec ': stopped; sysctl -n debug.dtrace.state' \
    --exec ': again; dtrace -a' --exec 'dtrace -d' --exec ': empty; dtrace -ax flowindent'
check 'it was going, and nobody had claimed' test "$(part before | xargs)" = 'going 0'
check 'the claim does not end it, and is remembered' test "$(part between | xargs)" = 'going 1'
check 'it has what was recorded' has first ':BEGIN starting$'
check 'END has not fired' has_not first ':END'
check 'another claim has all from the start, printed as it is told to' has quiet '^starting$'
check 'and what has come since' test "$(ticks first)" -lt "$(ticks ended)"
check 'dtrace -ae ends it: END fires' has ended ':END  *ended, i='
check 'it has stopped' has stopped '^stopped$'
check 'what happens behind that leaves no record' test "$(ticks ended)" -eq "$(ticks again)"
check 'behind -d a claim is empty' has_not empty 'tick-1sec|END|CPU'
check 'and nothing is left for the end' not_told '^anonymous tracing'

# Claims between whiles, and the rest at the end; every record has a time of its own.
shows() {
    grep -E '^ +[0-9]+ +[0-9]+ +[a-z_]*:[a-z-]+ +[0-9]+ *$' | sort
}
claims_twice() {
    run --bare --module "$work/times type=dof" --exec 'ls -l / > /dev/null' --exec ': first; dtrace -a' \
        --exec 'ls -l / > /dev/null' --exec ': second; dtrace -a' \
        --exec '(ls -l / > /dev/null) & (ls -l / > /dev/null) & wait' "$@" || return 1
    part first | shows > "$work/first"
    part second | shows > "$work/second"
    between '^anonymous tracing, since the claim$' '^ $' | shows > "$work/rest"
    "$flight" report "$work/capture" | sed -n '/^anonymous tracing$/,/^boot table$/p' | shows > "$work/all"
}
grows() {
    wc -l "$work/first" "$work/second" "$work/rest" "$work/all"
    [ -s "$work/first" ] && [ -s "$work/rest" ] && [ "$(wc -l < "$work/first")" -lt "$(wc -l < "$work/second")" ] &&
        [ -z "$(comm -23 "$work/first" "$work/second" | head -n 1)" ]
}
each_once() {
    sort "$work/second" "$work/rest" | diff - "$work/all" > "$work/differ"
    status=$?
    head "$work/differ"
    return $status
}
make -s build/tests/enabling || bail 'no enabling'
for cpus in 1 4; do
    for policy in 0 2; do
        build/tests/enabling "$work/times" bufpolicy=$policy bufsize=65536 'proc::: time' 'syscall::stat:entry time' \
            'syscall::open:entry time' 'sched:::on-cpu count' || bail 'no object'
        check "claims while CPUs record: $cpus, bufpolicy $policy" claims_twice --smp $cpus
        check 'the second has all that the first had, and more' grows
        check 'each record is printed by the claim or at the end, once' each_once
        check 'aggregations are whole again' sh -c \
            "sed -n '/^anonymous tracing, since/,/^ \$/p' '$work/text' | grep -qE '^ +[a-z_]+ +[0-9]+\$'"
        check 'the capture is verified' "$flight" verify "$work/capture"
    done
done

enable() {
    build/tests/enabling "$work/object" "$@" || bail 'no object'
}
enable 'proc:::exec-success time' 'proc:::exit exit' 'dtrace:::END'
check 'a claim behind exit()' run --bare --module "$work/object type=dof" --exec 'ls > /dev/null' \
    --exec ': exited; dtrace -a; sysctl debug.dtrace.state'
check 'fires END' has exited ':END '
check 'and ends it' told '^debug.dtrace.state: stopped$'

enable destructive=1 'fbt::dtrace_consume:return panic' 'proc:::exec-success time'
check 'a panic in a claim' gives 3 'panic: dtrace: panic action' "$flight" run --deterministic --bare -o "$work/capture" \
    --module "$work/object type=dof" --exec 'dtrace -a'
console_text
check 'prints all of it, for the claim has not come to its end' \
    sh -c "sed -n '/^anonymous tracing, claimed by nobody\$/,\$p' '$work/text' | grep -q ':exec-success'"
check 'its capture is verified' "$flight" verify "$work/capture"

enable 'proc:::exec-success time' 'fbt::dtrace_consume:entry time'
check 'two claims at once' run --bare --smp 4 --module "$work/object type=dof" --exec 'dtrace -a & dtrace -a & wait'
check 'are one, and a line for the other' \
    test "$(grep -c '^CPU  *ID  *FUNCTION:NAME$' "$work/text") $(grep -c '^(another process is reading the log)$' "$work/text")" = '2 1'

enable bufpolicy=0 bufsize=1400000 'fbt::: who' 'dtrace:::END'
check 'a ring of which there is no room for a copy' run --bare --memory 12 --module "$work/object type=dof" \
    --exec 'ls -l / > /dev/null; ls -l / > /dev/null' --exec 'dtrace -a -q; sysctl debug.dtrace.state'
check 'is told' told '^dtrace: no memory to copy the buffers while tracing goes on: it ends here$'
check 'and ends the tracing' told '^debug.dtrace.state: stopped$'

check 'options of a claim' run --bare --module "$conf" --exec 'dtrace -x nonsense -a || echo status $?' --exec 'dtrace -aq'
check 'are known by name' told '^dtrace: nonsense: Invalid argument$'
check 'or the claim fails' told '^status 1$'

check 'somebody claims, and forgets nothing' run --module "$conf" --exec 'dtrace -a'
check 'then the console does not have it again' not_told 'claimed by nobody'
check 'but the host has' sh -c "'$flight' report '$work/capture' | grep -q 'rts_new_rtsmsg:entry'"

check 'nobody claims' run --module "$conf"
check 'so the end of the machine prints it' told '^anonymous tracing, claimed by nobody$'
check 'behind the last script' sh -c "sed -n '/claimed by nobody/,\$p' '$work/text' | grep -q 'rts_new_rtsmsg:entry'"
exits() {
    sed -n '/claimed by nobody/,$p' "$work/text" | grep -c ':exec-success'
}
check 'with the processes of the shutdown' test "$(exits)" -gt 30

as_the_kernel_prints_it() {
    sed -n '/^anonymous tracing/,/^ *$/p' "$work/text" | sed '1d;/^ *$/d' > "$work/kernel"
    "$flight" report "$work/capture" | sed -n '/^anonymous tracing/,/^$/p' | sed '1d;/^$/d' > "$work/host"
    [ "$(wc -l < "$work/kernel")" -gt 30 ] && diff "$work/kernel" "$work/host"
}
check 'the host prints the same text from the frames' as_the_kernel_prints_it
check 'and its capture is verified, too' "$flight" verify "$work/capture"

check 'without an enabling the program fails' gives 1 '' "$flight" run --deterministic --bare --quiet --exec 'dtrace -a' -o "$work/capture"
check 'a boot' run --bare --exec 'dtrace -a || echo status $?' --exec 'dtrace -l -n exec-success'
check 'without an enabling nothing is claimed' told '^dtrace: No anonymous tracing state$'
check 'which is a failure' told '^status 1$'
check 'probes are listed all the same' told '^ +[0-9]+ +proc +kernel +[a-z_]+ exec-success$'
check 'under their heading' told '^   ID   PROVIDER            MODULE                          FUNCTION NAME$'
check 'and no memory was taken before' not_told 'dtrace: tracing'
listed_together() {
    for _ in 1 2 3; do
        "$flight" run --bare --smp 4 --quiet -o "$work/capture" --exec 'dtrace -l > /dev/null & dtrace -l > /dev/null & wait' \
            --exec 'dtrace -l -n run_program:entry' || return 1
        strings "$work/capture" | grep -qE '^ +[0-9]+ +fbt +kernel +run_program entry' || return 1
    done
}
check 'also by two at once, on 4 CPUs' listed_together

enable bufsize=32768 quiet=1 flowindent=1 'fbt:::entry'
longest() {
    awk 'length > length(line) { line = $0 } END { print line }' "$1"
}
line_is_whole() {
    longest "$work/text" > "$work/on_console"
    "$flight" report "$work/capture" > "$work/report" && longest "$work/report" > "$work/in_report"
    [ "$(wc -c < "$work/on_console")" -gt 65536 ] && cmp "$work/on_console" "$work/in_report"
}
check 'without line feeds, all records are one line' run --bare --module "$work/object type=dof"
check 'longer than what the console keeps, and none of it is lost' line_is_whole
check 'neither in a claim' run --bare --module "$work/object type=dof" --exec 'dtrace -ae'
check 'whose line is whole, too' line_is_whole
panics() {
    run --module "$conf" --append fault=panic
    [ $? -eq 3 ] && told '^anonymous tracing, claimed by nobody$' && told 'rts_new_rtsmsg:entry'
}
check 'a panic prints what was recorded' panics
check 'and its capture is verified' "$flight" verify "$work/capture"
check 'on 4 CPUs' run --module "$conf" --smp 4
check 'the records of all CPUs are there' told '^  [123] +[0-9]+ +[a-z_]*:exec-success'

sed 's/^dof-data-1=0x7f/dof-data-1=0x7e/' tests/dof/01a-blog-default.dtrace.conf > "$work/bad.conf"
check 'a damaged object' run --module "$work/bad.conf name=kernel/drv/dtrace.conf"
check 'is one line' told '^dtrace: kernel/drv/dtrace.conf: dof-data-1: failed to process DOF: .*; the others trace$'
check 'and the others trace' told 'rts_new_rtsmsg:entry'
sed 's/^dof-data-1=/dof-data-7=/' tests/dof/01a-blog-default.dtrace.conf > "$work/gap.conf"
check 'a gap in the numbers' run --module "$work/gap.conf name=kernel/drv/dtrace.conf"
check 'is told' told '^dtrace: kernel/drv/dtrace.conf: there is no dof-data-1; objects behind it, which are not read: 2$'
check '8 MiB of memory' run --module "$conf" --memory 8
check 'are enough' told 'rts_new_rtsmsg:entry'
check '4 MiB of memory' run --module "$conf" --memory 4 --bare
check 'keep the boot going' told '^dtrace: '
finish
