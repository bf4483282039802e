#!/bin/sh
# Damaged captures (DAMAGED, default 300; 5,000 in `make soak`) against the sanitized flight (damage.py): of a busy boot, of one with
# every state of a module, of an older kernel, whose frames are shorter, and of several CPUs.
. tests/tap.sh
boot --deterministic --quiet -o "$work/capture" --append 'workload=300'
python3 tests/decoder/damage.py build/sanitized/flight-tool "${DAMAGED:-300}" "${SEED:-1}" "$work/capture" \
    tests/golden/good-modules.capture tests/golden/good-boot.capture tests/golden/good-cpus.capture
