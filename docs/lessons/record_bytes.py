#!/usr/bin/env python3
"""The bytes of the first CPU's buffer of records in a capture (docs/format.md, frames W), in rows: record_bytes.py CAPTURE ROW

For docs/lessons/probe.md; flight reads the same bytes.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../tests/decoder"))
sys.dont_write_bytecode = True
import decode


def buffer_of(capture):
    content = bytearray()
    for frame in decode.find_frames(capture):
        if frame is None or frame[0] != "W":
            continue
        payload = decode.Payload(frame[2])
        buffer, cpu, start, _, offset, _ = (payload.u() for _ in range(6))
        if buffer or cpu:
            continue
        content.extend(bytes(max(start + offset - len(content), 0)))
        while payload.more():
            content.extend(bytes(payload.u()))
            content.extend(payload.s())
    return content


def main():
    with open(sys.argv[1], "rb") as file:
        content = buffer_of(file.read())
    row = int(sys.argv[2])
    for at in range(0, len(content), row):
        words = [content[i : i + 4].hex() for i in range(at, min(at + row, len(content)), 4)]
        print(" ".join(words))


main()
