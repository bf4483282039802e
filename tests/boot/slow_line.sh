#!/bin/sh
# A line of 9,600 baud, in Bochs, which takes the divisor seriously and counts time in instructions:
# the boot does not wait for it, and what it could not carry is accounted for.
. tests/tap.sh

# medium NAME OPTIONS [FOLDER]: an ISO whose kernel gets these options, and the folder's files.  Its run table
# keeps what the demonstration records there, so that the start of multi-user operation is not overwritten.
medium() {
    sed "s/\(multiboot .* firstlight.elf\);/\1 trace.run=3000 $2;/" iso/grub.cfg > "$work/grub.cfg"
    grep -q "$2" "$work/grub.cfg" || bail 'the menu has no line for the kernel'
    # shellcheck disable=SC2086
    sh iso/make_iso.sh "$work/$1.iso" "$work/grub.cfg" build/firstlight.elf build/boot_archive \
        build/boot_archive.hash ${3:-} > "$work/$1.log" 2>&1 || bail "no $1.iso"
}

# runs NAME: boots it; the report is in NAME.json.
runs() {
    sh tests/boot/bochs.sh "$work/$1.iso" "$work/$1" || return 1
    "$flight" report --format json "$work/$1" > "$work/$1.json"
    jq -e '.verdict == "success"' "$work/$1.json"
}

# Instructions from the kernel's entry until multi-user operation.
until_multi_user() {
    jq '[.tables[].events[] | select(.event == "kernel entry" or .event == "multi-user start") | .tsc] | .[1] - .[0]' \
        "$work/$1.json"
}

at_most_one_percent_more() {
    silent=$(until_multi_user silent) slow=$(until_multi_user slow)
    echo "# $silent instructions without text, $slow at 9,600 baud"
    [ "$((100 * (slow - silent)))" -le "$silent" ]
}

# The losses that stand in the text, and the total that stands in the frame.
loss_is_told_twice() {
    in_text=$(tr -d '\r' < "$work/chatty" |
        sed -n 's/^\[\([0-9]*\) bytes of text were lost here\]$/\1/p' | paste -sd+ | bc)
    in_frame=$(jq '.line_loss.text_bytes' "$work/chatty.json")
    echo "in the text: $in_text, in the frame: $in_frame"
    [ "$in_frame" -gt 0 ] && [ "$in_text" = "$in_frame" ] && "$flight" verify "$work/chatty"
}

# What waits at the end of the run is sent in its own step of the shutdown, which takes as long as the line
# does: a kilobyte and more, at about a millisecond for each byte.
the_rest_is_sent() {
    jq -e '.clock.tsc_hz as $hz | [.tables[2].events[] | select(.event == "bufshutdown begin" or
               .event == "shutdown sync complete") | .tsc] | length == 2 and .[1] - .[0] > $hz' \
        "$work/chatty.json"
}

# Systems of their own: one says little, one too much.
for system in quiet much; do
    mkdir -p "$work/$system/etc"
    printf 'echo Stopping.\n' > "$work/$system/etc/rc.shutdown"
    printf 'true\n' > "$work/$system/etc/autoexec"
done
printf 'echo Starting.\nsleep 0.5\n' > "$work/quiet/etc/rc"
printf 'cat /etc/words\n' > "$work/much/etc/rc"
awk 'BEGIN { for (i = 0; i < 2500; i++) print "This is line " i " of a system that has much to say." }' \
    > "$work/much/etc/words"
medium silent console=none "$work/quiet"
medium slow 'console=ttya ttya-mode=9600,8,n,1,-' "$work/quiet"
medium chatty 'console=ttya ttya-mode=9600,8,n,1,-' "$work/much"

runs slow > "$work/slow.out" 2>&1 &
check 'a boot without text ends well' runs silent
wait $!
check 'so does one at 9,600 baud' jq -e '.verdict == "success"' "$work/slow.json"
at_most_one_percent_more || true
check 'it takes at most 1 percent more instructions until multi-user' at_most_one_percent_more
# Its end takes the line more than a minute: on a CPU that does less in that.
export IPS=2000000
check 'a boot that says too much ends well, too' runs chatty
check 'what was lost of its text is told, in the text and as a frame' loss_is_told_twice
check 'the rest of it is sent before the other CPUs and the timer stop' the_rest_is_sent
finish
