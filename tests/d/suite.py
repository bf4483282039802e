#!/usr/bin/env python3
"""The suite of D programs: every one in tests/d/*.accepted runs in the kernel and prints what stands behind it, every one in
tests/d/*.refused is refused with its tag.  README.md beside this has the form of the files.

suite.py [FILE]... [-k WORDS]: those files only; those whose sentence has WORDS.  Ends with TAP.

Programs with the same options share a boot: each is an object of its own, between objects that print marks, so BEGIN runs
them one after the other.  What a program does to the whole machine (exit(), END, probes beside BEGIN) is marked "alone".
"""
import argparse
import concurrent.futures
import glob
import os
import re
import shlex
import subprocess
import sys
import tempfile

FLIGHT = os.path.abspath("build/flight")
COMPILE = os.path.abspath("build/tests/compile_programs")
BATCH = 80  # programs to a boot: one that goes wrong is then found among few
MARK = "=={}=="
LAST = 999999


class Program:
    def __init__(self, area, line, title):
        self.area, self.line = area, line
        self.tag = None
        self.title = title
        self.words, self.arguments = [], []
        self.text, self.expected = [], None
        self.verdict = self.problem = None

    def name(self):
        return f"{self.area}:{self.line}: {self.title}"

    def directive(self, words):
        if words[:1] == ["args"]:
            self.arguments = words[1:]
        else:
            self.words += words


def read_programs(path):
    programs, area = [], os.path.basename(path)
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.startswith("== "):
                programs.append(Program(area, number, line[3:].strip()))
            elif not programs:
                continue  # what the file says about itself
            elif line.startswith(": ") and not programs[-1].text:
                programs[-1].directive(shlex.split(line[2:]))
            elif line == "--\n" and programs[-1].expected is None:
                programs[-1].expected = []
            elif programs[-1].expected is None:
                programs[-1].text.append(line)
            else:
                programs[-1].expected.append(line)
    for program in programs:
        found = re.fullmatch(r"(.*) \[(\w*)\]", program.title)
        if path.endswith(".refused"):
            if not found or program.expected is not None:
                sys.exit(f"Bail out! {program.name()}: a refused program has a tag, and no output")
            program.title, program.tag = found.groups()
        elif program.expected is None:
            sys.exit(f"Bail out! {program.name()}: no output is expected of an accepted program")
    return programs


# --- Compiling ------------------------------------------------------------------------------------

def preprocessed(text):
    return subprocess.run(["cpp", "-undef", "-Wno-everything"], input=text, text=True, check=True, capture_output=True).stdout


def manifest_line(program, folder, number):
    """The line for compile_programs; the program's text is written beside its output."""
    program.output = os.path.join(folder, str(number))
    text = "".join(program.text).rstrip("\n") + "\n"
    if "cpp" in program.words:
        text = preprocessed(text)
    if "-n" in program.words:
        text = text.rstrip("\n")
    with open(program.output + ".d", "w", encoding="utf-8") as file:
        file.write(text)
    words = [] if "loud" in program.words or program.tag is not None else ["-x", "quiet"]
    for word in program.words:
        if word in ("-64", "-n", "strict"):
            words.append(word)
        elif word not in ("alone", "loud", "cpp", "wait"):
            words += ["-x", word]
    return "\t".join([program.output, program.output + ".d", *words, "--", *program.arguments]) + "\n"


def compile_all(programs, folder):
    lines = "".join(manifest_line(program, folder, number) for number, program in enumerate(programs))
    done = subprocess.run([COMPILE], input=lines, text=True, capture_output=True, check=False)
    verdicts = done.stdout.splitlines()
    for program, verdict in zip(programs, verdicts):
        program.verdict = verdict
    if len(verdicts) < len(programs):
        program = programs[len(verdicts)]
        program.verdict = "the compiler died: " + done.stderr[:2000]
        rest = programs[len(verdicts) + 1:]
        if rest:
            compile_all(rest, tempfile.mkdtemp(dir=folder))


def judge_refused(program):
    if program.verdict is None or not program.verdict.startswith("refused "):
        program.problem = f"not refused: {program.verdict}"
    elif f" [{program.tag}] " not in program.verdict:
        program.problem = program.verdict


# --- Running --------------------------------------------------------------------------------------

def content(path):
    if not os.path.exists(path):
        return b""
    with open(path, "rb") as file:
        return file.read()


def compile_marks(loud, numbers, folder):
    marks = []
    for number in numbers:
        mark = Program("mark", number, "")
        end = "" if loud else "\\n"
        mark.text = [f'BEGIN {{ printf("{MARK.format(number)}{end}"); }}']
        marks.append(mark)
    compile_all(marks, tempfile.mkdtemp(dir=folder))
    return [mark.output + ".dof" for mark in marks]


def conf_of(objects):
    parts = []
    for number, data in enumerate(data for data in map(content, objects) if data):
        parts.append(f"dof-data-{number}=" + ",".join(f"0x{byte:x}" for byte in data) + ";\n")
    return "".join(parts)


def boot(objects, folder, waits):
    conf, capture = os.path.join(folder, "dtrace.conf"), os.path.join(folder, "capture")
    with open(conf, "w", encoding="ascii") as file:
        file.write(conf_of(objects))
    done = subprocess.run([FLIGHT, "run", "--deterministic", "--quiet", "--bare", "--timeout", "60", "-o", capture,
                           "--module", f"{conf} type=file name=kernel/drv/dtrace.conf",
                           *["--exec", "sleep 0.1"] * waits, "--exec", "dtrace -ae", "--exec", "echo ==claimed=="],
                          capture_output=True, text=True, errors="replace", check=False)
    with open(capture, encoding="utf-8", errors="replace", newline="\n") as file:
        text = file.read().replace("\r", "")
    text = "".join(line for line in text.splitlines(True) if not line.startswith("~"))
    found = re.search(r"^# dtrace -ae\n(.*)^# echo ==claimed==\n", text, re.M | re.S)
    if not found:
        return None, f"the boot failed: {done.stderr}\n{text[-3000:]}"
    return found.group(1), text


def same(text):
    """What is compared: without blanks at the ends of lines and of the whole, and without numbers of clauses."""
    text = re.sub(r"on enabled probe ID \d+ ", "on enabled probe ID N ", text)
    return "\n".join(line.rstrip() for line in text.splitlines()).rstrip("\n")


def judge_output(program, text):
    expected = same("".join(program.expected))
    if same(text) != expected:
        program.problem = f"expected:\n{expected}\nprinted:\n{same(text)}"


def run_batch(batch, folder):
    own = tempfile.mkdtemp(dir=folder)
    loud = "loud" in batch[0].words
    alone = "alone" in batch[0].words
    marks = [] if alone else compile_marks(loud, [*range(len(batch)), LAST], own)
    objects = []
    for number, program in enumerate(batch):
        objects += [*marks[number:number + 1], program.output + ".dof"]
    objects += [*marks[len(batch):], batch[0].output + ".error", batch[0].output + ".options"]
    text, whole = boot(objects, own, "wait" in batch[0].words)
    if text is None:
        for program in batch:
            program.problem = whole
    elif alone:
        judge_output(batch[0], text)
    else:
        split_batch(batch, loud, text, whole)


def split_batch(batch, loud, text, whole):
    pattern = r"[^\n]*==(\d+)==\n" if loud else r"==(\d+)==\n"
    parts = re.split(pattern, text)
    printed = dict(zip(map(int, parts[1::2]), parts[2::2]))
    rest = printed.get(LAST, "the boot said:\n" + whole)
    for number, program in enumerate(batch):
        judge_output(program, printed.get(number, ""))
        if program.problem is None and rest.strip():
            program.problem = "its boot printed behind the last of its programs:\n" + rest


def batches(programs):
    groups = {}
    for program in programs:
        if "alone" in program.words:
            groups[program] = [program]
        else:
            key = ("loud" in program.words, content(program.output + ".options"))
            groups.setdefault(key, []).append(program)
    for group in groups.values():
        for start in range(0, len(group), BATCH):
            yield group[start:start + BATCH]


def run_accepted(programs, folder):
    going = []
    for program in programs:
        if program.verdict == "accepted":
            going.append(program)
        else:
            program.problem = program.verdict
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(run_batch, batch, folder) for batch in batches(going)]:
            done.result()


# --- The whole ------------------------------------------------------------------------------------

def tell(programs):
    for number, program in enumerate(programs, 1):
        print(f"{'not ok' if program.problem else 'ok'} {number} - {program.name()}".replace("#", "\\#"))
        for line in (program.problem or "").splitlines():
            print(f"#   {line}", file=sys.stderr)
    print(f"1..{len(programs)}")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("files", nargs="*", default=[])
    arguments.add_argument("-k", default="")
    chosen = arguments.parse_args()
    for need in (FLIGHT, COMPILE):
        if not os.path.exists(need):
            sys.exit(f"Bail out! no {need}")
    files = chosen.files or sorted(glob.glob("tests/d/*.accepted") + glob.glob("tests/d/*.refused"))
    programs = [program for path in files for program in read_programs(path) if chosen.k in program.title]
    with tempfile.TemporaryDirectory() as folder:
        compile_all(programs, folder)
        for program in programs:
            if program.tag is not None:
                judge_refused(program)
        run_accepted([program for program in programs if program.tag is None], folder)
    tell(programs)
    sys.exit(any(program.problem for program in programs))


main()
