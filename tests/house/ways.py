#!/usr/bin/env python3
"""The ways of data that a document tells are those of the sources.

ways.py DOCUMENT...

In a block that begins with ```way, each line is a function (or a macro like one), its file, and words about it.  What
stands deeper is called by what stands above it, in this order; `NAME (MEMBER)` is called through a pointer that its
caller knows as MEMBER.  A line in the first column begins a piece of the way, which what was kept in memory joins to
the piece before.  Ends with TAP, one test for each line.
"""
import os
import re
import sys

from c_source import Source, sources

LINE = re.compile(r"^( *)(\w+)(?: \((\w+)\))? +(\S+\.(?:c|h|asm))(?: |$)")
STEP = 2  # columns of a level


def pieces(path):
    """Yields (line number, level, name, member, file) of every line of every way; None for one that is none."""
    inside = False
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file.read().splitlines(), 1):
            if line.startswith("```"):
                inside = line == "```way"
            elif inside and line.strip():
                m = LINE.match(line)
                yield (number, len(m[1]) // STEP, m[2], m[3], m[4]) if m else (number, 0, line.strip(), None, None)


class Tree:
    def __init__(self):
        self.code = {}    # of each file: what its functions hold, by name
        self.values = ""  # all code: where a function's name may stand as a value

    def bodies(self, path):
        if path not in self.code:
            self.code[path] = assembly(path) if path.endswith(".asm") else \
                {**{f.name: "\n".join(f.body()) for f in Source(".", path).functions()}, **macros(Source(".", path))}
        return self.code[path]

    def is_value(self, name):
        """Whether the name stands somewhere without being called or declared."""
        if not self.values:
            self.values = "\n".join("\n".join(s.bare) for s in sources(".", "boot", "trace", "drivers", "kernel", "flight")
                                    if s.path.endswith((".c", ".h")))
        return re.search(r"\b" + name + r"\b(?! *\()", self.values)


def macros(source):
    found = {}
    for first, line in enumerate(source.bare):
        if m := re.match(r"#define (\w+)\(", line):
            last = first
            while source.bare[last].endswith("\\"):
                last += 1
            found.setdefault(m[1], "\n".join(source.bare[first:last + 1])[m.end(1):])
    return found


def assembly(path):
    """What stands behind each label that the file offers to others, a call as C writes it."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r";.*", "", file.read())
    parts = re.split(r"^\s*global\s+(\w+)", text, flags=re.M)
    return {name: re.sub(r"\b(?:call|jmp)\s+(\w+)", r"\1(", body) for name, body in zip(parts[1::2], parts[2::2])}


def wrong(tree, stack, name, member, path):
    """What is not so about a line, or None.  `stack` holds its callers: [name, body, where its last callee stood]."""
    if path is None:
        return "this line has no function and file"
    if not os.path.isfile(path) or name not in tree.bodies(path):
        return f"{path} has no function {name}"
    if not stack:
        return None
    caller = stack[-1]
    called = member or name
    at = [m.start() for m in re.finditer(r"\b" + called + (r"\b" if member else r" *\("), caller[1])]
    if not at:
        return f"{caller[0]} does not call {called}"
    if member and not tree.is_value(name):
        return f"nobody has a pointer to {name}"
    later = [place for place in at if place >= caller[2]]
    if not later:
        return f"{caller[0]} calls {called} before what stands above it"
    caller[2] = later[0]
    return None


def main():
    count = failed = 0
    tree = Tree()
    for document in sys.argv[1:]:
        stack = []
        for number, level, name, member, path in pieces(document):
            count += 1
            del stack[level:]
            fault = wrong(tree, stack, name, member, path) if level <= len(stack) else "a level is left out above it"
            stack.append([name, tree.bodies(path).get(name, "") if path and os.path.isfile(path) else "", 0])
            failed += fault is not None
            print("not ok" if fault else "ok", f"{count} - {document}:{number}: {name}")
            if fault:
                print(f"# not ok {count} - {document}:{number}: {name}: {fault}", file=sys.stderr)
    print(f"1..{count}")
    sys.exit(bool(failed) or count == 0)


main()
