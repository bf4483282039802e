#!/bin/sh
# Every object of an independent D compiler, one boot each: it is taken, the boot ends well, and the books balance.  What
# each records is the matter of vector_records.py, and destructive ones are that of destructive.sh.  Boots are bare; WHOLE=1: the
# demonstration.
. tests/tap.sh

bare=--bare
[ "${WHOLE:-0}" = 0 ] || bare=

run() {
    "$flight" run --deterministic --quiet -o "$work/capture" "$@" 2> "$work/err" || { cat "$work/err"; return 1; }
    console_text
    "$flight" verify "$work/capture"
}
# boots NAME ARGUMENT...: with the object, and its books at the end.
boots() {
    object=$1
    shift
    run --module "tests/dof/$object.dof type=dof" --exec 'dtrace -ae' --exec 'sysctl -n debug.dtrace.books' "$@"
}
# takes NAME: the object is taken, and every record that was emitted has an account.
takes() {
    boots "$@" || return 1
    told '^dtrace: tracing; ' || return 1
    awk '/^(buffer|aggregations) [0-9]+: emitted/ {
             gsub(/[^0-9 ]/, ""); found++
             if ($2 != $3 + $4 + $5 + $6) { print "the books do not balance: " $0; bad = 1 }
         }
         END { exit bad || !found }' "$work/text"
}

for object in 01a-blog-default 01b-blog-trace 02a-pred-execname 02b-pred-arg-cpu 03a-tls-quantize 05-printf-stack 09-options \
    14-userland 17-wildcard-multi 19-multi-n.0 19-multi-n.1 19-multi-n.2 19-multi-n.err 20-n-x-opts; do
    check "$object is taken, and its books balance" takes $object $bare
done
for object in 04a-aggs 06b-arith 06c-ternary-branch 07-assoc 08-local-ops 12-spec 18-inline-enum; do
    check "$object, on every function of the kernel, too" takes $object $bare --timeout 300
done

finish
