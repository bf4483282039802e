#!/bin/sh
# Makes a bootable ISO: make_iso.sh OUTPUT GRUB_CFG FILE...
#
# The files stand in /boot under their own names.  All dates are fixed, so that the same
# input gives the same image.
set -eu

output=$1 menu=$2
shift 2
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/boot/grub"
cp "$menu" "$tree/boot/grub/grub.cfg"
for file in "$@"; do
    cp "$file" "$tree/boot/"
done
find "$tree" -exec touch -d @1700000000 {} +

if ! log=$(SOURCE_DATE_EPOCH=1700000000 grub-mkrescue -o "$output" \
    --themes= --fonts= --locales= \
    --install-modules='multiboot serial normal iso9660 biosdisk part_msdos gzio test echo halt' \
    "$tree" -- -alter_date_r b =1700000000 / -- -alter_date_r c =1700000000 / -- \
    -volume_date uuid 2023111422132000 -volume_date c =1700000000 -volume_date m =1700000000 \
    2>&1); then
    printf '%s\n' "$log" >&2
    echo "make_iso.sh: grub-mkrescue failed" >&2
    exit 1
fi
