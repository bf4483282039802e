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
all_rows() {
    [ "$("$flight" report "$1" --all | grep -cE '^ +[0-9]+ +[0-9]+ +[0-9]+ ')" = \
        "$("$flight" report "$1" --format json | jq '[.tables[] | (.events | length) + (if .overwritten > 0 then 1 else 0 end)] | add')" ]
}
check 'with --all, rows that are alike stand there, too' all_rows tests/golden/good-boot.capture
cp tests/golden/good-cpus.capture "$work/a path"
check 'a path that a shell would read otherwise is not told as a command' sh -c \
    "'$flight' report '$work/a path' | grep -qx '... 36 more events are shown with --all ...'"
check 'the boot that was asked for is' sh -c \
    "'$flight' report tests/golden/good-cpus.capture --boot 1 | grep -qx \"... 36 more events: 'flight report tests/golden/good-cpus.capture --boot 1 --all' ...\""

# A file without a frame: every reader says so, and that alone.
no_capture() {
    "$flight" "$@" > "$work/said" 2>&1
    [ $? -eq 1 ] && [ "$(cat "$work/said")" = "flight: $1: '$2' is no capture: there is no frame in it" ]
}
echo nothing > "$work/text"
: > "$work/empty"
for file in "$work/text" "$work/empty"; do
    name=$(basename "$file")
    check "$name is no capture for report" no_capture report "$file"
    check "$name is none for verify" no_capture verify "$file"
    check "$name is none for claim" no_capture claim "$file"
    for format in folded json; do
        check "$name is none for export --format $format" no_capture export "$file" --format $format
    done
    check "$name is an object for programs all the same" test \
        "$("$flight" report "$file" --format json 2> "$work/said" | jq .frames.accepted)" = 0
    check "and told, too" grep -qx "flight: report: '$file' is no capture: there is no frame in it" "$work/said"
done
echo '~{H0000' > "$work/damaged"
check 'a frame that is damaged is one' sh -c "'$flight' report '$work/damaged' | grep '0 accepted, 1 damaged'"
check 'and told by verify' sh -c "'$flight' verify '$work/damaged' | grep 'damaged frame: bytes 0 to'"
check 'a claim tells of each frame that is missing or damaged, and of each cut' \
    python3 tests/decoder/claim_losses.py "$flight" tests/golden/good-dtrace.capture
names=$(python3 tests/golden/craft.py) || bail 'no recipes'
for name in $names; do
    check "$name is what its recipe makes" crafted "$name"
done
finish
