#!/usr/bin/env python3
"""What every object of an independent D compiler records: values are held against others of their record.

The expressions of 06b are computed again, from arguments that the record itself gives: arg2 comes out of one of them, which is
thereby judged only where arg0 is 0.  Of 04a, 06c and 07 it is checked that values agree and are in their range, not each value.
Those that ask for every function boot without an archive, with small buffers.  What cannot fire here records nothing,
for the reason that the table UNFIRED gives.  Ends with TAP.
"""
import os
import re
import subprocess
import sys
import tempfile

FLIGHT = os.path.abspath("build/flight")
OBJECTS = "tests/dof"
MASK = (1 << 64) - 1

# Objects without a record, in the order in which they are loaded, and what the kernel says of each of their clauses.
NO_SUCH_FUNCTION = r"fbt::\w+:(entry|return)\) matched 0 probes"
NTPD_READS_NOTHING = r"syscall::read:entry\) matched 1 probe"
NOTHING_FAULTS = r"dtrace:::ERROR\) matched 1 probe"
UNFIRED = {"02a-pred-execname": [NTPD_READS_NOTHING], "02b-pred-arg-cpu": [NO_SUCH_FUNCTION],
           "03a-tls-quantize": [NO_SUCH_FUNCTION] * 2, "05-printf-stack": [NO_SUCH_FUNCTION],
           "19-multi-n.2": [NOTHING_FAULTS], "19-multi-n.err": [NOTHING_FAULTS], "20-n-x-opts": [NTPD_READS_NOTHING]}


def boot(folder, names, *arguments):
    """The text of a boot with these objects."""
    capture = os.path.join(folder, "capture")
    modules = [word for name in names for word in ("--module", f"{name} type=dof")]
    subprocess.run([FLIGHT, "run", "--deterministic", "--quiet", "--timeout", "120", "-o", capture, *modules, *arguments],
                   stderr=subprocess.DEVNULL, check=False)
    with open(capture, encoding="utf-8", errors="replace", newline="\n") as file:
        return "".join(line for line in file.read().replace("\r", "").splitlines(True) if not line.startswith("~"))


def recorded(text):
    """What stands between the heading of the claim and what the kernel says next."""
    found = re.search(r"^anonymous tracing, claimed by nobody\n(.*?)^ \n", text, re.M | re.S)
    return found.group(1) if found else ""


def records(text):
    """(function, name, values) of each record that has columns."""
    rows = []
    for line in recorded(text).splitlines():
        found = re.match(r" +\d+ +\d+ +([\w.]*):([\w-]+) *(.*)$", line)
        if found:
            rows.append((found.group(1), found.group(2), found.group(3).split()))
    return rows


def signed(value, bits=64):
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def quotient(a, b):
    """As C divides: toward zero."""
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def arithmetic(a, b, c):
    """The traces of 06b-arith.d for arg0 to arg2, but for the last use of arg2, as they are printed."""
    u, v = a & MASK, b & MASK
    a, b = signed(a), signed(b)
    values = [quotient(a, b), u // v, a - quotient(a, b) * b, u % v, a >> 3, u >> 3, u << (v & 63), (u & 0xff) | (v ^ 0x5a5a),
              ~a, -a]
    values = [signed(value) for value in values]
    values += [int(a == 0), int(a < b), int(u < v), int(a >= -5), int(u >= 0xfffffffffffffff0), 1 if a > b else -1,
               int(u <= v), int(a == b), int(a != b), int(a != 0 and b != 0), int(a != 0 or b != 0),
               int((a != 0) != (b != 0))]
    values += [signed((a + 1) * (b - 2) + c * 3), a & 0xff, a & 0xff, a & 0xffff, a & 0xffff, signed(a, 32), signed(a, 32)]
    return values + [254, 0x123456789abcdef0, 10, b if a != 0 else c, b, 12]


def calculates(rows):
    inverse_of_3 = pow(3, -1, 1 << 64)
    for _, _, words in rows:
        values = [int(word) for word in words]
        a, b = ~values[8], values[33]
        c = (values[22] - (a + 1) * (b - 2)) * inverse_of_3
        if b == 0 or values != arithmetic(a, b, signed(c)):
            return False
    return len(rows) > 20


def branches(rows):
    words = {"open": "o", "close": "c"}
    return len(rows) > 20 and all(values[0] in ("-1", "0", "1") and values[1] == words.get(function, "?")
                                  for function, _, values in rows)


def operates_on_locals(rows):
    """x is what arg0 made of it; g sums it up; each n++ is behind the += 10 of the record before."""
    total = 0
    for number, (_, _, values) in enumerate(rows):
        x = int(values[0])
        total += x
        expected = [x, x + 2, x + 2, total, "kernel", 11 * number, 11 * number + 11]
        if values != [str(value) for value in expected] or ((x ^ 3) & 0x10) == 0 or x > 255:
            return False
    return len(rows) > 20


def looks_up(rows):
    """The count of the process is that of its entries so far, and the time one of before.  The name, which each record
    sets to 0, is there exactly if there was an entry since."""
    last, named = 0, 0
    for _, name, values in rows:
        if name != "return" or int(values[0]) <= 0 or int(values[1]) < last:
            return False
        if values[2:] != (["kernel"] if int(values[1]) > last else []):
            return False
        last = int(values[1])
        named += len(values[2:])
    return named > 20


def inlines(rows):
    big = str(signed(0xdeadbeefcafef00d))
    return len(rows) > 20 and all(values == ["p:" + function, big, "5"] for function, _, values in rows)


def aggregates(text):
    """The nine aggregations of the same values agree with each other."""
    numbers = [int(line) for line in recorded(text).splitlines() if re.fullmatch(r" +-?\d+", line)]
    count, total, least, most, average, deviation = numbers[:6]
    drawn, sums = recorded(text).split("Distribution")[1:], []
    for histogram in drawn:
        sums.append(sum(int(n) for n in re.findall(r"\|@* +(\d+) *$", histogram, re.M)))
    return (count > 1000 and average == total // count and 0 <= least <= average <= most and deviation > 0
            and sums == [count] * 3)


def goes_up(text):
    times = [int(values[-1]) for _, name, values in records(text) if name == "entry"]
    return len(times) > 20 and times == sorted(times)


def flows(text):
    """Entries without returns, so each is indented further than the one before: the last ones of them, in one line."""
    found = [(len(blanks), int(time)) for blanks, time in re.findall(r"( +)-> \w+ (\d+)", recorded(text))]
    return len(found) > 20 and found[1:] == sorted(found[1:]) and text.count("ID                    FUNCTION:NAME") == 0


def commits_what_failed(text):
    """Of all that were opened, only what was not there."""
    opened = re.findall(r"open:entry (\w+) \d+ +\d+ *$", recorded(text), re.M)
    return opened == ["cat"] and ":return" in recorded(text)


def counts_names(text):
    """An aggregation of what was traced, function by function."""
    traced = {}
    for function, name, values in records(text):
        if values != [name]:
            return False
        traced[function] = traced.get(function, 0) + 1
    counted = {function: int(count) for function, count in re.findall(r"^  (\w+) +(\d+)$", recorded(text), re.M)}
    return len(traced) >= 2 and counted == traced


def counts_down(text):
    words = [values for _, name, values in records(text) if name == "tick-1sec"]
    return (words[:10] == [[str(n)] for n in range(10, 0, -1)] and words[10:] == [["blastoff!"]]
            and re.search(r":BEGIN +starting$", text, re.M) and re.search(r":END +ended, i=0$", text, re.M))


def names(rows, function, expected):
    return [values for found, _, values in rows if found == function][:len(expected)] == expected


def faults(text):
    lines = [line for line in recorded(text).splitlines() if line.startswith("dtrace: error on enabled probe")]
    fault = r"syscall:kernel:write:entry\): invalid address \(0x[0-9a-f]+\) in action #1 at DIF offset \d+$"
    return len(lines) > 20 and all(re.search(fault, line) for line in lines)


def judge(folder):
    """(whether it is good, its name) of each test."""
    def one(name, *arguments, more=()):
        return boot(folder, [f"{OBJECTS}/{name}.dof", *more], *arguments)

    small = os.path.join(folder, "small")
    subprocess.run(["make", "-s", "build/tests/enabling"], check=True)
    subprocess.run(["build/tests/enabling", small, "bufsize=16384"], check=True)

    def everywhere(name):
        return one(name, "--bare", more=[small])

    error = f"{OBJECTS}/19-multi-n.err.dof"
    yield calculates(records(everywhere("06b-arith"))), "06b-arith: the 35 expressions of each record agree"
    yield branches(records(everywhere("06c-ternary-branch"))), "06c-ternary-branch: values that the branches can give"
    yield looks_up(records(everywhere("07-assoc"))), "07-assoc: arrays give values in their range"
    yield operates_on_locals(records(everywhere("08-local-ops"))), "08-local-ops: variables hold what was assigned"
    yield inlines(records(everywhere("18-inline-enum"))), "18-inline-enum: strings and constants are right"
    yield aggregates(everywhere("04a-aggs")), "04a-aggs: nine aggregations of the same values agree"
    yield goes_up(everywhere("09-options")), "09-options: every function at its time"
    yield flows(one("09-options", "--bare", more=[f"{OBJECTS}/09-options.opt.dof"])), \
        "09-options: so with all of its options"
    yield commits_what_failed(one("12-spec", "--bare", "--module", "README.md type=file name=etc/motd",
                                  "--exec", "cat /etc/motd", "--exec", "cat /nowhere", "--exec", "cat /etc/motd")), \
        "12-spec: what failed is committed, the rest not"
    yield counts_names(one("17-wildcard-multi")), "17-wildcard-multi: an aggregation counts what was traced"
    yield counts_down(one("10-begin-tick-exit", "--bare", "--exec", "sleep 15")), "10-begin-tick-exit: counts down, and ends"
    yield faults(one("14-userland", more=[error])), "14-userland: there are no user addresses, so each firing faults"
    rows = records(one("19-multi-n.0"))
    yield len(rows) >= 4 and all(row == ("rts_new_rtsmsg", "entry", []) for row in rows), \
        "19-multi-n.0: an empty clause leaves its name"
    yield names(records(one("19-multi-n.1")), "run_program", [["init"], ["sh"], ["rcorder"]]), "19-multi-n.1: who is started"
    rows = records(one("01b-blog-trace"))
    yield names(rows, "run_program", [["init", "1"], ["sh", "3"], ["rcorder", "4"]]), "01b-blog-trace: with pids"
    times = [int(values[0]) for function, _, values in rows if function == "rts_new_rtsmsg"]
    yield len(times) >= 4 and times == sorted(times) and times[0] > 10 ** 8, "01b-blog-trace: and when messages were made"
    text = boot(folder, [f"{OBJECTS}/{name}.dof" for name in UNFIRED])
    clauses = re.findall(r"^dtrace: enabling \d+ \((.*)$", text, re.M)
    for name, reasons in UNFIRED.items():
        told, clauses = clauses[:len(reasons)], clauses[len(reasons):]
        yield told and all(map(re.fullmatch, reasons, told)), f"{name}: cannot fire here"
    yield not clauses and recorded(text).strip() == "" and "claimed by nobody" in text, "and nothing of them is recorded"


def main():
    failed = count = 0
    with tempfile.TemporaryDirectory() as folder:
        for good, name in judge(folder):
            count += 1
            failed += not good
            print("ok" if good else "not ok", f"{count} - {name}", flush=True)
            if not good:
                print(f"# not ok {count} - {name}", file=sys.stderr)
    print(f"1..{count}")
    sys.exit(failed > 0)


main()
