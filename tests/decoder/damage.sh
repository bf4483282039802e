#!/bin/sh
# A thousand damaged captures against the sanitized flight (damage.py).
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
build/flight run --deterministic --quiet -o "$work/capture" --append 'workload=300' || {
    echo 'Bail out! the boot failed'
    exit 1
}
python3 tests/decoder/damage.py build/asan/flight-tool "$work/capture" "${DAMAGED:-1000}" "${SEED:-1}"
