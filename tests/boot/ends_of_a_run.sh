#!/bin/sh
# Every way in which a run can end has its own exit status and its own line.
. tests/tap.sh

run() {
    "$flight" run --deterministic --quiet -o "$work/capture" "$@"
}

check 'success exits 0' gives 0 'success' run
check 'a kernel without an archive reaches multi-user and succeeds' gives 0 'success' run --bare

mkdir -p "$work/root/etc"
printf 'echo about to fail\nexit 3\n' > "$work/root/etc/rc"
(cd "$work/root" && find . -mindepth 1 | cpio --quiet -o -H newc > ../failing.cpio) || bail 'no cpio'
check 'a failing /etc/rc exits 1' gives 1 'failure.*etc/rc' run --module "$work/failing.cpio type=rootfs"

mkdir -p "$work/empty"
(cd "$work/empty" && find . | cpio --quiet -o -H newc > ../empty.cpio) || bail 'no cpio'
check 'an archive without etc/rc succeeds' gives 0 'success' run --module "$work/empty.cpio type=rootfs"
grep -q 'the boot archive has no etc/rc' "$work/capture"
check 'and says so' test $? = 0

check 'bad usage exits 2' gives 2 'flight' "$flight" run --no-such-option
check 'an unknown command, too, with what was meant' \
    gives 2 "^flight: unknown command 'rnu': did you mean 'run'\? \(see 'flight --help'\)\$" "$flight" rnu
check 'of what is not close nothing is meant' gives 2 "^flight: unknown command 'boot' \(see 'flight --help'\)\$" "$flight" boot
check 'the smallest memory that is taken is enough' gives 0 success run --memory 3
check 'less is not taken' gives 2 "'2' is not a number from 3 to" run --memory 2
check 'a folder as module exits 5' gives 5 "$work" run --module "$work type=file"
check 'a missing module exits 5' gives 5 'no-such-file' run --module 'no-such-file type=file'
check 'a missing kernel exits 5' gives 5 'no-such-kernel' run --kernel no-such-kernel

check 'fault=panic exits 3 and tells the reason' gives 3 'panic.*fault=panic' run --bare --append fault=panic
check 'fault=early, before the console, exits 3' gives 3 'panic.*fault=early' run --bare --append fault=early
check 'fault=nested, a trap inside a panic, exits 3' gives 3 'panic' run --bare --append fault=nested
check 'fault=int3 exits 3 and tells of the storm' gives 3 'panic.*int3 storm' run --bare --append fault=int3
check 'fault=stack exits 3 and tells of the overflow' gives 3 'panic.*stack overflow' run --bare --append fault=stack
check 'fault=null exits 3 and tells of the null pointer' gives 3 'panic.*null pointer' run --bare --append fault=null
check 'fault=triple exits 3 as a triple fault' gives 3 'triple fault' run --bare --append fault=triple
check 'fault=reset exits 3 as a reset' gives 3 'reset' run --bare --append fault=reset
check 'fault=loop exits 4 with the last lines' gives 4 'Firstlight is multi-user' run --bare --append fault=loop --timeout 5
check 'a CPU without conditional moves exits 3' gives 3 'flight' run --qemu-arg -cpu --qemu-arg pentium
check 'and its reason is in the capture' grep -q 'cannot run on this CPU: it has no conditional moves' "$work/capture"

mkdir "$work/bin"
printf '#!/bin/sh\nkill -KILL $$\n' > "$work/bin/qemu-system-i386"
chmod +x "$work/bin/qemu-system-i386"
killed() {
    PATH="$work/bin:$PATH" run
}
check 'init obeys only the signals that it catches' gives 0 success \
    run --exec 'kill -STOP 1' --exec 'kill -KILL 1' --exec 'kill -TSTP 1'

check 'who is stopped while asleep sleeps on afterwards' gives 0 success \
    run --exec 'shutdown -p +0.5 & sleep 0.1; kill -STOP %1; sleep 0.1; kill -CONT %1; sleep 5; exit 3'

check 'a killed QEMU exits 5 and names the signal' gives 5 '[Kk]ill|signal 9' killed

mkdir "$work/none"
for tool in sh; do ln -s "$(command -v $tool)" "$work/none/"; done
without_qemu() {
    PATH="$work/none" run
}
check 'no QEMU exits 5' gives 5 'qemu-system-i386' without_qemu

printf '#!/bin/sh\nexit 33\n' > "$work/bin/qemu-system-i386"
check 'a success code without a verdict is no success' gives 3 'verdict' killed
finish
