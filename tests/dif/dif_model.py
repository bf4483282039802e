"""A model of DIF for tests, written from the format's description and from nothing else.

It is slow and simple: memory is a list of regions, numbers are Python's, strings are bytes.  What it shares with
the interpreter is the description alone, so that where both agree, both have read the same there.
"""
import re

M64 = (1 << 64) - 1
BADADDR, BADALIGN, ILLOP, DIVZERO, NOSCRATCH, KPRIV, UPRIV, TUPOFLOW, BADSTACK = range(1, 10)

# Where things lie in the model; only the first one is the same address for the interpreter.
MEMORY, SCRATCH, STRINGS, BUILTINS, STATICS = 0x10000, 1 << 40, 1 << 41, 1 << 42, 1 << 43
LOCKS = 0x20000

OPS = """or xor and sll srl sub add mul sdiv udiv srem urem not mov cmp tst ba be bne bg bgu bge bgeu bl blu ble
bleu ldsb ldsh ldsw ldub lduh lduw ldx ret nop setx sets scmp ldga ldgs stgs ldta ldts stts sra call pushtr pushtv
popts flushts ldgaa ldtaa stgaa sttaa ldls stls allocs copys stb sth stw stx uldsb uldsh uldsw uldub ulduh ulduw
uldx rldsb rldsh rldsw rldub rlduh rlduw rldx xlate xlarg stga""".split()
NUMBER = {name: number + 1 for number, name in enumerate(OPS)}

SUBROUTINES = """rand mutex_owned mutex_owner mutex_type_adaptive mutex_type_spin rw_read_held rw_write_held
rw_iswriter copyin copyinstr speculation progenyof strlen copyout copyoutstr alloca bcopy copyinto msgdsize msgsize
getmajor getminor ddi_pathname strjoin lltostr basename dirname cleanpath strchr strrchr strstr strtok substr index
rindex htons htonl htonll ntohs ntohl ntohll inet_ntop inet_ntoa inet_ntoa6 toupper tolower getf json
strtoll""".split()
SUBR = {name: number for number, name in enumerate(SUBROUTINES)}

# The machine that both sides are told of: kernel/dif_conformance.c has the same.
CLOCK, VCLOCK, WALL = 1000000007, 123456789, 1600000000000000000
EPID, PROBE, SPECULATION = 17, 4711, 3
STACK = [0xc0100010, 0xc0100020, 0xc0100030]
NAMES = {0x112: b"prov", 0x113: b"mod", 0x114: b"func", 0x115: b"name", 0x118: b"sh", 0x119: b"global",
         0x121: b"worker"}
PROCESS = {0x116: 42, 0x117: 7, 0x11d: 1, 0x11e: 1001, 0x11f: 1002, 0x120: -2 & M64}
PROGENY = (42, 1)


class Fault(Exception):
    def __init__(self, code, address=None):
        super().__init__(code)
        self.code, self.address = code, address


def signed(value, bits=64):
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


class Static:
    """A variable by reference: its bytes, or NULL."""

    def __init__(self, size, base):
        self.null, self.data, self.base = False, bytearray(size), base


class World:
    """What lasts longer than a run."""

    def __init__(self, memory=b"", args=(), strsize=64, scratch=256):
        self.memory, self.args, self.strsize, self.scratch_size = bytearray(memory), args, strsize, scratch
        self.cells, self.statics, self.dynamic = {}, {}, {}
        self.scratch, self.token = bytearray(), 0
        self.base = STATICS

    def new_base(self, size):
        base, self.base = self.base, self.base + size + 4096
        return base


class Machine:
    def __init__(self, world, step):
        self.w, self.s = world, step
        self.r = [0] * 8
        self.n = self.z = self.c = False
        self.tuple = []
        self.drop = False

    # --- Memory

    def regions(self, writable=False):
        yield SCRATCH, self.w.scratch
        for key, static in self.w.statics.items():
            if key[0] != "local" or key[1] == self.s["cpu"]:
                yield static.base, static.data
        for value in self.w.dynamic.values():
            if isinstance(value, Static):
                yield value.base, value.data
        if not writable:
            yield STRINGS, self.s["strings"]
            yield MEMORY, self.w.memory
            for number, name in NAMES.items():
                yield BUILTINS + number * 64, name + b"\0"

    def find(self, address, size, writable=False):
        for base, data in self.regions(writable):
            if base <= address < base + len(data) and address + size <= base + len(data):
                return data, address - base
        raise Fault(BADADDR, address)

    def read(self, address, size):
        if size == 0:
            return b""
        data, at = self.find(address, size)
        return bytes(data[at:at + size])

    def write(self, address, new):
        if new:
            data, at = self.find(address, len(new), True)
            data[at:at + len(new)] = new

    def string(self, address, limit=None):
        data, at = self.find(address, 1)
        limit = self.w.strsize if limit is None else limit
        return bytes(data[at:at + limit]).split(b"\0")[0]

    # --- Scratch

    def free(self):
        return self.w.scratch_size - len(self.w.scratch)

    def take(self, size, aligned=False):
        gap = -len(self.w.scratch) % 8 if aligned else 0
        if gap + size > self.free():
            raise Fault(NOSCRATCH)
        address = SCRATCH + len(self.w.scratch) + gap
        self.w.scratch += bytes(gap + size)
        return address

    def take_text(self, text, size):
        address = self.take(size)
        self.write(address, text + b"\0")
        return address

    def take_string(self, text):
        return self.take_text(text[:self.w.strsize - 1], self.w.strsize)

    def in_scratch(self, address, size):
        if size and not SCRATCH <= address < address + size <= SCRATCH + len(self.w.scratch):
            raise Fault(BADADDR, address)

    # --- Running

    def run(self):
        pc = 0
        try:
            while True:
                word = self.s["text"][pc]
                op, r1, r2, rd = OPS[(word >> 24) - 1], word >> 16 & 255, word >> 8 & 255, word & 255
                if op == "ret":
                    return self.r[rd], None
                pc = self.step(op, r1, r2, rd, word, pc)
                self.r[0] = 0
        except Fault as fault:
            return 0, (fault.code, 4 * pc, fault.address)

    def step(self, op, r1, r2, rd, word, pc):
        a, b, index = self.r[r1 % 8], self.r[r2 % 8], word >> 8 & 0xffff
        arithmetic = {
            "or": lambda: a | b, "xor": lambda: a ^ b, "and": lambda: a & b, "sll": lambda: a << (b % 64),
            "srl": lambda: a >> (b % 64), "sra": lambda: signed(a) >> (b % 64), "sub": lambda: a - b,
            "add": lambda: a + b, "mul": lambda: a * b, "not": lambda: ~a, "mov": lambda: a,
            "sdiv": lambda: self.quotient(signed(a), signed(b)), "udiv": lambda: self.quotient(a, b),
            "srem": lambda: self.remainder(signed(a), signed(b)), "urem": lambda: self.remainder(a, b),
            "setx": lambda: self.s["ints"][index], "sets": lambda: STRINGS + index,
            "allocs": lambda: self.take(a, True), "ldga": lambda: self.array(r1, b), "ldta": self.no_array,
            "ldgs": lambda: self.load_static("global", index), "ldls": lambda: self.load_static("local", index),
            "ldts": lambda: self.load_dynamic("thread", index, []),
            "ldgaa": lambda: self.load_dynamic("global", index, self.tuple),
            "ldtaa": lambda: self.load_dynamic("thread", index, self.tuple),
        }
        if op in arithmetic:
            self.r[rd] = arithmetic[op]() & M64
        elif op[0] == "b":
            if self.taken(op):
                return word & 0xffffff
        elif op == "cmp":
            d = (a - b) & M64
            self.n, self.z, self.c = d >> 63 == 1, d == 0, a < b
        elif op == "tst":
            self.n, self.z, self.c = False, a == 0, False
        elif op == "scmp":
            x, y = (b"" if p == 0 else None if a == b else self.string(p) for p in (a, b))
            self.n, self.z, self.c = a != b and x < y, a == b or x == y, False
        elif op.startswith(("ld", "rld")):
            self.r[rd] = self.load(op[-3:] if op[-1] != "x" else "dx", a) & M64
        elif op.startswith("uld"):
            raise Fault(BADADDR, a)
        elif op in ("stb", "sth", "stw", "stx"):
            size = {"b": 1, "h": 2, "w": 4, "x": 8}[op[2]]
            self.find(self.r[rd], size, True)
            if self.r[rd] % size:
                raise Fault(BADALIGN, self.r[rd])
            self.write(self.r[rd], (a % (1 << 8 * size)).to_bytes(size, "little"))
        elif op == "copys":
            if b:
                self.find(self.r[rd], b, True)
            self.write(self.r[rd], self.read(a, b))
        elif op == "stga":
            raise Fault(BADADDR if r1 == 2 else ILLOP)
        elif op in ("stgs", "stls"):
            self.store_static({"g": "global", "l": "local"}[op[2]], index, self.r[rd])
        elif op in ("stts", "stgaa", "sttaa"):
            self.store_dynamic("global" if op == "stgaa" else "thread", index,
                               self.tuple if op != "stts" else [], self.r[rd])
        elif op == "call":
            result = getattr(self, "s_" + SUBROUTINES[index])(*[value for value, _ in self.tuple])
            if result is not None:
                self.r[rd] = int(result) & M64
        else:
            self.stack(op, r1, b, self.r[rd])
        return pc + 1

    @staticmethod
    def quotient(a, b):
        if b == 0:
            raise Fault(DIVZERO)
        return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)

    def remainder(self, a, b):
        return a - self.quotient(a, b) * b

    def no_array(self):
        raise Fault(ILLOP)

    def taken(self, op):
        n, z, c = self.n, self.z, self.c
        return {"ba": True, "be": z, "bne": not z, "bg": not (z or n), "bgu": not (c or z), "bge": not n,
                "bgeu": not c, "bl": n, "blu": c, "ble": z or n, "bleu": c or z}[op]

    def load(self, which, address):
        size = {"b": 1, "h": 2, "w": 4, "x": 8}[which[-1]]
        value = int.from_bytes(self.read(address, size), "little")
        return signed(value, 8 * size) if which[-2] == "s" else value

    def stack(self, op, kind, size, value):
        if op == "flushts":
            self.tuple = []
        elif op == "popts":
            self.tuple = self.tuple[:-1]
        elif len(self.tuple) == 8:
            raise Fault(TUPOFLOW)
        elif op == "pushtv":
            self.tuple = self.tuple + [(value, 0)]
        elif kind == 1:
            data, at = self.find(value, 1)
            text = bytes(data[at:at + (size or 256)])
            self.tuple = self.tuple + [(value, text.index(0) + 1 if 0 in text else len(text))]
        elif size > (1 << 63) - 1:
            raise Fault(ILLOP, size)
        else:
            self.tuple = self.tuple + [(value, size)]

    # --- Variables

    def array(self, which, index):
        if which != 0:
            raise Fault(BADADDR if which == 2 else ILLOP)
        if index < len(self.w.args):
            return self.w.args[index]
        return 1000 + index if index < 1 << 32 else 0

    def builtin(self, number):
        if number in NAMES:
            return BUILTINS + number * 64
        if 0x106 <= number <= 0x10f:
            return self.array(0, number - 0x106)
        if number in PROCESS:
            return PROCESS[number] if self.s["ipl"] == 0 else 0
        values = {0x100: self.s["thread"], 0x101: CLOCK, 0x102: VCLOCK, 0x103: self.s["ipl"], 0x104: EPID,
                  0x105: PROBE, 0x110: len(STACK), 0x111: STACK[0], 0x11a: WALL, 0x11b: 0, 0x11c: 0,
                  0x200: self.s["cpu"]}
        if number not in values:
            raise Fault(ILLOP, number)
        return values[number]

    def declared(self, scope, number):
        return self.s["vars"][(scope, number)]

    def place(self, scope, number):
        where = (self.s["cpu"], self.s["program"]) if scope == "local" else (0, 0)
        return (scope,) + where + (number,)

    def load_static(self, scope, number):
        if number < 0x500:
            return self.builtin(number) if scope == "global" else 0
        by_ref, _, size = self.declared(scope, number)
        key = self.place(scope, number)
        if not by_ref:
            return self.w.cells.get(key, 0)
        static = self.w.statics.setdefault(key, Static(size, self.w.new_base(size)))
        return 0 if static.null else static.base

    def stored(self, address, is_string, size):
        if not is_string:
            return self.read(address, size)
        text = self.string(address, size)
        return text if len(text) == size else text + b"\0"

    def store_static(self, scope, number, value):
        by_ref, is_string, size = self.declared(scope, number)
        key = self.place(scope, number)
        if not by_ref:
            self.w.cells[key] = value
            return
        static = self.w.statics.setdefault(key, Static(size, self.w.new_base(size)))
        if value:
            new = self.stored(value, is_string, size)
            static.data[:len(new)] = new
        static.null = value == 0

    def name(self, scope, number, entries):
        keys = [value if size == 0 else self.read(value, size) for value, size in entries]
        thread = (self.s["thread"], self.s["ipl"]) if scope == "thread" else None
        return (scope, number, thread, tuple(keys))

    def load_dynamic(self, scope, number, entries):
        value = self.w.dynamic.get(self.name(scope, number, entries), 0)
        return value.base if isinstance(value, Static) else value

    def store_dynamic(self, scope, number, entries, value):
        key = self.name(scope, number, entries)
        by_ref, is_string, size = self.declared(scope, number)
        if value == 0:
            self.w.dynamic.pop(key, None)
        elif not by_ref:
            self.w.dynamic[key] = value
        else:
            new = self.stored(value, is_string, size)
            static = self.w.dynamic.setdefault(key, Static(max(8, size), self.w.new_base(size)))
            static.data[:len(new)] = new

    # --- Subroutines

    def s_rand(self):
        return (CLOCK * 2416 + 374441) % 1771875

    def lock(self, address):
        """kind, owner, held, readers of the locks that both sides know."""
        locks = {LOCKS: ("none", 0, False, 0), LOCKS + 1: ("adaptive", 0, False, 0),
                 LOCKS + 2: ("adaptive", 0x1234, True, 0), LOCKS + 3: ("adaptive", 0x5678, True, 0),
                 LOCKS + 4: ("spin", 0, False, 0), LOCKS + 5: ("spin", 0, True, 0), LOCKS + 6: ("rw", 0, False, 0),
                 LOCKS + 7: ("rw", 0, False, 2), LOCKS + 8: ("rw", 0x1234, True, 0)}
        if address not in locks:
            raise Fault(BADADDR, address)
        return locks[address]

    def s_mutex_owned(self, a):
        kind, owner, held, _ = self.lock(a)
        return owner == self.s["thread"] if kind == "adaptive" else kind == "spin" and held

    def s_mutex_owner(self, a):
        kind, owner, _, _ = self.lock(a)
        return owner if kind == "adaptive" else 0

    def s_mutex_type_adaptive(self, a):
        return self.lock(a)[0] == "adaptive"

    def s_mutex_type_spin(self, a):
        return self.lock(a)[0] == "spin"

    def s_rw_read_held(self, a):
        return self.lock(a)[3] > 0

    def s_rw_write_held(self, a):
        return self.lock(a)[0] == "rw" and self.lock(a)[2]

    s_rw_iswriter = s_rw_write_held

    def s_copyin(self, address, size):
        self.take(size, True)
        raise Fault(BADADDR, address)

    def s_copyinstr(self, address, most=None):
        self.take(self.w.strsize if most is None else min(most + 1, self.w.strsize))
        raise Fault(BADADDR, address)

    def s_copyout(self, _, address, __):
        raise Fault(BADADDR, address)

    s_copyoutstr = s_copyout

    def s_copyinto(self, address, size, to):
        self.in_scratch(to, size)
        raise Fault(BADADDR, address)

    def s_speculation(self):
        return SPECULATION

    def s_progenyof(self, pid):
        return pid & 0xffffffff in PROGENY

    def s_strlen(self, s):
        return len(self.string(s))

    def s_alloca(self, size):
        return self.take(size, True)

    def s_bcopy(self, source, to, size):
        self.in_scratch(to, size)
        self.write(to, self.read(source, size))

    def impossible(self, first, *_):
        raise Fault(ILLOP, first)

    s_msgdsize = s_msgsize = s_ddi_pathname = s_getf = impossible

    def s_getmajor(self, device):
        return device >> 32

    def s_getminor(self, device):
        return device % (1 << 32)

    def s_strjoin(self, x, y):
        joined = self.string(x) + self.string(y) + b"\0"
        if self.free() < self.w.strsize or len(joined) > self.w.strsize:
            raise Fault(NOSCRATCH)
        return self.take_text(joined[:-1], len(joined))

    @staticmethod
    def base(base):
        number = signed(base, 32)  # an int
        if not 2 <= number <= 36:
            raise Fault(ILLOP, base)
        return number

    def s_lltostr(self, value, base=10):
        base = self.base(base)
        if base == 10:
            return self.take_text(b"%d" % signed(value), 65)
        text, rest = "", value
        while rest or not text:
            text, rest = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % base] + text, rest // base
        prefix = {16: "0x", 8: "0" if value else ""}.get(base, "")
        return self.take_text((prefix + text).encode(), 65)

    def s_strtoll(self, s, base=10):
        base = self.base(base)
        text = self.string(s).decode("latin-1").lower()
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[:base]
        found = re.match(r"[ \t]*([-+]?)%s([%s]*)" % ("(?:0x)?" if base == 16 else "", digits), text)
        value = 0
        for digit in found[2]:
            value = value * base + digits.index(digit)
        return -value if found[1] == "-" else value

    def s_basename(self, s):
        path = self.string(s)
        if not path:
            return self.take_string(b".")
        return self.take_string(path.rstrip(b"/").split(b"/")[-1] or b"/")

    def s_dirname(self, s):
        path = self.string(s)
        parent = re.sub(rb"/*[^/]*/*$", b"", path)
        return self.take_string(parent or (b"/" if path[:1] == b"/" else b"."))

    def s_cleanpath(self, s):
        """Components between slashes, of which "" and "." go and ".." takes one with it.  What stands behind the last
        slash is no component, but a ".." there is."""
        path = self.string(s)[:self.w.strsize - 1]
        *between, last = path.split(b"/")
        if not between:
            return self.take_string(last)
        kept = [between[0]]
        for part in between[1:] + ([b".."] if last == b".." else []):
            if part == b"..":
                kept = kept[:-1] or [b""]
                if kept == [b""] or not kept:
                    kept = [b""]
            elif part not in (b"", b"."):
                kept.append(part)
        return self.take_string(b"/".join(kept + [b"" if last == b".." else last]))

    def s_strchr(self, s, c):
        at = (self.string(s) + b"\0")[:self.w.strsize].find(c & 255)
        return 0 if at < 0 else s + at

    def s_strrchr(self, s, c):
        at = (self.string(s) + b"\0")[:self.w.strsize].rfind(c & 255)
        return 0 if at < 0 else s + at

    def s_strstr(self, s, sub):
        at = self.string(s).find(self.string(sub))
        return 0 if at < 0 else s + at

    def s_strtok(self, s, delimiters):
        address, stops = s or self.w.token, self.string(delimiters)
        if self.free() < self.w.strsize:
            raise Fault(NOSCRATCH)
        if address == 0:
            return 0
        text = self.string(address)
        rest = text.lstrip(stops) if stops else text
        self.w.token = 0
        if not rest:
            return 0
        token = re.match(b"[^" + re.escape(stops) + b"]*" if stops else b"(?s).*", rest)[0][:self.w.strsize - 1]
        self.w.token = address + len(text) - len(rest) + len(token)
        return self.take_string(token)

    def s_substr(self, s, index, count=None):
        text, index = self.string(s), signed(index)
        count = self.w.strsize if count is None else signed(count)
        if index < 0:
            index += len(text)
            if index < 0 < index + count:
                index, count = 0, count + index
        if not 0 <= index < len(text):
            return self.take_string(b"")
        end = len(text) + count if count < 0 else index + count
        return self.take_string(text[index:max(end, index)])

    def s_index(self, s, sub, position=0):
        text = self.string(s)
        return text.find(self.string(sub), min(max(signed(position), 0), len(text)))

    def s_rindex(self, s, sub, position=None):
        text, part = self.string(s), self.string(sub)
        position = len(text) if position is None else signed(position)
        if position < 0:
            return -1 if part else 0
        return text.rfind(part, 0, position + len(part))

    def s_htons(self, x):
        return int.from_bytes((x & 0xffff).to_bytes(2, "little"), "big")

    def s_htonl(self, x):
        return int.from_bytes((x & 0xffffffff).to_bytes(4, "little"), "big")

    def s_htonll(self, x):
        return int.from_bytes(x.to_bytes(8, "little"), "big")

    s_ntohs, s_ntohl, s_ntohll = s_htons, s_htonl, s_htonll

    def s_inet_ntoa(self, address):
        return self.take_text(".".join(map(str, self.read(address, 4))).encode(), 16)

    def ipv6(self, address, alone):
        raw = self.read(address, 16)
        head, tail = raw[:12], ".".join(map(str, raw[12:]))
        embeds = head == bytes(10) + b"\xff\xff" or head == bytes(12) and raw[12:] not in (bytes(4), b"\0\0\0\1")
        if embeds and alone:
            return tail
        groups = ["%x" % int.from_bytes(raw[i:i + 2], "big") for i in range(0, 12 if embeds else 16, 2)]
        text = ":".join(groups) + (":" + tail if embeds else "")
        runs = sorted(re.finditer(r"(?<![0-9a-f])0(:0)*(?![0-9a-f.])", text), key=lambda m: -len(m[0]))
        if not runs:
            return text
        first = runs[0]
        return text[:first.start()].removesuffix(":") + "::" + text[first.end():].removeprefix(":")

    def s_inet_ntoa6(self, address):
        return self.take_text(self.ipv6(address, True).encode(), 46)

    def s_inet_ntop(self, family, address):
        if signed(family, 32) == 2:
            return self.s_inet_ntoa(address)
        if signed(family, 32) != 26:
            raise Fault(ILLOP, family)
        return self.take_text(self.ipv6(address, False).encode(), 46)

    def s_toupper(self, s):
        return self.take_string(self.string(s).upper())

    def s_tolower(self, s):
        return self.take_string(self.string(s).lower())

    def s_json(self, s, path):
        text, steps = self.string(s), self.string(path)
        if self.free() < len(text) + len(steps) + 2:
            raise Fault(NOSCRATCH)
        value = json_select(text, re.findall(rb"[^.\[\]]+", steps))
        return 0 if value is None else self.take_text(value, len(text) + 1)


TOKEN = re.compile(rb'[ \t\r\n]*("(?:[^"\\]|\\.)*"|[-+.0-9A-Za-z]+|[\[\]{}:,])', re.S)


def json_tree(tokens):
    """A value and its span: ((start, end), kind, children), taken off the front of the tokens."""
    start, end, text = tokens.pop(0)
    if text not in (b"{", b"["):
        return (start, end), "leaf", None
    children, close = [], {b"{": b"}", b"[": b"]"}[text]
    while tokens[0][2] != close:
        key = tokens.pop(0)[2][1:-1] if text == b"{" else b"%d" % len(children)
        if text == b"{":
            tokens.pop(0)
        children.append((key, json_tree(tokens)))
        if tokens[0][2] == b",":
            tokens.pop(0)
    return (start, tokens.pop(0)[1]), "tree", children


def json_select(text, steps):
    """For text that is JSON as a whole."""
    tree = json_tree([(m.start(1), m.end(1), m[1]) for m in TOKEN.finditer(text)]) if steps else None
    for step in steps:
        children = [child for key, child in tree[2] or [] if key == step]
        if not children:
            return None
        tree = children[0]
    if tree is None:
        return None
    value = text[tree[0][0]:tree[0][1]]
    return value[1:-1] if value[:1] == b'"' else value
