#!/bin/sh
# What flight run hands over before the boot: commands (--exec), as words of the kernel's command
# line or as a file of the medium, and the number of CPUs (--smp).
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'
command -v python3 > /dev/null || bail 'no python3'

# A QEMU that says what it was told; run as it is, it fails.
mkdir "$work/bin"
for program in qemu-system-i386 qemu-system-x86_64; do
    printf '#!/bin/sh\nfor a in "$@"; do printf "%%s\\n" "$a"; done > "$ARGUMENTS"\nexit 1\n' > "$work/bin/$program"
    chmod +x "$work/bin/$program"
done
# told ARGUMENT...: leaves QEMU's arguments in $work/arguments, one on a line.
told() {
    ARGUMENTS=$work/arguments PATH="$work/bin:$PATH" "$flight" run --bare "$@"
    [ $? = 5 ]
}
# behind OPTION VALUE...: one of QEMU's options has that value.
behind() {
    grep -Fx -A 1 -e "$1" "$work/arguments" | tail -n 1 | grep -Fx -e "$2"
}
cpus() { # OF ACCELERATOR ARGUMENT...
    number=$1 accelerator=$2
    shift 2
    told "$@" && behind -smp "$number" && behind -accel "$accelerator"
}
check 'a machine has one CPU' cpus 1 tcg
check 'or 32' cpus 32 tcg --smp 32
check 'which one thread takes in turn where instructions are counted' cpus 4 tcg,thread=single --smp 4 --deterministic
for number in 0 33 -1 2x '' 99999999999; do
    check "--smp '$number' is refused in one line" gives 2 \
        "^flight: run: '--smp.*': '.*' is not a number from 1 to 32" "$flight" run "--smp=$number"
    check 'and nothing else is said' test "$(wc -l < "$work/gives.err")" = 1
done
check 'isapc has one CPU' gives 2 'isapc has one CPU' "$flight" run --machine isapc --smp 2

twice() {
    "$flight" run --deterministic --quiet --bare "$@" -o "$work/first" &&
        "$flight" run --deterministic --quiet --bare "$@" -o "$work/capture" && cmp "$work/first" "$work/capture"
}
for machine in pc q35 microvm; do
    check "$machine boots with 4 CPUs, twice to the same bytes" twice --smp 4 --machine $machine
done
check 'and with 32' twice --smp 32
check 'and in real time' "$flight" run --quiet --bare --smp 4

line() {
    "$flight" report "$work/capture" --format json | jq -j .config.command_line
}
# handed WORDS ARGUMENT...: the kernel has got these words, behind its own name.  Some are no
# commands: the run is then a failure.
handed() {
    words=$1
    shift
    { "$flight" run --quiet --bare -o "$work/capture" "$@" || [ $? = 1 ]; } && line > "$work/line" &&
        printf 'firstlight.elf %s' "$words" | cmp - "$work/line"
}
check 'a command is a word of the command line' handed 'exec="ps"' --exec ps
frames_of_its_own() {
    "$flight" run --deterministic --quiet --bare --exec 'sysctl kern.exec; false "~{A}"' -o "$work/capture"
    [ $? = 1 ] && "$flight" verify "$work/capture"
}
check 'a command that looks like a frame is none where it is shown' frames_of_its_own
check 'as many as there are, in their order' handed 'exec="ps" exec="echo hello, world"' --exec ps --exec 'echo hello, world'
check "before the user's words" handed 'exec="ps" trace.run=7 -B' --append 'trace.run=7 -B' --exec ps
check 'quotes and backslashes are kept' handed 'exec="echo \"a b\" '"'c'"' \\d"' --exec "echo \"a b\" 'c' \\d"
check 'commas are not doubled' handed 'exec="a,,b,c="' --exec 'a,,b,c='
check 'UTF-8 is kept' handed 'exec="echo grün 日本 🚀"' --exec 'echo grün 日本 🚀'
check 'an empty command is one' handed 'exec=""' --exec ''
check 'what looks like a console is none' handed 'exec="console=com2" exec="x console=com2"' \
    --exec 'console=com2' --exec 'x console=com2'
check 'a command stands in the deterministic line, too' twice --exec 'echo hello'
check 'two lines are refused' gives 2 '^flight: run: --exec: a command is one line' "$flight" run --exec "$(printf 'ps\nhalt')"

# long COUNT: a command of which the words have COUNT bytes.
long() {
    head -c $(($1 - 7)) /dev/zero | tr '\0' x
}
check 'as much as one argument can have is handed over' handed "exec=\"$(long 131000)\"" --exec "$(long 131000)"
halves() { # in two arguments, as one could not be given
    "$flight" run --exec "$(long 65536)" --exec "$(long "$1")"
}
check 'more is refused' gives 2 '^flight: run: --exec: the commands have more than 128 KiB' halves 65536
together() {
    "$flight" run --exec "$(long 131000)" --append 'a word and another, and many more: they do not fit together with the command'
}
check 'so is what does not fit together with other words' gives 5 "QEMU's -append would have 131" together

small_archive "$work/small"
carried="build/firstlight.elf $work/small/boot_archive $work/small/boot_archive.hash"
# shellcheck disable=SC2086
sh iso/make_usb.sh "$work/stick" iso/grub.cfg $carried || bail 'no stick'
mkdir -p "$work/more/etc"
echo 'an older one' > "$work/more/etc/autoexec"
echo 'set trace:boot = 77' > "$work/more/etc/system"
# shellcheck disable=SC2086
sh iso/make_net.sh "$work/net" iso/grub.cfg $carried || bail 'no network'
# shellcheck disable=SC2086
sh iso/make_net.sh "$work/fuller" iso/grub.cfg $carried "$work/more" || bail 'no network'
cp "$work/stick" "$work/full"
"$flight" stage "$work/full" "$work/more" > "$work/out" || bail 'nothing staged'
cp build/firstlight.iso "$work/iso" || bail 'no ISO'
(cd "$work" && find stick full iso net fuller -type f -exec sha256sum {} +) > "$work/before"

# carries SIZE MODULES ARGUMENT...: a boot of a medium hands over etc/autoexec of SIZE bytes, as the
# last of so many modules of that name.
carries() {
    size=$1 modules=$2
    shift 2
    "$flight" run --quiet -o "$work/capture" --exec 'echo hello, "world"' --exec ps "$@" &&
        cp "$work/capture" "$work/carried" &&
        "$flight" report "$work/capture" --format json |
        jq -c '[.modules[] | select(.name == "etc/autoexec") | .size]' | tee "$work/sizes" &&
        test "$(jq 'last' "$work/sizes") $(jq length "$work/sizes")" = "$size $modules"
}
# again ARGUMENT...: the last medium, in another second.
again() {
    sleep 1
    "$flight" run --quiet --deterministic -o "$work/capture" --exec 'echo hello, "world"' --exec ps "$@" &&
        cmp "$work/carried" "$work/capture"
}
check 'a stick carries commands' carries 23 1 --deterministic --disk "$work/stick"
check 'in place of those that it has' carries 23 1 --deterministic --disk "$work/full"
check 'beside other files' grep -q 'etc/system: settings: 1' "$work/capture"
check 'and boots again to the same bytes' again --disk "$work/full"
check 'an ISO carries them' carries 23 1 --deterministic --iso "$work/iso"
check 'and boots again to the same bytes, too' again --iso "$work/iso"
check 'also under UEFI' carries 23 1 --iso "$work/iso" --firmware uefi
check 'a network carries them' carries 23 1 --deterministic --net "$work/net"
check 'behind those that it has' carries 23 2 --deterministic --net "$work/fuller"
check 'beside other files, too' grep -q 'etc/system: settings: 1' "$work/capture"
check 'and boots again to the same bytes, as well' again --net "$work/fuller"
(cd "$work" && find stick full iso net fuller -type f -exec sha256sum {} +) > "$work/after"
check 'all media are as they were' cmp "$work/before" "$work/after"

rm "$work/net/boot/grub/bootfs.cfg"
check 'a network without a list takes no modules' gives 2 'takes no boot modules: it has no boot/grub/bootfs.cfg' \
    "$flight" run --net "$work/net" --exec ps
{ head -c 32769 /dev/zero; printf CD001; } > "$work/none.iso"
{ head -c 510 /dev/zero; printf '\125\252'; } > "$work/none.img"
check 'what is no whole ISO is told' gives 5 'xorriso cannot put etc/autoexec onto this ISO' \
    "$flight" run --iso "$work/none.iso" --exec ps
check 'what has no FAT is told' gives 5 'boot.img. has a partition table without a FAT' "$flight" run --disk "$work/none.img" --exec ps
without_xorriso() {
    mkdir "$work/none" && ln -s "$(command -v sh)" "$work/none/" && PATH="$work/none" "$flight" run --iso "$work/iso" --exec ps
}
check 'a missing xorriso is told' gives 5 'there is no xorriso in PATH' without_xorriso
finish
