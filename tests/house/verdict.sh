#!/bin/sh
# What runs the tests ends with one line, which tells the product's faults from the harness'.
. tests/tap.sh

# program NAME LINE...: a test that prints these lines.
program() {
    name=$1
    shift
    { echo '#!/bin/sh'; printf 'echo "%s"\n' "$@"; } > "$work/$name"
    chmod +x "$work/$name"
}
# ends STATUS LINE NAME...: what these tests end with.
ends() {
    wanted=$1 line=$2
    shift 2
    (cd "$work" && sh "$OLDPWD/tests/prove.sh" "$@" > out 2> err)
    status=$?
    cat "$work/out" "$work/err"
    [ $status -eq "$wanted" ] && tail -n 1 "$work/out" | grep -qxE -- "$line" &&
        [ "$(grep -cE '^(PASS|FAIL|ERROR|Result|Files)' "$work/out")" = 1 ]
}
program good 1..2 'ok 1 - a' 'ok 2 - b'
program bad 1..2 'ok 1 - a' 'not ok 2 - b'
program broken 'Bail out! no disk'
program dead 1..2 'ok 1 - a'
# One that waits until the result of `good` is there to be read; another CPU is not needed.
cat > "$work/patient" <<'TEST'
#!/bin/sh
for _ in $(seq 200); do
    grep -q 'good .* ok' out && break
    sleep 0.1
done
echo 1..1
grep -q 'good .* ok' out && echo 'ok 1 - it is told' || echo 'not ok 1 - it is told'
TEST
chmod +x "$work/patient"
check 'all is well' ends 0 'PASS: 1 programs, 2 checks, [0-9]+ s' ./good
check 'a result is told while others still run' ends 0 'PASS: 2 programs, 3 checks, [0-9]+ s' ./patient ./good
check 'the product fails' ends 1 'FAIL: 2 programs, 4 checks, [0-9]+ s' ./good ./bad
check 'a test that ends too soon fails' ends 1 'FAIL: 2 programs, 3 checks, [0-9]+ s' ./good ./dead
check 'the harness fails, whatever else went well' ends 2 'ERROR: .*' ./good ./broken
check 'so it does where a test is not there' ends 2 'ERROR: .*' ./good ./none
finish
