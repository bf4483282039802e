#!/bin/sh
# Configuration: who wins, in files and on the line, and what is told of what cannot be obeyed.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'

run() {
    boot --deterministic --quiet -o "$work/capture" "$@"
    "$flight" report "$work/capture" --format json > "$work/json"
}
capacity() {
    jq ".tables[] | select(.name == \"$1\") | .capacity" "$work/json"
}
told() {
    grep -qE -- "$1" "$work/capture" || { cat "$work/capture"; return 1; }
}
system() {
    printf '%b' "$1" > "$work/system"
}
module="$work/system type=file name=etc/system"

system 'set trace.boot = 77\nset trace:run = 0x20\nset boottrace:enabled = 0\n'
run --module "$module" || bail 'the boot failed'
check 'etc/system sets tunables' test "$(capacity boot) $(capacity run)" = '77 32'
check 'the capture says so' test "$(jq -r '.config["trace.boot"]' "$work/json")" = 77
check 'and who set it' test "$(jq -r '.config["trace.boot.origin"]' "$work/json")" = etc/system:1
check 'and it is verified' "$flight" verify "$work/capture"
check "the archive's own etc/system is overridden" told "^files: 'etc/system' of the boot archive is overridden by module 1"
boottrace_events() {
    jq '[.tables[].events[].event] | index("init(8) starting...") != null' "$work/json"
}
check 'boottrace:enabled is kern.boottrace.enabled, and switches boottrace off' test "$(boottrace_events)" = false
check 'its events are counted' test "$(jq '.tables[1].filtered > 0' "$work/json")" = true

system 'set trace.boot = 77\nset trace:run = 0x20\nset boottrace:enabled = 1\n'
run --bare --module "$module" || bail 'the boot failed'
check 'reading it is an event with its size' told "configuration read: etc/system, $(stat -c %s "$work/system") bytes"

printf 'trace.boot="88"\n# a comment\ntrace.run=44\n' > "$work/loader.conf"
printf 'trace.boot=99\0kern.boottrace.enabled=1\0\0' > "$work/environment"
run --bare --module "$module" --module "$work/loader.conf type=environment" || bail 'the boot failed'
check 'an environment module overrules etc/system' test "$(capacity boot) $(capacity run)" = '88 44'
run --bare --module "$work/environment type=environment" --module "$module" || bail 'the boot failed'
check "whatever comes first, and in illumos' form" test "$(capacity boot) $(capacity run)" = '99 32'
check 'an environment module switches it on again' test "$(boottrace_events)" = true
run --bare --module "$module" --module "$work/loader.conf type=environment" --append 'trace.boot=111 -B trace.run=55' ||
    bail 'the boot failed'
check 'the command line overrules both' test "$(capacity boot) $(capacity run)" = '111 55'
run --bare --module "$module" --append 'kern.boottrace.table_size=70' || bail 'the boot failed'
check "a capacity has FreeBSD's name, too" test "$(capacity boot)" = 70

system 'set boottrace:enabled=1\n'
run --bare --module "$module" || bail 'the boot failed'
check 'so does etc/system itself' test "$(boottrace_events)" = true

run --bare --append tunables.show=1 --module "$module" || bail 'the boot failed'
check 'the table of tunables is printed on request' told '^  trace.boot +3000 +default: .*1 to 67108864'
check 'with who set what' told '^  kern.boottrace.enabled +1 +etc/system:1: '
check 'and who wins' told '^tunables .the command line overrules environment modules'

system 'set trace.boot=77\nset trace.bot=5\nset trace.run="many"\nset trace:shutdown=0\nset fault=1\nset console="com2"\nfrobnicate: x\n'
run --bare --module "$module" || bail 'the boot failed'
check 'an unknown tunable is one line' told "^etc/system:2: trace.bot=5: .*ignored"
check 'an ill-typed one, too' told "^etc/system:3: trace.run=many: not a number from 1 to 67108864; '2000' holds"
check 'and one out of range' told "^etc/system:4: trace:shutdown=0: not a number from 1 to 67108864; '1000' holds"
check 'a number for a word' told '^etc/system:5: fault=1: a number, where a text is wanted'
check 'what is needed earlier' told '^etc/system:6: console=com2: '
check 'an unknown command' told "^etc/system:7: unknown command 'frobnicate'"
check 'each once' test "$(grep -c '^etc/system:[0-9]' "$work/capture")" = 6
check 'and the boot goes on' test "$(capacity boot)" = 77

seq -f 'set nothing%.0f=1' 3000 > "$work/system"
run --bare --module "$module" || bail 'the boot failed'
check 'of thousands of faults the first 1000 are told' test "$(grep -c '^etc/system:[0-9]' "$work/capture")" = 1000
check 'and that there are more' told '^etc/system: 1000 faults; no more are told'

system 'set trace:run=3000\n'
run --bare --memory 4 --append trace.boot=100000 --module "$module" || bail 'the boot failed'
check 'where memory is short, no table becomes smaller than it was' test "$(capacity run)" -ge 2000
check 'which is told' told 'too little free memory for other tables, keeping'

printf 'dof-data-0=0x7f,0x45,0x4c;\nname="x" parent="pseudo" broken\n' > "$work/dtrace.conf"
name=$(printf 'n%.0s' $(seq 1 200))
run --bare --module "$work/dtrace.conf name=kernel/drv/$name.conf" > "$work/long" 2>&1 || bail 'the boot failed'
check "a driver's file with a long name is read" told "^kernel/drv/$name.conf: entries: 1, properties: 1"
run --bare --module "$work/dtrace.conf name=kernel/drv/dtrace.conf" || bail 'the boot failed'
check "a driver's file is read" told '^kernel/drv/dtrace.conf: entries: 1, properties: 1'
check 'and its damage told' told '^kernel/drv/dtrace.conf:2: '
finish
