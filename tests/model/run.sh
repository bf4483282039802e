#!/bin/sh
# Checks the model of the recording protocol (trace/table.pml) with Spin, in every
# configuration, and that each broken variant of it is caught.  Prints TAP.
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

# A search that ran to its end, or stopped at an assertion; anything else is the harness's fault.
search() {
    folder=$build/model/$number
    rm -rf "$folder" && mkdir -p "$folder" && cd "$folder" || return 2
    spin "$@" -a "$root/trace/table.pml" >spin.log 2>&1 || return 2
    gcc -O2 -w -DSAFETY -o pan pan.c >gcc.log 2>&1 || return 2
    timeout 60 ./pan -m100000 >pan.log 2>&1
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

alone='-DLEVEL_0=6 -DLEVEL_1=0 -DLEVEL_2=0'

echo "1..9"
holds "a table that keeps the first events never shows a torn one" -DKEEP_FIRST
holds "a table that keeps the last events never shows a torn one"
holds "a table that keeps the first events needs no seal" -DKEEP_FIRST -DUNSEALED
holds "a table that keeps the last events needs no seal where nothing interrupts" \
    -DUNSEALED $alone
breaks "without a seal, a lapped writer that resumes tears a record" -DUNSEALED
breaks "a claim in two steps loses events of a table that keeps the first" \
    -DKEEP_FIRST -DMUTATE_SPLIT_CLAIM
breaks "a claim in two steps loses events of a table that keeps the last" -DMUTATE_SPLIT_CLAIM
breaks "publishing before filling shows unfinished records" \
    -DKEEP_FIRST -DUNSEALED -DMUTATE_PUBLISH_FIRST
breaks "a reader that does not look at the counter again accepts a torn record" \
    -DUNSEALED -DMUTATE_NO_RECHECK $alone
exit $failed
