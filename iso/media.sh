# What the scripts that make boot media share: source it.  It works in a folder of its own, $work;
# the content of the medium is collected below $tree.
#
# Dates, owners, serial numbers: all fixed, so that the same input gives the same bytes.
export SOURCE_DATE_EPOCH=1700000000 TZ=UTC0 LC_ALL=C.UTF-8 MTOOLSRC=/dev/null

script=${0##*/}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree

fail() {
    echo "$script: $*" >&2
    exit 1
}

# quietly COMMAND...: shows what a tool says only if it fails.
quietly() {
    "$@" > "$work/log" 2>&1 < /dev/null && return
    cat "$work/log" >&2
    fail "$1 failed"
}

# refuse WHY FIND_TEST...: stops if a file for os/bootfs passes the tests.
refuse() {
    why=$1
    shift
    bad=$(cd "$tree/os/bootfs" && find . -mindepth 1 -regextype posix-extended "$@" | head -n 1)
    [ -z "$bad" ] || fail "os/bootfs/${bad#./}: $why"
}

# collect GRUB_CFG FILE...: the menu, files in /boot under their own names, and the content of a
# folder in /os/bootfs.
collect() {
    mkdir -p "$tree/boot/grub" "$tree/os/bootfs"
    cp -L "$1" "$tree/boot/grub/grub.cfg"
    shift
    for file in "$@"; do
        if [ -d "$file" ]; then
            cp -RL "$file/." "$tree/os/bootfs/"
        else
            cp -L "$file" "$tree/boot/"
        fi
    done
    refuse 'GRUB finds only what is named in UTF-8' ! -regex '.*'
    refuse 'this name cannot stand in a menu' -name '*[[:cntrl:]]*'
}

# equalize FOLDER: nothing in it tells when and by whom it was made.
equalize() {
    chmod -R u=rwX,go=rX "$1"
    find "$1" -exec touch -d "@$SOURCE_DATE_EPOCH" {} +
}

# grub_image FORMAT PREFIX OUTPUT MODULE...: GRUB with what the menu needs, and these modules.
# There is no gzio among them: what reaches the kernel is what lies on the medium.
grub_image() {
    format=$1 prefix=$2 image=$3
    shift 3
    quietly grub-mkimage -O "$format" -p "$prefix" -o "$image" \
        multiboot normal configfile serial test echo halt regexp "$@"
}

# efi_images FOLDER MODULE...: GRUB where UEFI looks for it on a medium that it does not know.
efi_images() {
    folder=$1/EFI/BOOT
    shift
    mkdir -p "$folder"
    grub_image x86_64-efi /boot/grub "$folder/BOOTX64.EFI" fat part_msdos "$@"
    grub_image i386-efi /boot/grub "$folder/BOOTIA32.EFI" fat part_msdos "$@"
}

# fat_image FILE KIB FOLDER OPTION...: a FAT file system with the folder's content, in the order of
# the names, not in that of the folder on this disk.  The options are mformat's.
fat_image() {
    fat=$1 kib=$2 content=$3
    shift 3
    truncate -s "${kib}K" "$fat"
    quietly mformat -i "$fat" -T $((kib * 2)) -h 64 -s 32 -N 31737421 -v FIRSTLIGHT "$@" ::
    equalize "$content"
    find "$content" -mindepth 1 | sort > "$work/names"
    while read -r name; do
        if [ -d "$name" ]; then
            quietly mmd -i "$fat" "::${name#"$content"}"
        else
            quietly mcopy -i "$fat" -m "$name" "::${name#"$content"}"
        fi
    done < "$work/names"
}
