#!/usr/bin/env python3
"""Writes a cpio archive (newc) to standard output: archive.py FILES BYTES, spread over 1,000 folders.

The contents are zeros: only their sizes matter."""
import sys

files, total = int(sys.argv[1]), int(sys.argv[2])
out = sys.stdout.buffer
at = 0


def entry(number, name, mode, size):
    global at
    name = name.encode() + b"\0"
    fields = (number, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, len(name), 0)
    head = b"070701" + b"".join(b"%08x" % f for f in fields) + name
    head += b"\0" * (-(at + len(head)) % 4)
    body = b"\0" * (size + -size % 4)
    out.write(head + body)
    at += len(head) + len(body)


per_file = max(0, total // files - 136)
for number in range(files):
    entry(number + 1, "usr/share/d%03d/f%06d" % (number % 1000, number), 0o100644, per_file)
entry(0, "TRAILER!!!", 0, 0)
