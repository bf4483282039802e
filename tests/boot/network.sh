#!/bin/sh
# The simulated network: how an interface comes to its address, what routes lead where, and what is told of it.
. tests/tap.sh
make -s build/tests/enabling || bail 'no enabling'

# run ARGUMENT...: a boot whose addresses are proven; $work/text has its console.
run() {
    boot --deterministic --append 'net.arp_probes=3' -o "$work/capture" "$@" > "$work/out"
    console_text
}
# part N: what the N-th command printed.
part() {
    awk -v wanted="$1" '/^# / { n++; next } /^$/ { next } n == wanted { print }' "$work/text" | sed '/^shutdown log/,$d'
}
# prints N LINE...: the N-th command printed just these lines.
prints() {
    number=$1
    shift
    printf '%s\n' "$@" > "$work/expected"
    part "$number" | diff "$work/expected" -
}

tab=$(printf '\t')
lo0="lo0${tab}up${tab}127.0.0.1${tab}255.0.0.0${tab}127.255.255.255"
em0() {
    printf 'em0\t%s\t10.0.2.15\t255.255.0.0\t10.0.255.255' "$1"
}

build/tests/enabling "$work/object" bufsize=65536 'arp:::probe trace' 'route:::message trace' || bail 'no object'
run --module "$work/object type=dof" \
    --exec 'ifconfig em0 down; ping gateway; ping localhost' \
    --exec 'ifconfig em0 netmask 255.255.0.0 broadcast 10.0.255.255; sysctl -n net.interfaces' \
    --exec 'ifconfig em0 up; sysctl -n net.interfaces; ifconfig em0 down; sleep 1; sysctl -n net.interfaces' \
    --exec 'ifconfig em0 up; ping gateway; sleep 0.5; ping gateway; ping nameserver' \
    --exec 'route delete default; ping nameserver; ping gateway; route delete default || true' \
    --exec 'route add default 192.168.0.1; route add default 10.0.2.2; ping nameserver; route add default 10.0.2.2 || true' \
    --exec 'ifconfig em0 netmask 255.255.255.0 broadcast 10.0.2.255; ping gateway || true' \
    --exec 'dtrace -ae'
check 'an interface that is down leads nowhere, and the loopback works' \
    prints 1 'ping: gateway: Network is unreachable' 'localhost is alive'
check 'what is set while it is down is set, and nothing is proven' prints 2 "$lo0" "$(em0 down)"
check 'up, its address is tentative; a proof that nobody wants any more changes nothing' \
    prints 3 "$lo0" "$(em0 tentative)" "$lo0" "$(em0 down)"
check 'a tentative address leads nowhere; a proven one does' \
    prints 4 'ping: gateway: Network is unreachable' 'gateway is alive' 'nameserver is alive'
check 'without a default route only the own net is reached' prints 5 'delete net default' \
    'ping: nameserver: Network is unreachable' 'gateway is alive' 'route: default: No such process'
check 'a router must be on the own net, and there is one' prints 6 'route: 192.168.0.1: Network is unreachable' \
    'add net default: gateway 10.0.2.2' 'nameserver is alive' 'route: 10.0.2.2: File exists'
check 'another netmask proves the address anew' prints 7 'ping: gateway: Network is unreachable'
probes() {
    part 8 | awk '/ prove:probe / { print $NF }' | xargs
}
check 'each proof asks as often as was said' test "$(probes)" = '1 2 3 1 2 3'
check 'messages tell of all that' sh -c "grep -aq 'rts_new_rtsmsg:message  *2  *0' '$work/text'"
check 'a machine that goes down while it proves does go down' "$flight" verify "$work/capture"

# Each looks whether there is a router, and is then held up until the other one has looked.
check 'two routers at once' "$flight" run --bare --smp 4 -o "$work/capture" -w -q \
    -n 'fbt::network_interface_reaches:entry { chill(300000000); }' \
    --exec 'route add default 10.0.2.2 & route add default 10.0.2.3 & wait'
console_text
check 'are one, and an error for the other' \
    test "$(grep -c '^add net default: ' "$work/text") $(grep -c '^route: 10.0.2.[23]: File exists$' "$work/text")" = '1 1'
finish
