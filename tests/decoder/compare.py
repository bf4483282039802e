#!/usr/bin/env python3
"""Holds `flight report` against the second decoder.

compare.py FLIGHT CAPTURE ends with status 0 if both read the same, else it prints what differs.
"""
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(__file__))
import decode  # noqa: E402


def part(ours, theirs):
    """Of what flight says, that which the second decoder says too."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return {k: part(ours[k], theirs[k]) for k in theirs}
    if isinstance(theirs, list) and isinstance(ours, list) and len(ours) == len(theirs):
        return [part(a, b) for a, b in zip(ours, theirs)]
    return ours


def differences(report, data):
    """The keys in which the report differs from what the second decoder finds in the capture."""
    theirs = decode.decode(data)
    ours = part(report, theirs)
    return [k for k in theirs if ours[k] != theirs[k]]


def main():
    flight, path = sys.argv[1:]
    with open(path, "rb") as file:
        data = file.read()
    run = subprocess.run([flight, "report", path, "--format", "json"], capture_output=True, timeout=60)
    differing = differences(json.loads(run.stdout), data)
    if differing:
        sys.exit(f"the decoders differ in {differing}")


if __name__ == "__main__":
    main()
