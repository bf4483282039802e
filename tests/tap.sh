# Test Anything Protocol for shell tests: source it, call check, end with finish.
# A harness that cannot do its work says "Bail out!" (an ERROR, not a FAIL).

tap_count=0
tap_failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flight=$PWD/build/flight

# check NAME COMMAND...: passes if the command succeeds; its output is shown if not.
check() {
    tap_name=$1
    shift
    tap_count=$((tap_count + 1))
    if "$@" > "$work/tap.out" 2>&1; then
        echo "ok $tap_count - $tap_name"
    else
        echo "not ok $tap_count - $tap_name"
        tap_failed=1
        # On standard error, because prove keeps what stands on standard output to itself.
        { echo "# not ok $tap_count - $tap_name"
          echo "#   $*"
          sed 's/^/# /' "$work/tap.out" | tail -n 30; } >&2
    fi
}

# gives STATUS PATTERN COMMAND...: succeeds if the command exits with STATUS and the line that it
# prints on standard error matches PATTERN.
gives() {
    gives_status=$1 gives_pattern=$2
    shift 2
    "$@" > "$work/gives.out" 2> "$work/gives.err" && got=0 || got=$?
    cat "$work/gives.out" "$work/gives.err"
    [ "$got" = "$gives_status" ] || { echo "exit status $got instead of $gives_status"; return 1; }
    grep -qE -- "$gives_pattern" "$work/gives.err" || { echo "nothing matches $gives_pattern"; return 1; }
}

# boot ARGUMENT...: a boot that the test needs and that is not what it tests.
boot() {
    "$flight" run "$@" 2> "$work/boot.err" && return
    cat "$work/boot.err" >&2
    bail 'the boot failed'
}

# console_text: what the run's capture holds beside frames, in $work/text.
console_text() {
    tr -d '\r' < "$work/capture" | grep -av '^~' > "$work/text"
}

# told PATTERN: it has such a line.
told() {
    grep -aqE -- "$1" "$work/text" || { tail -n 60 "$work/text"; return 1; }
}
not_told() {
    ! grep -aE -- "$1" "$work/text"
}

# small_archive FOLDER [LINE]: a boot archive and its hash there, of a system whose etc/rc has this line and no more.
small_archive() {
    mkdir -p "$1/root/etc"
    echo "${2:-true}" > "$1/root/etc/rc"
    echo 'set boottrace:enabled = 1' > "$1/root/etc/system"
    (cd "$1/root" && find . -mindepth 1 | cpio --quiet -o -H newc) > "$1/boot_archive" &&
        sha256sum < "$1/boot_archive" | cut -c 1-64 > "$1/boot_archive.hash" || bail 'no archive'
}

bail() {
    echo "Bail out! $*"
    exit 1
}

finish() {
    echo "1..$tap_count"
    exit $tap_failed
}
