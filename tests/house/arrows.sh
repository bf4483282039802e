#!/bin/sh
# Arrows point one way (docs/design.md): boot/, trace/ and drivers/ know nobody, flight/ knows
# trace/ and boot/, and the pure rooms use nothing but the freestanding headers of C.
. tests/tap.sh

# only ROOM ALLOWED: no include of ROOM names a room that is not in the pattern ALLOWED.
only() {
    ! grep -rnE '#include "' --include='*.[ch]' "$1" | grep -vE "#include \"($2)/"
}
freestanding() {
    ! grep -rnE '#include <' --include='*.[ch]' "$1" | grep -vE '<(stdbool|stddef|stdint|stdarg)\.h>'
}
check 'boot/ includes only itself' only boot boot
check 'trace/ includes only itself' only trace trace
check 'drivers/ includes only itself' only drivers drivers
check 'flight/ includes only trace/, boot/ and itself' only flight 'flight|trace|boot'
check 'kernel/ does not include flight/' only kernel 'kernel|boot|trace|drivers'
check 'kernel/user/ sees the kernel only through its own headers' \
    sh -c "! grep -rnE '#include \"' --include='*.[ch]' kernel/user |
        grep -vE '#include \"(kernel/user/[a-z0-9_]+[.]h|trace/text[.]h|boot/slice[.]h)\"'"
for room in boot trace drivers kernel; do
    check "$room/ uses only freestanding headers" freestanding $room
done

# The arrows of the linker: what a room leaves undefined, beside its own, is what a compiler may
# always call.
undefined() {
    room=$1
    # shellcheck disable=SC2046
    objects=$(find build/kernel/"$room" -name '*.o' ! -name 'entry.o') || return 1
    [ -n "$objects" ] || return 1
    nm $objects | awk '$1 == "U" { print $2 }' | sort -u > "$work/undefined"
    nm $objects | awk 'NF == 3 && $2 ~ /[A-Z]/ { print $3 }' | sort -u > "$work/defined"
    ! comm -23 "$work/undefined" "$work/defined" |
        grep -vxE 'memcpy|memmove|memset|memcmp|strlen|__u?(div|mod|divmod)di[34]'
}
for room in boot trace drivers; do
    check "$room/ links against nothing" undefined $room
done
check 'inline assembly of kernel/ is in cpu.h' \
    sh -c "! grep -rlE '__asm__ volatile' kernel | grep -vx kernel/cpu.h"
check 'inline assembly of trace/ is in local.h' \
    sh -c "! grep -rlE '__asm__' trace | grep -vx trace/local.h"
check 'file names are unique in the tree' \
    sh -c "! git ls-files 'boot/*.[ch]' 'trace/*.[ch]' 'drivers/*.[ch]' 'kernel/*.[ch]' 'flight/*.[ch]' | sed 's,.*/,,' | sort | uniq -d | grep ."
check 'every folder at the top has a README' \
    sh -c "for d in */; do case \$d in build/) ;; *) test -e \$d/README.md || { echo \$d; exit 1; } ;; esac; done"
finish
