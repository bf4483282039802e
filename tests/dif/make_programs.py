#!/usr/bin/env python3
"""Writes DIF programs with what each must give: make_programs.py FILE

Every instruction and subroutine at its boundaries.  What a program must give is what dif_model.py makes of it; where
a case says `want`, that was worked out by hand, and the model is held to it, too.  kernel/dif_conformance.h has the
file's format.  The output is always the same.
"""
import struct
import sys

from dif_model import (ILLOP, BADADDR, BADALIGN, DIVZERO, NOSCRATCH, TUPOFLOW, LOCKS, M64, MEMORY, NUMBER, SCRATCH,
                       STRINGS, SUBR, SUBROUTINES, Machine, World)

NUMBER_KIND, TEXT_KIND, SCRATCH_KIND, STRINGS_KIND, FAULT_KIND = range(5)
GLOBAL, THREAD, LOCAL = range(3)
INT64_MIN, INT64_MAX, UINT64_MAX = 1 << 63, (1 << 63) - 1, M64

cases, names = [], {}


class Code:
    """A program in the making: constants find their tables by themselves."""

    def __init__(self):
        self.text, self.ints, self.strings, self.vars = [], [], bytearray(b"\0"), []

    def op(self, name, a=0, b=0, d=0):
        self.text.append(NUMBER[name] << 24 | a << 16 | b << 8 | d)
        return self

    def wide(self, name, index, rd=0):
        self.text.append(NUMBER[name] << 24 | index << 8 | rd)
        return self

    def branch(self, name, label):
        self.text.append(NUMBER[name] << 24 | label)
        return self

    def setx(self, value, rd):
        value &= M64
        if value not in self.ints:
            self.ints.append(value)
        return self.wide("setx", self.ints.index(value), rd)

    def sets(self, text, rd):
        self.wide("sets", len(self.strings), rd)
        self.strings += text + b"\0"
        return self

    def var(self, scope, number, kind=1, string=False, by_ref=False, size=8):
        self.vars.append((number, scope, kind, int(string), int(by_ref), size))
        return self

    def value(self, value, rd=1):
        """A number, a string, or None: no instruction."""
        return self if value is None else self.sets(value, rd) if isinstance(value, bytes) else self.setx(value, rd)

    def push(self, *values):
        for value in values:
            self.value(value, 1).op("pushtv", 0, 0, 1)
        return self

    def call(self, name, *arguments):
        """The result is in %r7."""
        return self.op("flushts").push(*arguments).wide("call", SUBR[name], 7)

    def ret(self, rd=7):
        return self.op("ret", 0, 0, rd)


def step(code, cpu=0, thread=0x1234, ipl=0, program=0, firing=False, keep=False):
    """`firing`: a new one; `keep`: the scratch of the step before goes on."""
    scopes = {GLOBAL: "global", THREAD: "thread", LOCAL: "local"}
    variables = {(scopes[v[1]], v[0]): (bool(v[4]), bool(v[3]), v[5]) for v in code.vars}
    return {"text": code.text, "ints": code.ints, "strings": bytes(code.strings), "list": code.vars, "cpu": cpu,
            "vars": variables, "thread": thread, "ipl": ipl, "program": program, "firing": firing, "keep": keep}


def result_of(world, machine, value, fault, is_text):
    """Kind, number, bytes."""
    if fault:
        code, offset, address = fault
        known = address is not None and (address < SCRATCH or address >= 1 << 50)
        return FAULT_KIND, code | offset << 32, struct.pack("<Q", address) if known else b""
    if is_text and value:
        return TEXT_KIND, 0, machine.string(value, 4096)
    if SCRATCH <= value <= SCRATCH + world.scratch_size:
        return SCRATCH_KIND, value - SCRATCH, b""
    if STRINGS <= value < STRINGS + 65536:
        return STRINGS_KIND, value - STRINGS, b""
    return NUMBER_KIND, value, b""


def run_step(world, one, is_text, image):
    if not one["keep"]:
        world.scratch = bytearray()
    if one["firing"]:
        world.token = 0
    machine = Machine(world, one)
    value, fault = machine.run()
    result = result_of(world, machine, value, fault, is_text)
    return result + (len(world.scratch), False, bytes(world.scratch) if image else b"")


def check_by_hand(name, want, got):
    kind, number, data = got[:3]
    if isinstance(want, bytes):
        agrees = (kind, data) == (TEXT_KIND, want)
    elif isinstance(want, tuple):
        agrees = (kind, number & 0xffffffff) == (FAULT_KIND, want[0]) and want[1:] in ((), (number >> 34,))
    else:
        agrees = kind in (NUMBER_KIND, SCRATCH_KIND) and number == want & M64
    if not agrees:
        sys.exit(f"make_programs.py: {name}: by hand {want!r}, by the model {got!r}")


def by_hand(want):
    """For what the model does not know: what a step must give, and whether it drops."""
    value, drop = want
    return NUMBER_KIND, value & M64, b"", None, drop, b""


def case(name, *steps, want=None, text=False, image=False, pool=8192, chunk=0, modelled=True, **world):
    """Wants: of the last step, or, where there is no model, of every one."""
    steps = [s if isinstance(s, dict) else step(s) for s in steps]
    if names.setdefault(name, (steps, world)) != (steps, world):
        sys.exit(f"make_programs.py: two cases are called {name}")
    if any(one[0] == name for one in cases):
        return
    world = World(**world)
    memory = bytes(world.memory)
    if modelled:
        wants = [run_step(world, s, text, image) for s in steps]
        if want is not None:
            check_by_hand(name, want, wants[-1])
    else:
        wants = [by_hand(w) for w in want]
    cases.append((name, world, memory, pool, chunk, steps, wants))


# --- The file ---------------------------------------------------------------------------------------------


def u32(*numbers):
    return struct.pack("<%dI" % len(numbers), *numbers)


def u64(*numbers):
    return struct.pack("<%dQ" % len(numbers), *(n & M64 for n in numbers))


def piece(data):
    return u32(len(data)) + bytes(data)


def step_bytes(s, want):
    kind, number, data, used, drop, image = want
    head = u32(s["cpu"], s["ipl"], s["program"], s["firing"] | s["keep"] << 1) + u64(s["thread"])
    tables = u32(len(s["text"]), *s["text"]) + u32(len(s["ints"])) + u64(*s["ints"]) + piece(s["strings"])
    variables = u32(len(s["list"])) + b"".join(u32(*v) for v in s["list"])
    expected = u32(kind, int(drop), 0xffffffff if used is None else used) + u64(number) + piece(data) + piece(image)
    return head + tables + variables + expected


def case_bytes(one):
    name, world, memory, pool, chunk, steps, wants = one
    body = piece(name.encode()) + u32(world.strsize, world.scratch_size, pool, chunk)
    body += u32(len(world.args)) + u64(*world.args) + piece(memory) + u32(len(steps))
    body += b"".join(step_bytes(s, w) for s, w in zip(steps, wants))
    return u32(len(body)) + body


def hexed(value):
    return "%#x" % (value & M64)


# --- Arithmetic, comparing, branching -----------------------------------------------------------------------

EDGES = [0, 1, 2, 7, -1, -2, INT64_MAX, INT64_MIN, INT64_MIN + 1, 0xffffffff, 0x100000000, 0x123456789abcdef0]
PAIRS = [(EDGES[i], EDGES[(i * 5 + k) % len(EDGES)]) for k in (1, 6) for i in range(len(EDGES))]
SHIFTS = [(x, by) for x in (1, -1, INT64_MIN, 0x123456789abcdef0) for by in (0, 1, 31, 32, 63, 64, 65, 127, -1, 1 << 32)]


def two(op, a, b):
    return Code().setx(a, 1).setx(b, 2).op(op, 1, 2, 3).ret(3)


def arithmetic():
    for op in "or xor and sub add mul sdiv udiv srem urem".split():
        for a, b in PAIRS:
            case(f"{op} {hexed(a)} {hexed(b)}", two(op, a, b))
    for op in "sll srl sra".split():
        for x, by in SHIFTS:
            case(f"{op} {hexed(x)} {hexed(by)}", two(op, x, by))
    for op in "not mov".split():
        for x in EDGES:
            case(f"{op} {hexed(x)}", Code().setx(x, 1).op(op, 1, 0, 2).ret(2))
    case("sdiv: the smallest by -1", two("sdiv", INT64_MIN, -1), want=INT64_MIN)
    case("srem: the smallest by -1", two("srem", INT64_MIN, -1), want=0)
    case("srem: the sign is the dividend's", two("srem", -7, 2), want=-1)
    case("srem: the divisor's sign does not matter", two("srem", 7, -2), want=1)
    case("sdiv: rounds towards 0", two("sdiv", -7, 2), want=-3)
    case("sra: by 64 is by 0", two("sra", INT64_MIN, 64), want=INT64_MIN)
    for op in "sdiv udiv srem urem".split():
        for a in (0, 5, -1):
            case(f"{op} {hexed(a)} by zero", two(op, a, 0), want=(DIVZERO, 2))


def branches():
    conditions = "be bne bg bgu bge bgeu bl blu ble bleu".split()
    compared = [(0, 0), (1, 2), (2, 1), (-1, 1), (1, -1), (INT64_MIN, 1), (INT64_MAX, -1), (INT64_MIN, INT64_MAX)]
    for op in conditions:
        for a, b in compared:
            case(f"cmp {hexed(a)} {hexed(b)}, {op}", Code().setx(a, 1).setx(b, 2).setx(1, 3).op("cmp", 1, 2)
                 .branch(op, 6).op("mov", 0, 0, 3).ret(3))
        for a in (0, 1, -1):
            case(f"tst {hexed(a)}, {op}", Code().setx(a, 1).setx(1, 3).op("tst", 1).branch(op, 5)
                 .op("mov", 0, 0, 3).ret(3))
        case(f"no flags at the start, {op}", Code().setx(1, 3).branch(op, 3).op("mov", 0, 0, 3).ret(3)) \
            if op not in ("be", "bne", "bg", "bgu", "ble", "bleu") else None
    case("cmp: V is never set, so the smallest is not below the largest",
         Code().setx(INT64_MIN, 1).setx(INT64_MAX, 2).setx(1, 3).op("cmp", 1, 2).branch("bl", 6).op("mov", 0, 0, 3)
         .ret(3), want=0)
    case("tst forgets the carry", Code().setx(1, 1).setx(2, 2).setx(1, 3).op("cmp", 1, 2).op("tst", 1)
         .branch("blu", 7).op("mov", 0, 0, 3).ret(3), want=0)
    case("ba passes over a fault", Code().branch("ba", 2).op("udiv", 0, 0, 1).setx(9, 1).ret(1), want=9)
    case("ba to the next one", Code().branch("ba", 1).setx(3, 1).ret(1), want=3)
    case("ret in the middle", Code().setx(3, 1).ret(1).setx(4, 1).ret(1), want=3)
    case("ret of %r0", Code().ret(0), want=0)
    case("registers begin as 0", Code().op("or", 1, 2, 3).op("or", 4, 5, 4).op("or", 6, 7, 6).op("or", 3, 4, 3)
         .op("or", 3, 6, 3).ret(3), want=0)
    case("%r0 as operand", Code().setx(5, 1).op("sub", 0, 1, 2).ret(2), want=-5)
    case("nop", Code().op("nop").setx(5, 1).op("nop").ret(1), want=5)
    case("setx of the last of many", Code().setx(5, 1).setx(6, 1).setx(7, 1).ret(1), want=7)
    case("sets", Code().sets(b"one", 1).sets(b"two", 2).ret(2), want=b"two", text=True)
    case("the first fault ends it", Code().op("udiv", 0, 0, 1).op("ldx", 0, 0, 1).ret(1), want=(DIVZERO, 0))
    case("a fault's result is 0", Code().setx(5, 1).op("udiv", 1, 0, 2).ret(1), want=(DIVZERO, 1))


# --- Memory -------------------------------------------------------------------------------------------------

PATTERN = bytes((0x7c + 9 * i) & 255 for i in range(40))


def memory():
    for family in ("", "r"):
        for suffix, size in (("sb", 1), ("sh", 2), ("sw", 4), ("ub", 1), ("uh", 2), ("uw", 4), ("x", 8)):
            op = f"{family}ld{suffix}"
            for at in (0, 3, 40 - size, 40 - size + 1, 40, -1):
                case(f"{op} at {at}", Code().setx(MEMORY + at, 1).op(op, 1, 0, 2).ret(2), memory=PATTERN)
            for address in (0, UINT64_MAX, UINT64_MAX - size + 1, INT64_MIN, MEMORY + (1 << 32)):
                case(f"{op} of {hexed(address)}", Code().setx(address, 1).op(op, 1, 0, 2).ret(2), memory=PATTERN,
                     want=(BADADDR, 1))
    for suffix in "sb sh sw ub uh uw x".split():
        case(f"uld{suffix}: no userland", Code().setx(MEMORY, 1).op(f"uld{suffix}", 1, 0, 2).ret(2), memory=PATTERN,
             want=(BADADDR, 1))
    for suffix, size in (("b", 1), ("h", 2), ("w", 4), ("x", 8)):
        store = f"st{suffix}"
        for at in (0, size, 16 - size, 16 - size + 1, 16, 1):
            case(f"{store} at {at} of 16", Code().setx(16, 1).op("allocs", 1, 0, 2).setx(at, 3).op("add", 2, 3, 4)
                 .setx(0x8182838485868788, 5).op(store, 5, 0, 4).ret(2), image=True)
        case(f"{store} to memory of the environment", Code().setx(MEMORY, 1).op(store, 1, 0, 1).ret(1), memory=PATTERN,
             want=(BADADDR, 1))
        case(f"{store} to the own strings", Code().sets(b"12345678", 1).op(store, 1, 0, 1).ret(1), want=(BADADDR, 1))
        case(f"{store} to NULL", Code().op("mov", 0, 0, 1).op(store, 1, 0, 1).ret(1), want=(BADADDR, 1))
        case(f"{store} to the end of addresses", Code().setx(-1, 1).op(store, 1, 0, 1).ret(1), want=(BADADDR, 1))
    case("a store is loaded again", Code().setx(8, 1).op("allocs", 1, 0, 2).setx(0x8000, 3).op("sth", 3, 0, 2)
         .op("ldsh", 2, 0, 4).ret(4), want=-0x8000)
    case("scratch that was not allocated is no memory", Code().setx(8, 1).op("allocs", 1, 0, 2).op("add", 2, 1, 2)
         .op("ldub", 2, 0, 3).ret(3), want=(BADADDR, 3))
    case("the last byte of the own strings", Code().sets(b"x", 1).setx(1, 2).op("add", 1, 2, 1).op("ldub", 1, 0, 3)
         .ret(3), want=0)
    case("the byte behind the own strings", Code().sets(b"x", 1).setx(2, 2).op("add", 1, 2, 1).op("ldub", 1, 0, 3)
         .ret(3), want=(BADADDR, 3))


def scratch():
    for size in (0, 1, 7, 8, 9, 255, 256, 257, -1, -7, -8, -256, INT64_MIN, 1 << 32):
        case(f"allocs {hexed(size)}", Code().setx(size, 1).op("allocs", 1, 0, 2).ret(2), image=True)
        case(f"alloca {hexed(size)}", Code().call("alloca", size).ret())
    for first, second in ((1, 248), (1, 249), (8, 248), (8, 249), (255, 1), (256, 0), (250, 0)):
        case(f"allocs {first}, then {second}", Code().setx(first, 1).setx(second, 2).op("allocs", 1, 0, 3)
             .op("allocs", 2, 0, 4).ret(4), image=True)
        case(f"alloca {first}, then {second}", Code().call("alloca", first).call("alloca", second).ret())
    case("allocs clears the gap before it, too", Code().call("toupper", b"x" * 60).ret(),
         Code().call("strjoin", b"a", b"b").setx(8, 1).op("allocs", 1, 0, 2).ret(2), image=True, want=8)
    case("no scratch at all", Code().setx(1, 1).op("allocs", 1, 0, 2).ret(2), scratch=0, want=(NOSCRATCH, 1))
    case("nothing of no scratch", Code().op("allocs", 0, 0, 2).ret(2), scratch=0, want=0)
    case("scratch is kept within a clause", Code().setx(9, 1).op("allocs", 1, 0, 2).ret(2),
         step(Code().setx(1, 1).op("allocs", 1, 0, 2).ret(2), keep=True), want=16)
    case("and given back behind it", Code().setx(9, 1).op("allocs", 1, 0, 2).ret(2),
         Code().setx(1, 1).op("allocs", 1, 0, 2).ret(2), want=0)
    for size in (0, 1, 15, 16, 17, -1):
        case(f"copys of {size} into 16", Code().setx(16, 1).op("allocs", 1, 0, 2).setx(MEMORY, 3).setx(size, 4)
             .op("copys", 3, 4, 2).ret(2), memory=PATTERN, image=True)
        case(f"bcopy of {size} into 16", Code().setx(16, 1).op("allocs", 1, 0, 2).setx(MEMORY, 3).setx(size, 4)
             .op("flushts").op("pushtv", 0, 0, 3).op("pushtv", 0, 0, 2).op("pushtv", 0, 0, 4)
             .wide("call", SUBR["bcopy"], 7).ret(2), memory=PATTERN, image=True)
        case(f"copys of {size} from 16", Code().setx(64, 1).op("allocs", 1, 0, 2).setx(MEMORY, 3).setx(size, 4)
             .op("copys", 3, 4, 2).ret(2), memory=PATTERN[:16], image=True)
    for shift in (1, 8):
        case(f"copys overlaps upwards by {shift}", Code().setx(24, 1).op("allocs", 1, 0, 2).setx(MEMORY, 3).setx(16, 4)
             .op("copys", 3, 4, 2).setx(shift, 5).op("add", 2, 5, 6).op("copys", 2, 4, 6).ret(2), memory=PATTERN,
             image=True)
        case(f"copys overlaps downwards by {shift}", Code().setx(24, 1).op("allocs", 1, 0, 2).setx(MEMORY, 3)
             .setx(24, 4).op("copys", 3, 4, 2).setx(shift, 5).op("add", 2, 5, 6).setx(16, 4).op("copys", 6, 4, 2)
             .ret(2), memory=PATTERN, image=True)
    case("copys to the own strings", Code().sets(b"abc", 1).setx(1, 2).op("copys", 1, 2, 1).ret(1), want=(BADADDR, 2))
    case("bcopy leaves its register alone", Code().setx(8, 1).op("allocs", 1, 0, 2).setx(77, 7).setx(MEMORY, 3)
         .op("pushtv", 0, 0, 3).op("pushtv", 0, 0, 2).op("pushtv", 0, 0, 1).wide("call", SUBR["bcopy"], 7).ret(7),
         memory=PATTERN, want=77)
    case("bcopy to a variable", Code().var(GLOBAL, 0x500, by_ref=True, size=8).wide("ldgs", 0x500, 2).setx(MEMORY, 3)
         .setx(4, 1).op("pushtv", 0, 0, 3).op("pushtv", 0, 0, 2).op("pushtv", 0, 0, 1).wide("call", SUBR["bcopy"], 7)
         .ret(7), memory=PATTERN, want=(BADADDR, 6))


def comparing_strings():
    words = [b"", b"a", b"ab", b"b", b"a\xff", b"a\x01", b"x" * 63, b"x" * 64, b"x" * 65, b"x" * 64 + b"y"]
    def compare(a, b, op):
        code = Code().setx(1, 3)
        code = code.op("mov", 0, 0, 1) if a is None else code.sets(a, 1)
        code = code.op("mov", 0, 0, 2) if b is None else code.sets(b, 2)
        return code.op("scmp", 1, 2).branch(op, 6).op("mov", 0, 0, 3).ret(3)
    for i, a in enumerate(words):
        for b in words[i:]:
            for op in ("be", "bl"):
                case(f"scmp {a[:3].decode('latin-1')!r}.{len(a)}.{a[-1:]!r} {b[:3].decode('latin-1')!r}.{len(b)}.{b[-1:]!r}, {op}",
                     compare(a, b, op))
    case("scmp NULL is the empty string", compare(None, b"", "be"), want=1)
    case("scmp NULL is below others", compare(None, b"a", "bl"), want=1)
    case("scmp: others are above NULL", compare(b"a", None, "bg"), want=1)
    case("scmp: NULL twice", compare(None, None, "be"), want=1)
    case("scmp: bytes are unsigned", compare(b"\x7f", b"\x80", "bl"), want=1)
    case("scmp forgets the carry", Code().setx(1, 3).sets(b"a", 1).sets(b"b", 2).op("cmp", 0, 3).op("scmp", 1, 2)
         .branch("blu", 7).op("mov", 0, 0, 3).ret(3), want=0)
    case("scmp beyond strsize is not looked at", compare(b"12345678a", b"12345678b", "be"), strsize=8, want=1)
    case("scmp at strsize", compare(b"1234567a", b"1234567b", "be"), strsize=8, want=0)
    case("scmp of a bad address", Code().setx(5, 1).sets(b"a", 2).op("scmp", 1, 2).ret(1), want=(BADADDR, 2))
    case("scmp of a bad address on the right", Code().setx(5, 1).sets(b"a", 2).op("scmp", 2, 1).ret(1),
         want=(BADADDR, 2))
    case("scmp of one bad address with itself", Code().setx(5, 1).op("scmp", 1, 1).ret(0), want=0)
    case("a string ends where memory does", Code().setx(MEMORY, 1).sets(b"abc", 2).setx(1, 3).op("scmp", 1, 2)
         .branch("be", 6).op("mov", 0, 0, 3).ret(3), memory=b"abc", want=1)


# --- Variables ----------------------------------------------------------------------------------------------


def builtins():
    for number in list(range(0x100, 0x123)) + [0x1ff, 0x200, 0x201, 0x4ff]:
        for ipl in (0, 5):
            case(f"built-in {hexed(number)} at ipl {ipl}", step(Code().wide("ldgs", number, 1).ret(1), cpu=1, ipl=ipl),
                 text=number in (0x112, 0x113, 0x114, 0x115, 0x118, 0x119, 0x121), args=(11, -12 & M64, 13))
    for index in (0, 2, 3, 9, 10, 11, 0xffffffff, 1 << 32, -1):
        case(f"args[{hexed(index)}]", Code().setx(index, 1).op("ldga", 0, 1, 2).ret(2), args=(11, -12 & M64, 13))
    case("args[9] of ten", Code().setx(9, 1).op("ldga", 0, 1, 2).ret(2), args=tuple(range(50, 60)), want=59)
    for array in (1, 2, 3, 4, 0x80, 0xff):
        case(f"ldga of array {array}", Code().op("ldga", array, 0, 2).ret(2), want=(BADADDR if array == 2 else ILLOP, 0))
        case(f"stga of array {array}", Code().op("stga", array, 0, 2).ret(0), want=(BADADDR if array == 2 else ILLOP, 0))
    for array in (0, 1, 0x80):
        case(f"ldta of array {array}", Code().op("ldta", array, 0, 2).ret(2), want=(ILLOP, 0))
    case("ldls of a built-in is 0", Code().wide("ldls", 0x105, 1).ret(1), want=0)
    case("a built-in string is readable to its NUL", Code().wide("ldgs", 0x114, 1).setx(4, 2).op("add", 1, 2, 1)
         .op("ldub", 1, 0, 3).ret(3), want=0)
    case("and not beyond", Code().wide("ldgs", 0x114, 1).setx(4, 2).op("add", 1, 2, 1).op("lduh", 1, 0, 3).ret(3),
         want=(BADADDR, 3))
    for size in (3, 4):
        case(f"{size} bytes from where a built-in string of two begins", Code().setx(8, 1).op("allocs", 1, 0, 2)
             .wide("ldgs", 0x118, 1).setx(size, 3).op("flushts").op("pushtv", 0, 0, 1).op("pushtv", 0, 0, 2)
             .op("pushtv", 0, 0, 3).wide("call", SUBR["bcopy"], 7).op("ldub", 2, 0, 3).ret(3),
             want=ord("s") if size == 3 else (BADADDR, 8))
    case("a built-in string is not written", Code().wide("ldgs", 0x114, 1).op("stb", 1, 0, 1).ret(1), want=(BADADDR, 1))
    case("execname in a string", Code().wide("ldgs", 0x118, 1).op("flushts").op("pushtv", 0, 0, 1)
         .wide("call", SUBR["strlen"], 7).ret(7), want=2)


def variables():
    for scope, letter in ((GLOBAL, "g"), (LOCAL, "l"), (THREAD, "t")):
        load, store = f"ld{letter}s", f"st{letter}s"
        def var(code, **more):
            return code.var(scope, 0x500, **more)
        def put(value, **more):
            return var(Code(), **more).value(value, 1).wide(store, 0x500, 1).ret(0)
        def get(**more):
            return var(Code(), **more).wide(load, 0x500, 1).ret(1)
        s16 = {"string": True, "by_ref": True, "size": 16}
        for value in (1, -1, INT64_MIN, 1 << 32):
            case(f"{store} {hexed(value)}", put(value), get(), want=value)
        case(f"{load} of a new one", get(), want=0)
        case(f"{store} of 0", put(7), put(0), get(), want=0)
        case(f"{store} of %r0", put(7), var(Code()).wide(store, 0x500, 0).ret(0), get(), want=0)
        for text in (b"", b"abc", b"x" * 15, b"y" * 16, b"z" * 17):
            case(f"{store} of a string of {len(text)} in 16", put(text, **s16), get(**s16), text=True)
        case(f"{store}: a shorter string", put(b"abcdefgh", **s16), put(b"xy", **s16), get(**s16), text=True, want=b"xy")
        case(f"{store} of NULL", put(b"abc", **s16), put(0, **s16), get(**s16), want=0)
        case(f"{store} behind NULL", put(0, **s16), put(b"abc", **s16), get(**s16), want=b"abc", text=True)
        case(f"{store} of bytes", put(MEMORY, by_ref=True, size=12), var(Code(), by_ref=True, size=12)
             .wide(load, 0x500, 1).setx(4, 2).op("add", 1, 2, 1).op("ldx", 1, 0, 3).ret(3), memory=PATTERN)
        case(f"{store} of bytes that are not all there", put(MEMORY + 32, by_ref=True, size=12), memory=PATTERN,
             want=(BADADDR, 1))
        case(f"{store} of a string at a bad address", put(99, **s16), want=(BADADDR, 1))
        for at in (0, 8, 9, 16):
            case(f"stx into data of {load} at {at} of 16", put(MEMORY, by_ref=True, size=16),
                 var(Code(), by_ref=True, size=16).wide(load, 0x500, 1).setx(at, 2).op("add", 1, 2, 1)
                 .op("stx", 2, 0, 1).op("ldx", 1, 0, 3).ret(3), memory=PATTERN)
        for at in (-8, -1):
            case(f"data of {load} does not begin at {at}", put(MEMORY, by_ref=True, size=16),
                 var(Code(), by_ref=True, size=16).wide(load, 0x500, 1).setx(at, 2).op("add", 1, 2, 1)
                 .op("stb", 2, 0, 1).ret(3), memory=PATTERN, want=(BADADDR, 3))
        case(f"two of {load} lie apart", Code().var(scope, 0x500).var(scope, 0x501).setx(1, 1).setx(2, 2)
             .wide(store, 0x500, 1).wide(store, 0x501, 2).wide(load, 0x500, 3).ret(3), want=1)
        case(f"{load} of an id with gaps", Code().var(scope, 0x503).var(scope, 0x600).var(scope, 0xffff).setx(1, 1)
             .setx(2, 2).setx(3, 3).wide(store, 0x503, 1).wide(store, 0x600, 2).wide(store, 0xffff, 3)
             .wide(load, 0x600, 4).ret(4), want=2)
        case(f"{load} of strings that lie apart", Code().var(scope, 0x500, **s16).var(scope, 0x501, **s16)
             .sets(b"0123456789abcdef", 1).sets(b"second", 2).wide(store, 0x500, 1).wide(store, 0x501, 2)
             .wide(load, 0x500, 3).ret(3), want=b"0123456789abcdef", text=True)
    case("a global string begins empty", Code().var(GLOBAL, 0x500, string=True, by_ref=True, size=16)
         .wide("ldgs", 0x500, 1).ret(1), want=b"", text=True)
    case("a thread's string begins as NULL", Code().var(THREAD, 0x500, string=True, by_ref=True, size=16)
         .wide("ldts", 0x500, 1).ret(1), want=0)


def scopes():
    def put(letter, scope, value):
        return Code().var(scope, 0x500).setx(value, 1).wide(f"st{letter}s", 0x500, 1).ret(0)
    def get(letter, scope):
        return Code().var(scope, 0x500).wide(f"ld{letter}s", 0x500, 1).ret(1)
    case("globals are of all CPUs", step(put("g", GLOBAL, 5), cpu=0), step(get("g", GLOBAL), cpu=1), want=5)
    case("clause-locals are of one", step(put("l", LOCAL, 5), cpu=0), step(get("l", LOCAL), cpu=1), want=0)
    case("clause-locals stay", put("l", LOCAL, 5), step(get("l", LOCAL), firing=True), want=5)
    case("clause-locals are of one program", step(put("l", LOCAL, 5), program=0), step(get("l", LOCAL), program=1),
         want=0)
    case("globals are of all programs", step(put("g", GLOBAL, 5), program=0), step(get("g", GLOBAL), program=1), want=5)
    case("a thread's are its own", step(put("t", THREAD, 5), thread=1), step(get("t", THREAD), thread=2), want=0)
    case("on every CPU", step(put("t", THREAD, 5), thread=1), step(get("t", THREAD), thread=1, cpu=1), want=5)
    case("interrupts have their own", step(put("t", THREAD, 5), thread=1), step(get("t", THREAD), thread=1, ipl=3),
         want=0)
    case("a clause-local of other programs lies apart", step(put("l", LOCAL, 5), program=0),
         step(put("l", LOCAL, 6), program=1), step(get("l", LOCAL), program=0), want=5)
    case("scopes do not meet", put("g", GLOBAL, 1), put("l", LOCAL, 2), put("t", THREAD, 3), get("g", GLOBAL), want=1)


def tuples():
    def key(code, *keys):
        code.op("flushts")
        for k in keys:
            if isinstance(k, bytes):
                code.sets(k, 2).setx(256, 3).op("pushtr", 1, 3, 2)
            else:
                code.setx(k, 2).op("pushtv", 0, 0, 2)
        return code
    for scope, letter in ((GLOBAL, "g"), (THREAD, "t")):
        load, store = f"ld{letter}aa", f"st{letter}aa"
        def put(value, *keys, **more):
            return key(Code().var(scope, 0x500, kind=0, **more), *keys).value(value, 1).wide(store, 0x500, 1).ret(0)
        def get(*keys, **more):
            return key(Code().var(scope, 0x500, kind=0, **more), *keys).wide(load, 0x500, 1).ret(1)
        big = {"pool": 8192, "chunk": 1024}
        s16 = {"string": True, "by_ref": True, "size": 16}
        for keys in ((1,), (0,), (1, 2), (2, 1), (b"a",), (b"a", 1), (1, b"a"), (b"",), (b"a", b"b"), (-1,) * 8):
            case(f"{store} by {keys}", put(41, *keys), put(42, *keys), get(*keys), want=42, **big)
        for mine, other in (((1,), (2,)), ((1, 2), (2, 1)), ((b"a",), (b"b",)), ((b"a",), (b"ab",)), ((1,), (1, 0)),
                            ((b"ab", b"c"), (b"a", b"bc")), ((0x61,), (b"a",)), ((b"a" * 60,), (b"a" * 61,)), ((), (0,))):
            case(f"{load}: {mine} is not {other}", put(41, *mine), get(*other), want=0, **big)
        case(f"{store} of 0 deletes", put(41, 1), put(0, 1), get(1), want=0)
        case(f"{store} of 0 deletes no other", put(41, 1), put(42, 2), put(0, 1), get(2), want=42)
        case(f"{store} of 0 where there is none", put(0, 1), get(1), want=0)
        case(f"{store} behind a deletion", put(41, 1), put(0, 1), put(43, 1), get(1), want=43)
        case(f"{store} of a string", put(b"value", b"key", **s16), get(b"key", **s16), want=b"value", text=True, **big)
        case(f"{store} of NULL deletes", put(b"value", 1, **s16), put(0, 1, **s16), get(1, **s16), want=0)
        case(f"{load} of strings by content", put(41, b"key"), key(Code().var(scope, 0x500, kind=0), b"?", b"?")
             .op("flushts").sets(b"!key", 2).setx(1, 3).op("add", 2, 3, 2).setx(256, 3).op("pushtr", 1, 3, 2)
             .wide(load, 0x500, 1).ret(1), want=41, **big)
        case(f"{store} takes the tuple as it is, and leaves it", key(Code().var(scope, 0x500, kind=0), 1, 2)
             .setx(9, 1).wide(store, 0x500, 1).wide(load, 0x500, 4).ret(4), want=9)
        case(f"{load}: bytes as a key", key(Code().var(scope, 0x500, kind=0)).setx(MEMORY, 2).setx(4, 3)
             .op("pushtr", 0, 3, 2).setx(9, 1).wide(store, 0x500, 1).op("flushts").setx(MEMORY + 4, 2)
             .op("pushtr", 0, 3, 2).wide(load, 0x500, 4).ret(4), memory=b"abcdabcd", want=9)
        case(f"{load}: a reference of no bytes is a value", key(Code().var(scope, 0x500, kind=0)).setx(99, 2)
             .op("pushtr", 0, 0, 2).setx(9, 1).wide(store, 0x500, 1).op("flushts").op("pushtv", 0, 0, 2)
             .wide(load, 0x500, 4).ret(4), want=9)
        for one, other in ((4, 8), (8, 4), (0, 4), (4, 0), (3, 4)):
            case(f"{load}: {one} zero bytes are not {other}", key(Code().var(scope, 0x500, kind=0)).setx(MEMORY, 2)
                 .setx(one, 3).setx(9, 1).op("pushtr", 0, 3, 2 if one else 0).wide(store, 0x500, 1).op("flushts")
                 .setx(other, 3).op("pushtr", 0, 3, 2 if other else 0).wide(load, 0x500, 4).ret(4), memory=bytes(8),
                 want=0)
        case(f"{load}: a key that cannot be read", key(Code().var(scope, 0x500, kind=0)).setx(MEMORY, 2).setx(5, 3)
             .op("pushtr", 0, 3, 2).wide(load, 0x500, 4).ret(4), memory=b"abcd", want=(BADADDR, 4))
        def full(code, text): # a variable of 4 bytes without a NUL, and what lies behind it, as a key
            return (code.var(GLOBAL, 0x501, string=True, by_ref=True, size=4)
                    .var(GLOBAL, 0x502, string=True, by_ref=True, size=4).sets(text, 2).wide("stgs", 0x501, 2)
                    .sets(b"zzz", 2).wide("stgs", 0x502, 2).wide("ldgs", 0x501, 2).setx(256, 3)
                    .op("flushts").op("pushtr", 1, 3, 2))
        def array():
            return Code().var(scope, 0x500, kind=0)
        for other, want in ((b"abcdefgh", 9), (b"abce", 0), (b"abc", 0)):
            case(f"{load}: a string without a NUL as a key, and {other}",
                 full(array(), b"abcd").setx(9, 1).wide(store, 0x500, 1).ret(0),
                 full(array(), other).wide(load, 0x500, 4).ret(4), want=want)
        for limit, want in ((3, 9), (4, 0)):
            case(f"{load}: a string as a key has {limit} bytes", key(array()).setx(MEMORY, 2).setx(limit, 3)
                 .op("pushtr", 1, 3, 2).setx(9, 1).wide(store, 0x500, 1).op("flushts").setx(MEMORY + 4, 2)
                 .op("pushtr", 1, 3, 2).wide(load, 0x500, 4).ret(4), memory=b"abcdabce", want=want)
        drops = [(0, False)] * 3 + [(0, True), (0, False)]
        case(f"{store}: a full pool drops", *[put(41, k) for k in range(1, 5)], get(4), want=drops, modelled=False,
             pool=3 * 264 + 8, chunk=256)
        case(f"{store}: one that is there is no drop", *[put(41, k) for k in range(1, 4)], put(44, 2), get(2),
             want=[(0, False)] * 4 + [(44, False)], modelled=False, pool=3 * 264 + 8, chunk=256)
        case(f"{store}: a key too long for a chunk is absent", put(41, b"k" * 250), get(b"k" * 250),
             want=[(0, False), (0, False)], modelled=False, pool=4096, chunk=256)
    case("a global array is not a thread's", key(Code().var(GLOBAL, 0x500, kind=0).var(THREAD, 0x500, kind=0), 1)
         .setx(9, 1).wide("stgaa", 0x500, 1).wide("ldtaa", 0x500, 4).ret(4), want=0)
    case("arrays of one key are not each other", key(Code().var(GLOBAL, 0x500, kind=0).var(GLOBAL, 0x501, kind=0), 1)
         .setx(9, 1).wide("stgaa", 0x500, 1).wide("ldgaa", 0x501, 4).ret(4), want=0)
    full = Code()
    for _ in range(8):
        full.op("pushtv", 0, 0, 0)
    case("eight pushes", Code().push(*range(8)).setx(4, 1).ret(1), want=4)
    case("nine pushes", Code().push(*range(9)).ret(1), want=(TUPOFLOW, 17))
    case("nine with references", Code().push(*range(8)).op("pushtr", 0, 0, 1).ret(1), want=(TUPOFLOW, 16))
    case("nine with a bad string", Code().push(*range(8)).op("pushtr", 1, 0, 1).ret(1), want=(TUPOFLOW, 16))
    case("popts makes room", Code().push(*range(8)).op("popts").push(8).setx(5, 1).ret(1), want=5)
    case("popts of nothing", Code().op("popts").op("popts").push(*range(8)).setx(5, 1).ret(1), want=5)
    case("flushts makes room", Code().push(*range(8)).op("flushts").push(*range(8)).setx(5, 1).ret(1), want=5)
    case("pushtr of a huge size", Code().setx(INT64_MIN, 2).op("pushtr", 0, 2, 1).ret(1), want=(ILLOP, 1))
    case("pushtr of the largest size", Code().setx(INT64_MAX, 2).op("pushtr", 0, 2, 1).setx(3, 3).ret(3), want=3)
    case("pushtr of a string at NULL", Code().op("pushtr", 1, 0, 0).ret(1), want=(BADADDR, 0))
    case("pushtr of a string at a bad address", Code().setx(77, 1).op("pushtr", 1, 0, 1).ret(1), want=(BADADDR, 1))


# --- Subroutines --------------------------------------------------------------------------------------------


def call(name, *arguments, want=None, tag="", text=False, **more):
    label = ", ".join(a.decode("latin-1").__repr__() if isinstance(a, bytes) else hexed(a) for a in arguments)
    case(f"{name}({label}){tag}", Code().call(name, *arguments).ret(), want=want, text=text, **more)


def strings():
    for text in (b"", b"a", b"x" * 63, b"x" * 64, b"x" * 65, b"a\0b"):
        call("strlen", text, tag=f" {len(text)}")
        for name in ("toupper", "tolower"):
            call(name, text.replace(b"x", b"zZ@[`{")[:len(text)], text=True, tag=f" {len(text)}")
    call("strlen", 0, want=(BADADDR, 3))
    call("strlen", MEMORY, memory=b"abc", want=3, tag=" without NUL")
    call("strlen", MEMORY + 3, memory=b"abc\0", want=0, tag=" of the last byte")
    call("strlen", MEMORY + 4, memory=b"abc\0", want=(BADADDR, 3), tag=" behind the last byte")
    call("toupper", b"aZ9\xe9_z", text=True, want=b"AZ9\xe9_Z")
    call("tolower", b"aZ9\xc9_A", text=True, want=b"az9\xc9_a")
    for a, b in ((b"", b""), (b"a", b""), (b"", b"b"), (b"foo", b"bar"), (b"x" * 31, b"y" * 32), (b"x" * 32, b"y" * 32),
                 (b"x" * 70, b"")):
        call("strjoin", a, b, text=True, tag=f" {len(a)} {len(b)}")
    call("strjoin", b"foo", b"bar", text=True, want=b"foobar")
    call("strjoin", b"a", b"b", scratch=64, tag=" in just enough", text=True, want=b"ab")
    call("strjoin", b"a", b"b", scratch=63, tag=" in too little", want=(NOSCRATCH, 5))
    call("strjoin", b"a", 8, want=(BADADDR, 5))
    case("strjoin takes no more than it needs", Code().call("strjoin", b"ab", b"c").call("strjoin", b"d", b"e").ret(),
         want=4)
    for name in ("strchr", "strrchr"):
        for text, c in ((b"hello", ord("l")), (b"hello", ord("h")), (b"hello", ord("x")), (b"hello", 0),
                        (b"", 0), (b"", ord("a")), (b"x" * 63 + b"y", ord("y")), (b"x" * 64 + b"y", ord("y")),
                        (b"hello", 0x100 + ord("e")), (b"x" * 64, 0)):
            call(name, text, c, tag=f" {len(text)}")
    call("strchr", MEMORY, ord("l"), memory=b"hello\0", want=MEMORY + 2)
    call("strrchr", MEMORY, ord("l"), memory=b"hello\0", want=MEMORY + 3)
    for name in ("strstr", "index", "rindex"):
        for text, part in ((b"hello hello", b"llo"), (b"hello", b"hello"), (b"hello", b"hellos"), (b"hello", b""),
                           (b"", b""), (b"", b"a"), (b"aaa", b"aa"), (b"abc", b"c"), (b"abc", b"cd"),
                           (b"x" * 62 + b"yz", b"yz"), (b"x" * 63 + b"yz", b"yz")):
            call(name, text, part, tag=f" {len(text)}")
    for name in ("index", "rindex"):
        for position in (0, 1, 2, 3, 4, 5, 6, 10, 11, 12, -1, INT64_MIN, INT64_MAX):
            for part in (b"l", b"lo", b""):
                call(name, b"hello hello", part, position)
        for position in (-1, 0, 1):
            call(name, b"", b"", position)
            call(name, b"", b"a", position)
    for arguments, want in (((b"foobar", b"o"), 1), ((b"foobar", b"o", 2), 2), ((b"foobar", b"o", 3), -1),
                            ((b"foobar", b"", 6), 6), ((b"foobar", b"", 9), 6), ((b"foobar", b"f", -5), 0)):
        call("index", *arguments, want=want, tag=" by hand")
    for arguments, want in (((b"foobar", b"o"), 2), ((b"foobar", b"o", 1), 1), ((b"foobar", b"o", 0), -1),
                            ((b"foobar", b"", 3), 3), ((b"foobar", b"", -1), 0), ((b"foobar", b"f", -1), -1),
                            ((b"foobar", b"r", 99), 5), ((b"foobar", b""), 6)):
        call("rindex", *arguments, want=want, tag=" by hand")


def substrings():
    for index in (0, 1, 5, 6, 7, -1, -6, -7, -8, INT64_MIN, INT64_MAX):
        call("substr", b"foobar", index, text=True)
        for count in (0, 1, 2, 6, 7, -1, -6, -7, INT64_MIN, INT64_MAX):
            call("substr", b"foobar", index, count, text=True)
    for arguments, want in (((b"foobar", 3), b"bar"), ((b"foobar", -3), b"bar"), ((b"foobar", 1, 3), b"oob"),
                            ((b"foobar", 1, -1), b"ooba"), ((b"foobar", -8, 4), b"fo"), ((b"foobar", -8, 2), b""),
                            ((b"foobar", -8), b"foobar"), ((b"foobar", 6), b""), ((b"foobar", 2, -4), b""),
                            ((b"foobar", 2, -9), b""), ((b"", 0), b""), ((b"x" * 80, 10), b"x" * 54),
                            ((b"x" * 80, 0), b"x" * 63)):
        call("substr", *arguments, text=True, want=want, tag=" by hand")
    call("substr", b"abc", 1, scratch=64, text=True, tag=" in just enough")
    call("substr", b"abc", 1, scratch=63, tag=" in too little", want=(NOSCRATCH, 5))


def tokens():
    def tokenise(text, stops, count, **more):
        code = Code().call("strtok", text, stops)
        for _ in range(count):
            code.call("strtok", 0, stops)
        return code.ret()
    for text, stops, expected in ((b"a,b,c", b",", [b"a", b"b", b"c", 0, 0]), (b",,a,,b,,", b",", [b"a", b"b", 0, 0]),
                                  (b"", b",", [0]), (b",,,", b",", [0, 0]), (b"abc", b"", [b"abc", 0]),
                                  (b"a b;c", b"; ", [b"a", b"b", b"c", 0]), (b"\xff\xfe\xff", b"\xff", [b"\xfe", 0]),
                                  (b"x" * 70, b",", [b"x" * 63, b"x" * 7, 0])):
        for i, want in enumerate(expected):
            case(f"strtok({text[:9]!r}.{len(text)}, {stops!r}), token {i}", tokenise(text, stops, i), want=want, text=True,
                 scratch=512)
    first = Code().call("strtok", MEMORY, b",").ret()
    following = Code().call("strtok", 0, b",").ret()
    case("strtok goes on in the next clause", first, following, memory=b"a,b\0", want=b"b", text=True)
    case("strtok does not go on in the next firing", first, step(following, firing=True), memory=b"a,b\0", want=0)
    case("strtok goes on nowhere behind an end", Code().call("strtok", b"a,b", b",").call("strtok", b",,", b",")
         .call("strtok", 0, b",").ret(), want=0)
    case("strtok of NULL at first", following, want=0)
    case("strtok in too little", first, memory=b"a,b\0", scratch=63, want=(NOSCRATCH, 5))
    case("strtok in scratch that is gone", Code().call("strjoin", b"a,b", b",c").op("flushts").op("pushtv", 0, 0, 7)
         .push(b",").wide("call", SUBR["strtok"], 7).ret(), following, want=(BADADDR, 5))
    case("strtok of a bad address", Code().call("strtok", 9, b",").ret(), want=(BADADDR, 5))


def paths():
    for text, base, directory in ((b"", b".", b"."), (b"/", b"/", b"/"), (b"//", b"/", b"/"), (b"a", b"a", b"."),
                                  (b"/a", b"a", b"/"), (b"a/", b"a", b"."), (b"/a/", b"a", b"/"), (b"/a/b", b"b", b"/a"),
                                  (b"a/b", b"b", b"a"), (b"/a//b//", b"b", b"/a"), (b"//a", b"a", b"/"),
                                  (b"/usr/lib/", b"lib", b"/usr"), (b"..", b"..", b"."), (b"x" * 70, b"x" * 63, b"."),
                                  (b"d/" + b"x" * 70, b"x" * 62, b"d")):
        call("basename", text, text=True, want=base, tag=f" {len(text)}")
        call("dirname", text, text=True, want=directory, tag=f" {len(text)}")
    for text, clean in ((b"", b""), (b"/", b"/"), (b"//", b"/"), (b"///a", b"/a"), (b"/a/./b", b"/a/b"),
                        (b"/a//b", b"/a/b"), (b"/a/../b", b"/b"), (b"/a/b/../c", b"/a/c"), (b"/../a", b"/a"),
                        (b"/../../a", b"/a"), (b"a/../b", b"/b"), (b"/a/b/../../c", b"/c"), (b"/.a", b"/.a"),
                        (b"/..a", b"/..a"), (b"/.../a", b"/.../a"), (b"./a", b"./a"), (b"../a", b"../a"),
                        (b"/a/", b"/a/"), (b"/a/./", b"/a/"), (b"/a/.//./b", b"/a/b"), (b"/a/..", b"/"), (b"a", b"a"),
                        (b"/a/b/..", b"/a/"), (b"/..", b"/"), (b"/a/.", b"/a/."), (b"//a/.//../b/", b"/b/"),
                        (b"/" + b"x" * 70, b"/" + b"x" * 62)):
        call("cleanpath", text, text=True, want=clean, tag=f" {len(text)}")
    for name in ("basename", "dirname", "cleanpath", "toupper", "tolower"):
        call(name, b"a", scratch=63, tag=" in too little", want=(NOSCRATCH, 3))
        call(name, b"a", scratch=64, tag=" in just enough", text=True)
        call(name, 3, want=(BADADDR, 3))


def conversions():
    for value in (0, 1, -1, 10, INT64_MAX, INT64_MIN, 0x123456789abcdef0):
        call("lltostr", value, text=True)
        for base in (2, 3, 8, 10, 16, 35, 36):
            call("lltostr", value, base, text=True)
    for base in ((1 << 32) + 10, (1 << 63) + 36):
        call("lltostr", 5, base, text=True, want=b"5", tag=": an int")
        call("strtoll", b"5", base, want=5, tag=": an int")
    for base in (0, 1, 37, -1, INT64_MIN, (1 << 32) + 37):
        call("lltostr", 5, base, want=(ILLOP, 5))
        call("strtoll", b"5", base, want=(ILLOP, 5))
    for arguments, want in (((INT64_MIN,), b"-9223372036854775808"), ((INT64_MIN, 16), b"0x8000000000000000"),
                            ((-1, 8), b"01777777777777777777777"), ((0, 8), b"0"), ((0, 16), b"0x0"), ((-1, 2), b"1" * 64),
                            ((35, 36), b"z"), ((-1, 36), b"3w5e11264sgsf")):
        call("lltostr", *arguments, text=True, want=want, tag=" by hand")
    call("lltostr", 5, scratch=65, text=True, tag=" in just enough")
    call("lltostr", 5, scratch=64, tag=" in too little", want=(NOSCRATCH, 3))
    for text in (b"", b"0", b"12", b"-12", b"+12", b" \t 7", b"\n7", b"--7", b"- 7", b"12x", b"x", b"0x10", b"-",
                 b"9223372036854775807", b"9223372036854775808", b"-9223372036854775808", b"99999999999999999999"):
        call("strtoll", text)
        for base in (2, 8, 16, 36):
            call("strtoll", text, base)
    for arguments, want in (((b"0x1F", 16), 31), ((b"1f", 16), 31), ((b"-0Xff", 16), -255), ((b"0x", 16), 0),
                            ((b"zZ", 36), 1295), ((b"129", 2), 1), ((b"777", 8), 511), ((b"0xg", 16), 0),
                            ((b"  -42abc",), -42)):
        call("strtoll", *arguments, want=want, tag=" by hand")
    call("strtoll", 8, want=(BADADDR, 3))
    for name in ("htons", "ntohs", "htonl", "ntohl", "htonll", "ntohll"):
        for value in (0, 1, 0x1234, 0x12345678, 0x123456789abcdef0, -1, INT64_MIN):
            call(name, value)
    call("htons", 0xabcd1234, want=0x3412)
    call("htonl", 0xff12345678, want=0x78563412)
    call("htonll", 1, want=1 << 56, tag=" by hand")


def ipv6(text):
    groups = [int(g, 16) for g in text.split(":")]
    return b"".join(struct.pack(">H", g) for g in groups)


def addresses():
    for raw, want in ((b"\x7f\0\0\1", b"127.0.0.1"), (b"\xff\xff\xff\xff", b"255.255.255.255"), (bytes(4), b"0.0.0.0"),
                      (b"\n\x64\x09\x63", b"10.100.9.99")):
        call("inet_ntoa", MEMORY, memory=raw, text=True, want=want, tag=f" {want.decode()}")
        call("inet_ntop", 2, MEMORY, memory=raw, text=True, want=want, tag=f" {want.decode()}")
    for groups, long, short in (("0:0:0:0:0:0:0:0", b"::", None), ("0:0:0:0:0:0:0:1", b"::1", None),
                                ("fe80:0:0:0:214:4fff:fe0b:76c8", b"fe80::214:4fff:fe0b:76c8", None),
                                ("1:2:3:4:5:6:7:8", b"1:2:3:4:5:6:7:8", None), ("1:0:0:2:0:0:0:3", b"1:0:0:2::3", None),
                                ("1:0:0:2:0:0:3:4", b"1::2:0:0:3:4", None), ("1:0:0:0:0:0:0:0", b"1::", None),
                                ("0:0:1:0:0:0:0:0", b"0:0:1::", None), ("ff02:0:0:0:0:1:ff00:abcd", b"ff02::1:ff00:abcd", None),
                                ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", b"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None),
                                ("0:0:0:0:0:ffff:c0a8:1", b"::ffff:192.168.0.1", b"192.168.0.1"),
                                ("0:0:0:0:0:0:c0a8:1", b"::192.168.0.1", b"192.168.0.1"),
                                ("0:0:0:0:0:0:0:2", b"::0.0.0.2", b"0.0.0.2"), ("10:20:0:0:0:0:a0:b", b"10:20::a0:b", None)):
        call("inet_ntop", 26, MEMORY, memory=ipv6(groups), text=True, want=long, tag=f" {groups}")
        call("inet_ntoa6", MEMORY, memory=ipv6(groups), text=True, want=short or long, tag=f" {groups}")
    for family in (0, 1, 3, 10, 25, 27, 28, -1):
        call("inet_ntop", family, MEMORY, memory=bytes(16), want=(ILLOP, 5))
    call("inet_ntop", (1 << 32) + 2, MEMORY, memory=bytes(4), text=True, want=b"0.0.0.0", tag=": an int")
    call("inet_ntoa", MEMORY, memory=bytes(3), want=(BADADDR, 3))
    call("inet_ntoa6", MEMORY, memory=bytes(15), want=(BADADDR, 3))
    call("inet_ntop", 26, MEMORY, memory=bytes(15), want=(BADADDR, 5), tag=" 15 bytes")
    for name, size in (("inet_ntoa", 16), ("inet_ntoa6", 46)):
        call(name, MEMORY, memory=bytes(16), scratch=size, text=True, tag=" in just enough")
        call(name, MEMORY, memory=bytes(16), scratch=size - 1, want=(NOSCRATCH, 3), tag=" in too little")


DOCUMENT = rb'{"a": {"b": [10, 20.5e-1, "x\"y", {"c": null}], "": 7}, "s" :"te,xt", "t":true,"e":[],"n":-3, "o":{}}'


def documents():
    for path, want in ((b"a.b[0]", b"10"), (b"a.b[1]", b"20.5e-1"), (b"a.b[2]", rb'x\"y'), (b"a.b[3].c", b"null"),
                       (b"a.b[4]", 0), (b"s", b"te,xt"), (b"t", b"true"), (b"e", b"[]"), (b"e[0]", 0), (b"n", b"-3"),
                       (b"o", b"{}"), (b"o.x", 0), (b"x", 0), (b"a.x", 0), (b"n.x", 0), (b"s[0]", 0), (b"a.b.1", b"20.5e-1"),
                       (b"a.b[3]", b'{"c": null}'), (b"a[0]", 0), (b"a.b[x]", 0), (b"", 0)):
        call("json", DOCUMENT, path, strsize=256, scratch=512, text=True, want=want)
    for text, path, want in ((b"[1,[2,3],4]", b"[1][0]", b"2"), (b"[1,[2,3],4]", b"[2]", b"4"), (b'["a"]', b"[0]", b"a"),
                             (b' \n[ 1 , 2 ] ', b"[1]", b"2"), (b'{"a":"]}"}', b"a", b"]}"), (b'{"a.b":1}', b"a.b", 0),
                             (b'[{"a":1},{"a":2}]', b"[1].a", b"2"), (b"7", b"a", 0),
                             (b"[0,1,2,3,4,5,6,7,8,9,10.0,11]", b"[10]", b"10.0"), (b'{"k":""}', b"k", b""),
                             (b"[-0.5e+10,true]", b"[0]", b"-0.5e+10"), (b"[-0.5e+10,true]", b"[1]", b"true"),
                             (b'["\\u12aF"]', b"[0]", b"\\u12aF")):
        call("json", text, path, text=True, want=want)
    broken = [(b"{", b"a"), (b'{"a"', b"a"), (b'{"a":', b"a"), (b'{"a" 1}', b"a"), (b'{a:1}', b"a"), (b"[1,2", b"[2]"),
              (b'{"a":"x', b"a"), (b'{"a":{"b":1', b"a"), (b'{"a":"x\\', b"a"), (b"[,1]", b"[0]"), (b"", b"a"), (b"]", b"[0]"),
              (b"[12", b"[0]"), (b'{"a":tru', b"a"), (b'{"a":123', b"a"), (b"[0x1F]", b"[0]"), (b"[+5]", b"[0]"),
              (b"[Infinity]", b"[0]"), (b"[nul]", b"[0]"), (b"[nulls]", b"[0]"), (b"[1.2.3]", b"[0]"), (b"[-]", b"[0]"),
              (b"[1e]", b"[0]"), (b"[1.]", b"[0]"), (b'["\\u12g4"]', b"[0]"), (b"[[1}]", b"[0]"), (b"[ten,11]", b"[1]")]
    for text, path in broken:
        case(f"json of what is none: {text!r} {path!r}", Code().call("json", text, path).ret(), want=[(0, False)],
             modelled=False)
    call("json", b"[1]", b"[0]", scratch=8, text=True, tag=" in just enough", want=b"1")
    call("json", b"[1]", b"[0]", scratch=7, tag=" in too little", want=(NOSCRATCH, 5))
    call("json", 1, b"a", want=(BADADDR, 5))
    call("json", b"[1]", 1, want=(BADADDR, 5))


def machine():
    call("rand", want=(1000000007 * 2416 + 374441) % 1771875)
    call("speculation", want=3)
    for pid in (0, 1, 2, 42, (1 << 32) + 42, -1):
        call("progenyof", pid)
    for lock in list(range(LOCKS, LOCKS + 10)) + [0]:
        for name in SUBROUTINES[1:8]:
            call(name, lock)
    for device in (0, 0x12345678, 0x123456789abcdef0, -1):
        call("getmajor", device)
        call("getminor", device)
    for name, count in (("msgdsize", 1), ("msgsize", 1), ("ddi_pathname", 2), ("getf", 1)):
        call(name, *[5] * count, want=(ILLOP, 1 + 2 * count))
    for size in (0, 8, 256, 257, -1):
        call("copyin", 0x1000, size, want=(BADADDR if 0 <= size <= 256 else NOSCRATCH, 5))
    call("copyinstr", 0x1000, want=(BADADDR, 3))
    call("copyinstr", 0x1000, scratch=63, tag=" in too little", want=(NOSCRATCH, 3))
    for most in (0, 10, 62, 63, 64, -1):
        call("copyinstr", 0x1000, most, want=(BADADDR, 5))
        call("copyinstr", 0x1000, most, scratch=11, tag=" in 11")
    call("copyout", b"abc", 0x1000, 3, want=(BADADDR, 7))
    call("copyoutstr", b"abc", 0x1000, 3, want=(BADADDR, 7))
    call("copyinto", 0x1000, 3, 0x2000, want=(BADADDR, 7))
    call("bcopy", 0x1000, 0x2000, 0, tag=": nothing, from and to nowhere")
    call("bcopy", MEMORY, MEMORY, 4, memory=PATTERN, want=(BADADDR, 7))


def main():
    for group in (arithmetic, branches, memory, scratch, comparing_strings, builtins, variables, scopes, tuples, strings,
                  substrings, tokens, paths, conversions, addresses, documents, machine):
        group()
    with open(sys.argv[1], "wb") as file:
        file.write(b"DIFCASES" + u32(len(cases)) + b"".join(map(case_bytes, cases)))


if __name__ == "__main__":
    main()
