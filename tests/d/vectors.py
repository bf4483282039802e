#!/usr/bin/env python3
"""The programs of tests/dof through `flight enable -64`, held against what an independent compiler made of them.

Equal must be, in order: the ECBs with their descriptions, predicates and actions, of each action its kind, tuple, argument
or format and which statement it belongs to, and of all code the instructions, constants, strings, variables and result.
What the two may differ in are sections and places in the file, and the numbers that mark statements.  Ends with TAP.
"""
import glob
import os
import re
import struct
import subprocess
import tempfile

FLIGHT = os.path.abspath("build/flight")
OBJECTS = "tests/dof"
NONE = 0xffffffff
ECBDESC, DIF, STRTAB, VARTAB, OPTDESC, INTTAB = 3, 7, 8, 9, 14, 19


class Dof:
    def __init__(self, data):
        self.data = data
        count, = struct.unpack_from("<I", data, 28)
        self.sections = []
        for i in range(count):
            kind, _, _, _, offset, size = struct.unpack_from("<IIIIQQ", data, 64 + 32 * i)
            self.sections.append((kind, data[offset:offset + size]))

    def text(self, section, offset):
        table = self.sections[section][1]
        return table[offset:table.index(b"\0", offset)]

    def code(self, section):
        if section == NONE:
            return None
        header = self.sections[section][1]
        links = [self.sections[link] for link in struct.unpack_from(f"<{len(header) // 4 - 2}I", header, 8)]
        tables = {kind: table for kind, table in links}
        variables = [(tables[STRTAB][name:tables[STRTAB].index(b"\0", name)], rest)
                     for name, *rest in struct.iter_unpack("<IIBBH8s", tables.get(VARTAB, b""))]
        return (header[:8], tables[DIF], tables.get(INTTAB), tables.get(STRTAB), variables)

    def actions(self, section):
        if section == NONE:
            return None
        statements, actions = {}, []
        for code, strings, kind, tuple_, argument, tag in struct.iter_unpack("<IIIIQQ", self.sections[section][1]):
            statement = statements.setdefault(tag, len(statements))
            if strings != NONE:
                argument = self.text(strings, argument)
            actions.append((kind, tuple_, argument, statement, self.code(code)))
        return actions

    def meaning(self):
        found = []
        for kind, data in self.sections:
            if kind == ECBDESC:
                probe, predicate, actions, _, tag = struct.unpack("<IIIIQ", data)
                strings, *fields = struct.unpack_from("<5I", self.sections[probe][1])
                found.append(([self.text(strings, field) for field in fields], self.code(predicate),
                              self.actions(actions), tag))
            if kind == OPTDESC:
                found.append([(option, value) for option, _, value in struct.iter_unpack("<IIq", data)])
        return found


def enable(*arguments):
    """The objects that `flight enable` leaves, in order."""
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run([FLIGHT, "enable", "-64", "-o", folder, *arguments], capture_output=True, text=True)
        if run.returncode != 0:
            raise ValueError(run.stderr)
        with open(os.path.join(folder, "kernel/drv/dtrace.conf"), encoding="ascii") as conf:
            lines = re.findall(r"^dof-data-\d+=([^;]*);", conf.read(), re.M)
    return [Dof(bytes(int(byte, 16) for byte in line.split(","))).meaning() for line in lines]


def expected(name):
    with open(f"{OBJECTS}/{name}.dof", "rb") as file:
        return Dof(file.read()).meaning()


def compare(arguments, *names):
    made = enable(*arguments)
    for name, of in zip(names, made):
        if of != expected(name):
            return f"differs from {name}.dof: {of}"
    return None if len(made) >= len(names) else "too few objects"


def clauses(name):
    with open(f"{OBJECTS}/{name}.d", encoding="utf-8") as file:
        return [part.strip() for part in re.split(r"/\*.*?\*/", file.read()) if part.strip()]


def cases():
    several = "19-multi-n"
    for path in sorted(glob.glob(f"{OBJECTS}/*.d")):
        name = os.path.splitext(os.path.basename(path))[0]
        if name != several:
            yield f"{name}: the same code", ["-s", path], [name]
    words = [word for clause in clauses(several) for word in ("-n", clause)]
    yield f"{several}: an object for each of them, the errors', the options", words, \
        [f"{several}.0", f"{several}.1", f"{several}.2", f"{several}.err", f"{several}.opt"]
    yield "09-options: the options of a program", ["-s", f"{OBJECTS}/09-options.d"], \
        ["09-options", f"{several}.err", "09-options.opt"]


def main():
    number = failed = 0
    for number, (title, arguments, names) in enumerate(cases(), 1):
        try:
            problem = compare(arguments, *names)
        except (ValueError, OSError) as error:
            problem = str(error)
        if problem:
            failed += 1
            print("# " + problem.replace("\n", "\n# "))
        print(f"{'not ok' if problem else 'ok'} {number} - {title}")
    print(f"1..{number}")
    return failed > 0


if __name__ == "__main__":
    raise SystemExit(main())
