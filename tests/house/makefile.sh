#!/bin/sh
# Of the files named *.d below build/, make reads those that compilers wrote, and no program in D.
. tests/tap.sh

below=$work/build
mkdir -p "$below/mine" "$below/kernel"
make_there() {
    env -u MAKEFLAGS -u MAKELEVEL make -s B="$below" "$@"
}
misses_header() {
    ! make_there "$below/kernel/a.o" > "$work/out" 2>&1 && cat "$work/out" && grep -q gone.h "$work/out"
}
echo 'syscall:::entry { @[probefunc] = count(); }' > "$below/mine/calls.d"
check 'a program in D is none of its makefiles' make_there help
echo "$below/kernel/a.o: gone.h" > "$below/kernel/a.d"
check 'what an object depends on is' misses_header
finish
