#!/bin/sh
# Makes a bootable ISO: make_iso.sh OUTPUT GRUB_CFG FILE... [BOOTFS_FOLDER]
#
# It boots from a CD and, as it is, from a disk, a stick or a card; under BIOS and under UEFI with
# 64 or 32 bits.  The files stand in /boot under their own names, the folder's in /os/bootfs.
set -eu
. "$(dirname "$0")/media.sh"

output=$1
shift
collect "$@"
grub_image i386-pc-eltorito /boot/grub "$tree/boot/grub/bios.img" biosdisk iso9660

# UEFI reads a FAT image, which GRUB takes for its medium: a menu there leads to that of the ISO.
efi_images "$work/efi" iso9660
mkdir -p "$work/efi/boot/grub"
cat > "$work/efi/boot/grub/grub.cfg" <<'MENU'
regexp --set=disk '^\(([^,)]*)' "$prefix"
set prefix=($disk)/boot/grub
configfile $prefix/grub.cfg
MENU
fat_image "$work/efi.img" $(($(du -sk "$work/efi" | cut -f 1) + 64)) "$work/efi" -c 4

equalize "$tree"
quietly xorriso -as mkisofs -r -V FIRSTLIGHT -o "$output" \
    -b boot/grub/bios.img -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info \
    -no-pad --grub2-mbr /usr/lib/grub/i386-pc/boot_hybrid.img -partition_offset 16 \
    -append_partition 2 0xef "$work/efi.img" \
    -eltorito-alt-boot -e --interval:appended_partition_2:all:: -no-emul-boot \
    "$tree"
