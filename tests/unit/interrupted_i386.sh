#!/bin/sh
# The same proof on the instructions that the kernel uses: 32 bits, CMPXCHG8B.  They are many, so tables are smaller:
# LARGEST (default 2) events, 3 in `make soak`.
build/tests/test_interrupted_i386 "${LARGEST:-2}"
status=$?
if [ "$status" = 126 ]; then
    echo '1..0 # SKIP this machine runs no 32-bit programs'
    exit 0
fi
exit "$status"
