#!/usr/bin/env python3
"""What the house measures.

measure.py [TREE [BUILD]]      prints everything; TREE is '.', BUILD is TREE/build
measure.py --hold BAR...       prints what is over a bar, and fails if anything is: circles, long, manuals, rooms

Sources are what git knows of TREE.  From BUILD come the linker's map, for the size of the kernel, and the boot of
a deterministic run; what is not built there is left out.
"""
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

from c_source import KEYWORDS, NAME, sources, tracked

# Each room with what of it is another room.
ROOMS = {"boot": [], "trace": ["trace/dtrace"], "trace/dtrace": [], "drivers": [], "kernel": ["kernel/user"],
         "kernel/user": [], "flight": ["flight/d"], "flight/d": []}
LONGEST = 40  # lines between the braces of a function
RUN = 6       # lines that make a run
SHORT = 4     # lines of an inline function that is its own manual


def in_room(path, room):
    return path.startswith(room + "/") and not any(path.startswith(other + "/") for other in ROOMS.get(room, []))


def room_of(path):
    return next((room for room in ROOMS if in_room(path, room)), "tests" if path.startswith("tests/") else None)


def title(text):
    print(f"\n{text}\n{'-' * len(text)}")


# --- Lines ---

TEXT = re.compile(r"\.(c|h|asm|awk|ld|py|sh|pml|mk|md|conf|cfg|txt|accepted|refused|d|lst)$|^iso/(?:root|ntp)/")


def lines_of(tree, path):
    with open(os.path.join(tree, path), "rb") as file:
        return file.read().count(b"\n")


def room_lines(tree):
    """Lines of everything that somebody wrote, by room."""
    total = collections.Counter()
    for path in tracked(tree):
        room = room_of(path) or path.split("/")[0]
        if "/" in path and TEXT.search(path) and "/corpus/" not in path and "/golden/" not in path:
            total[room] += lines_of(tree, path)
    return total


def print_lines(tree, files):
    title("Lines by room (C alone: code, comments; all: every text, blank lines included)")
    total, code, notes, count = room_lines(tree), collections.Counter(), collections.Counter(), collections.Counter()
    for source in files:
        room = room_of(source.path)
        one, other = source.counts()
        code[room] += one
        notes[room] += other
        count[room] += 1
    print(f"{'':14}{'files':>8}{'code':>9}{'comments':>10}{'all':>9}")
    for room in [*ROOMS, "tests", "iso", "docs"]:
        print(f"{room + '/':14}{count[room] or '':>8}{code[room] or '':>9}{notes[room] or '':>10}{total[room]:>9}")
    print(f"{'without tests':14}{sum(count[r] for r in ROOMS):>8}{sum(code[r] for r in ROOMS):>9}"
          f"{sum(notes[r] for r in ROOMS):>10}{sum(total[r] for r in ROOMS):>9}")
    for folder in sorted({p.split("/")[1] for p in tracked(tree, "tests/*/*")}):
        inside = [p for p in tracked(tree, f"tests/{folder}") if TEXT.search(p) and "/corpus/" not in p]
        print(f"  tests/{folder:16}{sum(lines_of(tree, p) for p in inside):>9}")


# --- Functions ---

def long_functions(files):
    """(lines, function, reason) of those over LONGEST; the reason stands in the comment, in a sentence with 'Long'."""
    found = []
    for source in files:
        for function in source.functions():
            lines = len(function.body())
            is_list = source.path.startswith("tests/") and function.name == "main"  # of the tests in it
            if lines > LONGEST and not is_list:
                reason = re.search(r"\bLong\b[^.]*\.?", function.comment)
                found.append((lines, function, reason and reason[0]))
    return sorted(found, key=lambda row: -row[0])


# --- Includes ---

def circles(files):
    """Each file that can be reached from itself, with the way."""
    includes = {source.path: source.includes() for source in files}
    found, done = [], set()

    def walk(path, way):
        if path in way:
            found.append(" -> ".join(way[way.index(path):] + [path]))
        elif path not in done:
            for other in includes.get(path, []):
                walk(other, way + [path])
            done.add(path)
    for path in includes:
        walk(path, [])
    return found


# --- Public names ---

def declared(source, line):
    """What the declaration at this line of code is: (kind, name), or None."""
    code = source.bare
    if m := re.match(r"#define (\w+)", code[line]):
        return "macro", m[1]
    if m := re.match(r"(struct|union|enum) (\w+) \{", code[line]):
        return m[1], m[2]
    if not re.match(r"[a-z_]", code[line]) or code[line].startswith("_Static_assert"):
        return None
    text = " ".join(code[line:last_line(source, line) + 1])
    text = re.sub(r"__attribute__\(\(.*?\)\)+", "", text)
    names = [name for name in NAME.findall(text) if name not in KEYWORDS]
    if names:
        return "function", names[0]
    m = re.match(r"extern .*?(\w+)(\[.*\])?;", text)
    return m and ("variable", m[1])


def last_line(source, line):
    """Where the declaration at `line` ends: with a semicolon or before a body."""
    while line + 1 < len(source.bare) and not source.bare[line].endswith((";", "{")):
        line += 1
    return line


def has_manual(source, line, kind, name, covered):
    """A comment above it or above the run of lines that it stands in, or on it; a type may also have it at its members,
    or be what the head of the file speaks of.  An inline function of a few lines says itself what it does; X_str of a
    status gives its phrase, always, and X_free frees what X holds."""
    if covered or name.endswith(("_str", "_free")):
        return True
    end = last_line(source, line)
    if kind == "function" and source.bare[end] == "{" and "}" in source.bare[end + 1:end + SHORT + 2]:
        return True
    if kind in ("struct", "union", "enum"):
        end = next(n for n in range(line, len(source.code)) if source.code[n].startswith("}"))
        if name == os.path.basename(source.path)[:-2]:
            return True
    return any(note.strip() for note in source.comments[line:end + 1])


def without_manual(files):
    """(path, line, kind, name) of what headers offer and say nothing of.  The head of a file is the manual of the one
    thing in it."""
    found = []
    for source in files:
        covered, depth, before, names = False, 0, len(found), 0
        for line, text in enumerate(source.bare):
            if not text.strip():
                covered = bool(source.comments[line].strip())
                continue
            what = declared(source, line) if depth == 0 else None
            names += what is not None
            if what and not has_manual(source, line, *what, covered):
                found.append((source.path, line + 1, *what))
            depth += text.count("{") - text.count("}")
        if names == 1:
            del found[before:]
    return found


# --- Comments that say what the code says ---

STOP = set("a an and are as at be by for from has if in into is it its not of on one or out so than that the then this "
           "to was what where which with".split())


def stems(text):
    words = re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", text).replace("_", " ").lower())
    return {re.sub(r"(ing|ed|es|s)$", "", word)[:6] for word in words if word not in STOP}


def restating(files):
    found = []
    for source in files:
        for line, note in enumerate(source.comments):
            below = line if source.code[line].strip() else line + 1
            alone = below == line or (not source.comments[line - 1].strip() and below < len(source.code)
                                      and source.code[below].strip())
            words = stems(note)
            if words and alone and line > 0 and words <= stems(source.code[below]):
                found.append((source.path, line + 1, source.lines[line].strip()))
    return found


# --- Runs of lines that stand twice ---

def repeated(files):
    """(lines, (path, line), (path, line)) of runs of code that are the same, the longest that they are."""
    texts, numbers, places = [], [], collections.defaultdict(list)
    for f, source in enumerate(files):
        rows = [(re.sub(r"\s+", " ", text.strip()), n) for n, text in enumerate(source.code)]
        rows = [(text, n) for text, n in rows if re.search(r"\w", text) and not text.startswith("#include")]
        texts.append([text for text, _ in rows])
        numbers.append([n for _, n in rows])
        for i in range(len(rows) - RUN + 1):
            places[tuple(texts[f][i:i + RUN])].append((f, i))
    found = []
    for window in places.values():
        for k, (f, i) in enumerate(window):
            for g, j in window[k + 1:]:
                if i > 0 and j > 0 and texts[f][i - 1] == texts[g][j - 1] or f == g and j < i + RUN:
                    continue  # in the middle of a longer one, or of itself
                length = RUN
                while i + length < len(texts[f]) and j + length < len(texts[g]) \
                        and texts[f][i + length] == texts[g][j + length]:
                    length += 1
                found.append((length, (files[f].path, numbers[f][i] + 1), (files[g].path, numbers[g][j] + 1)))
    return sorted(found, key=lambda row: -row[0])


def print_repeated(name, files, most):
    runs = repeated(files)
    title(f"Runs of {RUN} lines or more that stand twice in {name}: {len(runs)}")
    for length, one, other in runs[:most]:
        print(f"{length:4}  {one[0]}:{one[1]}  {other[0]}:{other[1]}")
    if len(runs) > most:
        print(f"      and {len(runs) - most} shorter ones")


# --- The kernel ---

KINDS = {".text": "text", ".rodata": "rodata", ".data": "data", "trace_sites": "data", "sdt": "data", ".bss": "bss"}


def kernel_sizes(build):
    """Bytes of each room in the kernel: {room: {kind: bytes}}, from the map that the linker wrote."""
    sizes, kind = collections.defaultdict(collections.Counter), None
    with open(os.path.join(build, "firstlight.map"), encoding="utf-8") as file:
        text = file.read().split("Linker script and memory map")[1]
    text = re.sub(r"\n (\S+)\n +(0x)", r"\n \1 \2", text)  # a long name has a line of its own
    for line in text.splitlines():
        if m := re.match(r"(\S+)\s*(0x[0-9a-f]+|$)", line):
            kind = KINDS.get(m[1])
        m = re.match(r" (\S+) +0x[0-9a-f]+ +(0x[0-9a-f]+) (\S+)$", line)
        if kind and m and int(m[2], 16):
            path = re.sub(r".*?/kernel(-untraced)?/", "", m[3])
            room = room_of(path) or ("tables of symbols" if re.match(r"(symbols|probe_sites)\.o", path) else "libgcc")
            sizes[room][kind] += int(m[2], 16)
    return sizes


def print_kernel(build):
    title("Bytes of the kernel by room")
    if not os.path.exists(os.path.join(build, "firstlight.map")):
        print("no firstlight.map here: not built")
        return
    sizes = kernel_sizes(build)
    kinds = ["text", "rodata", "data", "bss"]
    print(f"{'':20}" + "".join(f"{kind:>10}" for kind in kinds))
    for room in [*ROOMS, "tables of symbols", "libgcc"]:
        if sizes[room]:
            print(f"{room:20}" + "".join(f"{sizes[room][kind]:>10}" for kind in kinds))
    print(f"{'all':20}" + "".join(f"{sum(row[kind] for row in sizes.values()):>10}" for kind in kinds))


def print_boot(build):
    title("A deterministic boot by phase (ticks of the TSC: one each instruction, and those of time that was slept)")
    flight = os.path.join(build, "flight")
    if not os.path.exists(flight):
        print("no flight here: not built")
        return
    with tempfile.TemporaryDirectory() as folder:
        capture = os.path.join(folder, "boot.capture")
        subprocess.run([flight, "run", "--deterministic", "--quiet", "-o", capture], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        report = json.loads(subprocess.run([flight, "report", "--format", "json", capture], check=True,
                                           capture_output=True, text=True).stdout)
    for phase in report["phases"]:
        print(f"{phase['name']:16}{phase['duration_ns'] * report['clock']['tsc_hz'] // 10**9:>15,}")


# --- Bars ---

def rooms_of_document(tree):
    """(room, lines) of each row in the table of rooms; '... of which `dtrace/` N' is a row of its own, and part of the first."""
    with open(os.path.join(tree, "docs/design.md"), encoding="utf-8") as file:
        for room, cell in re.findall(r"^\| `(\w+)[\w/]*/` \|.*\| ([^|]+) \|$", file.read(), re.M):
            numbers = re.match(r"(\d[\d,]*\d)(?:, of which `(\w+)/` (\d[\d,]*\d))?", cell)
            yield room, int(numbers[1].replace(",", ""))
            if numbers[2]:
                yield f"{room}/{numbers[2]}", int(numbers[3].replace(",", ""))


def off_by_a_tenth(tree):
    total = room_lines(tree)
    for room in list(total):
        if "/" in room:
            total[room.split("/")[0]] += total[room]
    rows = list(rooms_of_document(tree))
    wrong = [] if len(rows) > 8 else [f"docs/design.md: only {len(rows)} rooms have counts"]
    return wrong + [f"docs/design.md: {room}/ is said to have {said} lines, and has {total[room]}"
                    for room, said in rows if abs(total[room] - said) * 10 > total[room]]


def hold(bars, tree):
    if not bars or set(bars) - {"circles", "long", "manuals", "rooms"}:
        sys.exit(__doc__)
    files = [source for source in sources(tree) if room_of(source.path)]
    headers = [s for s in files if s.path.endswith(".h") and not s.path.startswith("tests/")]
    of_rooms = [s for s in files if not s.path.startswith("tests/")]
    over = []
    if "circles" in bars:
        over += circles(files)
    if "long" in bars:
        over += [f"{f.source.path}:{f.first + 1}: {f.name} has {lines} lines and its comment no reason"
                 for lines, f, reason in long_functions(of_rooms) if not reason]
    if "manuals" in bars:
        over += [f"{path}:{line}: {kind} {name} has no manual" for path, line, kind, name in without_manual(headers)]
    if "rooms" in bars:
        over += off_by_a_tenth(tree)
    print("\n".join(over), end="\n" if over else "")
    return bool(over)


def main():
    if sys.argv[1:2] == ["--hold"]:
        sys.exit(hold(sys.argv[2:], "."))
    tree = sys.argv[1] if len(sys.argv) > 1 else "."
    build = sys.argv[2] if len(sys.argv) > 2 else os.path.join(tree, "build")
    files = [source for source in sources(tree) if room_of(source.path)]
    of_rooms = [s for s in files if not s.path.startswith("tests/")]
    of_tests = [s for s in files if s.path.startswith("tests/")]
    headers = [s for s in of_rooms if s.path.endswith(".h")]

    print_lines(tree, files)
    functions = [f for s in of_rooms for f in s.functions()]
    longest = long_functions(files)
    title(f"Functions over {LONGEST} lines, of {len(functions)} in the rooms and {sum(len(s.functions()) for s in of_tests)} in tests")
    for lines, f, reason in longest:
        print(f"{lines:4}  {f.name}  {f.source.path}: {reason or 'no reason'}")
    found = circles(files)
    title(f"Circles of includes: {len(found)}")
    print("\n".join(found), end="\n" if found else "")
    found = without_manual(headers)
    title(f"Public names without a manual: {len(found)}")
    for path, line, kind, name in found:
        print(f"      {path}:{line}: {kind} {name}")
    found = restating(of_rooms)
    title(f"Comments whose words are those of the code: {len(found)}")
    for path, line, text in found:
        print(f"      {path}:{line}: {text}")
    print_repeated("the rooms", of_rooms, 60)
    print_repeated("tests", of_tests, 20)
    print_kernel(build)
    print_boot(build)


if __name__ == "__main__":
    main()
