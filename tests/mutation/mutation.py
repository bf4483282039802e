#!/usr/bin/env python3
"""Breaks the code of boot/, drivers/ and trace/ in many places, one at a time, and sees whether a test fails.

mutation.py [--places N] [--seed S] [--only K,L,...] PROGRAM...

All lines of these rooms, one after another, are cut into N equal parts.  In each part one line and one of
its mutations (operators.py) is chosen by the seed; one that does not compile, or that gives the same machine
code, is no mutation, and another is chosen.  Then the unit tests that call what the file has run, the
nearest and fastest first, until one fails: the mutant is killed.  One that none of them minds has survived.
The tree stays as it is: a mutated file goes to the compiler through a pipe, its object to build/mutation/.
--only runs some places again, by their numbers.  PROGRAMs have been built by make."""
import argparse
import collections
import concurrent.futures
import os
import random
import resource
import shlex
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(__file__))
import operators  # noqa: E402

ROOMS = ("boot/", "drivers/", "trace/")
FOLDER = "build/mutation"
AT_ONCE = 2
MEMORY = 2 << 30  # bytes; what a mutant without end may take
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": "hard_rss_limit_mb=%d" % (MEMORY >> 20)}

# before, after: the lines that change, in one.
Place = collections.namedtuple("Place", "path line operator before after text")


def fail(message):
    print("ERROR: " + message)
    sys.exit(2)


def run(command, **more):
    return subprocess.run(command, capture_output=True, text=True, **more)


class Build:
    """How make compiles and links the programs, and which files each of them calls."""

    def __init__(self, programs):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        said = run(["make", "-n", "-B", "V=1", *programs], env=environment)
        if said.returncode != 0:
            fail("make cannot say how it builds: " + said.stderr)
        self.commands = {}
        archives = {}
        for line in said.stdout.replace("\\\n", "").splitlines():
            words = shlex.split(line) if " -o build/" in line or line.startswith("ar ") else []
            if "-o" in words:
                self.commands[words[words.index("-o") + 1]] = words
            elif words:
                archives[words[2]] = words[3:]
        self.programs = programs
        self.objects = {p: [o for w in self.commands[p] for o in archives.get(w, [w]) if o.endswith(".o")]
                        for p in programs}
        self.symbols = {}
        self.distance = {p: self.distances(p) for p in programs}

    def symbols_of(self, name):
        """What an object defines, and what it wants from others."""
        if name not in self.symbols:
            rows = [line.split() for line in run(["nm", name]).stdout.splitlines()]
            self.symbols[name] = ({row[-1] for row in rows if len(row) == 3 and row[1].isupper()},
                                  {row[-1] for row in rows if row[0] == "U"})
        return self.symbols[name]

    def distances(self, program):
        """Of each object that the program's own one calls: over how many others."""
        owner = {s: o for o in self.objects[program] for s in self.symbols_of(o)[0]}
        found, last = {self.objects[program][0]: 0}, [self.objects[program][0]]
        while last:
            wanted = {owner[s] for o in last for s in self.symbols_of(o)[1] if s in owner}
            step = max(found.values()) + 1
            last = sorted(wanted - found.keys())
            found.update((o, step) for o in last)
        return found

    def object_in(self, program, path):
        """The object of a source file that the program calls, or None."""
        names = [o for o in self.distance[program] if o.endswith("/" + path[:-1] + "o")]
        return names[0] if names else None

    def compile(self, name, text, output):
        """Compiles another text instead of the object's own; warnings are its good right."""
        words = [w for w in self.commands[name] if w not in ("-MMD", "-MP")][:-1]
        words[words.index("-o") + 1] = output
        if run([*words, "-w", "-x", "c", "-"], input=text).returncode != 0:
            fail(name + " does not compile with sanitizers")

    def machine_code(self, path, text):
        """What the optimizer leaves of a file's text, without sanitizers; None if it does not compile."""
        command = self.commands["build/sanitized/" + path[:-1] + "o"]
        words = [w for w in command[:-1] if not w.startswith(("-MM", "-MP", "-g", "-fsanitize"))]
        words[words.index("-o") + 1] = "-"
        words[words.index("-c")] = "-S"
        said = run([*words, "-O2", "-w", "-x", "c", "-"], input=text)
        return said.stdout if said.returncode == 0 else None

    def link(self, program, name, replacement, output):
        """With another object, which stands before any library that has it, too."""
        words = [w for w in self.commands[program] if w != name]
        words.insert(words.index("-o"), replacement)
        words[words.index("-o") + 1] = output
        if run(words).returncode != 0:
            fail(program + " does not link")


def limit_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 26, 1 << 26))


def passes(program, seconds):
    """Whether a test program passes within so many seconds."""
    child = subprocess.Popen([program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT,
                             start_new_session=True, preexec_fn=limit_files)
    try:
        return child.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        return False


def read_equivalents():
    """What the file of that name has, as (path, line, what becomes of it)."""
    with open("tests/mutation/equivalent", encoding="utf-8") as file:
        blocks = [block.splitlines() for block in file.read().split("\n\n")[1:]]
    return {(path, before[2:], after[2:]) for path, before, after, *_ in blocks}


def place_of(path, line, mutation, text):
    operator, start, end, other = mutation
    first, last = text.rfind("\n", 0, start) + 1, text.index("\n", end)
    return Place(path, line, operator, " ".join(text[first:last].split()),
                 " ".join((text[first:start] + other + text[end:last]).split()), text[:start] + other + text[end:])


class Campaign:
    def __init__(self, build, seed, count):
        self.build, self.seed, self.count = build, seed, count
        self.lines, self.texts, self.mutations, self.code = [], {}, {}, {}
        self.equivalents = read_equivalents()
        for path in run(["git", "ls-files", "--", *(room + "*.c" for room in ROOMS)]).stdout.split():
            with open(path, encoding="utf-8") as file:
                self.texts[path] = file.read()
            self.mutations[path] = operators.mutations(self.texts[path])
            self.code[path] = build.machine_code(path, self.texts[path])
            self.lines += [(path, i + 1) for i in range(self.texts[path].count("\n"))]
        for path, before, _ in sorted(self.equivalents):
            if before not in " ".join(self.texts.get(path, "").split()):
                print("tests/mutation/equivalent has a line that is not in %s any more: %s" % (path, before))
        self.seconds = {}

    def measure(self):
        """The tests as they are must pass; how long they take is the order in which they run."""
        for program in self.build.programs:
            start = time.monotonic()
            if not passes(program, 600):
                fail(program + " fails without a mutation")
            self.seconds[program] = time.monotonic() - start

    def tests_of(self, path):
        """The programs that call the file, the nearest and fastest first."""
        found = [(p, self.build.object_in(p, path)) for p in self.build.programs]
        return sorted(((p, o) for p, o in found if o),
                      key=lambda found: (self.build.distance[found[0]][found[1]], self.seconds[found[0]]))

    def choose(self, number, not_counted):
        """The place in one of the equal parts, or None if there is nothing to break."""
        rng = random.Random("%d.%d" % (self.seed, number))
        part = self.lines[len(self.lines) * number // self.count:len(self.lines) * (number + 1) // self.count]
        rng.shuffle(part)
        for path, line in part:
            choices = self.mutations[path].get(line, [])
            for mutation in rng.sample(choices, len(choices)):
                place = place_of(path, line, mutation, self.texts[path])
                why_not = self.not_counted(place)
                if why_not is None:
                    return place
                not_counted[why_not] += 1
        return None

    def not_counted(self, place):
        """Why a place does not count; None if it does."""
        if (place.path, place.before, place.after) in self.equivalents:
            return "known as equivalent"
        code = self.build.machine_code(place.path, place.text)
        if code is None:
            return "not compiled"
        return "the same machine code" if code == self.code[place.path] else None

    def killer(self, place):
        """The first test that fails, or None."""
        compiled = {}
        with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
            for program, name in self.tests_of(place.path):
                if name not in compiled:
                    compiled[name] = "%s/%d.o" % (folder, len(compiled))
                    self.build.compile(name, place.text, compiled[name])
                self.build.link(program, name, compiled[name], folder + "/mutant")
                if not passes(folder + "/mutant", 10 + 10 * self.seconds[program]):
                    return os.path.basename(program)
        return None

    def judge(self, number):
        """A line that tells what became of a place, whether it survived, and what was not counted before."""
        not_counted = collections.Counter()
        place = self.choose(number, not_counted)
        if place is None:
            return "%3d nothing to break" % number, None, not_counted
        killer = self.killer(place)
        told = "%3d %s %s:%d: %s\n    - %s\n    + %s" % (
            number, "killed by " + killer + ":" if killer else "SURVIVED:", place.path, place.line, place.operator,
            place.before, place.after)
        return told, killer is None, not_counted


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--places", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("programs", nargs="+")
    options = parser.parse_args()
    os.nice(10)
    os.makedirs(FOLDER, exist_ok=True)
    campaign = Campaign(Build(options.programs), options.seed, options.places)
    campaign.measure()
    numbers = [int(n) for n in options.only.split(",")] if options.only else range(options.places)
    survived, not_counted = collections.Counter(), collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for line, result, others in pool.map(campaign.judge, numbers):
            print(line, flush=True)
            survived[result] += 1
            not_counted += others
    print("seed %d: %d places, %d killed, %d survived%s" %
          (options.seed, survived[False] + survived[True], survived[False], survived[True],
           "".join("; %d %s" % (n, why) for why, n in sorted(not_counted.items()))))


if __name__ == "__main__":
    main()
