#!/bin/sh
# flight between the guest and whoever reads it: stalled readers, closed streams, endless lines, and
# the console that the command line chooses.
. tests/tap.sh
command -v python3 > /dev/null || bail 'no python3'
: > "$work/nothing"

# stalled SECONDS SIGNAL COMMAND...: runs it with a pipe on stdout that nobody reads; its status is
# the command's, or 99 if it did not end within SECONDS.  SIGNAL (0: none) comes after half a second.
stalled() {
    python3 - "$@" <<'PYTHON'
import subprocess, sys
limit, signal = float(sys.argv[1]), int(sys.argv[2])
process = subprocess.Popen(sys.argv[3:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
try:
    try:
        process.wait(0.5 if signal else limit)
    except subprocess.TimeoutExpired:
        process.send_signal(signal)
        process.wait(limit)
except subprocess.TimeoutExpired:
    process.kill()
    sys.exit(99)
sys.exit(process.returncode)
PYTHON
}
junk=$(printf '%060000d' 0)
check 'a guest that succeeded is told of, though nobody reads its text' gives 0 'success' \
    stalled 60 0 "$flight" run --bare --timeout 5 --append "junk=$junk" -o "$work/capture"
check 'and so is the text that was not shown' grep -qE '[0-9]+ bytes of text were not shown' "$work/gives.err"
check 'and the capture is complete' "$flight" verify "$work/capture"
check 'a hung guest times out, though nobody reads its text' gives 4 'no end after 1 s' \
    stalled 60 0 "$flight" run --bare --timeout 1 --append "fault=loop junk=$junk" -o "$work/capture"
check 'SIGTERM ends a run that nobody reads' gives 143 'interrupted by signal 15' \
    stalled 60 15 "$flight" run --bare --append "fault=loop junk=$junk"

mkfifo "$work/line" || bail 'no FIFO'
listen() {
    { yes 'a line of text' | head -c 3000000; sleep 4; } > "$work/line" &
    stalled 60 "$1" "$flight" capture "$work/line" --timeout "$2" -o "$work/capture"
    listened=$?
    wait
    return $listened
}
check 'a capture that nobody reads times out' gives 4 'no end after 1 s' listen 0 1
check 'and is complete' test "$(stat -c %s "$work/capture")" = 3000000
check 'SIGTERM ends a capture that nobody reads' gives 143 'interrupted by signal 15' listen 15 9

yes 'a line of text' | head -c 7500000 > "$work/long"
slow() {
    "$flight" capture "$work/long" -o /dev/null | { sleep 0.1; cat; } | cmp - "$work/long"
}
check 'a reader who is only slow gets all of the text' slow

# console OPTIONS: the run succeeds only if flight listens where the kernel writes.
console() {
    "$flight" run --deterministic --quiet --bare -o "$work/capture" --append "$1" &&
        grep -q "console: port $2," "$work/capture"
}
check 'no console= means COM1' console '' 0x3f8
check 'console=com4 is COM4' console 'console=com4' 0x2e8
check 'console=0x2F8 is COM2' console 'console=0x2F8' 0x2f8
check 'console=0x02f8 is COM2' console 'console=0x02f8' 0x2f8
check 'a valid option outlives an invalid one' console 'console=com2 console=com9' 0x2f8
check 'the last of two valid options counts' console 'console=com2 console=com3' 0x3e8
check 'a device with a tail is none' console 'console=com2;x' 0x3f8
check 'console= in the value of another option is none' console 'x="console=com2"' 0x3f8
check 'quotes inside of the name vanish' console '"con"sole=com2' 0x2f8
check 'quotes around the option vanish' console '"console=com2"' 0x2f8
check 'an option of -B counts' console '-B x=y,console=ttyb' 0x2f8
either() { # of what the kernel reads: flight reads likewise
    console "$1" 0x2f8 || console "$1" 0x3f8
}
check 'console=0X2f8 means to flight what it means to the kernel' either 'console=0X2f8'

from_reset() {
    "$flight" run --deterministic --quiet --bare -o "$work/capture" --append "$1" &&
        "$flight" report "$work/capture" | grep -E '^clock: ' | tee "$work/clock" &&
        grep -q 'counts from reset' "$work/clock"
}
check 'a deterministic clock counts from reset' from_reset ''
check 'though the last word is -B' from_reset '-B'
check 'though a quote is left open' from_reset 'x="y'
denied() {
    "$flight" run --deterministic --quiet --bare -o "$work/capture" --append clock.counts_from_reset=0 &&
        "$flight" report "$work/capture" > "$work/report" && ! grep 'counts from reset' "$work/report"
}
check "unless the user's own word denies it" denied

boot --deterministic --bare --quiet -o "$work/sound"
# closed STATUS: the last run ended with it, and its capture is byte for byte that of a run with
# all streams open: nothing that flight says itself has got into it.
closed() {
    test "$1" = 0 && cmp "$work/capture" "$work/sound"
}
run() {
    "$flight" run --deterministic --bare -o "$work/capture"
}
run > "$work/nothing" 2>&-
check 'a run without stderr keeps a sound capture' closed $?
run >&- 2> "$work/errors"
check 'a run without stdout keeps a sound capture' closed $?
check 'and tells its end' grep -q success "$work/errors"
run <&- > "$work/nothing" 2>&1
check 'a run without stdin keeps a sound capture' closed $?
run <&- >&- 2>&-
check 'a run without any of them keeps a sound capture' closed $?
unwritable() {
    "$flight" report "$work/capture" >&-
}
check 'a report without stdout is an error' gives 5 'standard output' unwritable

# spares FILE COMMAND...: output onto what is read is refused in one line, and the file is as it was.
spares() {
    spared=$1
    shift
    cp "$spared" "$work/before"
    gives 2 ' are the same file$' "$@" && [ "$(wc -l < "$work/gives.err")" = 1 ] && cmp "$work/before" "$spared"
}
cp tests/golden/good-tslog.capture "$work/read"
ln "$work/read" "$work/hard"
ln -s read "$work/soft"
for name in read hard soft; do
    check "a capture is not captured onto itself ($name)" spares "$work/read" "$flight" capture "$work/read" --quiet -o "$work/$name"
    check 'nor exported' spares "$work/read" "$flight" export "$work/read" --format folded -o "$work/$name"
done
check 'nor read by a console' spares "$work/read" "$flight" console "$work/read" -o "$work/read"
check 'nor what standard input is' spares "$work/read" sh -c "'$flight' capture - --quiet -o '$work/read' < '$work/read'"
for option in kernel iso disk; do
    check "a run does not write onto its --$option" spares "$work/read" "$flight" run --$option "$work/read" -o "$work/soft"
done
check 'nor onto a module' spares "$work/read" "$flight" run --module "$work/read type=file" -o "$work/read"
mkdir "$work/net"
ln "$work/read" "$work/net/grub.pxe"
check 'nor onto what the network boots' spares "$work/read" "$flight" run --net "$work/net" -o "$work/read"
cp tests/dof/10-begin-tick-exit.dof "$work/object"
check 'nor onto an enabling' spares "$work/object" "$flight" run --enable "$work/object" -o "$work/object"
echo 'BEGIN { exit(0); }' > "$work/program"
check 'nor onto a program' spares "$work/program" "$flight" run -s "$work/program" -o "$work/program"
check 'a device is no file that is lost' gives 3 'without a verdict' "$flight" capture /dev/null -o /dev/null

check 'a full disk is, too' gives 5 'standard output: No space' sh -c "'$flight' probes > /dev/full"
check 'whatever fails behind it' gives 5 '^flight: host: standard output: No space' \
    sh -c "'$flight' run --deterministic --quiet --bare -n 'BEGIN { trace(1); exit(0); }' > /dev/full"
check 'for the console, too' gives 5 "^flight: run: cannot write the kernel's text: No space" sh -c "'$flight' run --deterministic --bare > /dev/full"
# left SIGNAL COMMAND...: a reader takes one line and goes; SIGPIPE is "default" or "ignored".
left() {
    python3 - "$@" <<'PYTHON'
import signal, subprocess, sys
signal.signal(signal.SIGPIPE, signal.SIG_IGN if sys.argv[1] == "ignored" else signal.SIG_DFL)
process = subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE, stderr=subprocess.PIPE, restore_signals=False)
process.stdout.readline()
process.stdout.close()
errors = process.stderr.read()
sys.stderr.buffer.write(errors)
status = process.wait()
sys.exit(128 - status if status < 0 else status)
PYTHON
}
quietly() {
    left "$@" 2> "$work/errors" && got=0 || got=$?
    cat "$work/errors"
    test "$got" = 141 && test ! -s "$work/errors"
}
check 'a reader who goes ends a list' quietly default "$flight" probes
check 'quietly, too, where nobody dies of it' quietly ignored "$flight" probes
check 'who reads the console may go before the boot ends' gives 0 '^flight: success' left default "$flight" run --deterministic --bare
check 'and what a run has traced' gives 141 '^flight: success' left default "$flight" run -qn 'fbt:::entry { printf("%60s\n", probefunc); }'
check 'in no further line' test "$(grep -vc '^dtrace: ' "$work/gives.err")" = 1

zeros() {
    { head -c 3000000 /dev/zero; sleep 4; } | "$flight" capture - --quiet --timeout 1 -o "$work/zeros"
}
check 'a line without an end times out' gives 4 'no end after 1 s' zeros
check 'and its tail is cut' test "$(wc -c < "$work/gives.err")" -lt 300
check 'and its capture is not' test "$(stat -c %s "$work/zeros")" = 3000000
check 'more than can be decoded is refused in one line' gives 5 'more than 256 MiB' \
    "$flight" capture /dev/zero --quiet --timeout 60 -o /dev/null
check 'and nothing else is said' test "$(wc -l < "$work/gives.err")" = 1

refuse() {
    "$flight" run --deterministic --quiet --bare --qemu-arg -cpu --qemu-arg "$@"
}
check 'a CPU that is refused is told with the reason' \
    gives 3 '^flight: died: the kernel refused to start: Firstlight cannot run on this CPU: .*conditional moves' refuse pentium
check 'whatever the reason' \
    gives 3 '^flight: died: the kernel refused to start: Firstlight cannot run on this CPU: .*time stamp counter' refuse qemu32,-tsc
finish
