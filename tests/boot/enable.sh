#!/bin/sh
# flight enable and flight run -n: from a D program to what it recorded.
. tests/tap.sh
cp -r tests/dof "$work/dof"
cd "$work" || bail 'no folder'

# traces STATUS TEXT ARGUMENT...: a run whose standard output is exactly TEXT (as printf has it).
traces() {
    wanted=$1 text=$2
    shift 2
    "$flight" run "$@" > out 2> err && got=0 || got=$?
    cat err
    [ "$got" = "$wanted" ] || { cat out; echo "exit status $got instead of $wanted"; return 1; }
    printf '%b' "$text" | diff - out
}
# says PATTERN: of the last run's standard error.
says() {
    grep -qE -- "$1" err || { cat err; return 1; }
}
silent_on() {
    ! grep -E -- "$1" err
}
enable() {
    "$flight" enable "$@"
}
# objects COUNT: in the file that enable has written.
objects() {
    [ "$(grep -c '^dof-data-[0-9]*=0x7f,0x44,0x4f,0x46,' enabling/kernel/drv/dtrace.conf)" = "$1" ]
}

check 'what a program records is all that is printed' \
    traces 0 'init\nsh\nifconfig\nsh\nsh\n\n' -qn 'proc:::exec-success { printf("%s\n", execname); }'
check 'a quiet program says nothing of what it matches' silent_on '^dtrace:'
check 'the heading is that of dtrace(1M)' \
    traces 0 'CPU     ID                    FUNCTION:NAME\n  0      1                           :BEGIN                42\n\n' \
    -n 'BEGIN { trace(0x2aLL); }'
check 'what matched is told' says '^dtrace: enabling 0 \(:::BEGIN\) matched 1 probe$'
check 'of the ERROR clause nothing is told' silent_on 'dtrace:::ERROR'
check 'a probe that there is not is told, also of quiet programs' traces 0 '\n' -qn 'nosuch:::probe {}'
check 'in one line' says '^dtrace: enabling 0 \(nosuch:::probe\) matched 0 probes$'
check 'what is not close has no suggestion' silent_on 'did you mean'
last_lines() {
    tail -n 2 err | tr '\n' '|' | grep -Fx "dtrace: enabling 0 ($1) matched 0 probes|flight: run: did you mean '$2'?|"
}
check 'a slip is told with what was meant' traces 0 '1\n\n' -qn 'fbt::rts_new_rtmsg:entry {}' -n 'BEGIN { printf("1\n"); }'
check 'once' test "$(grep -c 'did you mean' err)" = 1
check 'last of all' last_lines fbt::rts_new_rtmsg:entry fbt::rts_new_rtsmsg:entry
check 'the value of exit() is the exit status' traces 3 '\n' -qn 'BEGIN { exit(3); }'
check 'of the first one' traces 3 '\n' -qn 'BEGIN { exit(3); }' -n 'BEGIN { exit(4); }'
check 'one variable fits in the smallest dynvarsize' traces 0 '5\n' -x dynvarsize=1 \
    -qn 'BEGIN { self->x = 5; } BEGIN { trace(self->x); exit(0); }'
check 'or of END, which is later' traces 7 '\n' -qn 'BEGIN { exit(3); }' -n 'END { exit(7); }'
check 'programs share their variables, and run in their order' \
    traces 0 '7 8\n\n' -qn 'BEGIN { x = 7; y = 8; }' -n 'BEGIN { printf("%d %d\n", x, y); }'
check 'the boot waits for exit()' \
    traces 0 '0\n1\n2\n\n' -qn 'tick-10s { printf("%d\n", i++); } tick-30s { exit(0); }'
check 'arguments are $1 and so on' traces 0 'seven 7\n\n' -qn 'BEGIN { printf("%s %d", $$1, $2); printf("\n"); }' seven 7
check 'the data model is the kernel'\''s' traces 0 '4\n\n' -qn 'BEGIN { printf("%d\n", sizeof (long)); }'
check 'or that of a 64-bit system' traces 0 '8\n\n' -64 -qn 'BEGIN { printf("%d\n", sizeof (long)); }'
check 'options are obeyed, the last of a name' \
    traces 0 '3\n\n' -x strsize=5 -x strsize=3 -x quiet -n 'BEGIN { printf("%d\n", sizeof (string)); }'
check 'a destructive program needs -w' traces 1 '\n' -qn 'BEGIN { chill(1000); printf("done\n"); }'
check 'which is told' says 'enabling 0 .* does not trace: .* destructive'
check 'and is refused in spite of exit()' traces 1 '\n' -qn 'BEGIN { exit(0); }' -n 'BEGIN { chill(1000); }'
check 'with -w it traces' traces 0 'done\n\n' -wqn 'BEGIN { chill(1000); printf("done\n"); }'
check 'other options of a run go on working' \
    traces 0 'pgrep\n\n' -o capture --smp 2 --exec 'pgrep sh' -qn 'proc:::exec-success /execname == "pgrep"/ { printf("%s\n", execname); }'
check 'the capture has the whole of it' sh -c "'$flight' claim capture 2> err | diff - out"
check 'a failure of the boot is its own' traces 1 '\n' --exec nosuch -qn 'BEGIN {}'
check 'a run is the same each time' sh -c "
    '$flight' run -o one -n 'fbt:::entry { @[probefunc] = count(); }' > out.1 2> err &&
    '$flight' run -o two -n 'fbt:::entry { @[probefunc] = count(); }' > out.2 2> err && cmp one two && cmp out.1 out.2"
check 'JSON is an object a line' sh -c "
    '$flight' run --format json -qn 'BEGIN { trace(0x2aLL); exit(5); }' > out 2> err; [ \$? = 5 ] &&
    [ \"\$(jq -r .type out)\" = record ] && [ \"\$(jq '.data[0].value' out)\" = 42 ]"
check 'the demonstration has its services' sh -c "
    '$flight' run --demo -qn 'proc:::exec-success { @[execname] = count(); }' 2> err | grep -q cron"
check 'the kernel'\''s text is there for who wants it' \
    traces 0 '\n' --console -qn 'BEGIN {}'
check 'on standard error' says '^Firstlight is multi-user'

# refuses STATUS TEXT COMMAND...: with exactly this text (as printf has it) on standard error, and no other.
refuses() {
    wanted=$1 text=$2
    shift 2
    "$flight" "$@" > out 2> err && got=0 || got=$?
    [ "$got" = "$wanted" ] || { cat err; echo "exit status $got instead of $wanted"; return 1; }
    printf '%b' "$text" | diff - err && [ ! -s out ]
}
printf 'BEGIN\n{\n\ttrace(x +\t);\n}\n' > bad.d
check 'a mistake in a file is shown where it is' \
    refuses 1 'flight: enable: bad.d:3:12: [D_SYNTAX] syntax error near ")"\n\ttrace(x +\t);\n\t         \t^\n' enable -s bad.d
check 'one on the command line names the part' \
    refuses 1 'flight: run: -n:1:8: [D_IDENT_UNDEF] in predicate: failed to resolve x: Unknown variable name\nBEGIN /x/ {}\n       ^\n' \
    run -n 'BEGIN /x/ {}'
check 'nothing was written for it' test ! -e enabling
check 'a slip of which is warned is told with what was meant' \
    gives 0 "^flight: enable: did you mean 'proc:::exec-success'\?\$" "$flight" enable -o warned -n 'proc:::exec-sucess {}'
check 'a slip is told with what was meant, also where it is an error' \
    gives 1 "^flight: enable: did you mean 'proc:::exec-success'\?\$" "$flight" enable --strict -n 'proc:::exec-sucess {}'
check 'nothing was written for that either' test ! -e enabling
# A probe by the number that flight probes shows, which is that of the boot.
number_of() {
    "$flight" probes "$1" | awk -v probe="$2" '$NF == probe { print $1 }'
}
call=$(number_of 'syscall::write:entry' entry)
check 'the number of a probe is a description' \
    traces 0 "BEGIN 1\nentry $call\n\n" -qn '1 { printf("%s %d\n", probename, id); }' \
    -n "$call { printf(\"%s %d\\n\", probename, id); exit(0); }"
check 'several are, too' traces 0 'BEGIN END \n' -qn '1,2 { printf("%s ", probename); }'
check '-i is one' enable -o numbered -q -i 1 -i "$call { exit(7); }" -n 'BEGIN { printf("begun\n"); }'
check 'it boots' traces 7 'begun\n\n' --enable numbered
check 'a number too high is no probe' refuses 1 'flight: enable: -i:1:1: [D_PDESC_INVAL] there is no probe with the number 999999\n999999\n^\n' \
    enable -o nowhere -i 999999
check '0 is none' gives 1 'D_PDESC_INVAL. there is no probe with the number 0$' "$flight" enable -o nowhere -i 0
check 'a number is no function' gives 1 'D_PDESC_INVAL. the number of a probe, 1, stands in the place of a function$' \
    "$flight" enable -o nowhere -f 1
check 'an option that is none is bad usage' \
    refuses 2 'flight: enable: failed to set -x nosuch: Invalid option name\n' enable -x nosuch -n BEGIN
check 'as is one without a program' gives 2 'there is no program for that' "$flight" enable -q
check 'also of a run' gives 2 'there is no program for that' "$flight" run --demo
check 'a model that is none is an unknown option' gives 2 "unknown option '-3hello'" "$flight" enable -n BEGIN -3hello
check 'without the word behind it' gives 2 "unknown option '-3'" "$flight" enable -n BEGIN -3 hello
check 'a medium takes no program' gives 2 'brings its own modules' "$flight" run --iso x -n BEGIN
check 'nor does an enabling' gives 2 'exclude each other' "$flight" run --enable x -n BEGIN
check 'a file that is not there is said' gives 5 "cannot read 'nosuch.d'" "$flight" enable -s nosuch.d
check 'a folder without an enabling has nothing to remove' refuses 0 \
    "flight: enable: there is no enabling in 'nowhere' to remove, and no program: -n or -s brings one\n" enable -o nowhere
check 'and is not made' test ! -e nowhere
check 'so is an enabling' gives 5 "there is no 'x/kernel/drv/dtrace.conf'" "$flight" run --enable x

mkdir headers
echo '#define LIMIT 3' > headers/limit.h
printf '#!/usr/sbin/dtrace -s\n#include "headers/limit.h"\nBEGIN\n{\n\tprintf("%%d %%d\\n", LIMIT, MORE);\n}\n' > include.d
check '-C runs the preprocessor over files' traces 0 '3 4\n\n' -C -D MORE=4 -qs include.d
check 'which keeps the lines of mistakes' gives 1 '^flight: run: include.d:5:' "$flight" run -C -qs include.d
check 'its own mistakes are shown by itself' gives 1 "include.d: 'cpp' failed, see above" \
    "$flight" run -C -U MORE -x incdir=/nosuch -x define=LIMIT=1 -D '=' -qs include.d
check 'one that is not there is said' gives 5 "'/nosuch' cannot be started" "$flight" run -C -x cpppath=/nosuch -s include.d
check 'standard input is a file, too' sh -c "echo 'BEGIN { exit(9); }' | '$flight' run -qs - > out 2> err; [ \$? = 9 ]"

# What dtrace -A does.
check 'an enabling is written' gives 0 '^flight: saved anonymous enabling in enabling/kernel/drv/dtrace.conf$' \
    "$flight" enable -qn 'BEGIN { printf("one\n"); }' -s dof/01a-blog-default.d
check 'behind the driver, as programs, ERROR program and options' objects 4
check 'the file begins as illumos has it' \
    sh -c 'head -n 1 enabling/kernel/drv/dtrace.conf | grep -qx "name=\"dtrace\" parent=\"pseudo\" instance=0;"'
check 'the providers are loaded before the driver' \
    sh -c 'sed -n "/^forceload/p" enabling/etc/system | tail -n 1 | grep -qx "forceload: drv/dtrace"'
check 'it boots, and prints' traces 0 'one\n\n' --enable enabling
sed 's/^dof-data-1=0x7f/dof-data-1=0x7e/' enabling/kernel/drv/dtrace.conf > damaged.conf
check 'what the kernel refuses of it is a failure' traces 1 'one\n\n' --enable damaged.conf
check 'and told' says '^dtrace: kernel/drv/dtrace.conf: dof-data-1: failed to process DOF: '
sed '/^dof-data-1/d' enabling/kernel/drv/dtrace.conf > missing.conf
check 'as is what it does not read' gives 1 '^dtrace: kernel/drv/dtrace.conf: there is no dof-data-1; ' "$flight" run --enable missing.conf
check 'its file is enough' traces 0 'one\n\n' --enable enabling/kernel/drv/dtrace.conf
check 'as is an object' sh -c "'$flight' run --enable dof/01a-blog-default.dof 2> err | head -n 1 | grep -q '^CPU'"
check 'from standard input, too' sh -c "'$flight' run --enable - < dof/01a-blog-default.dof 2> err | head -n 1 | grep -q '^CPU'"
check 'what is none of these is refused' refuses 2 \
    "flight: run: 'bad.d' is no enabling: --enable takes the folder of 'flight enable', a dtrace.conf or a DOF object\n" run --enable bad.d
check 'a slip in it is told last' sh -c "
    '$flight' enable -o slip -qn 'fbt::rts_new_rtmsg:entry {}' 2> err && '$flight' run --enable slip > out 2> err"
check 'with what was meant' last_lines fbt::rts_new_rtmsg:entry fbt::rts_new_rtsmsg:entry
check 'another one takes its place' gives 0 '^flight: cleaned up old anonymous enabling in ' \
    "$flight" enable -qn 'BEGIN { printf("two\n"); exit(2); }'
check 'alone' objects 3
check 'the folder is read by dof as by run' sh -c "'$flight' dof enabling | grep -q 'dof-data-0: DOF 1'"
check 'and boots' traces 2 'two\n\n' --enable enabling
echo 'set boottrace:enabled = 1' > system.before
echo '# mine' > conf.before
cp system.before enabling/etc/system
cp conf.before enabling/kernel/drv/dtrace.conf
check 'what others wrote stays' enable -qn 'BEGIN { printf("three\n"); }'
check 'in the one' grep -qx '# mine' enabling/kernel/drv/dtrace.conf
check 'and in the other' grep -qx 'set boottrace:enabled = 1' enabling/etc/system
check 'and counts in the boot' sh -c "
    '$flight' run --enable enabling --console --exec 'sysctl kern.boottrace.enabled' 2>&1 | grep -qx 'kern.boottrace.enabled: 1'"
check 'without a program the enabling is removed' gives 0 'cleaned up forceload directives in enabling/etc/system' "$flight" enable
check 'the one file is as before' cmp system.before enabling/etc/system
check 'and the other has the driver' sh -c 'head -n 1 enabling/kernel/drv/dtrace.conf | cmp - conf.before'
rm -r enabling
check 'a file that has only been for it goes' sh -c "
    '$flight' enable -n BEGIN && '$flight' enable && [ -z \"\$(find enabling -type f)\" ]"
mkdir -p enabling/etc
echo '* vvvv Added by DTrace' > enabling/etc/system
check 'a damaged block is refused' gives 1 "'enabling/etc/system': the block has no end" "$flight" enable -n BEGIN
check 'before anything is written' test ! -e enabling/kernel/drv/dtrace.conf
rm enabling/etc/system
mkdir -p enabling/kernel/drv
printf 'name="dtrace" parent="pseudo" instance=0' > enabling/kernel/drv/dtrace.conf
check 'an entry without its end would swallow the enabling' gives 1 "its last entry is not ended by ';'" "$flight" enable -n BEGIN
echo 'name="x";' > enabling/kernel/drv/dtrace.conf
check 'a bad entry is told' gives 0 "dtrace.conf':1: .*; the entry is left out\$" "$flight" enable -qn 'BEGIN { trace(1); }' -n 'END { trace(2); }'
check 'by dof, too' gives 1 "^flight: dof: 'enabling/kernel/drv/dtrace.conf':1: " "$flight" dof enabling
sed -i -e 1d -e '$ s/;$//' enabling/kernel/drv/dtrace.conf
check 'what a cut costs is told' gives 1 "^kernel/drv/dtrace.conf:[0-9]*: the entry is not ended by ';'; it is left out" \
    "$flight" run --enable enabling
check 'a folder may be elsewhere' enable -o else/where -n BEGIN
check 'and has blanks in its name' sh -c "mv else 'else where' && '$flight' run --enable 'else where/where' 2> err | grep -q ':BEGIN'"
finish
