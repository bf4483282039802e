#!/bin/sh
# Hashes: what matches is verified and used, what does not is used nowhere, and both are told.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'

small_archive "$work/small" 'echo Setting hostname: its own.'
archive=$work/small/boot_archive
printf 'echo overridden\n' > "$work/rc"
sum() { "$1" "$2" | cut -d' ' -f1; }
sha1=$(sum sha1sum "$archive") sha256=$(sum sha256sum "$archive")
file256=$(sum sha256sum "$work/rc")
wrong1=$(printf '%040d' 0) wrong256=$(printf '%064d' 0)

run() {
    "$flight" run --deterministic --quiet --bare -o "$work/capture" "$@"
}
# module INDEX FIELD: of the last run.
module() {
    "$flight" report "$work/capture" --format json | jq -r ".modules[$1].$2"
}
told() {
    grep -qE -- "$1" "$work/capture" || { tail -n 40 "$work/capture"; return 1; }
}

check 'an archive with its SHA-1 on the line boots' gives 0 success \
    run --module "$archive type=rootfs name=ramdisk hash=$sha1"
check 'is told as verified' test "$(module 0 verified) $(module 0 digest)" = "true sha1:$sha1"
check 'and in the log' told '^module 0: ramdisk, rootfs, .*, sha1 verified'
check 'and in the boot table' told 'hash verified: ramdisk, sha1, [0-9]+ bytes'
check 'an archive with its SHA-256 in upper case boots' gives 0 success \
    run --module "$archive type=rootfs name=ramdisk hash=$(echo "$sha256" | tr a-f A-F)"
check 'is told likewise' test "$(module 0 verified) $(module 0 digest)" = "true sha256:$sha256"

check 'an archive with a wrong SHA-1 stops the boot' gives 1 "failure: boot archive \(module 0\): hash mismatch: expected sha1:$wrong1, found sha1:$sha1" \
    run --module "$archive type=rootfs name=ramdisk hash=$wrong1"
check 'and is told as false' test "$(module 0 verified) $(module 0 state)" = 'false mismatch'
check 'and the capture is whole' "$flight" verify "$work/capture"
check 'an archive with a wrong SHA-256 stops the boot' gives 1 'failure: boot archive .module 0.: hash mismatch' \
    run --module "$archive type=rootfs hash=$wrong256"
check 'an archive with half a hash stops the boot' gives 1 'failure: boot archive .module 0.: its hash cannot be read' \
    run --module "$archive type=rootfs hash=${sha1%????}"
check 'and its digest is unknown' test "$(module 0 verified) $(module 0 digest)" = 'false null'

printf '%s\n' "$sha1" > "$work/illumos"
sha256sum "$archive" > "$work/coreutils"
printf '%s' "$wrong256" > "$work/wrong"
: > "$work/empty"
check "illumos' hash file of the same name verifies" gives 0 success \
    run --module "$archive type=rootfs name=ramdisk" --module "$work/illumos type=hash name=ramdisk"
check 'is told so' test "$(module 0 verified) $(module 0 digest)" = "true sha1:$sha1"
check 'a hash file as sha256sum writes it, before its module, verifies' gives 0 success \
    run --module "$work/coreutils type=hash name=/ramdisk" --module "$archive type=rootfs name=ramdisk"
check 'is told so' test "$(module 1 verified) $(module 1 digest)" = "true sha256:$sha256"
check 'a hash file with a wrong hash stops the boot' gives 1 'hash mismatch' \
    run --module "$archive type=rootfs name=ramdisk" --module "$work/wrong type=hash name=ramdisk"
check 'an empty hash file stops the boot' gives 1 'its hash cannot be read' \
    run --module "$archive type=rootfs name=ramdisk" --module "$work/empty type=hash name=ramdisk"
check 'the hash on the line comes before the hash module' gives 0 success \
    run --module "$archive type=rootfs name=ramdisk hash=$sha1" --module "$work/wrong type=hash name=ramdisk"
check 'of two hash modules the last one counts' gives 0 success \
    run --module "$work/wrong type=hash name=ramdisk" --module "$work/illumos type=hash name=ramdisk" \
    --module "$archive type=rootfs name=ramdisk"
check 'which is told' told "^module 0: the hash of 'ramdisk' gives way to that of module 1"
stray() { # another hash, whose name lies below or above
    run --module "$archive type=rootfs name=$1" --module "$work/wrong type=hash name=$1" --module "$work/wrong type=hash name=$2"
}
check 'a hash below the name of another takes it nothing' gives 1 'hash mismatch' stray ramdisk ramdisk/x
check 'nor does one above it' gives 1 'hash mismatch' stray boot/ramdisk boot
check 'the hash of a name that means nothing is verified, too' gives 1 'hash mismatch' \
    run --module "$archive type=rootfs name=/" --module "$work/wrong type=hash name=.."
check 'a hash that is not what its own hash says stops the boot' gives 1 'its hash cannot be read' \
    run --module "$archive type=rootfs name=ramdisk" --module "$work/illumos type=hash name=ramdisk hash=$wrong1"
check 'which is told' told "^module 0: 'ramdisk': its hash, module 1, cannot be read: it is not what its own hash says"
check 'a hash that belongs to nothing changes nothing' gives 0 success \
    run --module "$archive type=rootfs name=ramdisk" --module "$work/wrong type=hash name=ram"
check 'and is told' told "^module 1: no module has the name 'ram' of this hash"
check 'the archive stays unverified' test "$(module 0 verified) $(module 0 digest) $(module 0 state)" = 'null null accepted'

check 'a file with its hash is used' gives 0 success \
    run --module "$archive type=rootfs" --module "$work/rc name=etc/rc hash=$file256"
check 'and verified' test "$(module 1 verified)" = true
check 'and visible' told '^overridden'
check 'a file with a wrong hash does not stop the boot' gives 0 success \
    run --module "$archive type=rootfs" --module "$work/rc name=etc/rc hash=$wrong256"
check 'is told as false' test "$(module 1 verified) $(module 1 digest)" = "false sha256:$wrong256"
check 'is named' told "^module 1: 'etc/rc': hash mismatch: expected sha256:$wrong256, found sha256:$file256; the module is left out"
hidden() {
    ! grep -q '^overridden' "$work/capture" && grep -q '^Setting hostname' "$work/capture"
}
check "and the archive's own appears" hidden
check 'a file whose hash cannot be read is left out' gives 0 success \
    run --module "$archive type=rootfs" --module "$work/rc name=etc/rc hash=xyz"
check 'and named' told "^module 1: 'etc/rc': its hash, on its line, cannot be read: .*; the module is left out"
check "and the archive's own appears" hidden

# What the loader has left out because it is larger than memory.
truncate -s 200M "$work/large"
check 'an archive that is not in memory, with a hash, stops the boot' gives 1 'it is not in memory, so its hash cannot be verified' \
    run --memory 64 --module "$work/large type=rootfs name=ramdisk hash=$sha1"
check 'an archive whose hash is not in memory stops the boot' gives 1 'its hash cannot be read' \
    run --memory 64 --module "$archive type=rootfs name=ramdisk" --module "$work/large name=x" --module "$work/illumos type=hash name=ramdisk"
check 'and what was left out is listed' test "$(module 1 name) $(module 1 state)" = 'x refused'

printf '%s boot_archive\n' "$sha256" > "$work/one-blank"
check 'one blank may stand before the file name' gives 0 success \
    run --module "$archive type=rootfs name=ramdisk" --module "$work/one-blank type=hash name=ramdisk"

old_style() {
    run --module "$1" --module "$2"
}
check 'an old-style line alone is the archive' gives 0 success run --module "$archive"
check 'which is told' told '^module 0: an old-style line: taken as the boot archive'
check 'and runs its scripts' told '^Setting hostname'
check 'two old-style lines are the archive and its hash' gives 0 success old_style "$archive" "$work/illumos"
check 'which is told' told '^module 1: an old-style line: taken as the hash of module 0'
check 'and verified' test "$(module 0 verified)" = true
check 'a wrong one stops the boot' gives 1 'hash mismatch' old_style "$archive" "$work/wrong"
check 'a second line that is no hash makes both files' gives 0 success old_style "$archive" "$work/rc"
check 'which is told' told '^modules 0 and 1: bare lines, but the second is no hash: both kept as files'
check 'a bare line that is no archive is a file' gives 0 success run --module "$work/rc"
check 'which is told' told '^module 0: a bare line, but no archive that can be read: kept as a file'
check 'an old-style archive beside a new-style file stays the archive' gives 0 success \
    run --module "$archive" --module "$work/rc type=file name=etc/rc"
check 'and the file comes over it' told '^overridden'

gzip -c "$archive" > "$work/archive.gz"
check 'a compressed archive is refused and the boot goes on' gives 0 success run --module "$work/archive.gz type=rootfs"
check 'with the advice to let GRUB decompress it' told '^module 0: .*gzip.*let GRUB decompress it'
finish
