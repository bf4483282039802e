#!/bin/sh
# One kernel through every carrier that flight run knows: USB stick and network, BIOS and UEFI.
. tests/tap.sh

modules='serial normal multiboot boot halt test terminal'
image() { # TARGET FILE MODULE...: GRUB, with its menu in boot/grub of what it is loaded from
    grub-mkimage -O "$1" -o "$2" -p "$prefix" $modules $3 || bail 'no GRUB'
}
content() { # what every medium has, in a folder
    mkdir -p "$1/boot/grub" "$1/efi/boot"
    cp build/firstlight.elf build/boot_archive "$1/boot/"
    cat > "$1/boot/grub/grub.cfg" <<'MENU'
serial --unit=0 --speed=115200
terminal_output serial
multiboot /boot/firstlight.elf firstlight.elf
module /boot/boot_archive boot_archive type=rootfs
boot
MENU
}

content "$work/net"
prefix=/boot/grub
image i386-pc-pxe "$work/net/grub.pxe" 'pxe tftp net'
image x86_64-efi "$work/net/bootx64.efi" 'efinet tftp net'
image i386-efi "$work/net/bootia32.efi" 'efinet tftp net'

content "$work/stick"
image x86_64-efi "$work/stick/efi/boot/bootx64.efi" 'part_msdos fat'
image i386-efi "$work/stick/efi/boot/bootia32.efi" 'part_msdos fat'
prefix='(,msdos1)/boot/grub'
image i386-pc "$work/core.img" 'biosdisk part_msdos fat'
# 24 MiB: boot sector with a partition table of one entry, GRUB behind it, FAT from 1 MiB on.
sectors=47104
{
    head -c 446 /usr/lib/grub/i386-pc/boot.img
    printf '\200\376\377\377\016\376\377\377\000\010\000\000\000\270\000\000'
    head -c 48 /dev/zero
    printf '\125\252'
    cat "$work/core.img"
} > "$work/stick.img" || bail 'no GRUB'
truncate -s $(((2048 + sectors) * 512)) "$work/stick.img"
export MTOOLSRC=/dev/null MTOOLS_SKIP_CHECK=1
mformat -i "$work/stick.img@@1M" -T $sectors -h 64 -s 32 :: &&
    mcopy -i "$work/stick.img@@1M" -s "$work/stick/boot" "$work/stick/efi" :: || bail 'no mtools'
cp "$work/stick.img" "$work/untouched.img"

run() {
    "$flight" run --quiet -o "$work/capture" "$@" && "$flight" verify "$work/capture"
}
# twice ARGUMENT...: two deterministic runs, equal to the last byte.
twice() {
    run --deterministic "$@" && cp "$work/capture" "$work/first" && run --deterministic "$@" &&
        cmp "$work/first" "$work/capture"
}
check 'a stick boots' run --disk "$work/stick.img"
check 'a stick boots on q35' run --disk "$work/stick.img" --machine q35
check 'a stick boots deterministically' twice --disk "$work/stick.img"
check 'the network boots' run --net "$work/net"
check 'the network boots deterministically' twice --net "$work/net"
cp -r "$work/net" "$work/deep" && mv "$work/deep/grub.pxe" "$work/deep/boot/grub/pxe.0" || bail 'no copy'
check 'the boot file may lie beside the menu' run --deterministic --net "$work/deep"
check 'a stick boots with UEFI' run --disk "$work/stick.img" --firmware uefi
check 'a stick boots with 32-bit UEFI' run --disk "$work/stick.img" --firmware uefi32
check 'the network boots with UEFI, deterministically' twice --net "$work/net" --firmware uefi
check 'the network boots with 32-bit UEFI' run --net "$work/net" --firmware uefi32
check 'the image of the stick is as it was' cmp "$work/stick.img" "$work/untouched.img"

# refused STATUS PATTERN ARGUMENT...: one line, and no boot.
refused() {
    refused_status=$1 refused_pattern=$2
    shift 2
    gives "$refused_status" "^flight: run: $refused_pattern" "$flight" run "$@" &&
        test "$(wc -l < "$work/gives.err")" = 1
}
check 'media exclude each other' refused 2 '--kernel, --iso, --disk and --net exclude each other' \
    --disk "$work/stick.img" --net "$work/net"
check 'a stick takes no modules' refused 2 'a medium brings its own menu' \
    --disk "$work/stick.img" --module 'README.md'
check 'the network takes no command line' refused 2 'a medium brings its own menu' \
    --net "$work/net" --append trace.enabled=0
check 'a machine must be known' refused 2 '--machine is one of pc, q35, isapc, microvm' --machine vax
check 'a machine without PCI boots no stick' refused 2 'isapc and microvm have no PCI' \
    --machine microvm --disk "$work/stick.img"
check 'a firmware must be known' refused 2 '--firmware is one of bios, uefi, uefi32' --firmware efi
check 'UEFI does not load a kernel by itself' refused 2 'QEMU loads --kernel through the BIOS' \
    --firmware uefi
check '32-bit UEFI is for q35' refused 2 '--firmware uefi32 is for --machine q35' \
    --firmware uefi32 --machine pc --disk "$work/stick.img"
check 'a stick with UEFI is never deterministic' refused 2 'UEFI reads disks in host time' \
    --firmware uefi --deterministic --disk "$work/stick.img"
check '32-bit UEFI is never deterministic' refused 2 '--firmware uefi32 cannot be deterministic' \
    --firmware uefi32 --deterministic --net "$work/net"
check 'a missing stick exits 5' refused 5 "cannot read 'no-such-stick'" --disk no-such-stick
mkdir "$work/empty"
check 'a folder without a boot file exits 5' refused 5 "cannot read '$work/empty/grub.pxe'" \
    --net "$work/empty"
check 'and so for UEFI' refused 5 "cannot read '$work/empty/bootx64.efi'" \
    --net "$work/empty" --firmware uefi
finish
