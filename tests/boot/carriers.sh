#!/bin/sh
# The same modules through every carrier: what arrives is the same, whoever loaded it.
#
# One function for each carrier, which boots it and leaves a capture; one for each property, which
# judges a capture.  Every carrier is held against every property.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'

# The longest first: two of them run side by side.
carriers='bochs net_uefi32 net_uefi usb_uefi32 iso_uefi32 usb_uefi iso_uefi net
    iso_cd iso_card usb kernel_pc kernel_q35 kernel_isapc kernel_microvm'
properties='success modules_listed hash_verified override_visible configuration_applied'

# --- What is carried ---------------------------------------------------------------------------

bootfs=$work/bootfs
mkdir -p "$bootfs/etc/rc.d" "$bootfs/a/b/c/d/e/f/g/h/i"
echo 'echo Setting hostname: overridden.' > "$bootfs/etc/rc.d/hostname"
echo 'sh /etc/rc.d/hostname' > "$bootfs/etc/rc" # and nothing else is started
echo 'set trace.boot=77' > "$bootfs/etc/system"
echo deep > "$bootfs/a/b/c/d/e/f/g/h/i/deep"
: > "$bootfs/empty"
carried='build/firstlight.elf build/boot_archive build/boot_archive.hash'
media=$work/media

mkdir "$media"
# shellcheck disable=SC2086
for medium in iso usb net; do
    sh "iso/make_$medium.sh" "$media/$medium" iso/grub.cfg $carried "$bootfs" || bail "no $medium"
done

# --- Carriers: NAME CAPTURE --------------------------------------------------------------------

# kernel CAPTURE ARGUMENT...: QEMU's own loader, with the modules that GRUB finds by itself.
kernel() {
    capture=$1
    shift
    set -- "$@" --module 'build/boot_archive type=rootfs name=ramdisk' \
        --module 'build/boot_archive.hash type=hash name=ramdisk'
    for name in a/b/c/d/e/f/g/h/i/deep empty etc/rc etc/rc.d/hostname etc/system; do
        set -- "$@" --module "$bootfs/$name type=file name=$name"
    done
    "$flight" run --deterministic --quiet --bare -o "$capture" "$@"
}
kernel_pc() { kernel "$1" --machine pc; }
kernel_q35() { kernel "$1" --machine q35; }
kernel_isapc() { kernel "$1" --machine isapc; }
kernel_microvm() { kernel "$1" --machine microvm; }

# Firmware and GRUB.  Counting instructions makes their waiting short, and only a card, which answers
# at once, does it under BIOS; the rest runs in real time.
loader() {
    capture=$1
    shift
    "$flight" run --quiet --timeout 500 -o "$capture" "$@"
}
iso_cd() { loader "$1" --iso "$media/iso"; }
iso_card() { loader "$1" --iso "$media/iso" --deterministic; }
iso_uefi() { loader "$1" --iso "$media/iso" --firmware uefi; }
iso_uefi32() { loader "$1" --iso "$media/iso" --firmware uefi32; }
usb() { loader "$1" --disk "$media/usb"; }
usb_uefi() { loader "$1" --disk "$media/usb" --firmware uefi; }
usb_uefi32() { loader "$1" --disk "$media/usb" --firmware uefi32; }
net() { loader "$1" --net "$media/net"; }
net_uefi() { loader "$1" --net "$media/net" --firmware uefi; }
net_uefi32() { loader "$1" --net "$media/net" --firmware uefi32; }

# No debug exit there: the verdict frame decides.
bochs() {
    sh tests/boot/bochs.sh "$media/iso" "$1.line" && "$flight" capture "$1.line" --quiet -o "$1"
}

# --- Properties: NAME FOLDER -------------------------------------------------------------------

json() {
    jq -r "$2" "$1/json"
}
success() { # and a sound capture
    cat "$1/log"
    test "$(cat "$1/status")" = 0 && "$flight" verify "$1/capture"
}
modules_listed() { # each with its name, type and size
    json "$1" '.modules[] | "\(.name) \(.type) \(.size)"' | LC_ALL=C sort | diff - "$work/expected"
}
hash_verified() { # of the boot archive
    test "$(json "$1" '.modules[] | select(.name == "ramdisk" and .type == "rootfs").verified')" = true
}
override_visible() { # a module's file instead of the archive's
    grep -aq 'Setting hostname: overridden\.' "$1/capture"
}
configuration_applied() { # what etc/system says
    test "$(json "$1" '.tables[] | select(.name == "boot").capacity')" = 77
}
LC_ALL=C sort > "$work/expected" <<EXPECTED
ramdisk rootfs $(stat -c %s build/boot_archive)
ramdisk hash $(stat -c %s build/boot_archive.hash)
a/b/c/d/e/f/g/h/i/deep file 5
empty file 0
etc/rc file $(stat -c %s "$bootfs/etc/rc")
etc/rc.d/hostname file $(stat -c %s "$bootfs/etc/rc.d/hostname")
etc/system file $(stat -c %s "$bootfs/etc/system")
EXPECTED

# --- All of them -------------------------------------------------------------------------------

# Boots whatever nobody else has taken yet.
boot_the_rest() {
    for carrier in $carriers; do
        mkdir "$work/$carrier" 2> /dev/null || continue
        result=$work/$carrier started=$(date +%s)
        "$carrier" "$result/capture" > "$result/log" 2>&1 && status=0 || status=$?
        echo "$status" > "$result/status"
        echo $(($(date +%s) - started)) > "$result/seconds"
        "$flight" report "$result/capture" --format json > "$result/json" 2>> "$result/log" || true
    done
}

was_so() {
    cat "$work/cell"
    test "$mark" = yes
}

# cell CARRIER PROPERTY: one check.
cell() {
    "$2" "$work/$1" > "$work/cell" 2>&1 && mark=yes || mark=no
    check "$1: $2" was_so
}

boot_the_rest &
boot_the_rest &
wait

{ printf '# %-16s' carrier; printf '%-23s' $properties; echo seconds; } > "$work/table"
for carrier in $carriers; do
    printf '# %-16s' "$carrier" >> "$work/table"
    for property in $properties; do
        cell "$carrier" "$property"
        printf '%-23s' "$mark" >> "$work/table"
    done
    cat "$work/$carrier/seconds" >> "$work/table"
done
cat "$work/table" >&2 # where prove does not keep it to itself
finish
