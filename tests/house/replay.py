#!/usr/bin/env python3
"""Replays the transcripts of a document.

replay.py [--write] DOCUMENT...

In a block that begins with ```console, a line `$ COMMAND` is run by sh from the root of the tree; the
lines behind it must be its output (standard output and error), where a line `...` stands for any
lines.  Figures of one build and one machine may differ: runs of digits are compared as one sign, blanks in
a row as one.  Counts are compared: what a boot does again, it does as often, whatever its build.
Ends with TAP, one test for each command.  With --write, the figures that came out are put into the
documents, but for counts: read the difference.
"""
import os
import re
import subprocess
import sys

# What is counted: by its noun, by its key in JSON, or alone on its line (of grep -c).  But how often the kernel's
# functions are entered is the compiler's matter: TSLOG, and sums that it is part of.
WORDS = "(?:events|emitted|kept|overwritten|dropped|filtered|probes?|programs)"
COUNT = rf'\b\d+ {WORDS}\b|"{WORDS}": ?\d+|^\d+$'
UNCOUNTED = "OK: |tslog:"
ADDRESS = r"\b(?:0x)?(?=[a-f]*[0-9])[0-9a-f]{6,}\b"


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
    count = "(?!)" if re.match(UNCOUNTED, line) else COUNT
    line = re.sub(rf"({count})|{ADDRESS}|[0-9][0-9.,]*", lambda figure: figure[1] or "#", line)
    line = re.sub(r"# (ns|us|ms|s)\b", "# T", line)
    return re.sub(r"\s+", " ", line).strip()


def filled(expected, actual):
    """The expected lines with the actual figures, `...` standing for any lines; None if others came out."""
    if not expected:
        return None if actual else []
    if expected[0] == "...":
        rests = (filled(expected[1:], actual[i:]) for i in range(len(actual) + 1))
        return next((["..."] + rest for rest in rests if rest is not None), None)
    rest = filled(expected[1:], actual[1:]) if actual and plain(expected[0]) == plain(actual[0]) else None
    if rest is None:
        return None
    same = expected[0].split() == actual[0].split()
    return [expected[0] if same else actual[0].expandtabs().rstrip()] + rest


def put(path, number, lines):
    """Puts the lines behind that of the command."""
    text = open(path, encoding="utf-8").read().splitlines()
    text[number : number + len(lines)] = lines
    open(path, "w", encoding="utf-8").write("\n".join(text) + "\n")


def main():
    count = failed = 0
    # As a person would have it, also when make runs this.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k != "MFLAGS"}
    write = sys.argv[1:2] == ["--write"]
    for path in sys.argv[2 if write else 1:]:
        for number, command, expected in blocks(path):
            count += 1
            run = subprocess.run(["sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 stdin=subprocess.DEVNULL, timeout=600, text=True, errors="replace", env=environment)
            actual = [line for line in run.stdout.splitlines()]
            lines = filled(expected, actual)
            good = lines is not None
            if good and write:
                put(path, number, lines)
            print("ok" if good else "not ok", f"{count} - {path}:{number}: {command}")
            if not good:
                failed += 1
                print(f"# not ok {count} - {path}:{number}: {command}", file=sys.stderr)
                for line in actual[-40:]:
                    print("#   " + line, file=sys.stderr)
    print(f"1..{count}")
    sys.exit(bool(failed) or count == 0)


main()
