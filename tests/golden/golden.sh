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

# Where the frame of a phase is missing, nobody knows when the one before it ended.
without_phase() {
    awk -v number="$1" '!(/^~\{P/ && n++ == number)' tests/golden/good-tslog.capture > "$work/no-phase"
    "$flight" report "$work/no-phase" --format json > "$work/json"
    [ "$(jq -c '[[.spans[].phase] | unique[]]' "$work/json")" = "$2" ] &&
        [ "$(jq -c '[.phases[] | select(.duration_ns == null).name]' "$work/json")" = "$3" ]
}
check 'a lost init leaves no spans in the kernel phase' without_phase 1 '[null,"multi-user","shutdown"]' '["kernel"]'
check 'a lost multi-user none in rc' without_phase 3 '[null,"kernel","shutdown"]' '["rc"]'
check 'a lost shutdown none in multi-user' without_phase 4 '[null,"kernel"]' '["multi-user"]'
no_stacks() {
    "$flight" export "$work/no-phase" --format folded > "$work/folded"
    ! grep '^multi-user;' "$work/folded" && grep '^(phase unknown);' "$work/folded"
}
check 'and no stacks either' no_stacks
check 'people read of spans of an unknown phase' sh -c "'$flight' report '$work/no-phase' | grep -qx ' (phase unknown)'"
sed '/^~{V/d' tests/golden/good-tslog.capture > "$work/no-verdict"
check 'without a verdict nobody knows how long the last phase was' sh -c \
    "'$flight' report '$work/no-verdict' --format json | jq -e '[.phases[] | select(.duration_ns == null).name] == [\"shutdown\"]'"

# What is exported of a capture that is not whole is told of.
check 'an export says what the capture lacks' gives 1 '^flight: export: the capture is not whole: 1 missing frame$' \
    "$flight" export "$work/no-phase" --format folded
check 'or that there is no verdict' gives 1 '^flight: export: the capture is not whole: no verdict$' \
    "$flight" export "$work/no-verdict" --format json
for bytes in 700 2000; do
    head -c $bytes tests/golden/good-tslog.capture > "$work/beginning"
    check "of $bytes bytes, too" gives 1 '^flight: export: the capture is not whole: (1 damaged frame, )?no verdict$' \
        "$flight" export "$work/beginning" --format folded --unit cycles
done
printf '~{~{~{' > "$work/starts"
check 'and of starts alone' gives 1 '^flight: export: the capture is not whole: 3 damaged frames, no verdict$' \
    "$flight" export "$work/starts" --format folded

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
