#!/bin/sh
# Every fuzz target is built, says in its head comment what its input is and what property it holds, and has seeds.
. tests/tap.sh

# says FILE WORD: in its first comment.
says() {
    sed '/\*\//q' "$1" | grep -qE "^ \* $2: ."
}
has_seeds() { # TARGET
    find "tests/fuzz/corpus/$1" -type f -size +0 | grep -q .
}
env -u MAKEFLAGS -u MAKELEVEL make -pnq help > "$work/make" 2> /dev/null
for file in tests/fuzz/fuzz_*.c; do
    name=${file#tests/fuzz/fuzz_}
    name=${name%.c}
    check "fuzz_$name is built" grep -qE "^FUZZ := (.* )?fuzz_$name( |\$)" "$work/make"
    check 'it says what its input is' says "$file" Input
    check 'and its property' says "$file" Property
    check 'and has seeds' has_seeds "$name"
done

# Seeds and words belong to a target.
owned() {
    for path in tests/fuzz/corpus/* tests/fuzz/*.dictionary; do
        name=${path##*/}
        [ -f "tests/fuzz/fuzz_${name%.dictionary}.c" ] || { echo "$path"; return 1; }
    done
}
check 'no seeds are left over' owned
# A fuzzer that is given their folder writes there.
chosen() {
    [ -z "$(find tests/fuzz/corpus -type f | grep -E '/[0-9a-f]{40}$' | head -n 1)" ]
}
check 'all of them were chosen' chosen
finish
