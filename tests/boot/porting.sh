#!/bin/sh
# A kernel that takes trace/ and nothing else (docs/porting.md): how little it is, and that flight reads it.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'

example=docs/examples/porting
kernel=$work/kernel.elf

built_of_trace_alone() {
    ! grep -h '#include' "$example/kernel.c" | grep -v '"trace/' || return 1
    readelf -sW "$kernel" | awk '$4 == "FILE" && $8 != "kernel.c" { print $8 }' > "$work/files"
    [ -s "$work/files" ] || return 1
    while read -r file; do
        [ -e "trace/$file" ] || { echo "$file is linked, too"; return 1; }
    done < "$work/files"
}
at_most() {
    lines=$(find "$example" -type f ! -name Makefile -exec cat {} + | wc -l)
    echo "$lines lines"
    [ "$lines" -le "$1" ]
}
page_shows_it() {
    python3 - docs/porting.md "$example" << 'END'
import re, sys
page, example = open(sys.argv[1]).read(), sys.argv[2]
blocks = re.findall(r"^```(c|make)\n(.*?)^```", page, re.M | re.S)
files = {"c": open(example + "/kernel.c").read(), "make": open(example + "/Makefile").read()}
wrong = [text for language, text in blocks if text not in files[language]]
print("\n".join(wrong))
sys.exit(bool(wrong) or not blocks)
END
}
run() {
    "$flight" run --kernel "$kernel" --bare --deterministic --quiet -o "$work/capture"
}
# Without the port that ends an emulator: what a real machine is like.
stops_by_itself() {
    qemu-system-i386 -kernel "$kernel" -display none -serial "file:$work/line" &
    for _ in $(seq 300); do
        grep -qs '^~{V' "$work/line" && break
        sleep 0.1
    done
    sleep 1
    kill $!
    wait $!
    "$flight" verify "$work/line" && [ "$(tail -n 1 "$work/line" | cut -c 1-3)" = '~{V' ]
}
# What the page says of entries and exits, and of a panic, in a copy of the kernel that does so.
entry=$(sed -n 's/.* names as `\([A-Z]*\) f` and .*/\1/p' docs/porting.md)
panic_code=$(sed -n 's/.*behind a panic `panic`.* with \(0x[0-9]*\).*/\1/p' docs/porting.md)
copy_builds() {
    mkdir "$work/copy" && cp "$example"/* "$work/copy" && sed -i \
        -e 's/{16, 8, 16}/{16, 8, 16, 16}/' \
        -e 's/^#define EVENT(text) /#define EVENT(text) EVENT_IN(table, text)\n#define EVENT_IN(way, text) /' \
        -e 's/tracer.cpu\[0\].table/tracer.cpu[0].way/' \
        -e "s/^    work(30000000);/    EVENT_IN(tslog, \"$entry mount\");\n&\n    EVENT_IN(tslog, \"EXIT mount\");/" \
        -e 's/"success", "it has traced itself"/"panic", "no root"/' \
        -e "s/(0x10), \"d\"/($panic_code), \"d\"/" "$work/copy/kernel.c" &&
        make -s -C "$work/copy" TRACE_DIR="$PWD/trace" OUT="$work/copy"
}
copy_runs() {
    "$flight" run --kernel "$work/copy/kernel.elf" --bare --deterministic --quiet -o "$work/copy/capture"
}
copy_is_drawn() {
    "$flight" export "$work/copy/capture" --format folded | grep -E '^kernel;kernel.*;mount 30[0-9]{6}$'
}
# table NAME: its emitted, kept, overwritten, and distinct events in their order.
table() {
    "$flight" report "$work/capture" --format json |
        jq -rc --arg name "$1" '.tables[] | select(.name == $name) | [.emitted, .kept, .overwritten, .dropped, ([.events[].event] | unique)]'
}

check 'the example builds' make -s -C "$example" OUT="$work"
check 'from nothing but trace/' built_of_trace_alone
check 'and is at most 100 lines beside it' at_most 100
check 'a loader takes it' grub-file --is-x86-multiboot "$kernel"
check 'the page shows it as it is' page_shows_it
check 'it boots and says success' gives 0 'success: it has traced itself' run
check 'its books balance' "$flight" verify "$work/capture"
check 'the boot table has the boot' test "$(table boot)" = '[2,2,0,0,["devices found","file systems mounted"]]'
check 'the run table has wrapped' test "$(table run)" = '[20,8,12,0,["request served"]]'
check 'the shutdown table has the shutdown' test "$(table shutdown)" = '[1,1,0,0,["file systems unmounted"]]'
check 'time passes' test "$("$flight" report "$work/capture" --format json | jq '[.tables[].events[].ns] | . == sort and (last - first) > 49e6')" = true
check 'a copy takes entries and exits, and panics, by the words of the page' copy_builds
check 'that is one death' gives 3 '^flight: died: panic: no root$' copy_runs
check 'and the function took its time' copy_is_drawn
check 'without isa-debug-exit it stops, and its line is whole' stops_by_itself
finish
