#!/bin/sh
# Measures the cost of an event: run_events.sh build/bench.json
#
# Builds bench_events and runs it under an LTTng snapshot session of user space, for
# which it starts a session daemon if none runs.  Everything that LTTng writes goes to
# a temporary folder.  Each step is bounded, and what was started is ended.
set -eu

json=${1:?usage: run_events.sh JSON}
root=$(cd "$(dirname "$0")/../.." && pwd)
case $json in
/*) ;;
*) json=$PWD/$json ;;
esac
build=$(dirname "$json")/bench
session=firstlight-bench-$$
folder=$(mktemp -d)
: >"$folder/log"
daemon=
created=
export LTTNG_HOME="$folder"
export LTTNG_UST_REGISTER_TIMEOUT=5000 # ms

fail() {
    echo "bench: $1 ($(tail -n 1 "$folder/log"))" >&2
    exit 1
}

clean_up() {
    [ -z "$created" ] || timeout 10 lttng destroy "$session" >/dev/null 2>&1 || true
    if [ -n "$daemon" ]; then
        kill "$daemon" 2>/dev/null || true
        for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
            kill -0 "$daemon" 2>/dev/null || break
            sleep 0.1
        done
        kill -9 "$daemon" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

lttng_do() {
    timeout 10 lttng --no-sessiond "$@" >>"$folder/log" 2>&1
}

start_daemon() {
    lttng_do list && return
    lttng-sessiond --no-kernel >>"$folder/log" 2>&1 &
    daemon=$!
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        lttng_do list && return
        kill -0 "$daemon" 2>/dev/null || break
        sleep 0.2
    done
    fail "LTTng's session daemon does not start"
}

start_session() {
    lttng_do create "$session" --snapshot --output="$folder/trace" || return 1
    created=1
    lttng_do enable-event --userspace --session="$session" firstlight_bench:event &&
        lttng_do start "$session"
}

# The snapshot must hold a full buffer of events, or something else was measured.
check_snapshot() {
    lttng_do snapshot record --session="$session" &&
        [ "$(find "$folder/trace" -type f -size +64k | wc -l)" -gt 0 ]
}

warnings='-Wall -Wextra -Werror -Wconversion -Wshadow -Wundef -Wswitch-enum'
# Cores from Skylake to Cascade Lake decode a branch that touches the end of 32 bytes anew each time (Intel, "Mitigations
# for Jump Conditional Code Erratum"): a cycle or more in an event or in the floor, wherever the linker happened to put
# the loops.  With none of them there, the two differ by their instructions alone.
branches=-Wa,-mbranches-within-32B-boundaries
mkdir -p "$build"
cd "$root"
# shellcheck disable=SC2086
${CC:-gcc} -std=c11 -D_GNU_SOURCE -O2 -g $branches $warnings -I. -Itests/bench -o "$build/bench_events" \
    tests/bench/bench_events.c tests/bench/lttng_events.c trace/table.c -llttng-ust -ldl
for tool in lttng lttng-sessiond; do
    command -v $tool >>"$folder/log" || fail "LTTng is missing: $tool"
done

start_daemon
start_session || fail "LTTng does not record in user space"
timeout 30 "$build/bench_events" >"$folder/bench.json" 2>>"$folder/log" || fail "the measurement failed"
check_snapshot || fail "LTTng has recorded nothing"
cp "$folder/bench.json" "$json"
cat "$json"
