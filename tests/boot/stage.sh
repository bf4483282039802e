#!/bin/sh
# flight stage: what it puts, replaces, removes and refuses, on images made for it.
. tests/tap.sh
export MTOOLSRC=/dev/null MTOOLS_SKIP_CHECK=1 LC_ALL=C.UTF-8
command -v mformat > /dev/null || bail 'no mtools'
cd "$work" || bail 'no folder'

# A partition table with one entry: image FILE MIB TYPE (as printf has it).
image() {
    truncate -s "$2M" "$1"
    # From sector 2048 (0x800) on, as many sectors as there are behind it.
    sectors=$((($2 - 1) * 2048))
    printf '\200\376\377\377%b\376\377\377\000\010\000\000%b%b\000\000' "$3" \
        "\\0$(printf %o $((sectors % 256)))" "\\0$(printf %o $((sectors / 256)))" |
        dd of="$1" bs=1 seek=446 conv=notrunc status=none
    printf '\125\252' | dd of="$1" bs=1 seek=510 conv=notrunc status=none
    mformat -i "$1@@1M" -T "$sectors" -h 16 -s 32 -c 4 -H 2048 :: || bail 'no file system'
}
stage() {
    "$flight" stage "$@"
}
# content NAME: of a staged file.
content() {
    mtype -i stick@@1M "::/os/bootfs/$1"
}
# says TEXT COMMAND...: succeeds with exactly that on standard output.
says() {
    text=$1
    shift
    "$@" > "$work/says.out" || return 1
    printf '%b' "$text" | diff - "$work/says.out"
}
# refused WHY COMMAND...: exit status 2, and the image stays as it is, bit for bit.
refused() {
    why=$1
    shift
    before=$(cksum stick)
    gives 2 "$why" "$@" && [ "$before" = "$(cksum stick)" ]
}
unreadable() {
    why=$1
    shift
    before=$(cksum stick)
    gives 5 "$why" "$@" && [ "$before" = "$(cksum stick)" ]
}

image stick 20 '\016'
head -c 300000 /dev/urandom > kernel
head -c 70000 /dev/urandom > archive
mmd -i stick@@1M ::/boot && mcopy -i stick@@1M kernel archive ::/boot || bail 'no files'
mkdir -p etc new/etc tree/a/b tree/etc
echo 'set x = 1' > etc/system
echo 'set something = longer' > new/etc/system

check 'an image without staged files says so' says "nothing is staged in 'stick'\n" stage stick --list
check 'a file is staged as its path' says 'staged: etc/system (10 bytes)\n' stage stick etc/system
check 'and is there' says 'set x = 1\n' content etc/system
check 'it is listed with its size' says '        10 etc/system\n        10 bytes in 1 file\n' stage stick
check 'a file takes the place of another' \
    says 'replaced: etc/system (23 bytes, was 10)\n' stage stick new/etc/system:etc/system
check 'with its content' says 'set something = longer\n' content etc/system
check 'names are cleaned as the kernel does' \
    says 'staged: etc/rc (10 bytes)\n' stage stick etc/system:/system/boot//etc/./rc
check 'a path from the top gives its last piece' \
    says 'staged: system (10 bytes)\n' stage stick "$work/etc/system"
check 'so does one upwards' says 'replaced: system (10 bytes, was 10)\n' stage stick etc/../etc/system
cp etc/system with:colon
check 'the last colon separates' says 'staged: colon-1 (10 bytes)\n' stage stick with:colon:colon-1
check 'an existing file with a colon has no name behind it' refused 'cannot hold any of' stage stick with:colon
check 'an empty file is a file' sh -c ": > null; '$flight' stage stick null:empty/file | grep -qx 'staged: empty/file (0 bytes)'"

echo 1 > tree/a/b/one.conf
echo 2 > tree/etc/two.conf
ln -s ../one-more tree/a/link.conf
echo 3 > tree/one-more
check 'a folder is staged as seen from it, links to files included' \
    says 'staged: a/b/one.conf (2 bytes)\nstaged: a/link.conf (2 bytes)\nstaged: etc/two.conf (2 bytes)\nstaged: one-more (2 bytes)\n' \
    stage stick tree/
check 'arguments may be mixed, and what was done is sorted' \
    says 'replaced: a/b/one.conf (2 bytes, was 2)\nstaged: a/c (10 bytes)\nreplaced: a/link.conf (2 bytes, was 2)\nreplaced: etc/two.conf (2 bytes, was 2)\nreplaced: one-more (2 bytes, was 2)\n' \
    stage stick tree etc/system:a/c
check 'names beyond ASCII are staged' \
    says 'staged: länge-und-breite/größere-datei.conf (10 bytes)\nstaged: система-2/日本語の長い名前です (10 bytes)\n' \
    stage stick etc/system:länge-und-breite/größere-datei.conf etc/system:система-2/日本語の長い名前です
check 'and replaced in other cases' says 'replaced: länge-und-breite/GRÖßERE-Datei.conf (10 bytes, was 10)\n' \
    stage stick etc/system:länge-und-breite/GRÖßERE-Datei.conf
check 'a name of 255 bytes is staged' stage stick "etc/system:$(printf %255s '' | tr ' ' n)"
deep=1/2/3/4/5/6/7/8/9/10/11/12/13/14/15
check 'a name of 16 levels is staged' stage stick "etc/system:$deep/16"

check 'blanks are refused' refused "'a b': .*blanks" stage stick 'etc/system:a b'
check 'control characters are refused, and not shown' refused "'a[?]b': .*control" stage stick "etc/system:a$(printf '\033')b"
for character in '"' '*' '<' '>' '?' '\' '|' "'" '[' ']'; do
    check "$character is refused" refused 'cannot hold any of' stage stick "etc/system:a${character}b"
done
check 'a colon is refused' refused 'cannot hold any of' sh -c "cp etc/system a:b; '$flight' stage stick a:b"
check 'a name upwards is refused' refused "lead upwards" stage stick etc/system:a/../b
check 'an empty name is refused' refused 'name is empty' stage stick etc/system:
check 'a name of slashes is empty' refused 'name is empty' stage stick etc/system://
check 'a piece that ends with a dot is refused' refused "ends with '.'" stage stick etc/system:a./b
check 'a piece of 256 bytes is refused' refused 'longer than 255' stage stick "etc/system:$(printf %256s '' | tr ' ' n)"
check 'a name of 1024 bytes is refused' refused 'longer than 1023' \
    stage stick "etc/system:$(printf %1024s '' | tr ' ' n | sed 's,nnnn,nnn/,g;s,/$,n,')"
check '17 levels are refused' refused 'no deeper than 16' stage stick "etc/system:$deep/16/17"
check 'what is not UTF-8 is refused' refused 'not UTF-8' stage stick "etc/system:$(printf 'a\377')"
check 'a character beyond U+FFFF is refused' refused 'beyond U.FFFF' stage stick etc/system:long-name-😀
check 'a short name beyond ASCII is refused' refused 'small letters and ASCII' stage stick etc/system:länge
check 'a short name in capitals is refused' refused 'small letters' stage stick etc/system:README
check 'the name of a device is refused' refused 'device' stage stick etc/system:con
check 'a name like that of a longer one is refused' refused 'cannot hold any of' stage stick etc/system:system~1
check 'so is one that mtools would lose' refused 'cannot hold any of' stage stick etc/system:system~.orig
check 'a file where a folder is staged is refused' refused "'etc': .*a folder of that name" stage stick etc/system:etc
check 'a folder where a file is staged is refused' refused "'etc/system': .*a file of that name" stage stick etc/system:etc/system/x
check 'file and folder of one name in one call are refused' refused "'p': .*a folder of that name" stage stick etc/system:p etc/system:p/q
check 'one name twice is refused' refused "'p': two files" stage stick etc/system:p with:colon:p
check 'so it is if it is staged' refused "'etc/rc': two files" stage stick etc/system:etc/rc with:colon:etc/rc
check 'two names that differ in case only are refused' refused "'name-of-file': .*case only" \
    stage stick etc/system:Name-of-File etc/system:name-of-file
check 'two folders that differ in case only are refused' refused "'folder-one': .*case only" \
    stage stick etc/system:Folder-One/x etc/system:folder-one/y
check 'so is a folder that is staged in another case' refused "'Etc': .*case only" stage stick etc/system:Etc/x
check 'a file that is not there is refused' unreadable "'nix': No such file" stage stick nix
check 'a device is refused' unreadable "'/dev/null': .*regular" stage stick /dev/null:x
check 'a folder takes no name' unreadable "'tree': .*folder" stage stick tree:x
mkdir hollow odd
ln -s ../tree odd/link
check 'a folder without files is refused' refused "'hollow': there is no file" stage stick hollow
check 'a link to a folder is refused' unreadable "'odd/link': .*folder" stage stick odd
chmod 0 with:colon
if [ -r with:colon ]; then
    echo '# everything can be read here'
else
    check 'a file that cannot be read is refused' unreadable 'Permission denied' stage stick with:colon:x
fi
check 'one bad name keeps the good ones out' refused 'name is empty' stage stick etc/system:good etc/system:
check 'each refusal has its line' sh -c "'$flight' stage stick etc/system: 'etc/system:a b' etc/system:con 2>&1 | wc -l | grep -qx 3"

for arguments in '' 'stick --list x' 'stick --list --remove x' 'stick --remove' 'stick --nothing'; do
    # shellcheck disable=SC2086
    check "bad usage: stage $arguments" gives 2 'flight: stage: ' stage $arguments
done
check 'stage --help says how it is used' sh -c "'$flight' stage --help | grep -q '^usage: flight stage IMAGE'"
check 'flight --help has a line for it' sh -c "'$flight' --help | grep -q '^  flight stage '"

check 'a file is removed, in any case' \
    says 'removed: länge-und-breite/GRÖßERE-Datei.conf\n' stage stick --remove LÄNGE-und-breite/größere-datei.CONF
check 'a folder is removed with all below it' says 'removed: a/b/one.conf\nremoved: a/c\nremoved: a/link.conf\n' stage stick --remove /system/boot/a/
check 'folders that became empty are gone' sh -c "! mdir -i stick@@1M ::/os/bootfs/a"
check 'what is not there is told, the rest is removed' gives 1 "'nix' is not staged" stage stick --remove nix etc/rc
check 'as it said' says 'removed: etc/rc\n' cat gives.out
check 'a bad name to be removed removes nothing' refused 'lead upwards' stage stick --remove etc ../etc
mmd -i stick@@1M ::/os/bootfs/hollow ::/os/bootfs/hollow/er
check 'an empty folder can be removed' says 'removed: hollow/\n' stage stick --remove hollow
mmd -i stick@@1M ::/os/bootfs/x || bail 'no folder'
for name in README 'x/a[1]' x/a1; do
    echo "$name" | mcopy -i stick@@1M - "::/os/bootfs/$name" || bail 'no file'
done
check 'names that cannot be staged can be removed' says 'removed: README\n' stage stick --remove readme
check 'brackets are no pattern' says 'removed: x/a[1]\n' stage stick --remove 'x/a[1]'
check 'what they would match as one is still there' says 'x/a1\n' content x/a1

mkdir -p many
for i in $(seq 100); do
    mkdir -p "many/folder-$((i % 7))"
    echo "$i" > "many/folder-$((i % 7))/file-$i.conf"
done
check 'a folder of 100 files is staged' sh -c "'$flight' stage stick many | grep -c ^staged: | grep -qx 100"
check 'and staged again' sh -c "'$flight' stage stick many | grep -c ^replaced: | grep -qx 100"
mkdir back
check 'and comes back as it was' sh -c "mcopy -s -n -i stick@@1M '::/os/bootfs/folder-*' back && diff -r many back"
check 'the list is sorted' sh -c "'$flight' stage stick | sed '\$d' | cut -c 12- > list && grep folder- list | LC_ALL=C sort -c"
check 'all of it can be removed' sh -c "'$flight' stage stick | sed '\$d' | cut -c 12- | xargs '$flight' stage stick --remove"
check 'nothing is left' says "nothing is staged in 'stick'\n" stage stick
check 'but for os/bootfs' sh -c "mdir -b -/ -i stick@@1M ::/os | tr '\n' ' ' | grep -qx '::/os/bootfs/ '"
check 'kernel and archive have not changed' \
    sh -c "mcopy -n -i stick@@1M ::/boot/kernel ::/boot/archive back && cmp kernel back/kernel && cmp archive back/archive"

# What an interrupted run would leave.
mmd -i stick@@1M ::/os/flight.new ::/os/flight.new/0 && mcopy -i stick@@1M archive ::/os/flight.new/0 || bail 'no files'
check 'what an interrupted run left is not staged' says "nothing is staged in 'stick'\n" stage stick
check 'and is gone with the next one' sh -c "'$flight' stage stick etc/system && ! mdir -i stick@@1M ::/os/flight.new"

image full 3 '\014'
cat kernel kernel kernel > big-1.bin
tac kernel | cat - kernel kernel > big-2.bin
stage full big-1.bin:one.bin etc/system:small > /dev/null || bail 'nothing staged'
check 'a file that replaces another needs room beside it' stage full big-2.bin:one.bin
check 'where files do not fit one is named' gives 5 "^flight: stage: 'full' is full: '(two|three).bin' does not fit\$" \
    stage full big-1.bin:two.bin big-1.bin:three.bin new/etc/system:small
check 'in one line' test "$(wc -l < gives.err)" = 1
check 'and none is staged' test ! -s gives.out
cat big-1.bin big-2.bin > huge
check 'so it is with one that would replace another' gives 5 "'one.bin' does not fit" stage full huge:one.bin new/etc/system:small
check 'the old ones are still there' sh -c "mtype -i full@@1M ::/os/bootfs/one.bin | cmp - big-2.bin && mtype -i full@@1M ::/os/bootfs/small | cmp - etc/system"
check 'and nothing else' says '::/os/bootfs/\n::/os/bootfs/one.bin\n::/os/bootfs/small\n' sh -c 'mdir -b -/ -i full@@1M ::/os | sort'
mkdir -p deep/a/b/c/d && echo x > deep/a/b/c/d/file
tried=0 told=0
for sectors in 2 3 4 5 6 7 8 9; do
    truncate -s 1440K tight
    mformat -i tight -f 1440 ::
    mmd -i tight ::/os ::/os/bootfs
    head -c $((1457664 - 1024 - sectors * 512)) /dev/zero | mcopy -i tight - ::/filler || bail 'no filler'
    stage tight deep > tight.out 2>&1 && break
    tried=$((tried + 1))
    [ "$(cat tight.out)" = "flight: stage: 'tight' is full: 'a/b/c/d/file' does not fit" ] &&
        [ "$(mdir -b -/ -i tight ::/os)" = ::/os/bootfs/ ] && told=$((told + 1))
done
check 'so it is where its folders do not fit' test "$tried" -gt 3
check 'nothing is left of them, either' test "$tried" = "$told"
check 'removed, they leave room' sh -c "'$flight' stage full --remove one.bin && '$flight' stage full big-1.bin:two.bin"

truncate -s 1440K floppy
mformat -i floppy -f 1440 :: || bail 'no file system'
check 'a file system without a partition table does, too' says 'staged: etc/system (10 bytes)\n' stage floppy etc/system
cp floppy 'odd@@1M [name]'
check 'the name of an image may be odd' says '        10 etc/system\n        10 bytes in 1 file\n' stage 'odd@@1M [name]'
cp floppy ./--list
check 'even that of an option' says '        10 etc/system\n        10 bytes in 1 file\n' stage -- --list
for type in 001 004 006 013 014 357; do
    image "type$type" 3 "\\0$type"
    check "a partition of type 0$type is taken" stage "type$type" etc/system
done
image linux 3 '\0203'
check 'another type is told' gives 5 "'linux' has a partition table without a FAT partition .types 0x83 0x00" stage linux
cp stick cut
truncate -s 5M cut
check 'an image that was cut is told' gives 5 'beyond its end' stage cut
dd if=/dev/zero of=floppy bs=512 count=1 conv=notrunc status=none
check 'zeros are no file system' gives 5 'neither a partition table nor' stage floppy
cp stick bare
dd if=/dev/zero of=bare bs=512 seek=2048 count=1 conv=notrunc status=none
check 'a partition without a file system is told' gives 5 'no FAT file system in its FAT partition, at byte 1048576' stage bare
check 'a short file is told' gives 5 'too short' stage etc/system
mkfifo line
check 'a pipe is no image' gives 5 "cannot read 'line': Illegal seek" timeout 10 "$flight" stage line
check 'an image that is not there is told' gives 5 "cannot read 'nix': No such file" stage nix
check 'a folder is no image' gives 5 "'etc'" stage etc
mkdir empty-path
check 'where there is no mtools, the package is named' \
    gives 5 'install the Debian package mtools' env PATH="$work/empty-path" "$flight" stage stick
check 'with one line' test "$(wc -l < gives.err)" = 1
printf 'drive c: file="/nowhere"\nMTOOLS_LOWER_CASE=1\nMTOOLS_NO_VFAT=1\n' > mtoolsrc
check 'what a user has configured does not matter' says 'replaced: etc/system (10 bytes, was 10)\n' \
    env MTOOLSRC="$work/mtoolsrc" MTOOLS_NO_VFAT=1 MTOOLS_DATE_STRING=dd LC_ALL=C "$flight" stage stick etc/system
check 'a folder for temporary files that is not there is told' gives 5 'temporary folder' env TMPDIR=/nowhere "$flight" stage stick etc/system
iso=${flight%flight}firstlight.iso
cp "$iso" hybrid.iso || bail 'no ISO'
check 'an ISO is refused' gives 5 "hybrid.iso' is an ISO, which nothing can be added to" stage hybrid.iso etc/system
check 'and stays as it is' cmp "$iso" hybrid.iso
finish
