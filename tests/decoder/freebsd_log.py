#!/usr/bin/env python3
"""Reads the text of kern.boottrace.log as FreeBSD prints it, strictly, and checks what can be checked.

freebsd_log.py LOG TABLE... [--goes-on] [--report JSON]

LOG is the text alone: for each TABLE (boot, run, shutdown; in this order) two empty lines, the names of
the columns, the rows, and "Total measured time: N msecs".  A row must be what FreeBSD's format gives
for the values read from it.  Then: msecs never fall; each delta is the step from the row before, that of a
table's first row from the table before (FreeBSD has 0 there); the total is the sum of the steps.  With
--goes-on LOG is the end of a longer one, and nothing is known of the row before its first.

With --report, `flight report --format json` of the same boot must hold the same events: one second
decoder of one text, and a second way of the same events.

Prints one line of counts; or one line of what is wrong, and exits with 1.
"""
import json
import re
import sys

TITLES = "CPU      msecs      delta process                  event                                      PID CPUtime IBlks OBlks"
ROW = re.compile(
    r"(?P<cpu>[ 0-9]{2}[0-9]) (?P<ms>[ 0-9]{9}[0-9]) (?P<delta>[ 0-9]{9}[0-9]) (?P<process>.{24}) "
    r"(?P<event>.{40,}?) (?P<pid>[ 0-9]{4,}[0-9]) (?P<s>[ 0-9]{3,}[0-9])\.(?P<cs>[0-9]{2}) "
    r"(?P<inb>[ 0-9]{4,}[0-9]) (?P<outb>[ 0-9]{4,}[0-9])")
TOTAL = re.compile(r"Total measured time: ([0-9]+) msecs")
LOST = re.compile(r"([0-9]+) events? (.*) here")


UNKNOWN = -1  # msecs of the row before


class Wrong(Exception):
    pass


def read_row(line, number):
    match = ROW.fullmatch(line)
    if not match:
        raise Wrong(f"line {number}: no row: {line!r}")
    row = {key: int(match[key]) for key in ("cpu", "ms", "delta", "pid", "s", "cs", "inb", "outb")}
    row["process"], row["event"] = match["process"].rstrip(" "), match["event"].rstrip(" ")
    again = "%3u %10u %10u %-24s %-40s %5d %4d.%02d %5u %5u" % (
        row["cpu"], row["ms"], row["delta"], row["process"], row["event"], row["pid"], row["s"], row["cs"],
        row["inb"], row["outb"])
    if again != line:
        raise Wrong(f"line {number}: FreeBSD would print {again!r}, not {line!r}")
    return row


def read_table(lines, at):
    """Gives the rows, the total and the number of the line behind."""
    if lines[at:at + 3] != ["", "", TITLES]:
        raise Wrong(f"line {at + 1}: no head of a table: {lines[at:at + 3]}")
    at += 3
    rows = []
    while at < len(lines):
        total = TOTAL.fullmatch(lines[at])
        if total:
            return rows, int(total[1]), at + 1
        rows.append(read_row(lines[at], at + 1))
        at += 1
    raise Wrong("the last table has no total")


def is_loss(row):
    return row["process"] == "(lost)" and row["pid"] == 0 and LOST.fullmatch(row["event"]) is not None


def check_steps(name, rows, total, before):
    """`before` is the msecs of the last event of the table before, None: there is none."""
    first = None
    for row in rows:
        if is_loss(row):
            continue
        step = 0 if before is None else row["delta"] if before == UNKNOWN else row["ms"] - before
        if step < 0:
            raise Wrong(f"{name}: msecs fall to {row['ms']} at '{row['event']}'")
        if row["delta"] != step:
            raise Wrong(f"{name}: delta {row['delta']} of '{row['event']}' should be {step}")
        first = row["ms"] if first is None else first
        before = row["ms"]
    span = 0 if first is None else before - first
    if total != span:
        raise Wrong(f"{name}: the total is {total}, the deltas add up to {span}")
    return before


def foreign(text):
    """As a name from outside stands in the text: control characters, backslash and ~ as \\xNN."""
    return "".join(f"\\x{ord(c):02x}" if ord(c) < 32 or ord(c) == 127 or c in "\\~" else c for c in text)


def of_report(event):
    return {"cpu": event["cpu"], "ms": event["ns"] // 1000000, "pid": event["pid"],
            "process": foreign(event["process"]), "event": foreign(event["event"]).rstrip(" "),
            "cs": event["cpu_ns"] // 10000000, "inb": event["in_blocks"], "outb": event["out_blocks"]}


def of_row(row):
    taken = {key: row[key] for key in ("cpu", "ms", "pid", "process", "event", "inb", "outb")}
    taken["cs"] = row["s"] * 100 + row["cs"]
    return taken


def compare(name, rows, table, whole):
    """Unless it must be whole, the log may have been read before the table had its last events."""
    events = [of_report(event) for event in table["events"]]
    mine = [of_row(row) for row in rows if not is_loss(row)]
    for i, row in enumerate(mine):
        if i >= len(events) or row != events[i]:
            raise Wrong(f"{name}: row {i} is {row}, the report has {events[i] if i < len(events) else 'none'}")
    if whole and len(mine) != len(events):
        raise Wrong(f"{name}: the log has {len(mine)} events, the report {len(events)}")


def main():
    arguments = sys.argv[1:]
    report = None
    goes_on = "--goes-on" in arguments
    if goes_on:
        arguments.remove("--goes-on")
    if "--report" in arguments:
        at = arguments.index("--report")
        with open(arguments[at + 1], encoding="utf-8") as file:
            report = json.load(file)
        del arguments[at:at + 2]
    with open(arguments[0], encoding="utf-8", newline="\n") as file:
        text = file.read()
    if not text.endswith("\n"):
        raise Wrong("the last line has no end")
    lines = text.split("\n")[:-1]
    at, before, counts = 0, UNKNOWN if goes_on else None, []
    for name in arguments[1:]:
        rows, total, at = read_table(lines, at)
        before = check_steps(name, rows, total, before)
        if report is not None:
            compare(name, rows, next(t for t in report["tables"] if t["name"] == name),
                    goes_on or name == "boot")
        counts.append(f"{name} {sum(not is_loss(row) for row in rows)}")
    if at != len(lines):
        raise Wrong(f"line {at + 1}: nothing should be behind the last table: {lines[at]!r}")
    print("events: " + ", ".join(counts))


try:
    main()
except Wrong as wrong:
    print(f"freebsd_log.py: {wrong}")
    sys.exit(1)
