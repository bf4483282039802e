#!/bin/sh
# The shell's language on the kernel: what needs real processes, signals, time and memory.  What texts
# mean is in tests/unit/test_sh_language.c.
. tests/tap.sh

# script NAME: a boot module with the text on standard input.
script() {
    mkdir -p "$work/scripts"
    cat > "$work/scripts/$1"
    set_modules="$set_modules --module '$work/scripts/$1 type=file name=etc/$1'"
}
set_modules=
# runs COMMAND [ARGUMENT...]: boots and runs it; what it prints is in $work/printed, its status in
# the verdict.
runs() {
    runs_command=$1
    shift
    eval "\"\$flight\" run --deterministic --bare $set_modules \"\$@\" --exec \"\$runs_command\"" \
        > "$work/console" 2> "$work/status"
    runs_got=$?
    # From the line that shows the command on.
    awk -v line="# $runs_command" 'on && /^$/ { exit } on { print } $0 == line { on = 1 }' "$work/console" \
        | grep -v '^init: ' > "$work/printed"
    return $runs_got
}
# prints COMMAND LINE...: it prints these lines, and no others.
prints() {
    prints_command=$1
    shift
    runs "$prints_command"
    printf '%s\n' "$@" | diff - "$work/printed"
}

script env << 'END'
export A=1 B='x  y'
C=3
D=4 /etc/show
boottrace /etc/show
run_rc_script /etc/show one 'two  three'
(A=2; /etc/show)
/etc/show
END
script show << 'END'
echo "$A $B [$C][$D] $# $2"
END
check 'exported variables reach the scripts that a script starts, however it starts them' \
    prints /etc/env '1 x  y [][4] 0 ' '1 x  y [][] 0 ' '1 x  y [][] 2 two  three' '2 x  y [][] 0 ' '1 x  y [][] 0 '

script beside << 'END'
wait_for() { sleep $1; echo "$2 $x"; }
x=outer
wait_for 0.2 second &
{ x=inner; wait_for 0.1 first; } &
(exit 7) &
last=$!
wait $last
echo "status $?"
wait
echo "$x"
END
check 'functions, groups and subshells run beside the shell, each with variables of its own' \
    prints /etc/beside 'status 7' 'first inner' 'second outer' outer

script capture << 'END'
x=$(cat /etc/two; sysctl -n kern.ostype; /etc/hello; sh -c 'echo from a shell')
echo "<$x>"
y=$(sleep 0.1 & echo early; wait)
echo "<$y>"
z=$(cat /nix)
echo "<$z> $?"
cat /nix 2>/dev/null
echo "$?"
/etc/hello >/dev/null
n=$(i=0; while [ $i -lt 300 ]; do echo "line $i"; i=$((i+1)); done)
echo "${#n}"
i=0; m=$(while [ $i -lt 3000 ]; do echo "line $i"; i=$((i+1)); done); echo no
END
script two << 'END'
a
b
END
script hello << 'END'
echo hello
END
check 'what programs, scripts and shells print can be taken' prints /etc/capture \
    '<a' 'b' 'Firstlight' 'hello' 'from a shell>' '<early>' 'cat: /nix: No such file or directory' '<> 1' 1 2589 \
    '/etc/capture:12: $(: more is printed than fits'

script hung << 'END'
echo "start $1"
sleep 1000 &
while :; do sleep 1; done
END
script stubborn << 'END'
trap 'sleep 1000' EXIT
sleep 1000
END
script watch << 'END'
rc_script_timeout=5
run_rc_script /etc/hung faststart
echo "status $?"
run_rc_script /etc/stubborn
echo "status $?"
ps
run_rc_script /etc/show
echo "status $?"
END
check 'a script that hangs is ended with all that it has started, and the next one runs' \
    runs /etc/watch
check 'and that is told' grep -qx '/etc/watch:2: /etc/hung: hung for 5 s; ended' "$work/printed"
check 'with status 124' grep -qx 'status 124' "$work/printed"
check 'also one that does not want to' grep -qx '/etc/watch:4: /etc/stubborn: hung for 5 s; ended' "$work/printed"
check 'nothing of them is left' sh -c "! grep -E ' (sleep|hung|stubborn)\$' '$work/printed'"
check 'and one that does not hang has its own status' sh -c "tail -n 1 '$work/printed' | grep -qx 'status 0'"

script forever << 'END'
while :; do :; done
END
script killer << 'END'
sh /etc/forever &
sleep 0.05
kill $!
wait $!
echo "TERM $?"
sh /etc/forever &
sleep 0.05
kill -0 $! && echo 'is there'
kill -KILL $!
wait $!
echo "KILL $?"
kill -0 $! 2> /dev/null || echo 'is gone'
{ while true; do x=$((x+1)); done; } &
sleep 0.05
kill $!
wait $!
echo "TERM $?"
END
check 'a shell that loops for ever ends when it is told to' prints /etc/killer 'TERM 143' 'is there' 'KILL 137' 'is gone' 'TERM 143'

script memory << 'END'
before=$(sysctl -n vm.heaps_free)
sh -c 'x=$(sh -c true); { sleep 1; } & (exit 3); wait; sh -c "sleep 100" & sleep 1; kill -KILL $!; wait'
[ "$(sysctl -n vm.heaps_free)" = "$before" ] && echo "all is back"
f() { sh /etc/more; }
f 2>/dev/null
echo "status $?"
[ "$(sysctl -n vm.heaps_free)" = "$before" ] && echo "all is back"
END
script more << 'END'
sh /etc/more
END
check 'memory of shells is given back, however they end, and more shells than fit are refused' \
    prints /etc/memory 'all is back' 'status 126' 'all is back'

script nest << 'END'
(f() { f; }; f); echo $?
(f() { x=$(f); }; f); echo $?
(x='eval "$x"'; eval "$x"); echo $?
(f() { for i in 1; do while :; do { f; }; break; done; done; }; f); echo $?
(. /etc/self); echo $?
(f() { A=1 f >/dev/null; }; f); echo $?
(x='$('; for i in 1 2 3 4 5 6 7 8; do x="$x$x"; done; eval "echo $x"); echo $?
(x='"${y-'; for i in 1 2 3 4 5 6 7; do x="$x$x"; done; eval "echo $x"); echo $?
(x='if '; for i in 1 2 3 4 5 6 7 8; do x="$x$x"; done; eval "$x"); echo $?
(f() { local a=$(echo "$(echo "$(f)")"); }; f); echo $?
END
script self << 'END'
. /etc/self
END
check 'nothing that calls itself reaches the end of a stack' runs /etc/nest
check 'it is refused, a line each' sh -c "[ \$(grep -c 'nested too deeply\$' '$work/printed') -ge 9 ] && ! grep -v nested '$work/printed' | grep -vE '^[0-2]?\$'"

for mib in 4 8; do
    check "a machine of $mib MiB runs scripts" "$flight" run --deterministic --quiet --memory $mib --exec 'sh -c "x=\$(echo a); [ \$x = a ]"'
done
finish
