#!/bin/sh
# Enablings as modules of type=dof: binary objects, several of them, beside a file, damaged, far too large.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'

run() {
    "$flight" run --deterministic --quiet -o "$work/capture" "$@" 2> "$work/err" || { cat "$work/err"; return 1; }
    console_text
    "$flight" report "$work/capture" --format json > "$work/json"
}
state() {
    jq -r ".modules[$1] | .type + \" \" + .state" "$work/json"
}

check 'a binary object' run --module 'tests/dof/01a-blog-default.dof type=dof name=blog'
check 'is enabled' told '^NOTICE: enabling probe 0 \(fbt::rts_new_rtsmsg:entry\)$'
check 'and traces' told 'rts_new_rtsmsg:entry'
check 'the capture says accepted' test "$(state 1)" = 'dof accepted'
check 'and is verified' "$flight" verify "$work/capture"

check 'a file comes before modules, whatever their order' \
    run --module 'tests/dof/02a-pred-execname.dof type=dof' --module 'tests/dof/01a-blog-default.dtrace.conf name=kernel/drv/dtrace.conf'
check 'its clauses are the first ones' told '^NOTICE: enabling probe 0 \(fbt::rts_new_rtsmsg:entry\)$'
check 'the modules are behind them' told '^NOTICE: enabling probe 4 \(syscall::read:entry\)$'

head -c 300 tests/dof/01a-blog-default.dof > "$work/cut"
: > "$work/empty"
head -c 20000000 /dev/zero > "$work/zeros"
check 'three bad objects and a good one' run --module "$work/cut type=dof name=cut" --module "$work/empty type=dof name=empty" \
    --module "$work/zeros type=dof name=zeros" --module 'tests/dof/01a-blog-default.dof type=dof name=good'
check 'the first is one line' told '^dtrace: module 1 \(cut\): failed to process DOF: .*; the others trace$'
check 'an empty one, too' told '^dtrace: module 2 \(empty\): failed to process DOF: .*; the others trace$'
check 'and one of 20 MB' told '^dtrace: module 3 \(zeros\): failed to process DOF: .*; the others trace$'
check 'they are refused in the capture' test "$(state 1), $(state 2), $(state 3)" = 'dof refused, dof refused, dof refused'
check 'the good one is accepted' test "$(state 4)" = 'dof accepted'
check 'and traces' told 'rts_new_rtsmsg:entry'
check 'the capture is verified' "$flight" verify "$work/capture"

check 'nothing but a bad object' run --module "$work/cut type=dof"
check 'traces nothing' sh -c "! grep -q '^NOTICE\|claimed by nobody' '$work/text'"
# An object of options alone: bufsize 4 KiB, aggsize 4 KiB, strsize 64 KiB.
zeros='\0\0\0\0\0\0\0'
option() {
    printf '%b' "\\0$1\\0\\0\\0\\0377\\0377\\0377\\0377$2"
}
{
    printf '%b' "\\0177DOF\\02\\01\\02\\02\\010\\010\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0100\\0\\0\\0\\040\\0\\0\\0\\01\\0\\0\\0"
    printf '%b' "\\0100$zeros\\0220$zeros\\0220$zeros\\0$zeros"
    printf '%b' "\\016\\0\\0\\0\\010\\0\\0\\0\\01\\0\\0\\0\\020\\0\\0\\0\\0140$zeros\\060$zeros"
    option 0 '\0\020\0\0\0\0\0\0'
    option 3 '\0\020\0\0\0\0\0\0'
    option 6 '\0\0\01\0\0\0\0\0'
} > "$work/options"
check 'long strings on many CPUs, in small buffers' \
    run --bare --smp 8 --memory 256 --module 'tests/dof/04a-aggs.dof type=dof' --module "$work/options type=dof name=options"
check 'find the memory that they need' told '^dtrace: tracing; .* bufsize 4096 aggsize 4096 '

check 'thread-local variables in probes of CPUs that have no thread yet' \
    run --bare --smp 4 --module 'tests/dof/12-spec.dof type=dof'
check 'harm nothing, and it traces' told '^dtrace: tracing; '

check 'a hash that does not fit keeps an enabling out' \
    run --module "tests/dof/01a-blog-default.dof type=dof name=x hash=$(printf %040d 0)"
check 'which is told, as of any module' test "$(state 1)" = 'dof mismatch'
finish
