#!/bin/sh
# The menu with which SmartOS introduced arbitrary boot modules: an archive, its hash, and two files
# that replace those in the archive; without their lines the archive's own appear.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'

platform=/os/20131227T225949Z/platform/i86pc
mkdir -p "$work/bootfs/etc" "$work/bootfs/kernel/drv"
printf 'set trace.boot=77\n' > "$work/bootfs/etc/system"
printf 'name="dtrace" parent="pseudo" instance=0;\ndof-data-0=0x7f,0x44,0x4f,0x46;\n' > "$work/bootfs/kernel/drv/dtrace.conf"
sha1sum build/boot_archive | cut -c 1-40 > "$work/boot_archive.hash"

head_lines="serial --unit=0
terminal_output serial
multiboot $platform/kernel/amd64/unix
module $platform/amd64/boot_archive type=rootfs name=ramdisk
module $platform/amd64/boot_archive.hash type=hash name=ramdisk"
file_lines='module /os/bootfs/etc/system type=file name=etc/system
module /os/bootfs/kernel/drv/dtrace.conf type=file name=kernel/drv/dtrace.conf'

# boot_menu NAME LINES: a CD with that menu and all the files.
boot_menu() {
    printf '%s\nboot\n' "$2" > "$work/grub.cfg"
    sh iso/make_iso.sh "$work/small.iso" "$work/grub.cfg" "$work/bootfs" || bail 'no ISO'
    xorriso -report_about SORRY -indev "$work/small.iso" -outdev "$work/$1.iso" -boot_image any replay \
        -map build/firstlight.elf "$platform/kernel/amd64/unix" -map build/boot_archive "$platform/amd64/boot_archive" \
        -map "$work/boot_archive.hash" "$platform/amd64/boot_archive.hash" > "$work/log" 2>&1 || bail "$(cat "$work/log")"
    boot --quiet --iso "$work/$1.iso" -o "$work/$1"
    "$flight" report "$work/$1" --format json > "$work/$1.json" || bail 'no report'
    rm "$work/small.iso" "$work/$1.iso"
}
capacity() {
    jq '.tables[0].capacity' "$work/$1.json"
}
properties() {
    grep -o "^kernel/drv/dtrace.conf: .*properties: [0-9]*" "$work/$1"
}

boot_menu four "$head_lines
$file_lines"
check 'four modules are listed' test "$(jq -r '[.modules[].name] | join(" ")' "$work/four.json")" = \
    'ramdisk ramdisk etc/system kernel/drv/dtrace.conf'
check 'the archive is verified' test "$(jq '.modules[0].verified' "$work/four.json")" = true
check 'etc/system is that of the module' test "$(capacity four)" = 77
check 'kernel/drv/dtrace.conf is that of the module' test "$(properties four)" = 'kernel/drv/dtrace.conf: entries: 2, properties: 2'
check "both are told to override the archive's" test "$(grep -c 'of the boot archive is overridden by module [23]' "$work/four")" = 2

boot_menu two "$head_lines"
check 'without their lines two modules are listed' test "$(jq '.modules | length' "$work/two.json")" = 2
check "etc/system is the archive's own" test "$(capacity two)" = 3000
check "kernel/drv/dtrace.conf is the archive's own" test "$(properties two)" = 'kernel/drv/dtrace.conf: entries: 1, properties: 1'
finish
