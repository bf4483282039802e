#!/bin/sh
# Mutants of DOF objects: 20,000 are loaded, run and traced with under the sanitizers, and a machine of 32 bits judges them
# as one of 64 does.  Then mutants of a capture of anonymous tracing, which flight reads.
. tests/tap.sh

COUNT=${COUNT:-20000}
FIRST=${FIRST:-0}

# Of each mutant the same verdict, with the same text at the same place.
judged_alike() {
    build/tests/mutate_dof --verdicts "$FIRST" "$COUNT" > "$work/64" &&
        build/tests/mutate_dof_i386 --verdicts "$FIRST" "$COUNT" > "$work/32" &&
        cmp "$work/64" "$work/32" && [ "$(wc -l < "$work/64")" = "$COUNT" ]
}

# Kinds of refusal that mutants meet, without their numbers.
kinds() {
    build/tests/mutate_dof --verdicts 0 20000 | sed -n 's/^[0-9]* refused: //p' |
        sed 's/ (.*//; s/[0-9][0-9]*/N/g' | sort -u | wc -l
}
of_all_kinds() {
    [ "$(kinds)" -ge 70 ]
}

written() {
    mkdir "$work/mutants" && build/tests/mutate_dof --write "$FIRST" 100 "$work/mutants" &&
        [ "$(find "$work/mutants" -name '*.dof' | wc -l)" = 100 ]
}

check "mutants of DOF objects do no harm" build/tests/mutate_dof "$FIRST" "$COUNT"
check "mutants do no harm to a machine of 32 bits" build/tests/mutate_dof_i386 "$FIRST" "$COUNT"
check "machines of 32 and 64 bits judge mutants alike" judged_alike
check "mutants are refused for 70 reasons and more" of_all_kinds
check "mutants can be written to files" written
check "mutants of captures do no harm" \
    build/tests/mutate_capture "$FIRST" "$((COUNT / 40))" tests/golden/good-dtrace.capture
finish
