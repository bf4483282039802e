#!/bin/sh
# Captures kept for ever.  The good ones must go on decoding to the same data, however kernel and
# flight change; the bad ones, named by their fault, must be refused with its reason.
#
# NAME.json, NAME.txt and NAME.folded are what NAME.capture says; a good one without data of its own says the
# same as good-boot.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'

same_data() {
    "$flight" report "$1" --format json | jq -S '{clock, phases, modules, tables, verdict, verdict_reason, config, build_id}
        + (if (.cpus | length) > 1 then {cpus} else {} end)
        + (if .tslog.kept != null then {tslog, spans, losses} else {} end)
        + (if .dtrace != null then {dtrace} else {} end)' |
        diff - "$2"
}
same_text() {
    "$flight" report "$1" | sed 's/ *$//' | diff - "$2"
}
refused() {
    "$flight" verify "$1" > "$work/verify" && return 1
    grep -F -- "$(cat "${1%.capture}.reason")" "$work/verify"
}
crafted() {
    python3 tests/golden/craft.py "$1" | cmp - "tests/golden/$1.capture"
}
for capture in tests/golden/good-*.capture; do
    check "$capture verifies" "$flight" verify "$capture"
    data=${capture%.capture}.json
    [ -e "$data" ] || data=tests/golden/good-boot.json
    check "$capture has the same data" same_data "$capture" "$data"
done
for capture in tests/golden/bad-*.capture; do
    check "$capture is refused with its reason" refused "$capture"
    check "$capture is still reported" sh -c "'$flight' report '$capture' --format json | jq -e .tables > /dev/null"
    data=${capture%.capture}.json
    [ ! -e "$data" ] || check "$capture has the same data" same_data "$capture" "$data"
done
for text in tests/golden/*.txt; do
    check "$text is what people read" same_text "${text%.txt}.capture" "$text"
done
for folded in tests/golden/*.folded; do
    check "$folded is what becomes of stacks" sh -c \
        "'$flight' export '${folded%.folded}.capture' --format folded --unit cycles | diff - '$folded'"
done
names=$(python3 tests/golden/craft.py) || bail 'no recipes'
for name in $names; do
    check "$name is what its recipe makes" crafted "$name"
done
finish
