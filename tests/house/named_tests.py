#!/usr/bin/env python3
"""The tests that documents name are there, and so are the functions.

named_tests.py DOCUMENT...

A link `[`NAME`](../tests/...)` in a document names a test: the file must be there, and hold the test of that name, in C as
a function that is run, elsewhere as the quoted name of a check.  A link `[`NAME`](../trace/....c)` names a function, which
must be defined in that file.  Ends with TAP, one test for each link.
"""
import os
import re
import sys

LINK = re.compile(r"\[`([^`]+)`\]\(((?:\.\./)*(?:tests/[^)#]+|trace/[^)#]+\.c))\)")


def holds(path, name):
    if not os.path.isfile(path):
        return False
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if path.startswith("trace/"):
        return re.search(r"^[A-Za-z][^;\n]*\b" + name + r"\([^;]*\)\n{$", text, re.M)
    if path.endswith(".c"):
        return re.search(r"static void " + name + r"\(", text) and re.search(r"[A-Za-z_]\(" + name + r"\b", text)
    return f"'{name}'" in text or f'"{name}"' in text


def main():
    count = failed = 0
    for document in sys.argv[1:]:
        with open(document, encoding="utf-8") as file:
            links = LINK.findall(file.read())
        for name, target in links:
            count += 1
            path = os.path.normpath(os.path.join(os.path.dirname(document), target))
            good = holds(path, name)
            failed += not good
            print("ok" if good else "not ok", f"{count} - {document} names what {path} has: {name}")
            if not good:
                print(f"# not ok {count} - {document}: {path} has no '{name}'", file=sys.stderr)
    print(f"1..{count}")
    sys.exit(bool(failed) or count == 0)


main()
