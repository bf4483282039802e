#!/bin/sh
# What flight run does with media beside booting them (carriers.sh does that): equal runs, images that
# stay as they are, and combinations that it refuses.
. tests/tap.sh

small_archive "$work/small"
carried="build/firstlight.elf $work/small/boot_archive $work/small/boot_archive.hash"
# shellcheck disable=SC2086
sh iso/make_usb.sh "$work/stick.img" iso/grub.cfg $carried || bail 'no stick'
# shellcheck disable=SC2086
sh iso/make_net.sh "$work/net" iso/grub.cfg $carried || bail 'no network'
cp "$work/stick.img" "$work/untouched.img"

run() {
    "$flight" run --quiet -o "$work/capture" "$@" && "$flight" verify "$work/capture"
}
# twice ARGUMENT...: two deterministic runs, equal to the last byte.
twice() {
    run --deterministic "$@" && cp "$work/capture" "$work/first" && run --deterministic "$@" &&
        cmp "$work/first" "$work/capture"
}
check 'a stick boots on q35' run --disk "$work/stick.img" --machine q35
check 'a stick boots deterministically' twice --disk "$work/stick.img"
check 'the network boots deterministically' twice --net "$work/net"
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
: > "$work/nothing"
seq 9000 > "$work/text"
head -c 32773 build/firstlight.iso > "$work/cut.iso"
head -c 511 "$work/stick.img" > "$work/cut.img"
head -c 4095 build/firstlight.elf > "$work/cut.elf"
for other in nothing text empty cut.iso; do
    check "what is no ISO is refused: $other" refused 5 "'$work/$other' is no ISO: it has no CD001 at byte 32769" --iso "$work/$other"
done
for other in nothing text empty cut.img; do
    check "what is no stick is refused: $other" refused 5 "'$work/$other' is no image of a disk: it has no 55 aa at byte 510" \
        --disk "$work/$other"
done
for other in nothing text empty cut.elf; do
    check "what is no kernel is refused: $other" refused 5 "'$work/$other' is no kernel: it has no Multiboot header" \
        --kernel "$work/$other" --bare
done
check 'a folder without a boot file exits 5' refused 5 "cannot read '$work/empty/grub.pxe'" \
    --net "$work/empty"
check 'and so for UEFI' refused 5 "cannot read '$work/empty/bootx64.efi'" \
    --net "$work/empty" --firmware uefi
finish
