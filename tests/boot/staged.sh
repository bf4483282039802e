#!/bin/sh
# The way of working with a stick: made once, then each boot sees what has been staged, while kernel
# and archive on it stay bit for bit the same.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'

sh iso/make_usb.sh "$work/stick" iso/grub.cfg build/firstlight.elf build/boot_archive build/boot_archive.hash || bail 'no stick'

# carried FILE: what the stick holds of it
carried() {
    MTOOLSRC=/dev/null mcopy -n -i "$work/stick@@1M" "::/boot/$1" - | sha256sum
}
untouched() {
    for file in firstlight.elf boot_archive boot_archive.hash grub/grub.cfg; do
        carried "$file"
    done
}
boot_stick() {
    boot --quiet --deterministic --disk "$work/stick" -o "$work/capture"
    "$flight" report "$work/capture" --format json > "$work/json" || bail 'no report'
}
capacity() {
    jq '.tables[0].capacity' "$work/json"
}
modules() {
    jq -r '[.modules[].name] | join(" ")' "$work/json"
}
stage() {
    "$flight" stage "$work/stick" "$@"
}
untouched > "$work/before"

boot_stick
check "a new stick boots with the archive's own settings" test "$(capacity)" = 3000
check 'and no other modules' test "$(modules)" = 'ramdisk ramdisk'

echo 'set trace.boot=77' > "$work/system"
stage "$work/system:etc/system" > "$work/out" || bail 'nothing staged'
check 'a file is staged' grep -qx 'staged: etc/system (18 bytes)' "$work/out"
boot_stick
check 'the next boot obeys it' test "$(capacity)" = 77
check 'and lists it' test "$(modules)" = 'ramdisk ramdisk etc/system'

echo 'set trace.boot=88' > "$work/system"
mkdir -p "$work/more/etc/rc.d" "$work/more/a/b/c/d/e/f/g/h"
echo 'echo Setting hostname: staged.' > "$work/more/etc/rc.d/hostname"
echo deep > "$work/more/a/b/c/d/e/f/g/h/deep"
stage "$work/system:etc/system" > "$work/out" || bail 'nothing staged'
stage "$work/more" > "$work/out" || bail 'nothing staged'
boot_stick
check 'another one, the boot after it' test "$(capacity)" = 88
check 'a whole folder comes along' test "$(modules)" = 'ramdisk ramdisk etc/system etc/rc.d/hostname a/b/c/d/e/f/g/h/deep'
check "its files win over the archive's" grep -q 'Setting hostname: staged\.' "$work/capture"

"$flight" enable -o "$work/enabling" -qn 'BEGIN { printf("traced from a stick\n"); }' 2> "$work/err" || bail 'no enabling'
stage "$work/enabling" > "$work/out" || bail 'nothing staged'
check 'so does an enabling' grep -q 'kernel/drv/dtrace.conf' "$work/out"
boot_stick
check 'which is obeyed' sh -c "'$flight' claim '$work/capture' | grep -qx 'traced from a stick'"

stage --remove etc a kernel > "$work/out" || bail 'nothing removed'
boot_stick
check "removed, the archive's own appears again" test "$(capacity) $(modules)" = '3000 ramdisk ramdisk'
untouched > "$work/after"
check 'kernel, archive, hash and menu are bit for bit the same' cmp "$work/before" "$work/after"
check 'the archive has been verified in every boot' test "$(jq '.modules[0].verified' "$work/json")" = true
finish
