#!/bin/sh
# Boot media: the same input gives the same bytes, the menu finds every file, and what cannot be
# loaded stops the boot with a word.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'
small_archive "$work/small"
carried="build/firstlight.elf $work/small/boot_archive $work/small/boot_archive.hash"

# make_medium MEDIUM OUTPUT [BOOTFS_FOLDER]
make_medium() {
    medium=$1 output=$2
    shift 2
    # shellcheck disable=SC2086
    sh "iso/make_$medium.sh" "$output" iso/grub.cfg $carried "$@"
}
image() {
    make_medium "$@" || bail "no $1"
}

# What a card holds is read at once, and any image may be on one.
from_card() {
    "$flight" run --deterministic --quiet --disk "$1" -o "$work/capture"
}
from_net() {
    "$flight" run --deterministic --quiet --net "$1" -o "$work/capture"
}
from_uefi() {
    "$flight" run --quiet --disk "$1" --firmware uefi -o "$work/capture"
}
brings() { # the names in a file, and no others
    "$flight" report "$work/capture" --format json | jq -r '.modules[2:][].name' | LC_ALL=C sort |
        diff - "$1"
}
says() {
    grep -aqF -- "$1" "$work/capture"
}

# --- The same bytes ----------------------------------------------------------------------------

mkdir -p "$work/one/folder" "$work/two/folder"
for name in a b c d e f g; do echo "$name" > "$work/one/folder/$name"; done
for name in g c e a f b d; do echo "$name" > "$work/two/folder/$name"; done
touch -d 2001-01-01 "$work/two/folder" "$work/two/folder/a"
chmod 400 "$work/two/folder/b"
# shellcheck disable=SC2086
cp $carried iso/grub.cfg "$work/two/"
again() {
    (umask 077 && cd "$work/two" && TZ=Asia/Tokyo LC_ALL=C sh "$OLDPWD/iso/make_$1.sh" \
        "$work/$1.two" grub.cfg firstlight.elf boot_archive boot_archive.hash folder)
}
for medium in iso usb net; do
    image $medium "$work/$medium.one" "$work/one/folder"
    again $medium || bail "no second $medium"
    check "$medium: the same files give the same bytes" diff -r "$work/$medium.one" "$work/$medium.two"
done
check 'whatever serves the network may read it' test -z "$(find "$work/net.two" ! -perm -444)"
check 'the image of a stick takes little space' test "$(du -k "$work/usb.one" | cut -f 1)" -lt 4096

# --- Names -------------------------------------------------------------------------------------

# files FOLDER NAME...: creates them.
files() {
    folder=$1
    shift
    for name in "$@"; do
        mkdir -p "$(dirname "$folder/$name")" && echo "$name" > "$folder/$name"
    done
}
deep=d/e/e/p/e/r/t/h/a/n/a/n/y/b/o/d/y/n/e/e/d/s
everywhere="$deep -d --set=name .dot/..dots a,b name=x 1 Mixed größer.html"
# shellcheck disable=SC2086
files "$work/iso" $everywhere README ünï '$HOME/a' 'x[y]/*' 'semi;&|<>{}#'
# shellcheck disable=SC2086
files "$work/usb" $everywhere 'semi;&{}#'
cp -r "$work/iso" "$work/net"
for medium in iso usb net; do
    (cd "$work/$medium" && find . -type f) | sed 's|^\./||' | LC_ALL=C sort > "$work/$medium.names"
    mkdir "$work/$medium/empty folder"
    files "$work/$medium" "it's" 'two words' 'a folder/file'
done
files "$work/iso" 'quo"te' 'back\slash'
files "$work/net" 'quo"te' 'back\slash'

left_out() { # each of the names
    for name in "$@"; do says "/os/bootfs/$name is left out" || return 1; done
}
for medium in iso usb net; do
    image $medium "$work/odd" "$work/$medium"
    [ $medium = net ] && carrier=from_net || carrier=from_card
    check "$medium: files with odd names boot" $carrier "$work/odd"
    check "$medium: each one whose name can be passed on arrives" brings "$work/$medium.names"
    check "$medium: of each other one it is said" left_out "it's" 'two words' 'a folder/file'
    [ $medium = usb ] || check "$medium: and of these" left_out 'quo"te' 'back\slash'
    rm -rf "$work/odd"
done

# refuses MEDIUM NAME: the name cannot be on it, and that is said.
refuses() {
    rm -rf "$work/bad"
    files "$work/bad" "$2"
    gives 1 "^make_$1\.sh: os/bootfs/" make_medium "$1" "$work/output" "$work/bad"
}
for name in README UPPER.txt lower.TXT ünï 'a:b' 'a?b' 'a*b' 'a"b' 'a<b' 'a>b' 'a|b' 'a\d' 'a[b' 'a]b' \
    'a.' 'a ' 'a~' 'system~.orig' 'long-name-😀'; do
    check "a stick refuses the name '$name'" refuses usb "$name"
done
for medium in iso usb net; do
    check "$medium: a name with a tab is refused" refuses $medium "$(printf 'a\tb')"
    check "$medium: a name that is not UTF-8 is refused" refuses $medium "$(printf 'a\200b')"
done
files "$work/twins" same Same
check 'a stick refuses two names for one' \
    gives 1 'two names for one: ./same' make_medium usb "$work/output" "$work/twins"

# --- What the owner of a medium does to it -----------------------------------------------------

stick=$work/stick
image usb "$stick"
mtools() {
    command=$1
    shift
    "$command" -i "$stick@@1M" "$@" || bail "$command failed"
}
check 'a stick without files boots' from_card "$stick"
check 'and brings none' brings /dev/null
mtools mmd ::os/bootfs/etc
mtools mcopy README.md ::os/bootfs/etc/motd
check 'a stick boots when a file has come' from_card "$stick"
echo etc/motd > "$work/motd"
check 'and brings it' brings "$work/motd"
mtools mdeltree ::os
check 'a stick without the folder boots' from_card "$stick"
check 'and brings nothing' brings /dev/null

# A firmware that goes by the partition table, not by the boot record for CDs, leads GRUB to the
# image that UEFI reads instead of the ISO.
image iso "$work/hybrid" "$work/one/folder"
printf 'NO LONGER' | dd of="$work/hybrid" bs=1 seek=$((17 * 2048 + 7)) conv=notrunc status=none
check 'an ISO whose partition UEFI boots finds its menu' from_uefi "$work/hybrid"
printf '%s\n' a b c d e f g > "$work/letters"
check 'and its files' brings "$work/letters"

# --- What cannot be loaded ---------------------------------------------------------------------

# stops WORDS COMMAND...: nothing is booted, and that is said.
stops() {
    words=$1
    shift
    gives 3 'verdict' "$@" && says "$words could not be loaded.  Nothing is booted." &&
        ! says 'a kernel that traces its own boot'
}
mtools mdel ::boot/boot_archive.hash
check 'no hash stops the boot' stops 'The hash of the boot archive' from_card "$stick"
mtools mdel ::boot/boot_archive
check 'no archive stops the boot' stops 'The boot archive' from_card "$stick"
mtools mdel ::boot/firstlight.elf
check 'no kernel stops the boot' stops 'The kernel' from_card "$stick"

mkdir "$work/large"
truncate -s 30M "$work/large/zeros"
image usb "$stick" "$work/large"
too_small() {
    "$flight" run --deterministic --quiet --memory 24 --disk "$stick" -o "$work/capture"
}
check 'a file larger than memory stops the boot' stops '/os/bootfs/zeros' too_small

image net "$work/served" "$work/one/folder"
rm "$work/served/os/bootfs/d"
check 'a file that the network has not stops the boot' stops '/os/bootfs/d' from_net "$work/served"
truncate -s 20 "$work/served/boot/grub/bootfs.cfg"
check 'so does half a list' stops 'The list of the files in /os/bootfs' from_net "$work/served"
finish
