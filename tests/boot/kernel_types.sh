#!/bin/sh
# What `flight probes` lists without a boot, and what D programs find behind args[] and symbols, in a kernel that runs.
. tests/tap.sh
command -v jq > /dev/null || bail 'no jq'

listed() {
    grep -E '^ *[0-9]+ +(dtrace|fbt|syscall|[a-z]+ +kernel) .*[A-Za-z_-]$' "$1" | tr -s ' '
}
same_list() {
    "$flight" probes > "$work/list" || return 1
    "$flight" run --deterministic --quiet --bare --exec 'dtrace -l' -o "$work/capture" || return 1
    tr -d '\r' < "$work/capture" | sed -n '/^ *ID  *PROVIDER/,/^ *[0-9]* *sched .* sleep$/p' > "$work/booted"
    listed "$work/list" > "$work/a"
    listed "$work/booted" > "$work/b"
    test "$(wc -l < "$work/a")" -gt 4000 && diff "$work/a" "$work/b"
}
check 'the list is that of the booted kernel, number by number' same_list

of_glob() {
    "$flight" probes "$1" | awk 'NR > 1 { print $(NF - 1) ":" $NF }' | sort -u | tr '\n' ' '
}
check 'a description chooses' test "$(of_glob 'fbt::thread_cre*:')" = 'thread_create:entry thread_create:return '
check 'a word is any of its fields' test "$(of_glob 'script-d*')" = 'system_script_done:script-done '
check 'a probe of the clock is there when it is named' test "$(of_glob 'profile:::tick-10ms')" = 'profile:tick-10ms '
check 'what matches nothing is one line' gives 1 "^flight: probes: no probe matches 'no_such_probe'\$" "$flight" probes no_such_probe
check 'what is close is suggested' gives 1 "^flight: probes: no probe matches 'fbt::rts_new_rtmsg:entri': did you mean 'fbt::rts_new_rtsmsg:entry'\\?\$" \
    "$flight" probes fbt::rts_new_rtmsg:entri
check 'of a word it is a word' gives 1 ": did you mean 'BEGIN'\\?\$" "$flight" probes BEGN
check 'and so is too much' gives 2 "^flight: probes: 'a:b:c:d:e' has more than four fields\$" "$flight" probes a:b:c:d:e
check 'what is no kernel is refused' gives 5 "^flight: probes: cannot read 'Makefile': it is no kernel of Firstlight\$" \
    "$flight" probes --kernel Makefile

types() {
    "$flight" probes --format json "$1" | jq -r '.arguments | join(", ")'
}
check 'types of a function' test "$(types 'fbt::thread_wait:entry')" = 'uint32_t, uint64_t, struct thread_child *'
check 'of its return' test "$(types 'fbt::thread_create:return')" = 'int, struct thread *'
check 'of a system call' test "$(types 'syscall::read:entry')" = 'int, void *, size_t'
check 'of a static probe' test "$(types 'rc:::script-done')" = 'char *, int'
check 'of one that is translated' test "$(types 'sched:::dequeue')" = 'lwpsinfo_t *, psinfo_t *, cpuinfo_t *'
check 'none' test "$(types 'dtrace:::BEGIN')" = ''

cat > "$work/program.d" << 'END'
#pragma D option quiet
proc:::create { self->pid = args[0]->pr_pid; self->name = args[0]->pr_fname; }
fbt::thread_prepare:return /self->pid && args[1] != NULL/
{
    printf("created %d %d %s\n", self->pid == args[1]->pid, self->name == stringof(args[1]->name),
        args[1]->is_kernel ? "kernel" : "user");
    self->pid = 0;
}
fbt::thread_prepare:entry /stringof(args[0]) == "sleep"/ { printf("prepare %s %d\n", stringof(args[0]), args[3]); }
syscall::nanosleep:entry { self->ms = args[0]; }
fbt::thread_sleep_ns:entry /self->ms/
{
    printf("sleep %d ms: %d\n", self->ms, args[0] > 4900000000 && args[0] <= 5000000000);
    self->ms = 0;
}
sched:::wakeup /args[0]->pr_lwpid != args[1]->pr_pid || args[1]->pr_addr == 0/ { printf("wakeup 0\n"); }
sched:::dequeue /args[2]->cpu_id != 0 || args[0]->pr_state != SRUN/ { printf("dequeue 0\n"); }
fbt::thread_usage:return { @usage[args[1].in_blocks < 1000000] = count(); }
syscall::open:return /args[0] < 0/ { printf("open %d %d\n", args[0], errno == ENOENT); }
BEGIN
{
    printf("symbols %d %d %s\n", `percpu_table[cpu].number == cpu, `percpu_table[cpu].current == curthread,
        curthread->state == THREAD_RUNNING ? "running" : "-");
    printf("library %d %d %d\n", curpsinfo->pr_pid == pid, curpsinfo->pr_fname == execname,
        curlwpsinfo->pr_state == SONPROC && curcpu->cpu_id == cpu);
}
END
traced() {
    "$flight" run --exec 'sleep 5' --exec 'cat /no/such/file || true' -o "$work/capture" -s "$work/program.d" \
        > "$work/out" 2> "$work/err" || { cat "$work/err"; return 1; }
    cat "$work/out"
}
told() {
    grep -qxE -- "$1" "$work/out" || { cat "$work/out"; return 1; }
}
check 'a program with types of the kernel is traced' traced
check 'what a static probe brings is what the function returns' told 'created 1 1 user'
check 'an argument that is a bool is one' told 'created 1 1 kernel'
check 'an argument of 64 bits is whole' told 'sleep 5000 ms: 1'
check 'a struct that is returned can be read' told ' *1 +[1-9][0-9]*'
check 'a negative result is negative, and errno has a name' told 'open -1 1'
check 'symbols have their values and types' told 'symbols 1 1 running'
check 'the library knows the thread' told 'library 1 1 1'
check 'and nothing disagrees' sh -c "! grep -qE '^(created|symbols|library|open|wakeup|dequeue) .*\\b0\\b' '$work/out'"

mkdir "$work/elsewhere"
cp build/firstlight.elf "$work/elsewhere/k.elf"
check 'without debug information args[] have no types' gives 1 'D_ARGS_TYPE|the type of args\[0\] is not known' \
    "$flight" enable -o "$work/dir" --kernel "$work/elsewhere/k.elf" -n 'fbt::thread_create:entry { trace(args[0]); }'
check 'of which one line warns' gives 1 "^flight: enable: warning: '.*k.elf': no debug information is beside it" \
    "$flight" enable -o "$work/dir" --kernel "$work/elsewhere/k.elf" -n 'fbt::thread_create:entry { trace(args[0]); }'
check 'raw arguments are there' "$flight" enable -o "$work/dir" --kernel "$work/elsewhere/k.elf" \
    -n 'fbt::thread_create:entry { trace(arg0); }'
finish
