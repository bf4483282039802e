#!/bin/sh
# An enabling with destructive actions needs its own option, and a machine that allows them.
. tests/tap.sh
make -s build/tests/enabling || bail 'no enabling'

destructive='tests/dof/16-destructive.dof type=dof'
option='tests/dof/09-options.opt.dof type=dof' # among others: destructive

run() {
    "$flight" run --deterministic --quiet -o "$work/capture" "$@" 2> "$work/err"
    status=$?
    console_text
    cat "$work/err"
    return $status
}

check 'without the option the boot succeeds' run --module "$destructive"
check 'because nothing of the enabling goes' told '^dtrace: cannot go: destructive actions not allowed; nothing is traced$'
check 'and what it lacks is told' \
    told '^dtrace: enabling 0 \(dtrace:::BEGIN\) does not trace: its object has destructive actions, and the option destructive is not set$'

goes_to_its_panic() {
    run --module "$destructive" --module "$option"
    [ $? -eq 3 ] && told 'panic: dtrace: panic action'
}
check 'with the option it goes: past its raise(), as no process runs, up to its panic()' goes_to_its_panic

build/tests/enabling "$work/kill" destructive=1 'syscall::burn:entry kill' || bail 'no object'
check 'raise(9) in a system call' run --module "$work/kill type=dof"
check 'ends its process' told '^/etc/rc.d/sshd: status 137$|^.* /etc/rc.d/sshd: status 137 '
build/tests/enabling "$work/signal" destructive=1 'syscall::burn:entry signal' || bail 'no object'
check 'raise() of a signal that there is not' run --module "$work/signal type=dof" \
    --module 'tests/dof/19-multi-n.err.dof type=dof' --exec 'dtrace -a'
check 'faults' told '^dtrace: error on enabled probe ID 1 \(ID [0-9]+: syscall:kernel:burn:entry\): illegal operation in action #1$'
check 'and ends nobody' not_told 'sshd: status 137'

panics() {
    build/tests/enabling "$work/panic" "$@" 'rc:::script-done panic' || return 1
    run --module "$work/panic type=dof"
    [ $? -eq 3 ]
}
check 'panic() ends the machine' panics destructive=1
check 'under its own name' told 'panic: dtrace: panic action'
check 'which the capture says, verified' "$flight" verify "$work/capture"
still_boots() {
    ! panics && [ $status -eq 0 ] && told 'does not trace: its object has destructive actions'
}
check 'but not without the option' still_boots

printf 'set dtrace:dtrace_destructive_disallow = 1\n' > "$work/system"
check "etc/system disallows it, in illumos' words" \
    run --module "$destructive" --module "$option" --module "$work/system type=file name=etc/system"
check 'which is told' told '^dtrace: enabling 0 \(dtrace:::BEGIN\) does not trace: destructive actions are disallowed on this machine$'
check 'and nothing goes' told '^dtrace: cannot go: destructive actions not allowed; nothing is traced$'

check 'the command line disallows it, too' run --module "$destructive" --module "$option" \
    --module 'tests/dof/10-begin-tick-exit.dof type=dof' --append dtrace.destructive_disallow=1 \
    --exec 'sysctl dtrace.destructive_disallow dtrace.dtrace_destructive_disallow' --exec 'dtrace -a'
check 'for that enabling' told '^dtrace: enabling 0 .* does not trace: destructive actions are disallowed on this machine$'
check 'while another one traces' told ':BEGIN +starting$'
check 'and the tunable can be read' told '^dtrace.destructive_disallow: 1$'
check 'by either name' told '^dtrace.dtrace_destructive_disallow: 1$'
check '0 is the default' run --append tunables.show=1
check 'as the table says' told '^  dtrace.destructive_disallow +0 +default: '
finish
