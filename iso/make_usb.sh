#!/bin/sh
# Makes the image of a USB stick: make_usb.sh OUTPUT GRUB_CFG FILE... [BOOTFS_FOLDER]
#
# It boots under BIOS and under UEFI with 64 or 32 bits, and takes more files wherever it is
# plugged in.  The files stand in /boot under their own names, the folder's in /os/bootfs.
#
#     sector 0      boot.img, partition table
#     sectors 1...  core.img: boot.img loads its first sector, and that one the rest
#     1 MiB...      FAT16, the only partition
set -eu
. "$(dirname "$0")/media.sh"

size=64 # MiB
output=$1
shift

# GRUB reads what FAT stores in 8 and 3 bytes in small letters only, and nothing beyond ASCII; what
# FAT stores as a long name it reads as it is.  mtools takes brackets for a pattern, and may lose a
# long name with the '~' of FAT's own abbreviations.
refuse_fat_names() {
    refuse 'this name cannot be copied to FAT' '(' -name '*[]["*:<>?|\\~]*' -o -name '*[. ]' ')'
    beyond=$(cd "$tree/os/bootfs" && LC_ALL=C find . -name "$(printf '*[\360-\364]*')" | head -n 1)
    [ -z "$beyond" ] || fail "os/bootfs/${beyond#./}: mtools loses characters beyond U+FFFF"
    part='([^./+,;= [:lower:]]{1,M}|[^./+,;= [:upper:]]{1,M})'
    short=".*/$(echo "$part" | sed 's/M/8/g')([.]$(echo "$part" | sed 's/M/3/g'))?"
    refuse 'FAT does not keep this short name as it is' -name '*[! -@[-~]*' -regex "$short"
    twice=$(cd "$tree/os/bootfs" && find . | tr '[:upper:]' '[:lower:]' | sort | uniq -d)
    [ -z "$twice" ] || fail "FAT takes two names for one: $twice"
}

# number BYTES VALUE: little-endian.
number() {
    left=$1 value=$2
    while [ "$left" -gt 0 ]; do
        # shellcheck disable=SC2059
        printf "\\$(printf %03o $((value & 255)))"
        value=$((value >> 8)) left=$((left - 1))
    done
}

# An active partition of type FAT16 that is found by sectors alone.
partition_entry() {
    number 1 0x80
    number 3 0xfffffe
    number 1 0x0e
    number 3 0xfffffe
    number 4 2048
    number 4 $(((size - 1) * 2048))
}

first_sector() {
    head -c 440 /usr/lib/grub/i386-pc/boot.img
    number 4 0x31737421 # the disk's signature
    number 2 0
    partition_entry
    head -c 48 /dev/zero
    number 2 0xaa55
}

collect "$@"
refuse_fat_names
efi_images "$tree"
fat_image "$work/partition" $(((size - 1) * 1024)) "$tree" -c 8 -H 2048
grub_image i386-pc '(,msdos1)/boot/grub' "$work/core.img" biosdisk fat part_msdos
[ "$(stat -c %s "$work/core.img")" -le $((2047 * 512)) ] || fail 'core.img is too large'

first_sector | cat - "$work/core.img" > "$output"
truncate -s "${size}M" "$output"
dd if="$work/partition" of="$output" bs=1M seek=1 conv=notrunc,sparse status=none
