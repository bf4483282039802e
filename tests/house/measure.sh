#!/bin/sh
# What `make measure` counts and what has to be none.
. tests/tap.sh

hold() {
    PYTHONDONTWRITEBYTECODE=1 python3 tests/house/measure.py --hold "$@"
}
check 'no header includes itself by way of others' hold circles
check 'a function over 40 lines has its reason in its comment' hold long
check 'every name that a header offers has its manual there' hold manuals
check 'the rooms in docs/design.md have the lines that it says, within a tenth' hold rooms
finish
