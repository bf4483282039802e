#!/bin/sh
# Anonymous tracing: the enabling of "Anonymous Tracing on SmartOS", as dtrace -A wrote it, is a boot module.
. tests/tap.sh

conf='tests/dof/01a-blog-default.dtrace.conf type=file name=kernel/drv/dtrace.conf'

run() {
    "$flight" run --deterministic -o "$work/capture" "$@" > "$work/out" 2> "$work/err"
    status=$?
    tr -d '\r' < "$work/capture" | grep -v '^~' > "$work/text"
    cat "$work/err"
    return $status
}
told() {
    grep -qE -- "$1" "$work/text" || { cat "$work/text"; return 1; }
}
not_told() {
    ! grep -E -- "$1" "$work/text"
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
    [ -s "$work/first" ] && diff "$work/first" "$work/second"
}
check 'to the byte' claims
check 'what was claimed is not printed at the end' not_told 'claimed by nobody'
check 'the capture is verified' "$flight" verify "$work/capture"

check 'a claim while tracing goes on' run --module 'tests/dof/10-begin-tick-exit.dof type=dof' \
    --exec 'sysctl -n debug.dtrace.state debug.dtrace.claimed' --exec 'dtrace -a' --exec 'sleep 3' \
    --exec 'sysctl debug.dtrace.state debug.dtrace.claimed' --exec 'dtrace -a -e' --exec 'dtrace -d' --exec 'dtrace -a'
check 'it was going, and nobody had claimed' test "$(between '^# sysctl -n' '^# dtrace -a$' | sed -n '2,3p' | xargs)" = 'going 0'
check 'the claim ends it: END fires' sh -c "sed -n '/^# dtrace -a\$/,/^# sleep/p' '$work/text' | grep -q ':END  *ended, i='"
check 'it has stopped, and is claimed' told '^debug.dtrace.state: stopped$'
check 'by somebody' told '^debug.dtrace.claimed: 1$'
ticks() {
    between "$1" "$2" | grep -c ':tick-1sec\|:END'
}
check 'what happens behind the claim leaves no record' \
    test "$(ticks '^# dtrace -a$' '^# sleep')" -eq "$(ticks '^# dtrace -a -e$' '^# dtrace -d')"
check 'behind -d a claim is empty' sh -c "! sed -n '/^# dtrace -d\$/,\$p' '$work/text' | grep ':tick-1sec\|:END'"

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

check 'without an enabling the program fails' gives 1 '' "$flight" run --deterministic --quiet --exec 'dtrace -a' -o "$work/capture"
check 'a boot' run --exec 'dtrace -a || echo status $?' --exec 'dtrace -l -n exec-success'
check 'without an enabling nothing is claimed' told '^dtrace: No anonymous tracing state$'
check 'which is a failure' told '^status 1$'
check 'probes are listed all the same' told '^ +[0-9]+ +proc +kernel +[a-z_]+ exec-success$'
check 'under their heading' told '^   ID   PROVIDER            MODULE                          FUNCTION NAME$'
check 'and no memory was taken before' not_told 'dtrace: tracing'

panics() {
    run --module "$conf" --append fault=panic
    [ $? -eq 3 ] || return 1
    told '^anonymous tracing, claimed by nobody$' && told 'rts_new_rtsmsg:entry'
}
make -s build/tests/enabling || bail 'no enabling'
build/tests/enabling "$work/flow" bufsize=32768 quiet=1 flowindent=1 'fbt:::entry' || bail 'no object'
longest() {
    awk 'length > length(line) { line = $0 } END { print line }' "$1"
}
line_is_whole() {
    longest "$work/text" > "$work/on_console"
    "$flight" report "$work/capture" > "$work/report" && longest "$work/report" > "$work/in_report"
    [ "$(wc -c < "$work/on_console")" -gt 65536 ] && cmp "$work/on_console" "$work/in_report"
}
check 'without line feeds, all records are one line' run --module "$work/flow type=dof"
check 'longer than what the console keeps, and none of it is lost' line_is_whole
check 'neither in a claim' run --module "$work/flow type=dof" --exec 'dtrace -a'
check 'whose line is whole, too' line_is_whole
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
