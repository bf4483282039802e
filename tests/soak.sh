#!/bin/sh
# The long campaigns.  Each is cut into rounds; what is done stands in build/soak/done and is not
# done again, so the run may be interrupted at any time.  ROUNDS (default 10) is how many rounds
# of each there are; results are appended to build/soak/results.  TARGETS names the fuzz targets
# (default: all, so ten rounds of 2 million executions of each).
set -u
rounds=${ROUNDS:-10}
mkdir -p build/soak/corpus
touch build/soak/done build/soak/results

# campaign NAME COMMAND...: runs a round unless it has been done.
campaign() {
    name=$1
    shift
    if grep -qxF "$name" build/soak/done; then
        return
    fi
    printf '%s ... ' "$name"
    start=$(date +%s)
    if "$@" > "build/soak/log" 2>&1; then
        verdict=passed
        echo "$name" >> build/soak/done
    else
        verdict=FAILED
        cp build/soak/log "build/soak/failed-$(echo "$name" | tr ' /' '--')"
    fi
    line="$name: $verdict, $(($(date +%s) - start)) s"
    echo "$line" >> build/soak/results
    echo "$verdict"
}

# Each round starts from the seeds again and goes another way; inputs stay small, because a target
# runs the more of them.
fuzz() {
    rm -rf "build/soak/corpus/$1"
    mkdir -p "build/soak/corpus/$1"
    "build/fuzz/fuzz_$1" -seed="$2" -runs=2000000 -max_len=1024 -print_final_stats=1 \
        $(dictionary "$1") -artifact_prefix=build/soak/ "build/soak/corpus/$1" "tests/fuzz/corpus/$1"
}

# Words of a language are not found by flipping bits.
dictionary() {
    [ ! -f "tests/fuzz/$1.dictionary" ] || echo "-dict=tests/fuzz/$1.dictionary"
}

all_targets() {
    for program in build/fuzz/fuzz_*; do
        case $program in *.*) continue ;; esac
        echo "${program##*/fuzz_}"
    done
}

same_again() {
    build/flight run --deterministic --quiet -o build/soak/first &&
        build/flight run --deterministic --quiet -o build/soak/again &&
        cmp build/soak/first build/soak/again
}

real_time() {
    build/flight run --quiet -o build/soak/real --append "workload=$((1000 * $1))" &&
        build/flight verify build/soak/real
}

round=1
while [ "$round" -le "$rounds" ]; do
    for target in ${TARGETS:-$(all_targets)}; do
        campaign "round $round, fuzz $target" fuzz "$target" "$round"
    done
    campaign "round $round, 500000 mutants of DOF" build/tests/mutate_dof $((500000 * round)) 500000
    campaign "round $round, 100000 programs of D" build/tests/generate_d $((100000 * round)) 100000
    campaign "round $round, 100000 expressions of D" python3 tests/d/expressions.py 100000 "$round"
    campaign "round $round, 200000 mutants of captures" \
        build/tests/mutate_capture $((200000 * round)) 200000 tests/golden/good-dtrace.capture
    campaign "round $round, 100000 mutants of DOF in one boot" env COUNT=100000 FIRST=$((100000 * round)) \
        sh tests/boot/dof_mutants.sh
    campaign "round $round, 50 seeds of the race of ntpd" env SEEDS=50 sh tests/boot/ntp_seeds.sh
    campaign "round $round, demonstrations with every probe" env WHOLE=1 sh tests/boot/fbt_all.sh
    campaign "round $round, 5000 damaged captures" env DAMAGED=5000 SEED="$round" sh tests/decoder/damage.sh
    campaign "round $round, recording interrupted after each instruction" env LARGEST=3 \
        sh tests/unit/interrupted_i386.sh
    campaign "round $round, 128 NMIs" env NMIS=64 python3 tests/boot/nmi.py
    campaign "round $round, two deterministic boots" same_again
    campaign "round $round, 32 tortures of 8 million events" env EVENTS=8000000 \
        CARRIERS='kernel bios uefi uefi32' MACHINES='pc:1 pc:2 pc:4 pc:8 q35:1 q35:2 q35:4 q35:8' sh tests/boot/torture.sh
    campaign "round $round, a boot in real time" real_time "$round"
    round=$((round + 1))
done
! grep FAILED build/soak/results
