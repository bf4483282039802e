#!/bin/sh
# Boots an ISO under Bochs: bochs.sh ISO CAPTURE [SECONDS]
#
# The machine has no screen, no PCI and with it no ACPI: it ends through Bochs' shutdown port.  Its
# time is counted in instructions, IPS for a second.  What COM1 said is in CAPTURE, for flight capture to judge.
set -eu

# Two that look for a port for their display at the same time may take the same one, and end.
exec 9> "${TMPDIR:-/tmp}/firstlight-bochs.lock"
flock 9

iso=$1 capture=$2 limit=${3:-300}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/bochsrc" <<CONFIGURATION
megs: 128
cpu: model=p3_katmai, ips=${IPS:-10000000}
clock: sync=none, time0=946684800
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
pci: enabled=0
plugin_ctrl: speaker=0
ata0-master: type=cdrom, path="$iso", status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev="$capture"
display_library: rfb, options="timeout=0"
log: $work/log
panic: action=fatal
info: action=ignore
CONFIGURATION
echo continue > "$work/debugger"

# The display is one for viewers over the network, and waits for none.  A shutdown is a panic to
# Bochs, so its status tells nothing.
rm -f "$capture"
timeout "$limit" bochs -q -f "$work/bochsrc" -rc "$work/debugger" < /dev/null > "$work/screen" 2>&1 || true
[ -s "$capture" ] && exit
cat "$work/screen" "$work/log" >&2
exit 1
