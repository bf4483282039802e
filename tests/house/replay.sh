#!/bin/sh
# What replays the transcripts: times may differ, counts may not, and it puts the times in.
. tests/tap.sh

# replays STATUS CAME TOLD [OPTION]: a page which tells that this line came out, where that one does.
replays() {
    wanted=$1 came=$2 told=$3
    shift 3
    printf '%s\n' '```console' "\$ echo '$came'" "$told" '```' > "$work/page.md"
    python3 tests/house/replay.py "$@" "$work/page.md"
    [ $? -eq "$wanted" ]
}
has() {
    grep -qxF "$1" "$work/page.md"
}
books='boot: 84 emitted in 2.28 s'
check 'another time is the same' replays 0 "$books" 'boot: 84 emitted in 2.31 s'
check 'another address is' replays 0 '0x0013efdf in 13efe0:' '0x00147720 in 147721:'
check 'another count is not' replays 1 "$books" 'boot: 83 emitted in 2.28 s'
check 'nor a bare one' replays 1 5 6
check 'nor are other words' replays 1 "$books" 'boot: 84 emitted in 2.28 ms, or so'
check 'another count of TSLOG is' replays 0 'tslog: 1676 emitted' 'tslog: 1674 emitted'
check 'any lines are' replays 0 "$books" '...'
check 'the time is put in' replays 0 "$books" 'boot: 84 emitted in 2.31 s' --write
check 'as it was' has "$books"
check 'any lines stay any' replays 0 "$books" '...' --write
check 'as they were' has '...'
check 'a count is not put in' replays 1 "$books" 'boot: 83 emitted in 2.28 s' --write
check 'but left as it was' has 'boot: 83 emitted in 2.28 s'
finish
