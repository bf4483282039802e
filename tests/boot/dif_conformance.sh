#!/bin/sh
# The kernel's own interpreter gives for every program of tests/dif/ what the model says.
. tests/tap.sh

programs=build/tests/programs.bin
[ -s "$programs" ] || bail "no $programs"
count=$(od -A n -t u4 -j 8 -N 4 "$programs" | tr -d ' ')

boot --deterministic --module "$programs type=file name=dif/programs" --exec 'sysctl -n debug.dif_conformance' \
    -o "$work/capture" > "$work/text"
check "all $count programs agree" grep -qE "$count programs agree, 0 do not\$" "$work/text"

head -c 5000 "$programs" > "$work/cut"
boot --deterministic --module "$work/cut type=file name=dif/programs" --exec 'sysctl -n debug.dif_conformance' \
    -o "$work/capture" > "$work/text"
check 'a damaged file is told' grep -q 'and the file is damaged' "$work/text"

# The model is asked for the result of one instruction, and told another.
python3 - "$programs" "$work/wrong" << 'END' || bail 'no programs'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
wanted = (0xfffffffffffffffe).to_bytes(8, "little")  # what "not 0x1" must give
at = data.index(wanted, data.index(b"not 0x1"))
data[at] = 0
open(sys.argv[2], "wb").write(data)
END
boot --deterministic --module "$work/wrong type=file name=dif/programs" --exec 'sysctl -n debug.dif_conformance' \
    -o "$work/capture" > "$work/text"
check 'a program that gives something else is named' grep -q 'not 0x1: step 1: another result' "$work/text"
check 'and counted' grep -qE "$((count - 1)) programs agree, 1 do not\$" "$work/text"
finish
