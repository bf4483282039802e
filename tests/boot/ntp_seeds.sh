#!/bin/sh
# The machine of docs/lessons/ntp-race.md: on nearly every boot ntpd goes to maintenance; without the needless service
# it never does, nor while somebody looks.  SEEDS: how many boots of each kind, each with another seed (1, as the lesson
# replays more; 50 in `make soak`).
. tests/tap.sh
seeds=${SEEDS:-1}
archive="$PWD/build/ntp_archive type=rootfs name=ramdisk"

: > "$work/nothing"
sed 's/^\tfor _server/\tifconfig -a\n&/' iso/ntp/etc/rc.d/ntpd > "$work/looks"
without="$work/nothing type=file name=etc/rc.d/netmasks"
looking="$work/looks type=file name=etc/rc.d/ntpd"

# run SEED ARGUMENT...; $words: further words of the kernel's command line.
words=
run() {
    seed=$1
    shift
    "$flight" run --deterministic --append "seed=$seed $words" --module "$archive" -o "$work/capture" "$@" \
        > "$work/out" 2> "$work/err" || { cat "$work/err"; return 1; }
    tr -d '\r' < "$work/capture" | grep -v '^~' > "$work/text"
}
told() {
    grep -qE -- "$1" "$work/text" || { cat "$work/text"; return 1; }
}
# failing ARGUMENT...: how many of the boots leave ntpd in maintenance, in $work/failed.
failing() {
    failed=0
    for number in $(seq "$seeds"); do
        run "$number" "$@" || return 1
        if grep -qE '^maintenance .* ntpd$' "$work/text"; then
            failed=$((failed + 1))
        else
            told '^pool\.ntp\.org is alive$' && told '^ntpd: pool\.ntp\.org: answered' || return 1
        fi
    done
    echo "$failed" > "$work/failed"
}
# tell KIND: a figure for who reads the log.
tell() {
    echo "# ntpd in maintenance, $1: $(cat "$work/failed") of $seeds"
}

check 'a boot' run 1 --exec 'svcs ntpd' --exec 'service ntpd start' --exec 'svcs ntpd' --exec 'ifconfig em0'
check 'leaves ntpd in maintenance' told '^maintenance +0\.[0-9]{3} s  ntpd$'
check 'as it reaches nobody' told '^ping: pool\.ntp\.org: Network is unreachable$'
check 'which the boot tells' told '^ntpd: its start has failed; it is in maintenance\.$'
check 'in a line of each that failed' test "$(grep -c ': status 1$' "$work/text")" -eq 1
check 'and started again it is well' told '^online +[0-9]+\.[0-9]{3} s  ntpd$'

run_twice() {
    run 5 && cp "$work/capture" "$work/first" && run 5 && cmp "$work/first" "$work/capture"
}
check 'the same seed is the same boot' run_twice
check 'boots of other seeds' failing
tell 'as it is'
check 'nearly all fail, nine of ten at least' test $(($(cat "$work/failed") * 10)) -ge $((seeds * 9))
check 'those without the needless service' failing --module "$without"
tell 'without the needless service'
check 'never fail' test "$(cat "$work/failed")" -eq 0
check 'those with ifconfig -a in the start method' failing --module "$looking"
tell 'while it is looked at'
check 'never fail while it is looked at' test "$(cat "$work/failed")" -eq 0
check 'it was looked at' told '^em0: flags=<UP,RUNNING>$'
words=net.arp_probes=0
check 'those of a network that nobody else is on' failing
tell 'without probes'
check 'never fail: both causes are needed' test "$(cat "$work/failed")" -eq 0
finish
