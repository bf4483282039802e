#!/usr/bin/env python3
"""Reads the headers of rc scripts and the report of a boot as JSON, and says what is wrong with the order.

usage: rc_order.py REPORT FOLDER... [--skip NAME]... [--parallel]

The scripts of a later folder replace those of an earlier one.  Sequential: each script starts when the one before
it is done.  Parallel: some script starts while another runs.  In both, all that a script waits for is done before it
starts, and scripts stop in the reverse order of their start."""
import json
import os
import re
import sys

WORDS = {"PROVIDE": "provide", "REQUIRE": "require", "BEFORE": "before", "KEYWORD": "keyword"}


def headers(folders):
    found = {}
    for folder in folders:
        for name in os.listdir(folder):
            header = {word: [] for word in WORDS.values()}
            with open(os.path.join(folder, name), encoding="ascii") as script:
                for line in script:
                    match = re.match(r"# (PROVIDE|REQUIRE|BEFORE|KEYWORD):(.*)", line)
                    if match:
                        header[WORDS[match[1]]] += match[2].split()
            found[f"/etc/rc.d/{name}"] = header
    return found


def edges(scripts):
    """Pairs: who waits, for whom."""
    for a, first in scripts.items():
        for b, second in scripts.items():
            wanted = set(first["require"]) & set(second["provide"]) or set(second["before"]) & set(first["provide"])
            if a != b and wanted:
                yield a, b


def spans(report, table):
    """Script -> [start, done], as places among the events of that table."""
    found = {}
    events = next(t["events"] for t in report["tables"] if t["name"] == table)
    for place, event in enumerate(events):
        match = re.fullmatch(r"(/etc/rc\.d/\S+) (start|done)", event["event"])
        if match:
            found.setdefault(match[1], []).append((match[2], place))
    for script, marks in found.items():
        if [word for word, _ in marks] != ["start", "done"]:
            yield None, f"{script}: {marks}"
        else:
            yield script, [place for _, place in marks]


def faults(report, scripts, skipped, parallel):
    started, stopped = (list(spans(report, table)) for table in ("boot", "shutdown"))
    for script, what in started + stopped:
        if script is None:
            yield what
    start, stop = ({s: p for s, p in found if s} for found in (started, stopped))
    expected = {s for s in scripts if os.path.basename(s) not in skipped}
    if set(start) != expected:
        yield f"started and should not, or not and should: {sorted(set(start) ^ expected)}"
    for later, earlier in edges(scripts):
        if later in start and earlier in start and start[later][0] < start[earlier][1]:
            yield f"{later} starts before {earlier} is done"
    order = sorted(start, key=lambda s: start[s][0])
    overlaps = any(start[b][0] < start[a][1] for a, b in zip(order, order[1:]))
    if overlaps != parallel:
        yield "scripts overlap" if overlaps else "no two scripts overlap"
    stops = sorted(stop, key=lambda s: stop[s][0], reverse=True)
    if not parallel and stops != [s for s in order if "shutdown" in scripts[s]["keyword"]]:
        yield f"stopped in the order {stops[::-1]}"
    for later, earlier in edges(scripts):
        if later in stop and earlier in stop and stop[earlier][0] < stop[later][1]:
            yield f"{earlier} stops before {later} has stopped"


def main():
    words, skipped, parallel = sys.argv[1:], [], False
    if "--parallel" in words:
        words.remove("--parallel")
        parallel = True
    while "--skip" in words:
        at = words.index("--skip")
        skipped.append(words[at + 1])
        del words[at:at + 2]
    with open(words[0], encoding="utf-8") as file:
        report = json.load(file)
    found = list(faults(report, headers(words[1:]), skipped, parallel))
    print("\n".join(found))
    sys.exit(bool(found))


main()
