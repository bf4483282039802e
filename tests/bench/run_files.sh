#!/bin/sh
# Measures boot modules and the boot filesystem at scale: run_files.sh build/bench-files.json
#
#   - 10,000 modules through QEMU, 1,000 through GRUB;
#   - a boot archive of 200 MiB with 100,000 files: indexing it beside reading it word by word,
#     in one boot under the same emulator;
#   - instructions of a lookup among 10 and among 100,000 files.
. tests/bench/bench.sh

json=${1:?usage: run_files.sh JSON}
flight=$PWD/build/flight

seconds() { # since the moment $1 in ns
    ms=$((($(date +%s%N) - $1) / 1000000))
    printf '%d.%03d\n' $((ms / 1000)) $((ms % 1000))
}
# ns EVENT: when the first event that begins so happened.
ns() {
    calculate "[.tables[0].events[] | select(.event | startswith(\"$1\"))][0].ns" "$work/report"
}
# kernel_seconds: from the kernel's entry to its end
kernel_seconds() {
    calculate '[.phases[] | select(.name != "firmware+loader") | .duration_ns] | add / 1000000 | round / 1000' "$work/report"
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
report "$work/capture"
qemu_modules=$(calculate '.modules | length' "$work/report")
qemu_ns=$(calculate '.phases[] | select(.name == "kernel") | .duration_ns' "$work/report")

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
report "$work/capture"
grub_modules=$(calculate '.modules | length' "$work/report")
grub_kernel_s=$(kernel_seconds)

echo 'an archive of 200 MiB with 100,000 files ...' >&2
tests/bench/archive.py 100000 209715200 > "$work/archive"
# one_boot OPTION...: ns that reading and that indexing took
one_boot() {
    "$flight" run "$@" --quiet --memory 768 --module "$work/archive type=rootfs name=ramdisk" \
        --append 'bench.read_archive=1 kern.boottrace.enabled=1' -o "$work/capture" || fail 'the large archive does not boot'
    report "$work/capture"
    reading=$(ns 'reading archive')
    is_read=$(ns 'archive read')
    indexing=$(ns 'indexing archive')
    indexed=$(ns 'archive indexed')
    numbers 'moments of the large archive' "$reading" "$is_read" "$indexing" "$indexed"
    echo "$((is_read - reading)) $((indexed - indexing))"
}
# measure OPTION...: the medians of 5 boots
measure() {
    : > "$work/times"
    for _ in 1 2 3 4 5; do
        one_boot "$@" >> "$work/times"
    done
    for column in 1 2; do
        cut -d' ' -f$column "$work/times" | sort -n | sed -n 3p
    done
}
measure --deterministic > "$work/counted"
measure > "$work/timed"
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
numbers 'instructions of lookups' "$few" "$many"

calculate -n --argjson qs "$qemu_s" --argjson qm "$qemu_modules" --argjson qn "$qemu_ns" --argjson gs "$grub_s" \
    --argjson gk "$grub_kernel_s" --argjson gm "$grub_modules" --argjson bytes "$archive_bytes" --argjson few "$few" --argjson many "$many" \
    --slurpfile counted "$work/counted" --slurpfile timed "$work/timed" '
    ($counted[0]) as $cr | ($counted[1]) as $ci | ($timed[0]) as $tr | ($timed[1]) as $ti | {
    qemu: {modules: $qm, seconds: $qs, kernel_ns: $qn},
    grub: {modules: $gm, seconds: $gs, seconds_in_kernel: $gk},
    archive: {bytes: $bytes, files: 100000, read_instructions: $cr, index_instructions: $ci,
        index_speed_over_read_counted: ($cr / $ci), read_ns: $tr, index_ns: $ti, index_speed_over_read_timed: ($tr / $ti)},
    lookup: {instructions_among_10: ($few / 10000), instructions_among_100000: ($many / 10000), ratio: ($many / $few)}}' > "$work/result"
cp "$work/result" "$json"
cat "$json"
jq -e '.qemu.modules == 10000 and .grub.modules == 1000 and .archive.index_speed_over_read_counted >= 0.1 and
    .archive.index_speed_over_read_timed >= 0.1 and .lookup.ratio <= 2' "$json" > "$work/log" || fail 'a bar is missed'
