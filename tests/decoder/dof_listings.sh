#!/bin/sh
# flight dof reads objects of an independent compiler as an independent reader does: tests/dof/*.lst are its listings.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'

# Each line of sections, variables, code and options in the reader's words.
in_its_words() {
    sed -En -e 's/ +$//' -e 's/^  \[([0-9]+)\] (.*) flags (.*) entry (.*) offset (.*) size (.*)/[\1] \2 fl \3 ent \4 off \5 size \6/p' \
        -e 's/^ECB\[([0-9]+)\] (.*) uarg (.*)/ECB[\1] \2 uarg \3/p' \
        -e 's/^  (action .* uarg 0x[0-9a-f]+)( !.*)?$/\1/p' \
        -e '/^ +[0-9]+: /p' -e 's/^OPT ([0-9]+) .* = (.*) \((.*)\)/OPT \1 value \3 (\2)/p'
}
its_lines() {
    sed -En -e 's/ +$//' -e 's/^  (\[[0-9]+\] .*)/\1/p' -e 's/^  ECB(\[[0-9]+\] .*) id 0 (.*)/ECB\1 \2/p' \
        -e 's/^   (action .* uarg 0x[0-9a-f]+)( str.*)?$/\1/p' -e '/^ +[0-9]+: /p' \
        -e 's/^  OPT ([0-9]+) strtab 0xffffffff (.*)/OPT \1 \2/p'
}
agrees() {
    its_lines < "tests/dof/$1.lst" > "$work/expected"
    "$flight" dof "tests/dof/$1.dof" > "$work/listing" || return 1
    in_its_words < "$work/listing" > "$work/shown"
    [ "$(wc -l < "$work/expected")" -gt 0 ] && diff "$work/expected" "$work/shown"
}
# In JSON there are as many instructions, and each is the same word.
agrees_in_json() {
    its_lines < "tests/dof/$1.lst" | sed -En 's/^ +([0-9]+): ([0-9a-f]+) .*/\1 \2/p' > "$work/expected"
    "$flight" dof "tests/dof/$1.dof" --format json > "$work/json" || return 1
    jq -r '.[] | .. | .code? // empty | .[] | "\(.pc) \(.word)"' "$work/json" | sort > "$work/shown"
    sort "$work/expected" | diff - "$work/shown"
}
for listing in tests/dof/*.lst; do
    name=$(basename "$listing" .lst)
    check "$name" agrees "$name"
    check "$name for programs" agrees_in_json "$name"
done
finish
