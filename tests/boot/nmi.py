#!/usr/bin/env python3
"""A panic works at any moment, and a hung kernel still tells what it knows.

Boots, waits for a line of the console, injects an NMI through QEMU's control socket, and expects
a panic with a complete capture: once when it is in an endless loop, and NMIS times (default 12; 64 in `make soak`), one step
of time later each, from the console's first line to the middle of the dump.  Where the NMI comes
too late the boot has succeeded, and the capture must be complete as well.  The same inside a panic:
its dump goes on, and no event is missing; and so many instructions behind the beginning of its dump, and of the
recording of its own event, by QEMU's debugger.  And with every probe of the kernel enabled, on one CPU and
on four, so that it mostly comes while one fires.  Ends with TAP.
"""
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

FLIGHT = os.path.abspath("build/flight")
NMIS = int(os.environ.get("NMIS", "12"))

# Functions that are come to one after the other, the instructions behind the last of them that NMIs are spread over, and
# how many: as far as the header is sent, and as far as both events of the panic are recorded.
IN_A_DUMP = ((["dump"], 1200, NMIS // 2), (["dump", "trace_cpu_record_once"], 180, NMIS))


def place_of(function):
    """Where the kernel's function begins and ends."""
    symbols = subprocess.run(["nm", "-S", "build/firstlight.debug"], capture_output=True, text=True, check=True).stdout
    start, size = re.search(rf"^([0-9a-f]+) ([0-9a-f]+) [tT] {function}$", symbols, re.MULTILINE).groups()
    return range(int(start, 16), int(start, 16) + int(size, 16))


def ask(stream, command, **arguments):
    """What QEMU answers, between what it tells unasked.  None: it refuses, or has gone."""
    stream.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
    stream.flush()
    for text in stream:
        answer = json.loads(text)
        if "return" in answer or "error" in answer:
            return answer.get("return")
    return None


def inject(path, function):
    """An NMI; where a function is named, as soon as the machine is in it."""
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(path)
        stream = control.makefile("rw")
        ask(stream, "qmp_capabilities")
        place = place_of(function) if function else ()
        while function:
            registers = ask(stream, "human-monitor-command", **{"command-line": "info registers"})
            if registers is None or int(re.search("EIP=([0-9a-f]+)", registers)[1], 16) in place:
                break
        ask(stream, "inject-nmi")


class Debugger:
    """QEMU's, by the remote serial protocol of GDB."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.stream = self.socket.makefile("rwb")

    def skip_to(self, wanted):
        while (byte := self.stream.read(1)) != wanted:
            if not byte:
                raise EOFError

    def ask(self, command):
        self.stream.write(b"$%s#%02x" % (command, sum(command) % 256))
        self.stream.flush()
        self.skip_to(b"$")
        self.skip_to(b"#")
        self.stream.read(2)
        self.stream.write(b"+")

    def go_to(self, function):
        place = b"%x,1" % place_of(function).start
        for command in b"Z1," + place, b"c", b"z1," + place:
            self.ask(command)

    def step(self):
        self.ask(b"s")

    def leave(self):
        self.ask(b"D")
        self.socket.close()


def start(folder, append, more):
    """Starts a run whose QEMU listens for what controls it; gives it, and the names of the socket and of the capture."""
    path, capture = os.path.join(folder, "qmp"), os.path.join(folder, "capture")
    if os.path.exists(path):
        os.remove(path)
    run = subprocess.Popen(
        [FLIGHT, "run", "--timeout", "60", "--append", append, "-o", capture,
         "--qemu-arg", "-qmp", "--qemu-arg", f"unix:{path},server=on,wait=off", *more],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return run, path, capture


def end(run, capture):
    """Gives flight's exit status, its last words, and what verify says of the capture."""
    error = run.communicate()[1].strip()
    verify = subprocess.run([FLIGHT, "verify", capture], capture_output=True, text=True)
    return run.wait(), error, verify.returncode, verify.stdout.strip(), capture


def debugger_of(run, path):
    """As soon as QEMU listens there; OSError: it never will."""
    while True:
        try:
            return Debugger(path)
        except OSError:
            if run.poll() is not None:
                raise
            time.sleep(0.01)


def boot_to(folder, append, functions, steps, more):
    """A run with an NMI so many instructions behind the beginning of the last of these functions."""
    path = os.path.join(folder, "gdb")
    if os.path.exists(path):
        os.remove(path)
    run, control, capture = start(folder, append, ["--qemu-arg", "-S", "--qemu-arg", "-gdb",
                                                   "--qemu-arg", f"unix:{path},server=on,wait=off", *more])
    try:
        debugger = debugger_of(run, path)
        for function in functions:
            debugger.go_to(function)
        for _ in range(steps):
            debugger.step()
        inject(control, None)
        debugger.leave()
    except (OSError, EOFError):
        pass  # QEMU has gone already, without a panic inside the panic
    return end(run, capture)


def boot(folder, append, line, delay, more=(), function=None):
    """A run with an NMI behind a line of the console; where a function is named, in it."""
    run, path, capture = start(folder, append, more)
    injected = False
    for text in run.stdout:
        if not injected and text.startswith(line):
            injected = True
            time.sleep(delay)
            try:
                inject(path, function)
            except OSError:
                pass  # QEMU has gone already
    return end(run, capture)


def events_of(capture):
    """The events of each table that the capture holds, but for that of the NMI, which finds one phase or the next;
    and of the last table those that were begun and are counted as dropped."""
    report = subprocess.run([FLIGHT, "report", "--format", "json", capture],
                            capture_output=True, text=True)
    tables = json.loads(report.stdout)["tables"]
    return [sum(event["event"] != "fatal trap" for event in table["events"]) for table in tables] + [tables[2]["dropped"]]


def inside_a_panic(boot):
    """Whether everything is there, after an NMI in a panic; and what there was."""
    status, error, verified, words, capture = boot("fault=panic workload=3000 trace.run=4000 kern.boottrace.enabled=1")
    whole = verified == 0 or (words.startswith("damaged frame") and "\n" not in words)
    with open(capture, "rb") as file:
        inside = b"panic inside the panic" in file.read()
    *kept, dropped = events_of(capture)
    # The event of the first panic may have been cut off by the second one, and by nothing else.
    there = kept[:2] == [3000, 3001] and kept[2] + dropped == 1 and (inside or dropped == 0)
    good = whole and there and status == 3 and "fault=panic was asked for" in error
    return good, inside, f"status {status}, {error}, {words}, kept {kept}, dropped {dropped}"


def with_all_probes(folder, cpus, delay):
    """Whether a boot in which probes fire all the time ends in a whole panic; and what there was."""
    # Of a CPU that is being started nobody knows the clock yet, and verify says so.
    status, error, verified, words, capture = boot(
        folder, "workload=2000", "dtrace: tracing" if cpus == 1 else "smp:", delay,
        ["--smp", str(cpus), "--module", os.path.join(folder, "all.dof") + " type=dof"])
    with open(capture, "rb") as file:
        told = file.read()
    panics = told.count(b"panic: non-maskable interrupt")
    whole = verified == 0 or all(line.startswith("damaged frame") for line in words.split("\n"))
    good = whole and status == 3 and "non-maskable interrupt" in error and panics == 1
    return good, f"status {status}, {error}, {words}, panics told: {panics}"


def make_enabling(folder):
    subprocess.run(["make", "-s", "build/tests/enabling"], check=True)
    subprocess.run(["build/tests/enabling", os.path.join(folder, "all.dof"), "bufsize=65536", "bufpolicy=0",
                    "fbt:::", "fbt:::entry count", "syscall:::", "proc:::", "sched:::", "sysinfo:::", "boottrace:::",
                    "profile:::profile-997hz"], check=True)


def main():
    results = []
    with tempfile.TemporaryDirectory() as folder:
        status, error, verified, _, capture = boot(folder, "fault=loop", "Firstlight is multi-user", 0, ["--bare"],
                                                  "fault_happen")
        results.append((status == 3 and "non-maskable interrupt" in error, "an NMI ends an endless loop in a panic"))
        results.append((verified == 0, "the capture is complete and its books balance"))
        with open(capture, "rb") as file:
            results.append((b"fault_happen+" in file.read(), "the backtrace names the function that hung"))
        late = 0
        for i in range(NMIS):
            status, error, verified, words, _ = boot(folder, "workload=2000", "console:", i * 0.08)
            late += status == 0
            # A frame that the panic cut off is the one thing that may be damaged.
            whole = verified == 0 or (words.startswith("damaged frame") and "\n" not in words)
            good = whole and (status == 0 or status == 3 and "non-maskable interrupt" in error)
            if not good:
                print(f"# {i}: status {status}, {error}, {words}", file=sys.stderr)
            results.append((good, f"an NMI {i * 80} ms after the console's first line"))
        print(f"# {late} came after the end")
        hits = 0
        for i in range(NMIS // 2):
            good, inside, words = inside_a_panic(lambda append: boot(folder, append, "panic: fault=panic", i * 0.005, ["--bare"]))
            hits += inside
            if not good:
                print(f"# {i}: {words}", file=sys.stderr)
            results.append((good, f"an NMI {i * 5} ms after the first line of a panic"))
        print(f"# {hits} came inside the panic")
        for functions, instructions, count in IN_A_DUMP:
            for i in range(count):
                steps = i * instructions // count
                good, inside, words = inside_a_panic(lambda append: boot_to(folder, append, functions, steps, ["--bare"]))
                if not (good and inside):
                    print(f"# {steps}: {words}", file=sys.stderr)
                results.append((good and inside, f"an NMI {steps} instructions behind {functions[-1]} in a panic"))
        make_enabling(folder)
        for cpus in (1, 4):
            for i in range(NMIS // 4):
                good, words = with_all_probes(folder, cpus, i * 0.15)
                if not good:
                    print(f"# {i}: {words}", file=sys.stderr)
                results.append((good, f"with every probe and {cpus} CPU{'s' * (cpus > 1)}, an NMI {i * 150} ms after {'they go' if cpus == 1 else 'all CPUs run'}"))
    for number, (good, name) in enumerate(results, 1):
        print("ok" if good else "not ok", number, "-", name)
    print(f"1..{len(results)}")
    sys.exit(not all(good for good, _ in results))


main()
