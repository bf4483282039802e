#!/bin/sh
# Checks the models of the recording protocol (trace/table.pml) and of the output queue
# (drivers/serial/output_queue.pml) with Spin, in every configuration, and that each broken
# variant of them is caught.  Prints TAP.
#
# Works in ${BUILD:-build}/model; needs spin and gcc.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-build}
case $build in
/*) ;;
*) build=$root/$build ;;
esac
number=0
failed=0

# The compiler takes its time only for what is searched for some seconds.
optimise=-O0

# A search that ran to its end, or stopped at an assertion; anything else is the harness's fault.
search() {
    folder=$build/model/$number
    rm -rf "$folder" && mkdir -p "$folder" && cd "$folder" || return 2
    spin "$@" -a "$root/$model" >spin.log 2>&1 || return 2
    gcc $optimise -w -DSAFETY -o pan pan.c >gcc.log 2>&1 || return 2
    # shellcheck disable=SC2086
    timeout 600 ./pan $how -m100000 >pan.log 2>&1
    if grep -q 'assertion violated' pan.log; then
        return 1
    fi
    if grep -Eq 'max search depth too small|Search not completed|out of memory' pan.log; then
        return 2
    fi
    grep -q 'errors: 0' pan.log || return 2
}

# check EXPECTED NAME [-DOPTION]...
check() {
    expected=$1
    name=$2
    shift 2
    number=$((number + 1))
    search "$@"
    found=$?
    if [ $found -eq 2 ]; then
        tail -n 3 "$folder"/*.log | sed 's/^/# /'
        echo "Bail out! Spin gave no verdict on: $name"
        exit 99
    fi
    if [ $found -eq "$expected" ]; then
        states=$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' "$folder/pan.log")
        echo "ok $number - $name # $states states"
    else
        failed=1
        grep 'assertion violated' "$folder/pan.log" | sed 's/^/# /'
        echo "not ok $number - $name"
    fi
}

holds() {
    check 0 "$@"
}

breaks() {
    check 1 "$@"
}

# Events of each level: short enough for the broken variants, which all fail early.
few='-DLEVEL_0=1 -DLEVEL_1=2 -DLEVEL_2=2'

echo "1..20"
model=trace/table.pml
how=''
holds "a table that keeps the first events never shows a torn one" -DKEEP_FIRST
optimise=-O1
holds "a table that keeps the last events never shows a torn one"
holds "a table that an interrupt in an interrupt has lapped never shows a torn one" \
    -DLEVEL_0=1 -DLEVEL_1=2 -DLEVEL_2=3
optimise=-O0
# shellcheck disable=SC2086
{
    breaks "a claim in two steps loses events that should be first" -DKEEP_FIRST \
        -DMUTATE_SPLIT_CLAIM $few
    breaks "a claim in two steps loses events that should be last" -DMUTATE_SPLIT_CLAIM $few
    breaks "publishing before filling shows unfinished records" -DMUTATE_PUBLISH_FIRST $few
    breaks "a writer that does not open its slot tears a record when it resumes" \
        -DMUTATE_NEVER_OPEN $few
    breaks "a writer that fills before it opens tears a record" -DMUTATE_FILL_BEFORE_OPEN $few
    breaks "a writer that closes before it publishes tears a record" \
        -DMUTATE_CLOSE_BEFORE_PUBLISH $few
    breaks "a reader that does not look at the sequence again accepts a torn record" \
        -DMUTATE_NO_SECOND_SEQUENCE $few
    breaks "a reader that does not look at the counter again accepts a torn record" \
        -DMUTATE_NO_RECHECK $few
}

model=drivers/serial/output_queue.pml
holds "a queue without a panic loses nothing uncounted, tears nothing and never gets stuck" -DNO_PANIC
how=-E # a panic leaves the others standing wherever they were
holds "a panic at any step loses nothing uncounted and tears nothing"
breaks "writers without the lock lose what they put" -DMUTATE_NO_LOCK
breaks "publishing text before filling it sends something else" -DMUTATE_PUBLISH_FIRST
breaks "filling before making room sends new bytes as old ones" -DMUTATE_FILL_BEFORE_ROOM
breaks "what the line is at, changed in its place, loses an entry to a panic" -DMUTATE_BEGIN_IN_PLACE
breaks "a loss that is not carried on unbalances the books" -DMUTATE_LOSS_NOT_COUNTED
breaks "giving the room of a frame away while it is sent tears it" -DMUTATE_ROOM_TOO_EARLY
breaks "a panic that does not send again what is in doubt loses a frame" -DMUTATE_NO_DOUBT
exit $failed
