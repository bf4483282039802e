#!/usr/bin/env python3
"""Hostile input: every case of tests/hostile/cases has its expected one line of diagnosis.

A case is two lines: `< input` and `> diagnosis` (more than one of these where more than one thing is wrong).  What the
input is depends on the file's name; in texts it has Python's escapes, in archives it is a Python expression over the
makers below.  The kernel's own files, built for the host under the sanitizers (boot_host.c), read it and print.

    hostile.py             checks all cases, as TAP
    hostile.py --write     writes what comes out into the case files, for a person to read
"""
import concurrent.futures
import itertools
import os
import re
import subprocess
import sys
import tempfile

CASES = os.path.join(os.path.dirname(__file__), "cases")
PROGRAM = "build/tests/boot_host"

# What the kernel prints of every sound module and file.
USUAL = re.compile(
    r"module \d+: .*, (file|rootfs|hash|environment|console-font|dof), \d+ bytes at 0x[0-9a-f]+"
    r"(, (sha1|sha256) verified|, (refused|mismatch|bad-hash|ignored))?"
    r"|files: \d+, .*|.*: settings: \d+, others: .*|kernel/drv/.*: entries: \d+, properties: \d+")


def newc(*entries, magic="070701", end=True):
    """A cpio archive; an entry is (name, content) or a dict of fields to overrule."""
    out = b""
    for number, entry in enumerate(list(entries) + ([("TRAILER!!!", b"")] if end else [])):
        name, content, over = entry if len(entry) == 3 else (*entry, {})
        name, content = os.fsencode(name) + b"\0", os.fsencode(content) if isinstance(content, str) else content
        field = dict(ino=number + 1, mode=0o100644, uid=0, gid=0, nlink=1, mtime=0, size=len(content), major=0,
                     minor=0, rmajor=0, rminor=0, namesize=len(name),
                     check=sum(content) & 0xffffffff if magic == "070702" else 0)
        field.update(over)
        out += magic.encode() + b"".join(v if isinstance(v, bytes) else b"%08x" % v for v in field.values())
        out += name
        out += b"\0" * (-len(out) % 4) + content
        out += b"\0" * (-len(out) % 4)
    return out


def odc(*entries):
    out = b""
    for number, (name, content) in enumerate(list(entries) + [("TRAILER!!!", "")]):
        name, content = name.encode() + b"\0", content.encode()
        out += b"070707" + b"%06o%06o%06o%06o%06o%06o%06o%011o%06o%011o" % (
            0, number + 1, 0o100644, 0, 0, 1, 0, 0, len(name), len(content)) + name + content
    return out


def tar(*entries, end=True):
    """A ustar archive; an entry is (name, content) and perhaps a dict of raw fields to overrule."""
    out = b""
    for entry in entries:
        name, content, over = entry if len(entry) == 3 else (*entry, {})
        content = content.encode() if isinstance(content, str) else content
        field = dict(name=name.encode(), mode=b"0000644", uid=b"0000000", gid=b"0000000", size=b"%011o" % len(content),
                     mtime=b"00000000000", checksum=b" " * 8, type=b"0", link=b"", magic=b"ustar", version=b"00",
                     uname=b"", gname=b"", major=b"", minor=b"", prefix=b"", rest=b"")
        field.update({k: v for k, v in over.items() if k != "checksum"})
        width = [100, 8, 8, 8, 12, 12, 8, 1, 100, 6, 2, 32, 32, 8, 8, 155, 12]
        header = b"".join(v.ljust(w, b"\0") for v, w in zip(field.values(), width))
        checksum = over.get("checksum", b"%06o\0 " % sum(header))
        out += header[:148] + checksum + header[156:] + content + b"\0" * (-len(content) % 512)
    return out + (b"\0" * 1024 if end else b"")


def patch(data, at, new):
    return data[:at] + new + data[at + len(new):]


def text(source):
    return source.encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1")


def arguments(kind, source, folder):
    """The command line of boot_host for a case."""
    def file(name, content):
        path = os.path.join(folder, name)
        with open(path, "wb") as out:
            out.write(content)
        return path
    if kind == "command_line":
        return ["-a", text(source)]
    if kind == "module_lines":
        lines = [text(line) for line in source.split(" | ")]
        return [a for i, line in enumerate(lines) for a in (file("m%d" % i, b"hello\n"), line)]
    if kind == "hashes":
        return [file("a", b"hello\n"), "a name=a", file("h", text(source)), "h type=hash name=a"]
    if kind in ("cpio", "ustar"):
        return [file("archive", eval(source)), "archive type=rootfs name=ramdisk"]
    name = {"etc_system": "s name=etc/system", "driver_conf": "d name=kernel/drv/x.conf",
            "environment": "loader.conf type=environment"}[kind]
    return [file("text", text(source)), name]


def diagnoses(kind, source):
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run([PROGRAM] + arguments(kind, source, folder), stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, timeout=60,
                             env={**os.environ, "ASAN_OPTIONS": "exitcode=99"})
    if run.returncode not in (0, 1):
        return ["exit status %d: %s" % (run.returncode, run.stderr.decode("utf-8", "replace")[:2000])]
    lines = run.stdout.decode("utf-8", "replace").splitlines()
    return [line for line in lines if line and not USUAL.fullmatch(line)]


def read_cases():
    for name in sorted(os.listdir(CASES)):
        kind = name[:-4]
        with open(os.path.join(CASES, name)) as file:
            lines = [line.rstrip("\n") for line in file]
        for at, line in enumerate(lines):
            if line.startswith("< "):
                expected = [l[2:] for l in itertools.takewhile(lambda l: l.startswith("> "), lines[at + 1:])]
                yield kind, at + 1, line[2:], expected


def check(case):
    kind, at, source, expected = case
    got = diagnoses(kind, source)
    return got == expected != [], "%s:%d" % (kind, at), expected, got


def write():
    results = {(kind, at): diagnoses(kind, source) for kind, at, source, _ in read_cases()}
    for name in sorted(os.listdir(CASES)):
        out = []
        with open(os.path.join(CASES, name)) as file:
            for at, line in enumerate(file):
                if not line.startswith("> "):
                    out.append(line)
                if line.startswith("< "):
                    out += ["> %s\n" % l for l in results[name[:-4], at + 1]]
        with open(os.path.join(CASES, name), "w") as file:
            file.writelines(out)


def main():
    if sys.argv[1:] == ["--write"]:
        return write()
    failed = 0
    cases = list(read_cases())
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, (good, name, expected, got) in enumerate(pool.map(check, cases), 1):
            print("%s %d - %s" % ("ok" if good else "not ok", number, name))
            if not good:
                failed = 1
                print("# %s\n#   expected %s\n#   got      %s" % (name, expected, got), file=sys.stderr)
    many = len(cases) >= 200
    print("%s %d - there are at least 200 cases: %d" % ("ok" if many else "not ok", len(cases) + 1, len(cases)))
    print("1..%d" % (len(cases) + 1))
    return 0 if many and not failed else 1


sys.exit(main())
