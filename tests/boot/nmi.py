#!/usr/bin/env python3
"""A hung kernel still tells what it knows: an NMI ends its endless loop in a panic.

Boots with fault=loop, waits for the line that says that the system is up, injects an NMI through
QEMU's control socket, and expects a panic with a complete capture.  Ends with TAP.
"""
import json
import os
import socket
import subprocess
import sys
import tempfile


def inject(path):
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(path)
        stream = control.makefile("rw")
        stream.readline()  # the greeting
        for command in ("qmp_capabilities", "inject-nmi"):
            stream.write(json.dumps({"execute": command}) + "\n")
            stream.flush()
            stream.readline()


def main():
    flight = os.path.abspath("build/flight")
    results = []
    with tempfile.TemporaryDirectory() as folder:
        path, capture = os.path.join(folder, "qmp"), os.path.join(folder, "capture")
        run = subprocess.Popen(
            [flight, "run", "--timeout", "60", "--append", "fault=loop", "-o", capture,
             "--qemu-arg", "-qmp", "--qemu-arg", f"unix:{path},server=on,wait=off"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for line in run.stdout:
            if line.startswith("Firstlight is multi-user"):
                inject(path)
        error = run.stderr.read()
        results.append((run.wait() == 3 and "non-maskable interrupt" in error, "an NMI ends an endless loop in a panic"))
        print("#", error.strip())
        verify = subprocess.run([flight, "verify", capture], capture_output=True, text=True)
        print("#", verify.stdout.strip())
        results.append((verify.returncode == 0, "the capture is complete and its books balance"))
        with open(capture, "rb") as file:
            results.append((b"fault_happen+" in file.read(), "the backtrace names the function that hung"))
    for number, (good, name) in enumerate(results, 1):
        print("ok" if good else "not ok", number, "-", name)
    print(f"1..{len(results)}")
    sys.exit(not all(good for good, _ in results))


main()
