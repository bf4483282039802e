#!/bin/sh
# Captures kept for ever.  The good ones must go on decoding to the same data, however kernel and
# flight change; the bad ones, named by their fault, must be refused with its reason.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'

same_data() {
    "$flight" report "$1" --format json | jq -S '{clock, phases, modules, tables, verdict, verdict_reason, config, build_id}' |
        diff - tests/golden/good-boot.json
}
same_text() {
    "$flight" report tests/golden/good-boot.capture | sed 's/ *$//' | diff - tests/golden/good-boot.txt
}
refused() {
    "$flight" verify "$1" > "$work/verify" && return 1
    grep -F -- "$(cat "${1%.capture}.reason")" "$work/verify"
}
for capture in tests/golden/good-*.capture; do
    check "$capture verifies" "$flight" verify "$capture"
    check "$capture has the same data" same_data "$capture"
done
check 'the report for people is the same' same_text
for capture in tests/golden/bad-*.capture; do
    check "$capture is refused with its reason" refused "$capture"
    check "$capture is still reported" sh -c "'$flight' report '$capture' --format json | jq -e .tables > /dev/null"
done
finish
