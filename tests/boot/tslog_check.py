#!/usr/bin/env python3
"""What a TSLOG says of itself: tslog_check.py CHECK REPORT.json [FOLDED | TEXT].

Each check ends with status 0, or prints what is wrong.
"""
import collections
import json
import re
import sys


def fail(*words):
    sys.exit(" ".join(str(word) for word in words))


def threads_of(report):
    """The records of each thread, in order.  Threads without a pid are told by name and CPU."""
    threads = collections.defaultdict(list)
    for event in report["tslog"]["events"]:
        key = event["pid"] or (event["process"], event["event"].startswith("THREAD") or event["cpu"])
        threads[key].append(event)
    return threads


def nested(report):
    """Every exit matches the innermost entry, and no thread ends inside of one."""
    spans = 0
    for key, events in threads_of(report).items():
        stack = []
        for event in events:
            kind, _, text = event["event"].partition(" ")
            if kind == "ENTER":
                stack.append(text)
                spans += 1
            if kind == "EXIT" and (not stack or stack.pop() != text):
                fail("thread", key, "exits", text, "out of turn")
        if stack:
            fail("thread", key, "stays in", stack)
    if spans < 20:
        fail("only", spans, "spans")


def ends(report):
    """From the kernel's first line of C to its last."""
    events = report["tslog"]["events"]
    if events[0]["event"] != "ENTER kernel_main" or events[0]["ns"] != 0:
        fail("begins with", events[0])
    if events[-1]["event"] != "EXIT power_off":
        fail("ends with", events[-1])


KERNEL_THREADS = ["shutdown log"]


def processes(report):
    """Birth, program and end of every process, in this order; init alone does not end.  Threads of the
    kernel have no program."""
    lives = collections.defaultdict(list)
    for event in report["tslog"]["events"]:
        match = re.match(r"THREAD|EVENT EXEC|EVENT EXIT", event["event"])
        if match and event["pid"] and event["process"] not in KERNEL_THREADS:
            lives[event["pid"]].append(match.group())
    for pid, life in lives.items():
        if life != ["THREAD", "EVENT EXEC", "EVENT EXIT"][:2 if pid == 1 else 3]:
            fail("process", pid, "has", life)
    threads = {e["pid"] for e in report["tslog"]["events"] if e["process"] in KERNEL_THREADS}
    born = sorted(set(lives) | threads)
    if len(lives) < 10 or born != list(range(1, len(born) + 1)):
        fail("only processes", born)


def folded(report, path):
    """The stacks of each process add up to its life, and name each time that a span took."""
    hz = report["clock"]["tsc_hz"]
    sums = collections.Counter()
    calls = collections.Counter()
    with open(path, encoding="utf-8") as file:
        for line in file:
            stack, _, cycles = line.rstrip("\n").rpartition(" ")
            frames = stack.split(";")
            owner = [f for f in frames[1:] if re.search(r"[-#]\d+$", f)][-1]
            sums[owner] += int(cycles)
            if "DELAY" in frames:
                calls["DELAY"] += int(cycles)
    births, ends_, begun = {}, {}, {}
    delay = 0
    for event in report["tslog"]["events"]:
        owner = f"{event['process']}-{event['pid']}"
        if event["event"].startswith("THREAD"):
            births[owner] = event["tsc"]
        if event["event"].startswith("EVENT EXIT"):
            ends_[owner] = event["tsc"]
        if event["event"] == "ENTER DELAY":
            begun["DELAY"] = event["tsc"]
        if event["event"] == "EXIT DELAY":
            delay += event["tsc"] - begun["DELAY"]
    for owner, end in ends_.items():
        if sums[owner] != end - births[owner]:
            fail(owner, "lived", end - births[owner], "cycles, its stacks say", sums[owner])
    if len(ends_) < 10 or delay == 0 or calls["DELAY"] != delay:
        fail("DELAY took", delay, "cycles, the stacks say", calls["DELAY"])
    if not hz:
        fail("no clock")


LINE = re.compile(r"0x[0-9a-f]+ (\d+) (ENTER|EXIT|THREAD|EVENT) \S.*")
LIFE = re.compile(r'(\d+) (\d+) (\d+) (\d+) "([^"]*)" "([^"]*)"')


def lines(report, path):
    """debug.tslog: FreeBSD's lines, in the order of time."""
    with open(path, encoding="utf-8") as file:
        found = [LINE.fullmatch(line.rstrip("\r\n")) for line in file if line.startswith("0x")]
    if not all(found) or len(found) < 100:
        fail("lines that do not parse, or only", len(found))
    stamps = [int(match.group(1)) for match in found]
    if stamps != sorted(stamps):
        fail("not in the order of time")
    texts = [event["event"] for event in report["tslog"]["events"]]
    shown = [match.group(0).split(" ", 2)[2] for match in found]
    if shown != texts[:len(shown)]:
        fail("the lines are not what the frames say")


def lives(report, path):
    """debug.tslog_user: a line for each process that lived until then."""
    with open(path, encoding="utf-8") as file:
        found = [match.groups() for match in (LIFE.fullmatch(line.rstrip("\r\n")) for line in file) if match]
    pids = [int(life[0]) for life in found]
    if len(pids) < 10 or pids != list(range(1, len(pids) + 1)):
        fail("processes", pids)
    births, ends_ = ({event["pid"]: event["tsc"] for event in report["tslog"]["events"]
                      if event["event"].startswith(start)} for start in ("THREAD", "EVENT EXIT"))
    for pid, parent, fork, end, program, _ in found:
        if int(parent) >= int(pid) or births[int(pid)] != int(fork) or not program:
            fail("process", pid, "says", parent, fork, end, program)
        if int(end) not in (0, ends_.get(int(pid), 0)):
            fail("process", pid, "ended at", ends_.get(int(pid)), "and says", end)
    if sum(int(life[3]) > 0 for life in found) < 10:
        fail("who has ended?")
    if not any(path == "/etc/rc.d/netif" for *_, path in found):
        fail("nobody has opened /etc/rc.d/netif")


def main():
    with open(sys.argv[2], encoding="utf-8") as file:
        report = json.load(file)
    globals()[sys.argv[1]](report, *sys.argv[3:])


if __name__ == "__main__":
    main()
