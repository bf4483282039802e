# What the benchmarks share: source it.  Whatever goes wrong in a computation ends the script, with one
# line that says what.
#
# A failure inside a pipe or among the arguments of a command would go unnoticed.  So each result is
# assigned, or written to a file: then `set -e` sees it.
set -eu

script=${0##*/}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "$script: $*" >&2
    exit 1
}

# calculate ARGUMENT...: jq, which must come to a result; null and false are none.
calculate() {
    jq -e "$@" 2> "$work/jq.log" && return
    why=$(head -n 1 "$work/jq.log")
    fail "${why:-nothing there}: jq $(printf '%s ' "$@" | tr -s ' \n' ' ' | cut -c 1-200)"
}

# numbers WHAT NUMBER...: fails unless each of them is one.
numbers() {
    what=$1
    shift
    [ $# -gt 0 ] || fail "$what: no number"
    for number in "$@"; do
        case $number in
        '' | - | *[!0-9.-]*) fail "$what: not a number: '$number'" ;;
        esac
    done
}

# report CAPTURE: what flight knows of it becomes $work/report.
report() {
    build/flight report "$1" --format json > "$work/report" 2> "$work/messages" ||
        fail "$(tail -n 1 "$work/messages")"
}
