#!/bin/sh
# flight claim prints what dtrace -a prints in the kernel, and tells programs the same.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'
command -v python3 > /dev/null || bail 'no python3'

cat > "$work/everything.d" <<'D'
BEGIN { printf("%Y\n", walltimestamp); }
proc:::exec-success { @execs[execname] = count(); trace(execname); stack(3); printf("%s %d\n", execname, pid); }
proc:::exec-success { @ns = quantize(timestamp % 1000); @pids["x", pid % 2] = lquantize(pid, 0, 100, 10); }
proc:::exec-success { @ll = llquantize(timestamp, 10, 3, 9, 10); @min = min(pid); @max = max(pid); @sum = sum(pid); }
fbt::rts_new_rtsmsg:entry { sym(caller); printf("%a", caller); func(caller); mod(caller); tracemem(curthread, 20); }
fbt::rts_new_rtsmsg:entry { @stacks[stack(2), sym(caller)] = avg(timestamp); @dev = stddev(pid); ustack(); usym(0); }
fbt::rts_new_rtsmsg:entry { trace(1 / (arg1 - arg1)); }
END { printa("%-10s %@d\n", @execs); trunc(@execs, 2); printa(@pids); normalize(@ns, 10); clear(@max); exit(3); }
D

check 'an enabling of everything' "$flight" enable -o "$work/on" -s "$work/everything.d"
traced() {
    "$flight" run --deterministic --quiet -o "$work/capture" --module "$work/on/kernel/drv/dtrace.conf type=file name=kernel/drv/dtrace.conf" "$@" 2> "$work/run.err"
}
check 'a boot in which nobody claims, so that the kernel prints what was recorded at its end' traced
as_the_kernel() {
    tr -d '\r' < "$work/capture" | grep -av '^~' | sed '1,/^anonymous tracing, claimed by nobody$/d' | sed '/^ $/,$d' > "$work/kernel"
    "$flight" claim "$work/capture" > "$work/host" 2>&1 || return 1
    [ "$(wc -l < "$work/kernel")" -gt 60 ] && diff "$work/kernel" "$work/host"
}
check 'the host prints the same to the byte, errors at their place' as_the_kernel
apart() {
    "$flight" claim "$work/capture" > "$work/out" 2> "$work/err" || return 1
    grep -q 'divide-by-zero in action' "$work/err" && ! grep -v '^dtrace: error on enabled probe ID' "$work/err" &&
        ! grep '^dtrace:' "$work/out"
}
check 'errors stand on standard error' apart
check 'places are module`function+0xoffset' grep -qE '^ +kernel`run_program\+0x[0-9a-f]+$' "$work/out"
check 'sym() is without an offset' grep -qE '  kernel`[a-z_]+ {8,}' "$work/out"

lines() {
    "$flight" claim "$work/capture" --format json > "$work/json" && python3 tests/boot/claim_lines.py "$work/json" > "$work/counts"
}
check 'each line for programs is as documented' lines
for kind in record aggregation error exit mod printa printf stack sym trace tracemem trunc normalize clear ustack usym; do
    check "there are lines with $kind" grep -q "^$kind [1-9]" "$work/counts"
done
check 'each clause that recorded has its line' test "$(jq -r 'select(.type=="record" and (.data[0].action=="trace")).data[0].value' "$work/json" | grep -c .)" = \
    "$(grep -c ':exec-success  ' "$work/out")"
sums() {
    jq -s '[.[] | select(.type=="record").data[] | select(.action=="printa" and .format!=null).rows[].values[0].value] | add' "$work/json" > "$work/sum"
    [ "$(cat "$work/sum")" = "$(grep -c ':exec-success  ' "$work/out")" ]
}
check 'what printa() was given adds up' sums
check 'a stack has places with their parts' jq -se '[.[].data[]?.frames[0]?] | any(.module=="kernel" and .function=="run_program" and .offset>0 and .address>0)' "$work/json"
check 'an error has its fault' jq -se 'any(.[]; .type=="error" and .fault=="divide-by-zero" and .probe.function=="rts_new_rtsmsg" and .action==1)' "$work/json"

# What formats make is what is printed.
quiet() {
    "$flight" run -o "$work/quiet" -qn 'proc:::exec-success { printf("%s %5d|\n", execname, pid); @[execname] = count(); } END { printa("%s %@d\n", @); }' \
        > "$work/out" 2> "$work/err" || return 1
    "$flight" claim "$work/quiet" --format json | jq -j '.data[]?.text' > "$work/texts"
    echo >> "$work/texts"
    diff "$work/out" "$work/texts"
}
check 'the texts of a quiet program are its output' quiet

# Nothing else in these programs asks for the symbol.
places() {
    "$flight" run "$1" -qn "$2" > "$work/out" 2> "$work/err" || return 1
    cat "$work/out"
    grep -qE '^kernel`start_program\+0x[0-9a-f]+( 1)?$' "$work/out"
}
for model in 32 64; do
    check "%a alone has its symbol, in the model of $model bits" places "-$model" 'fbt::thread_go:entry { printf("%a\n", caller); exit(0); }'
    check "as a key, too, in the model of $model bits" \
        places "-$model" 'fbt::thread_go:entry { @[caller] = count(); exit(0); } END { printa("%a %@d\n", @); }'
done

drops() {
    "$flight" run -o "$work/full" -x bufsize=1k -x aggsize=1k -qn 'fbt:::entry { trace(timestamp); @[probefunc] = count(); }' > "$work/out" 2> "$work/err"
    "$flight" claim "$work/full" > "$work/out" 2> "$work/err" || return 1
    grep -qE '^dtrace: [0-9]+ drops on CPU 0$' "$work/err" && grep -qE '^dtrace: [0-9]+ aggregation drops on CPU 0$' "$work/err"
}
check 'drops stand on standard error' drops
cp "$work/full" "$work/capture"
check 'with their numbers, for programs' lines
check 'of both buffers' jq -se '[.[] | select(.type=="drop").what] == ["aggregation drop", "drop"] and all(.[]; .type!="drop" or (.count>0 and .cpu==0))' "$work/json"

# What can be wrong.
grep -av '^~{W' "$work/quiet" > "$work/cut" || true
check 'frames that are missing' gives 1 'did not come over the line' "$flight" claim "$work/cut"
check 'are damage for programs' sh -c "'$flight' claim '$work/cut' --format json | jq -se 'any(.[]; .type==\"damage\")'"
for policy in fill ring; do
    # shellcheck disable=SC2016
    check "two CPUs record, bufpolicy=$policy" "$flight" run --smp 2 -x bufpolicy=$policy -x bufsize=4k -o "$work/two" \
        -n 'syscall:::entry { trace(timestamp); @q[probefunc] = quantize(timestamp); }'
    check 'each frame that is missing or damaged is told, and each cut' python3 tests/decoder/claim_losses.py "$flight" "$work/two"
done
sed '/^~{D/,$d' "$work/two" > "$work/cut"
check 'of a capture without tracing nobody knows whether there was any' \
    gives 1 '^flight: claim: no anonymous tracing state has come, but the capture is not whole: .*no verdict$' "$flight" claim "$work/cut"
cut_off_by_a_panic() {
    sed '/^~{V/{h;s/^\(~{.\{20\}\).*/\1/p;x;}' "$work/two" > "$work/resent" &&
        "$flight" report "$work/resent" | grep -q ' 1 damaged, 0 missing' && "$flight" claim "$work/resent"
}
check 'a piece of a frame that came again is no loss' cut_off_by_a_panic
check 'a boot without an enabling' "$flight" run --deterministic --quiet -o "$work/none"
check 'has no state' gives 1 '^flight: claim: No anonymous tracing state$' "$flight" claim "$work/none"
check 'also for programs' gives 1 '^flight: claim: No anonymous tracing state$' "$flight" claim "$work/none" --format json
check 'a format that is none is bad usage' gives 2 "unknown format 'xml'" "$flight" claim "$work/quiet" --format xml
check 'a capture that is not there is said' gives 5 "cannot read" "$flight" claim "$work/nowhere"
echo nothing > "$work/text"
check 'a file that is none is said' gives 1 'is no capture: there is no frame in it' "$flight" claim "$work/text"
check 'a boot that is not in it, too' gives 2 'there is no boot 2' "$flight" claim "$work/quiet" --boot 2
check 'a capture may come from a pipe' sh -c "'$flight' claim - < '$work/quiet' | grep -q ifconfig"
finish
