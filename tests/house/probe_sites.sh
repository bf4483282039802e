#!/bin/sh
# The probes in the linked kernel (kernel/fbt.h, kernel/sdt.h).
. tests/tap.sh

check 'nine functions of ten have probes, each of one byte, and what fires them has none' \
    python3 tests/house/probe_sites.py counts
finish
