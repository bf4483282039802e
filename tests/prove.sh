#!/bin/sh
# Runs test programs side by side, one more at a time than there are processors, because some only wait for a while:
# prove.sh PROGRAM...
#
# What prove says in several lines at its end is ONE line here: PASS, FAIL (the product) or ERROR (the harness), how many
# programs and checks ran, and how long that took.  The exit status is 0, 1 or 2.
{
    CMOCKA_MESSAGE_OUTPUT=TAP prove --timer --failures -j$(($(nproc) + 1)) -e '' --nocolor "$@"
    echo "prove: $?"
} | awk '
    /^All tests successful\.$/ { next }
    /^Files=/ { gsub(/[^0-9 ]/, " "); programs = $1; checks = $2; seconds = $3; next }
    /^Result: / { result = $2; next }
    /^prove: [0-9]+$/ { good = $2 == 0; next }
    /^Bailout called/ { bailed = 1 }
    { print; fflush() }
    END {
        verdict = bailed ? "ERROR" : result == "FAIL" ? "FAIL" : good ? "PASS" : "ERROR"
        printf "%s: %d programs, %d checks, %d s\n", verdict, programs, checks, seconds
        exit verdict == "PASS" ? 0 : verdict == "FAIL" ? 1 : 2
    }'
