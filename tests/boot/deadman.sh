#!/bin/sh
# Enablings that take more than their share: of one firing, and of a CPU.
. tests/tap.sh
make -s build/tests/enabling || bail 'no enabling'

run() {
    "$flight" run --deterministic --quiet --bare -o "$work/capture" "$@" 2> "$work/err"
    status=$?
    console_text
    cat "$work/err"
    return $status
}
reported() {
    "$flight" report "$work/capture" | grep -aqE -- "$1"
}
aborted='^dtrace: processing aborted: Abort due to systemic unresponsiveness$'

build/tests/enabling "$work/greedy" 'fbt:::entry work' 'fbt:::entry trace' 'dtrace:::END trace' || bail 'no enabling'
check 'probes that take all the time there is' run --module "$work/greedy type=dof" --append dtrace.deadman_timeout=100000000 \
    --exec 'sysctl debug.dtrace.killed'
check 'are ended, in one line' test "$(grep -c '^dtrace: killed: the probes of CPU 0 took nine tenths of 100 ms; nothing more is recorded$' "$work/text")" = 1
check 'and the machine goes on' told '^debug.dtrace.killed: 1$'
check 'What they had recorded is printed' told '^  0 .*:entry +[0-9]'
check 'with the words of dtrace(1M) behind it' told "$aborted"
check 'END has not fired' not_told '^  0 +2 +:END'
check 'the capture says the same' reported "$aborted"
check 'and its books balance' "$flight" verify "$work/capture"
claims() {
    ! run --module "$work/greedy type=dof" --append dtrace.deadman_timeout=100000000 --exec 'dtrace -a' &&
        grep -q "'dtrace -a' ended with status 1" "$work/err"
}
check 'A claim ends with status 1' claims
check 'behind the same words' told "$aborted"

build/tests/enabling "$work/modest" 'proc:::exec-success work' 'proc:::exec-success trace' 'dtrace:::END trace' || bail 'no enabling'
check 'the same code in a probe that fires now and then' run --module "$work/modest type=dof" --append dtrace.deadman_timeout=100000000 \
    --exec 'dtrace -a'
check 'kills nothing' not_told 'killed|aborted'
check 'and END fires' told '^  0 +2 +:END'

build/tests/enabling "$work/toil" 'proc:::exec-success toil' 'proc:::exec-success trace' || bail 'no enabling'
check 'a clause with more work than a firing may take' run --module "$work/toil type=dof" \
    --module 'tests/dof/19-multi-n.err.dof type=dof' --exec 'dtrace -a'
check 'faults' told '^dtrace: error on enabled probe ID [0-9]+ \(ID [0-9]+: proc:.*:exec-success\): too much work in one firing in action #18 at DIF offset 239996$'
check 'and the clause behind it is dropped' told '^dtrace: [0-9]+ drops? on CPU 0$'
check 'in books that balance' "$flight" verify "$work/capture"
finish
