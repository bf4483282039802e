#!/usr/bin/env python3
"""Damages captures in many ways and holds `flight report` against the second decoder.

damage.py FLIGHT COUNT SEED CAPTURE...

For each damaged capture: flight ends by itself with status 0 or 1, accepts exactly the frames
whose bytes still stand there, and no others; it prints what the second decoder reads.
Ends with TAP.
"""
import json
import os
import random
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(__file__))
import compare  # noqa: E402
import decode  # noqa: E402


def damage(rng, capture):
    data = bytearray(capture)
    for _ in range(rng.choice((1, 1, 2, 5, 20, 100))):
        if not data:
            break
        at = rng.randrange(len(data))
        kind = rng.randrange(6)
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del data[at:at + rng.choice((1, 1, 2, 10, 200))]
        elif kind == 2:
            data[at:at] = bytes(rng.randrange(256) for _ in range(rng.choice((1, 1, 2, 10, 200))))
        elif kind == 3:
            data[at:at] = rng.choice((b"~{", b"}", b"~", b"\r\n", b"~{H", b"\0"))
        elif kind == 4:
            data[at] = rng.choice(capture)
        elif rng.random() < 0.1:
            del data[at:]
    return bytes(data)


def main():
    flight, count, rng = sys.argv[1], int(sys.argv[2]), random.Random(int(sys.argv[3]))
    captures = []
    for path in sys.argv[4:]:
        with open(path, "rb") as file:
            captures.append(file.read())
    sound = [{f[3] for f in decode.find_frames(capture) if f} for capture in captures]
    failures, damaged_captures, lost = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "capture")
        for i in range(count):
            capture, frames = captures[i % len(captures)], sound[i % len(captures)]
            data = damage(rng, capture)
            with open(name, "wb") as file:
                file.write(data)
            run = subprocess.run([flight, "report", name, "--format", "json"], capture_output=True, timeout=60)
            if run.returncode not in (0, 1):
                failures.append(f"{i}: exit status {run.returncode}: {run.stderr[-300:]!r}")
                continue
            intact = {f for f in frames if b"~{" + f + b"}" in data}
            lost += len(frames) - len(intact)
            damaged_captures += run.returncode
            report = json.loads(run.stdout)
            if report["frames"]["accepted"] != len(intact):
                failures.append(f"{i}: {report['frames']['accepted']} accepted, {len(intact)} intact")
            wrong = compare.differences(report, data)
            if wrong:
                failures.append(f"{i}: the decoders differ in {wrong}")
    for failure in failures[:10]:
        print("#", failure, file=sys.stderr)
    print(f"# {count} damaged captures, {lost} frames lost, {damaged_captures} reported as damaged")
    print("not ok" if failures else "ok", f"1 - {count} damaged captures: exactly the intact frames are accepted")
    told = damaged_captures >= count // 2
    print("ok" if told else "not ok", "2 - damage is reported by the exit status")
    print("1..2")
    sys.exit(bool(failures) or not told)


main()
