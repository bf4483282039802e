#!/usr/bin/env python3
"""claim_losses.py FLIGHT CAPTURE: whether `flight claim` tells of each frame that is missing or damaged, and of each cut
behind a frame.  Of frames that come in numbers each has one of the three."""
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "golden")]
import craft  # noqa: E402
import decode  # noqa: E402

STANDING = "DBW"  # of tracing: what the others tell of, so that it is missed without its number, too


def claim(flight, capture, *options):
    return subprocess.run([flight, "claim", capture, *options], capture_output=True, check=False)


def require(condition, what):
    if not condition:
        sys.exit(what)


def check(flight, bytes_of_it, what):
    """Damaged, and told so once in words, and to programs in an object."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(bytes_of_it)
        file.flush()
        people, programs = claim(flight, file.name), claim(flight, file.name, "--format", "json")
    require(people.returncode == 1 and people.stderr, f"{what}: status {people.returncode}, {people.stderr!r}")
    require(b"No anonymous" not in people.stderr, f"{what}: {people.stderr!r}")
    lines = [json.loads(line) for line in programs.stdout.splitlines()]
    require(programs.returncode == 1, f"{what}: status {programs.returncode} for programs")
    require(any(line["type"] == "damage" for line in lines), f"{what}: no damage for programs")


def without(number):
    """Frame `number` was never sent: those behind it have its numbers."""
    at = -1

    def recipe(kind, payload):
        nonlocal at
        at += 1
        if at != number:
            yield kind, payload

    return recipe


def main():
    flight, path = sys.argv[1:]
    with open(path, "rb") as file:
        capture = file.read()
    require(claim(flight, path).returncode == 0, "the whole capture is refused")
    frames = list(decode.FRAME.finditer(capture))
    for number, frame in enumerate(frames):
        kind = next(decode.find_frames(frame.group()))[0]
        start, end = frame.span()
        last = number == len(frames) - 1
        ways = [
            (capture[:start] + capture[end:], "is missing"),
            (capture[:end - 1] if last else capture[:start + 9] + capture[end:], "is damaged"),
        ]
        if not last:
            ways.append((capture[:end], "is the last that came"))
        for damaged, way in ways if last or kind in STANDING else ways[number % 3 :][:1]:
            check(flight, damaged, f"frame {number} ({kind}) {way}")
        if kind in STANDING:
            check(flight, craft.rewrite(capture, without(number)), f"frame {number} ({kind}) was never sent")
    require(len(frames) > 50, "too few frames")


main()
