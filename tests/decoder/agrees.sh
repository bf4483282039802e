#!/bin/sh
# The second decoder and flight read the same out of the same captures.
. tests/tap.sh

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
finish
