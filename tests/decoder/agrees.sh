#!/bin/sh
# The second decoder and flight read the same out of the same captures.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'

boot --deterministic --quiet -o "$work/demo"
boot --deterministic --quiet -o "$work/busy" --append workload=3000
compare() {
    python3 tests/decoder/compare.py "$flight" "$1"
}
check 'the demonstration' compare "$work/demo"
check 'a busy boot' compare "$work/busy"

sed 's/^/2026-01-02T03:04:05.678Z [ci-7] /' "$work/busy" > "$work/stamped"
check 'with a time stamp before every line' compare "$work/stamped"
check 'which also verifies' "$flight" verify "$work/stamped"
tr -d '\r' < "$work/busy" > "$work/unix"
check 'with the carriage returns gone' compare "$work/unix"
tr -d '\r\n' < "$work/busy" > "$work/one-line"
check 'with all line ends gone' compare "$work/one-line"
cat "$work/busy" "$work/busy" > "$work/twice"
check 'with everything twice' compare "$work/twice"
cat "$work/demo" "$work/busy" > "$work/two"
check 'the last of two boots' compare "$work/two"

for capture in tests/golden/*.capture; do
    check "$capture" compare "$capture"
done

# Whether modules have a digest and a state, their schema says, or else the payload itself.
modules() {
    "$flight" report "$1" --format json | jq -e .modules
}
noticed() {
    "$flight" verify "$1" | grep -F 'no definition of the frames of kind M'
}
for capture in good-boot good-modules; do
    grep -av '^~{S....AU0' "tests/golden/$capture.capture" > "$work/no-schema"
    modules "tests/golden/$capture.capture" > "$work/modules" || bail 'no modules'
    modules "$work/no-schema" > "$work/guessed"
    check "$capture without the schema of modules" compare "$work/no-schema"
    check 'which changes nothing about them' cmp "$work/modules" "$work/guessed"
    check 'but is noticed' noticed "$work/no-schema"
done
finish
