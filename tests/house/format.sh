#!/bin/sh
# Formatting is a matter of .clang-format and .editorconfig.
. tests/tap.sh

files() {
    git ls-files -co --exclude-standard -- "$@"
}
# shellcheck disable=SC2046
check 'C is formatted' clang-format --dry-run -Werror $(files '*.c' '*.h')
check 'no line ends in blanks' sh -c "! git grep -nE '[[:blank:]]+\$' -- '*.[ch]' '*.asm' '*.sh' '*.py' '*.md' '*.mk' Makefile linker.ld"
check 'no tabs outside makefiles' sh -c "! git grep -nP '\t' -- '*.[ch]' '*.asm' '*.sh' '*.py' '*.md' linker.ld"
check 'shell scripts parse' sh -c 'for f in $(git ls-files "*.sh"); do sh -n "$f" || exit 1; done'
finish
