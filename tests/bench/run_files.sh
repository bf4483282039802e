#!/bin/sh
# Measures boot modules and the boot filesystem at scale: run_files.sh build/bench-files.json
#
#   - 10,000 modules through QEMU, 1,000 through GRUB;
#   - a boot archive of 200 MiB with 100,000 files: indexing it beside reading it word by word,
#     in one boot under the same emulator;
#   - instructions of a lookup among 10 and among 100,000 files.
set -eu
json=${1:?usage: run_files.sh JSON}
flight=$PWD/build/flight
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "run_files.sh: $*" >&2
    exit 1
}
seconds() { # since the moment $1 in ns
    echo "scale=2; ($(date +%s%N) - $1) / 1000000000" | bc
}
# ns EVENT: when the first event that begins so happened.
ns() {
    jq "[.tables[0].events[] | select(.event | startswith(\"$1\"))][0].ns" "$work/json"
}
report() {
    "$flight" report "$work/capture" --format json > "$work/json" || fail 'no report'
}

echo '10,000 modules through QEMU ...' >&2
printf 'hello\n' > "$work/m"
set --
i=0
while [ $i -lt 10000 ]; do
    set -- "$@" --module "m name=$i"
    i=$((i + 1))
done
start=$(date +%s%N)
(cd "$work" && "$flight" run --deterministic --quiet --bare -o capture "$@") || fail '10,000 modules do not boot'
qemu_s=$(seconds "$start")
report
qemu_modules=$(jq '.modules | length' "$work/json")
qemu_ns=$(jq '.phases[] | select(.name == "kernel") | .duration_ns' "$work/json")

echo '1,000 modules through GRUB ...' >&2
{
    printf 'serial --unit=0\nterminal_output serial\nmultiboot /boot/firstlight.elf firstlight.elf\n'
    i=0
    while [ $i -lt 1000 ]; do
        echo "module /boot/m m name=$i"
        i=$((i + 1))
    done
    echo boot
} > "$work/grub.cfg"
sh iso/make_iso.sh "$work/many.iso" "$work/grub.cfg" build/firstlight.elf "$work/m" || fail 'no ISO'
start=$(date +%s%N)
"$flight" run --quiet --iso "$work/many.iso" -o "$work/capture" || fail '1,000 modules do not boot through GRUB'
grub_s=$(seconds "$start")
report
grub_modules=$(jq '.modules | length' "$work/json")

echo 'an archive of 200 MiB with 100,000 files ...' >&2
tests/bench/archive.py 100000 209715200 > "$work/archive"
# measure OPTION...: ns that reading and that indexing took, medians of 5 boots
measure() {
    for _ in 1 2 3 4 5; do
        "$flight" run "$@" --quiet --memory 768 --module "$work/archive type=rootfs name=ramdisk" \
            --append 'bench.read_archive=1 kern.boottrace.enabled=1' -o "$work/capture" || fail 'the large archive does not boot'
        report
        echo "$(($(ns 'archive read') - $(ns 'reading archive'))) $(($(ns 'archive indexed') - $(ns 'indexing archive')))"
    done > "$work/times"
    echo "$(cut -d' ' -f1 "$work/times" | sort -n | sed -n 3p) $(cut -d' ' -f2 "$work/times" | sort -n | sed -n 3p)"
}
counted=$(measure --deterministic)
timed=$(measure)
archive_bytes=$(stat -c %s "$work/archive")

echo 'lookups ...' >&2
# instructions FILES: of 10,000 lookups among so many
instructions() {
    valgrind --tool=callgrind --toggle-collect=look_up --callgrind-out-file="$work/callgrind" \
        build/bench/bootfs_lookup "$1" 10000 > /dev/null 2> "$work/log" || fail "$(tail -n 1 "$work/log")"
    sed -n 's/^\(summary\|totals\): //p' "$work/callgrind" | tail -n 1
}
few=$(instructions 10)
many=$(instructions 100000)

jq -n --argjson qs "$qemu_s" --argjson qm "$qemu_modules" --argjson qn "$qemu_ns" --argjson gs "$grub_s" \
    --argjson gm "$grub_modules" --argjson bytes "$archive_bytes" --argjson few "$few" --argjson many "$many" \
    --argjson cr "${counted% *}" --argjson ci "${counted#* }" --argjson tr "${timed% *}" --argjson ti "${timed#* }" '{
    qemu: {modules: $qm, seconds: $qs, kernel_ns: $qn},
    grub: {modules: $gm, seconds: $gs},
    archive: {bytes: $bytes, files: 100000, read_instructions: $cr, index_instructions: $ci,
        index_speed_over_read_counted: ($cr / $ci), read_ns: $tr, index_ns: $ti, index_speed_over_read_timed: ($tr / $ti)},
    lookup: {instructions_among_10: ($few / 10000), instructions_among_100000: ($many / 10000), ratio: ($many / $few)}}' |
    tee "$json"
jq -e '.qemu.modules == 10000 and .grub.modules == 1000 and .archive.index_speed_over_read_counted >= 0.1 and
    .archive.index_speed_over_read_timed >= 0.1 and .lookup.ratio <= 2' "$json" > "$work/log" || fail 'a bar is missed'
