#!/usr/bin/env python3
"""What the document says of data that more than one context touches is there, and no datum is missing.

shared.py DOCUMENT [BUILD]

In the tables whose heads are `| datum | ... | held by |` and `| whose | data |`, a file in backticks is followed by names
in backticks, which must stand in it; a file of tests in the last column of the first must be there.  Everything that
the objects of the kernel in BUILD keep in .data and .bss must be named with its file, but for locks.  Ends with TAP.
"""
import os
import re
import subprocess
import sys

from c_source import Source, tracked

FILE = re.compile(r"^[\w./]+\.(?:c|h|asm|pml|sh|py)$")


def tables(document):
    """Yields (line number, cells) of the rows."""
    inside = False
    with open(document, encoding="utf-8") as file:
        for number, line in enumerate(file.read().splitlines(), 1):
            if re.match(r"\| datum \|.*\| held by \|$|\| whose \| data \|$", line):
                inside = True
            elif not line.startswith("|"):
                inside = False
            elif inside and not line.startswith("|---"):
                yield number, [cell.strip() for cell in line.strip("|").split(" | ")]


def named(cell):
    """Yields (file, name)."""
    path = None
    for word in re.findall(r"`([^`]+)`", cell):
        if FILE.match(word) and "/" in word:
            path = word
        else:
            yield path, word


def faults(cells, code):
    data, held = (cells[1], "") if len(cells) == 2 else (cells[0], cells[-1])
    for path, name in named(data):
        if path is None or not os.path.isfile(path):
            yield f"there is no file {path}"
            continue
        if path not in code:
            code[path] = "\n".join(Source(".", path).bare)
        if not re.search(r"\b" + re.escape(name.split()[-1]) + r"\b", code[path]):
            yield f"{path} has no {name}"
    if len(cells) > 2 and not held:
        yield "nothing holds it"
    for path in re.findall(r"`(\S+)`", re.sub(r"\[`[^`]+`\]\([^)]+\)", "", held)):
        if not os.path.isfile(path):
            yield f"there is no {path}"


def in_memory(build):
    """(file, name) of what the kernel's objects can write to; what is found by its section is not theirs alone."""
    for path in tracked(".", "kernel/*.c", "trace/*.c", "boot/*.c", "drivers/*.c"):
        listing = os.path.join(build, "kernel", path[:-2] + ".o")
        if not os.path.exists(listing):
            continue  # of the host's programs
        locks = set(re.findall(r"^static struct (?:spinlock|mutex|wait_queue) (\w+)", "\n".join(Source(".", path).bare), re.M))
        text = subprocess.run(["objdump", "-t", listing], capture_output=True, text=True, check=True).stdout
        for name in re.findall(r" O \.(?:data|bss)\S*\s+[0-9a-f]+ (\S+)$", text, re.M):
            if name not in locks:
                yield path, re.sub(r"\.\d+$", "", name)


def main():
    document, build = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "build"
    count = failed = 0
    code, known = {}, set()
    rows = list(tables(document))
    results = []
    for number, cells in rows:
        known |= set(named(cells[0] if len(cells) > 2 else cells[1]))
        results.append((f"{document}:{number}: {cells[0][:60]}", list(faults(cells, code))))
    data = set(in_memory(build))
    results.append(("every datum in memory is in a table", [f"{path}: {name}" for path, name in sorted(data - known)]))
    results.append(("there is a table, and a kernel", [] if rows and len(data) > 50 else ["there is none"]))
    for name, wrong in results:
        count += 1
        failed += bool(wrong)
        print("not ok" if wrong else "ok", f"{count} - {name}")
        for what in wrong:
            print(f"# not ok {count} - {name}: {what}", file=sys.stderr)
    print(f"1..{count}")
    sys.exit(bool(failed))


main()
