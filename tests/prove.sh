#!/bin/sh
# Runs test programs side by side, twice as many at a time as there are processors, because some only wait for a while:
# prove.sh PROGRAM...
#
# Each result is told as it comes.  What prove says in several lines at its end is ONE line here: PASS, FAIL (the
# product) or ERROR (the harness), how many programs and checks ran, and how long that took.  The exit status is 0, 1
# or 2.
#
# The lines go through the shell because mawk, Debian's awk, waits for 4 KiB of them.
{
    CMOCKA_MESSAGE_OUTPUT=TAP prove --timer --failures -j$((2 * $(nproc))) -e '' --nocolor "$@"
    echo "prove: $?"
} | {
    verdict=ERROR
    while IFS= read -r line; do
        case $line in
        'All tests successful.') ;;
        Files=*) numbers=$(printf '%s' "$line" | tr -c 0-9 ' ') ;;
        'Result: FAIL') verdict=FAIL ;;
        'Result: '*) ;;
        'prove: 0') verdict=PASS ;;
        'prove: '*) ;;
        *)
            printf '%s\n' "$line"
            case $line in 'Bailout called'*) bailed=yes ;; esac
            ;;
        esac
    done
    # shellcheck disable=SC2086
    set -- ${numbers:-0 0 0}
    [ -z "${bailed:-}" ] || verdict=ERROR
    echo "$verdict: $1 programs, $2 checks, $3 s"
    case $verdict in PASS) exit 0 ;; FAIL) exit 1 ;; esac
    exit 2
}
