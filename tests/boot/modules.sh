#!/bin/sh
# The same modules through QEMU's -initrd and through GRUB: exact strings, equal sizes.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'

boot --deterministic --quiet --bare -o "$work/qemu" \
    --module 'README.md type=file name=etc/motd' --module '/dev/null x'
"$flight" report "$work/qemu" --format json > "$work/qemu.json" || bail 'no report'
module() {
    jq -r ".modules[$2] | $3" "$work/$1.json"
}
size=$(stat -c %s README.md)
check 'two modules are listed' test "$(jq '.modules | length' "$work/qemu.json")" = 2
check 'the first has its exact string' test "$(module qemu 0 .command_line)" = 'README.md type=file name=etc/motd'
check 'the first has its size' test "$(module qemu 0 .size)" = "$size"
check 'the first has its name' test "$(module qemu 0 .name)" = etc/motd
check 'the second has its exact string' test "$(module qemu 1 .command_line)" = '/dev/null x'
check 'the second is empty' test "$(module qemu 1 .size)" = 0
check 'the second keeps its path as name and is a file' test "$(module qemu 1 '.name + " " + .type')" = '/dev/null file'

cp README.md "$work/a,b.txt"
(cd "$work" && boot --deterministic --quiet --bare -o comma --module 'a,b.txt name=c,d,,e') || exit 1
"$flight" report "$work/comma" --format json > "$work/comma.json" || bail 'no report'
check 'commas in names arrive as they are' test "$(module comma 0 .command_line)" = 'a,b.txt name=c,d,,e'
check 'and the file behind them is found' test "$(module comma 0 .size)" = "$size"

mkdir -p "$work/deep/er"
(cd "$work/deep/er" && boot --deterministic --quiet --bare -o "$work/up" --module '../../a,b.txt type=file') || exit 1
"$flight" report "$work/up" --format json > "$work/up.json" || bail 'no report'
check 'a path upwards arrives as it was written' test "$(module up 0 .command_line)" = '../../a,b.txt type=file'
check 'and the file behind it is found' test "$(module up 0 .size)" = "$size"

# many COUNT: a run with so many modules, all of them one file, whose strings take 13 bytes each.
many() {
    (cd "$work" && printf 'x' > m && IFS='
' && "$flight" run --deterministic --quiet --bare -o many $(seq -f '--module=m name=%05.0f' "$1"))
}
check 'ten thousand modules' many 10000
"$flight" report "$work/many" --format json > "$work/many.json" || bail 'no report'
check 'arrive' test "$(jq '.modules | length' "$work/many.json")" = 10000
check 'the last one, too' test "$(module many 9999 .command_line)" = 'm name=10000'
check 'more than one argument can hold is told' \
    gives 5 "^flight: run: QEMU's -initrd would have 131299 bytes, and Linux passes on only 131071" many 10100

boot --deterministic --quiet --bare -o "$work/losers" --module 'README.md name=a' --module 'README.md name=a' \
    --module 'README.md name=b' --module 'README.md name=b/c' --module 'README.md name=d/e' --module 'README.md name=d'
"$flight" report "$work/losers" --format json > "$work/losers.json" || bail 'no report'
check 'a module that another one overrides is ignored, and one that has to be a directory is refused' \
    test "$(jq -r '[.modules[].state] | join(" ")' "$work/losers.json")" = 'ignored accepted refused accepted accepted refused'

boot --deterministic --quiet -o "$work/types" --module 'README.md type=rootfs type=file name=x'
"$flight" report "$work/types" --format json > "$work/types.json" || bail 'no report'
check 'of two types of one module the last one counts, also for whether the boot archive is added' \
    test "$(jq -r '[.modules[].type] | join(" ")' "$work/types.json")" = 'rootfs file'

mkdir "$work/linked" "$work/linked/d"
ln -s d "$work/linked/l"
(cd "$work/linked" && find . -mindepth 1 | cpio --quiet -o -H newc) > "$work/linked.cpio" || bail 'no archive'
boot --deterministic --quiet -o "$work/kept" --module "$work/linked.cpio type=rootfs" --module 'README.md name=l/f' --module 'README.md name=d/f'
"$flight" report "$work/kept" --format json > "$work/kept.json" || bail 'no report'
check 'one that is overridden through a link is used, for it still stands below system/boot' \
    test "$(jq -r '[.modules[].state] | join(" ")' "$work/kept.json")" = 'accepted accepted accepted'

: > "$work/null"
cat > "$work/grub.cfg" <<'MENU'
serial --unit=0 --speed=115200
terminal_output serial
multiboot /boot/firstlight.elf firstlight.elf
module /boot/README.md README.md type=file name=etc/motd
module /boot/null /dev/null x
boot
MENU
sh iso/make_iso.sh "$work/modules.iso" "$work/grub.cfg" build/firstlight.elf README.md "$work/null" || bail 'no ISO'
boot --deterministic --quiet --iso "$work/modules.iso" -o "$work/grub"
"$flight" report "$work/grub" --format json > "$work/grub.json" || bail 'no report'
check 'through GRUB strings, names, types and sizes are the same' \
    test "$(jq -c .modules "$work/grub.json")" = "$(jq -c .modules "$work/qemu.json")"
check 'the loader is told' test "$(jq -r .config.loader "$work/grub.json" | cut -c1-4)" = GRUB

boot --deterministic --quiet --iso build/firstlight.iso -o "$work/demo"
"$flight" report "$work/demo" --format json > "$work/demo.json" || bail 'no report'
check 'the demonstration on the ISO runs its scripts' \
    test "$(jq '[.tables[0].events[].event] | index("/etc/rc.d/cron done") != null' "$work/demo.json")" = true
finish
