#!/bin/sh
# Makes a folder for a TFTP server: make_net.sh OUTPUT GRUB_CFG FILE... [BOOTFS_FOLDER]
#
# Clients boot boot/grub/pxe.0 (BIOS), bootx64.efi or bootia32.efi there (UEFI); the output may stand
# anywhere below the server's root.  The files stand in boot/ under their own names, the folder's in
# os/bootfs/, and because TFTP cannot list folders, their names in boot/grub/bootfs.cfg.
set -eu
. "$(dirname "$0")/media.sh"

output=$1
shift
collect "$@"
# Without a prefix of its own, GRUB looks for its menu where it was loaded from.
grub_image i386-pc-pxe '' "$tree/boot/grub/pxe.0" pxe tftp
grub_image x86_64-efi '' "$tree/boot/grub/bootx64.efi" efinet tftp
grub_image i386-efi '' "$tree/boot/grub/bootia32.efi" efinet tftp

{
    (cd "$tree/os/bootfs" && find . -type f | sort) |
        sed 's|^\./||; s|["$\]|\\&|g; s|.*|add_file "&"|'
    echo 'set listed=yes'
} > "$tree/boot/grub/bootfs.cfg"

# What is there already and no longer listed does no harm.
equalize "$tree"
mkdir -p "$output"
cp -a "$tree/." "$output/"
