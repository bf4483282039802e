#!/usr/bin/env python3
"""Replays the transcripts of a document.

replay.py DOCUMENT...

In a block that begins with ```console, a line `$ COMMAND` is run by sh from the root of the tree; the
lines behind it must be its output (standard output and error), where a line `...` stands for any
lines.  Figures may differ: runs of digits are compared as one sign, blanks in a row as one.
Ends with TAP, one test for each command.
"""
import os
import re
import subprocess
import sys


def blocks(path):
    """Yields lists of (line number, command, expected lines)."""
    inside = False
    steps = []
    for number, line in enumerate(open(path, encoding="utf-8").read().splitlines(), 1):
        if line.startswith("```"):
            if inside:
                yield from steps
            inside, steps = line == "```console", []
        elif inside and line.startswith("$ "):
            steps.append((number, line[2:], []))
        elif inside and steps:
            steps[-1][2].append(line)


def plain(line):
    line = re.sub(r"\b(0x)?[0-9a-f]{6,}\b", "#", line)
    line = re.sub(r"[0-9][0-9.,]*", "#", line)
    line = re.sub(r"# (ns|us|ms|s)\b", "# T", line)
    return re.sub(r"\s+", " ", line).strip()


def matches(expected, actual):
    """Whether the actual lines are the expected ones, `...` standing for any number of them."""
    if not expected:
        return not actual
    if expected[0] == "...":
        return any(matches(expected[1:], actual[i:]) for i in range(len(actual) + 1))
    return bool(actual) and plain(expected[0]) == plain(actual[0]) and matches(expected[1:], actual[1:])


def main():
    count = failed = 0
    # As a person would have it, also when make runs this.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k != "MFLAGS"}
    for path in sys.argv[1:]:
        for number, command, expected in blocks(path):
            count += 1
            run = subprocess.run(["sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 stdin=subprocess.DEVNULL, timeout=600, text=True, errors="replace", env=environment)
            actual = [line for line in run.stdout.splitlines()]
            good = matches(expected, actual)
            print("ok" if good else "not ok", f"{count} - {path}:{number}: {command}")
            if not good:
                failed += 1
                print(f"# not ok {count} - {path}:{number}: {command}", file=sys.stderr)
                for line in actual[-40:]:
                    print("#   " + line, file=sys.stderr)
    print(f"1..{count}")
    sys.exit(bool(failed) or count == 0)


main()
