#!/usr/bin/env python3
"""A session at the shell, as a person types it: on a terminal that tmux emulates.

Keys go in through tmux, and what the screen shows is compared row by row: first with
`flight run --interactive`, then with `flight console` on a line that takes 10 ms for each byte in
either direction, then at boots that hang.  Ends with TAP.
"""
import contextlib
import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
from terminals import need_terminals  # noqa: E402

ROOT = os.getcwd()
FLIGHT = os.path.join(ROOT, "build", "flight")
SECONDS = 30  # until something that should happen has not: the machine may be busy
BYTE_SECONDS = 0.01
ROWS, COLUMNS = 24, 80
LONG_LINES = 60


class Fault(Exception):
    pass


def require(condition, what):
    if not condition:
        raise Fault(what)


def until(condition, what):
    """The first true value of the condition."""
    deadline = time.monotonic() + SECONDS
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise Fault(what() if callable(what) else f"{what} did not happen")
        time.sleep(0.02)
    return value


def read(path):
    with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8", errors="replace") as file:
        return file.read()
    return ""


# --- The terminal -----------------------------------------------------------------------------------

class Terminal:
    """A command on a terminal of its own.  No shell of the host reads the keys, before or after."""

    def __init__(self, folder, *command):
        self.folder = folder
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("TMUX")}
        self.environment |= {"LC_ALL": "C.UTF-8"}
        words = " ".join(shlex.quote(word) for word in command)
        script = (f"stty -a > before; {words}; status=$?; stty -a > after; echo $status > unfinished; "
                  "mv unfinished status; exec sleep 1000000")
        self.tmux("new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), "-c", folder, "sh", "-c", script)

    def tmux(self, *arguments):
        done = subprocess.run(["tmux", "-u", "-S", os.path.join(self.folder, "tmux"), "-f", "/dev/null", *arguments],
                              env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              encoding="utf-8", timeout=SECONDS, check=False)
        require(done.returncode == 0, f"tmux {arguments[0]}: {done.stderr}")
        return done.stdout

    def keys(self, *names):
        self.tmux("send-keys", *names)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def look(self):
        """The rows down to the last that is not empty, and where the cursor is."""
        text = self.tmux("capture-pane", "-p", ";", "display-message", "-p", "#{cursor_y} #{cursor_x}")
        *rows, cursor = text.splitlines()
        rows = [row.rstrip() for row in rows]
        while rows and not rows[-1]:
            rows.pop()
        return rows, tuple(int(number) for number in cursor.split())

    def expect(self, fits, wanted):
        """Waits for a screen of which `fits` says so; gives its rows."""
        seen = [None]

        def look():
            seen[0] = self.look()
            with contextlib.suppress(IndexError):  # a row that is not there yet
                return fits(*seen[0]) and seen[0][0]
            return None

        def picture():
            rows, cursor = seen[0]
            return "\n".join([f"wanted: {wanted}", f"cursor {cursor}, screen:", *("  |" + row for row in rows)])
        return until(look, picture)

    def shows(self, *wanted, column=None):
        """The screen has these rows (a pattern fits a whole one) and nothing else; the cursor stands
        in the last one, at its end if nothing else is said."""
        def fits(rows, cursor):
            if len(rows) != len(wanted):
                return False
            same = all(w.fullmatch(r) if isinstance(w, re.Pattern) else w == r for w, r in zip(wanted, rows))
            return same and cursor[0] == len(rows) - 1 and column in (None, cursor[1])
        return self.expect(fits, f"{wanted}, column {column}")

    def fresh(self):
        """A screen with nothing but the prompt."""
        self.keys("C-l")
        self.shows("#", column=2)

    def run(self, command, *wanted):
        """A command from a fresh screen to the next prompt."""
        self.fresh()
        self.type(command)
        self.shows("# " + command)
        self.keys("Enter")
        return self.shows("# " + command, *wanted, "#", column=2)

    def ended(self, status):
        path = os.path.join(self.folder, "status")
        until(lambda: read(path), "the end of flight")
        require(read(path).strip() == str(status), f"exit status {read(path).strip()} instead of {status}")
        before, after = (read(os.path.join(self.folder, name)) for name in ("before", "after"))
        require(before == after and before != "", f"the terminal was {before} and is {after}")

    def close(self):
        with contextlib.suppress(Fault):
            self.tmux("kill-server")


# --- What a person does -----------------------------------------------------------------------------

def typed_text_is_edited_in_its_middle(terminal):
    terminal.fresh()
    terminal.type("echo helo wrld")
    terminal.shows("# echo helo wrld", column=16)
    terminal.keys("Left", "Left", "Left")
    terminal.type("o")
    terminal.shows("# echo helo world", column=14)
    terminal.keys("Home", *["Right"] * 8)
    terminal.type("l")
    terminal.shows("# echo hello world", column=11)
    terminal.keys("Enter")
    terminal.shows("# echo hello world", "hello world", "#", column=2)


def words_are_killed_and_yanked(terminal):
    terminal.fresh()
    terminal.type(" twoecho")
    terminal.keys("BSpace", "BSpace", "BSpace", "BSpace")
    terminal.type(" echo")
    terminal.keys("C-w")
    terminal.shows("#  two", column=7)
    terminal.keys("C-a", "C-y")
    terminal.shows("# echo two", column=6)
    terminal.keys("C-e", "Enter")
    terminal.shows("# echo two", "two", "#", column=2)


def a_command_is_completed(terminal):
    terminal.fresh()
    terminal.type("upt")
    terminal.keys("Tab")
    terminal.shows("# uptime", column=9)
    terminal.keys("Enter")
    terminal.shows("# uptime", re.compile(r".*\bup \d+ secs?"), "#")


def a_sysctl_is_completed_and_candidates_are_listed(terminal):
    terminal.fresh()
    terminal.type("sysctl hw.nc")
    terminal.keys("Tab")
    terminal.shows("# sysctl hw.ncpu", column=16)
    terminal.keys("Tab")
    terminal.shows("# sysctl hw.ncpu", "hw.ncpu        hw.ncpu_found", "# sysctl hw.ncpu", column=16)
    terminal.keys("Enter")
    terminal.shows("# sysctl hw.ncpu", "hw.ncpu        hw.ncpu_found", "# sysctl hw.ncpu", "hw.ncpu: 1", "#")


def a_path_is_completed(terminal):
    terminal.fresh()
    terminal.type("cat /e")
    terminal.keys("Tab")
    terminal.shows("# cat /etc/", column=11)
    terminal.type("rc.d/FILE")
    terminal.keys("Tab")
    terminal.shows("# cat /etc/rc.d/FILESYSTEMS", column=28)
    terminal.keys("Enter")
    terminal.expect(lambda rows, _: "# All local filesystems are there." in rows and rows[-1] == "#", "the file")


def history_is_recalled(terminal):
    terminal.run("echo one", "one")
    terminal.run("echo two", "two")
    terminal.fresh()
    terminal.keys("Up", "Up")
    terminal.shows("# echo one", column=10)
    terminal.keys("Down")
    terminal.shows("# echo two", column=10)
    terminal.keys("BSpace", "BSpace", "BSpace")
    terminal.type("three")
    terminal.keys("Enter")
    terminal.shows("# echo three", "three", "#")


def history_is_searched(terminal):
    terminal.fresh()
    terminal.keys("C-r")
    terminal.type("one")
    terminal.shows("(search)`one': echo one", column=20)
    terminal.keys("Enter")
    terminal.shows("# echo one", "one", "#")


def a_key_interrupts_what_runs_and_what_is_typed(terminal):
    for command in "sleep 1000", "burn 1000000":
        terminal.fresh()
        terminal.type(command)
        terminal.keys("Enter")
        terminal.keys("C-c")
        terminal.shows("# " + command, "^C", "#", column=2)
    terminal.fresh()
    terminal.type("echo never")
    terminal.shows("# echo never")
    terminal.keys("C-c")
    terminal.shows("# echo never^C", "#", column=2)


def what_is_stopped_goes_on(terminal):
    terminal.fresh()
    terminal.type("sleep 1000")
    terminal.keys("Enter", "C-z")
    terminal.shows("# sleep 1000", "^Z", "[1]+ Stopped  sleep 1000", "#", column=2)
    terminal.run("jobs", "[1]+ Stopped  sleep 1000")
    terminal.fresh()
    terminal.type("fg")
    terminal.keys("Enter")
    terminal.expect(lambda rows, _: rows == ["# fg", "sleep 1000"], "what goes on")
    terminal.keys("C-c")  # with a prompt before it the sleep would have ended
    terminal.shows("# fg", "sleep 1000", "^C", "#", column=2)


def jobs_run_in_the_background(terminal):
    terminal.run("sleep 1000 &", re.compile(r"\[1\] \d+"))
    terminal.run("kill %1; wait", "[1]+ Terminated sleep 1000")
    terminal.run("jobs")


def page(terminal, last, wanted):
    """Waits for a page that has come to its end."""
    return terminal.expect(lambda rows, cursor: rows and rows[-1] == last and wanted(rows), f"{last} below a page")


def sysctl_a_pages_and_ends(terminal):
    terminal.fresh()
    terminal.type("sysctl -a")
    terminal.keys("Enter")
    first = page(terminal, "--More--", lambda rows: len(rows) == ROWS)
    require(all(": " in row or row.endswith(":") for row in first[:-1]), first)
    terminal.keys("Enter")
    second = page(terminal, "--More--", lambda rows: rows[:-2] == first[1:-1])
    terminal.keys("Space")
    page(terminal, "--More--", lambda rows: rows[0] > second[-2])
    terminal.keys("q")
    rows = page(terminal, "#", lambda rows: len(rows) == ROWS)
    require(rows[-2] not in ("", "--More--"), rows)


def no_row_of_a_long_file_is_missed(terminal):
    """Lines that are longer than the screen is wide are in it; a stop at the question loses none."""
    terminal.fresh()
    terminal.type("cat /etc/long")
    terminal.keys("Enter")
    numbers = []
    while True:
        rows = terminal.expect(lambda rows, _: rows[-1] in ("--More--", "#") and fresh_of(rows, numbers),
                               f"the page behind {numbers[-1:]}")
        numbers += fresh_of(rows, numbers)
        if rows[-1] == "#":
            break
        if len(numbers) < 30:
            terminal.keys("C-z")
            page(terminal, "#", lambda rows: rows[-2] == "[1]+ Stopped  cat /etc/long")
            terminal.type("fg")
            terminal.keys("Enter")
        else:
            terminal.keys("Space")
    require(numbers == list(range(LONG_LINES)), numbers)


def fresh_of(rows, numbers):
    """The numbers of lines on the screen that come behind those seen; nothing if one is missing."""
    shown = [int(match[1]) for row in rows if (match := re.match(r"line (\d+)", row))]
    behind = [number for number in shown if number >= len(numbers)]
    return behind if behind[:1] == [len(numbers)] else []


def wide_characters_are_edited(terminal):
    terminal.fresh()
    terminal.type("echo 漢字 🎉 a")
    terminal.shows("# echo 漢字 🎉 a", column=16)
    terminal.keys("Left", "Left", "BSpace", "Left", "BSpace")
    terminal.shows("# echo 漢  a", column=9)
    terminal.type("語")
    terminal.shows("# echo 漢語  a", column=11)
    terminal.keys("C-r")
    terminal.type("käse")
    terminal.expect(lambda rows, _: rows == ["(search)`käse': echo käse ñandú"], "a search")
    terminal.keys("C-g", "Enter")
    terminal.shows("# echo 漢語  a", "漢語 a", "#", column=2)


def utf_8_passes_through(terminal):
    terminal.fresh()
    terminal.type("echo käs€ ñandú")
    terminal.shows("# echo käs€ ñandú", column=17)
    terminal.keys("C-a", *["Right"] * 9, "BSpace")
    terminal.type("e")
    terminal.shows("# echo käse ñandú", column=11)
    terminal.keys("Enter")
    terminal.shows("# echo käse ñandú", "käse ñandú", "#", column=2)


def a_line_longer_than_the_row_scrolls_in_it(terminal):
    terminal.fresh()
    words = " ".join(str(number) for number in range(10, 50))
    terminal.type("echo " + words)
    terminal.expect(lambda rows, _: rows[0].startswith("# <") and rows[0].endswith(" 48 49"), "the end of the line")
    terminal.keys("Home")
    terminal.expect(lambda rows, _: rows[0].startswith("# echo 10 11") and rows[0].endswith(">"), "its start")
    terminal.keys("Enter")
    whole = "\n".join([words[:COLUMNS], words[COLUMNS:]]).splitlines()
    terminal.expect(lambda rows, _: [row.strip() for row in rows[1:]] == [row.strip() for row in whole] + ["#"], whole)


def top_shows_until_a_key_is_pressed(terminal):
    terminal.fresh()
    terminal.type("top")
    terminal.keys("Enter")
    terminal.expect(lambda rows, _: "COMMAND" in rows[3] and any(row.endswith(" top") for row in rows), "top")
    terminal.keys("x")
    terminal.expect(lambda rows, cursor: rows[-1] == "#" and cursor[1] == 2, "the prompt behind top")


# --- The slow line ------------------------------------------------------------------------------------

class SlowLine:
    """Passes bytes on between a socket of its own and another one, each 10 ms behind the one before."""

    def __init__(self, path, target):
        self.hurry = threading.Event()  # what comes from now on is of no interest
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(1)
        self.target = socket.socket(socket.AF_UNIX)
        self.target.connect(target)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        client, _ = self.listener.accept()
        for pair in (client, self.target), (self.target, client):
            threading.Thread(target=self.pump, args=pair, daemon=True).start()

    def pump(self, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                while data and not self.hurry.is_set():
                    time.sleep(BYTE_SECONDS)
                    sink.sendall(data[:1])
                    data = data[1:]
                sink.sendall(data)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)


def a_short_page_ends(terminal):
    terminal.run("stty rows 6")
    terminal.fresh()
    terminal.type("sysctl -a")
    terminal.keys("Enter")
    first = page(terminal, "--More--", lambda rows: len(rows) == 7)
    terminal.keys("Enter")
    page(terminal, "--More--", lambda rows: rows[:6] == first[:6] and len(rows) == 8)
    terminal.keys("q")
    page(terminal, "#", lambda rows: len(rows) == 8)
    terminal.run("stty rows 24")


# --- Sessions -----------------------------------------------------------------------------------------

ALL = [typed_text_is_edited_in_its_middle, words_are_killed_and_yanked, a_command_is_completed,
       a_sysctl_is_completed_and_candidates_are_listed, a_path_is_completed, history_is_recalled, history_is_searched,
       a_key_interrupts_what_runs_and_what_is_typed, what_is_stopped_goes_on, jobs_run_in_the_background,
       sysctl_a_pages_and_ends, no_row_of_a_long_file_is_missed, utf_8_passes_through,
       wide_characters_are_edited, a_line_longer_than_the_row_scrolls_in_it, top_shows_until_a_key_is_pressed]
SLOW = [typed_text_is_edited_in_its_middle, a_command_is_completed, a_sysctl_is_completed_and_candidates_are_listed,
        a_path_is_completed, history_is_recalled, a_key_interrupts_what_runs_and_what_is_typed, what_is_stopped_goes_on,
        a_short_page_ends, utf_8_passes_through]


class Report:
    def __init__(self):
        self.count = 0
        self.failed = False

    def check(self, name, function, *arguments):
        """False: it failed."""
        self.count += 1
        try:
            require(callable(function), "an earlier step failed")
            function(*arguments)
            print("ok", self.count, "-", name, flush=True)
            return True
        except Exception as fault:  # pylint: disable=broad-except
            self.failed = True
            print("not ok", self.count, "-", name, flush=True)
            print(f"# not ok {self.count} - {name}\n#   " + f"{type(fault).__name__}: {fault}".replace("\n", "\n#   "),
                  file=sys.stderr)
            return False


def say(report, title, steps, terminal, start, end):
    """A session: its start, the steps, its end; behind a step that failed none has a meaning."""
    good = True
    for step in [start, *steps, end]:
        name = f"{title}: {step.__name__.replace('_', ' ')}"
        good = report.check(name, step if good else None, terminal)
    terminal.close()


def at_the_terminal(report, folder):
    long_file = os.path.join(folder, "long")
    with open(long_file, "w", encoding="utf-8") as file:
        for number in range(LONG_LINES):
            print("line", number, "x" * 100 if number % 7 == 3 else "käse", file=file)
    terminal = Terminal(folder, FLIGHT, "run", "-i", "--module", f"{long_file} type=file name=etc/long")

    def the_shell_prompts(terminal):
        terminal.expect(lambda rows, cursor: "Firstlight is multi-user." in rows and rows[-1] == "#" and cursor[1] == 2,
                        "a prompt")

    def halt_ends_it_and_the_terminal_is_as_before(terminal):
        terminal.fresh()
        terminal.type("halt")
        terminal.keys("Enter")
        terminal.ended(0)
        terminal.expect(lambda rows, _: rows[-1] == "flight: success: booted, ran and shut down", "the status line")

    say(report, "terminal", ALL, terminal, the_shell_prompts, halt_ends_it_and_the_terminal_is_as_before)


def behind_a_slow_line(report, folder):
    line, slow, shown = (os.path.join(folder, name) for name in ("line", "slow", "shown"))
    with open(shown, "wb") as file:
        run = subprocess.Popen([FLIGHT, "run", "--socket", line, "--append", "shell=1", "--timeout", "300"],
                               stdin=subprocess.DEVNULL, stdout=file, stderr=file)
    try:
        until(lambda: read(shown).endswith("\n# ") or run.poll() is not None, "a prompt")
        proxy = SlowLine(slow, line)

        def the_shell_prompts(terminal):
            terminal.keys("Enter")
            terminal.expect(lambda rows, cursor: rows[-1:] == ["#"] and cursor[1] == 2, "a prompt")

        def halt_ends_it_and_the_terminal_is_as_before(terminal):
            terminal.fresh()
            terminal.type("halt")
            terminal.shows("# halt")
            terminal.keys("Enter")
            until(lambda: "shutdown table" in read(shown) or run.poll() is not None, "the end of the system")
            proxy.hurry.set()
            terminal.ended(0)
            terminal.expect(lambda rows, _: rows[-1] == f"flight: the end of '{slow}'", "the end of the line")
            require(run.wait(SECONDS) == 0, f"exit status {run.returncode}")
            require(read(shown).endswith("\nflight: success: booted, ran and shut down\n"), read(shown)[-200:])

        say(report, "slow line", SLOW, Terminal(folder, FLIGHT, "console", slow), the_shell_prompts,
            halt_ends_it_and_the_terminal_is_as_before)
    finally:
        if run.poll() is None:
            run.terminate()
            run.wait()


def at_a_boot_that_hangs(report, folder):
    """One script hangs, with the scripts one after another and side by side."""
    for title, settings in ("a boot that hangs", ""), ("a parallel boot that hangs", "rc_parallel=YES\n"):
        place = os.path.join(folder, str(report.count))
        os.mkdir(place)
        hang, local = os.path.join(place, "hang"), os.path.join(place, "local")
        with open(hang, "w", encoding="utf-8") as file:
            print("# PROVIDE: hang\n# BEFORE: FILESYSTEMS\necho hang: $1\nsleep 100000", file=file)
        with open(local, "w", encoding="utf-8") as file:
            file.write(settings)
        terminal = Terminal(place, FLIGHT, "run", "-i", "--module", f"{hang} type=file name=etc/rc.d/hang",
                            "--module", f"{local} type=file name=etc/rc.conf.local")

        def a_script_hangs(terminal):
            terminal.expect(lambda rows, _: "hang: faststart" in rows, "the script")

        def a_key_ends_the_script_and_the_boot_goes_on(terminal):
            terminal.keys("C-c")
            terminal.expect(lambda rows, _: "Firstlight is multi-user." in rows and rows[-1] == "#", "a prompt")

        def the_same_at_the_prompt_ends_the_script_and_not_the_shell(terminal):
            terminal.fresh()
            terminal.type("run_rc_script /etc/rc.d/hang start; echo never")
            terminal.keys("Enter")
            terminal.expect(lambda rows, _: rows[-1] == "hang: start", "the script")
            terminal.keys("C-c")
            terminal.expect(lambda rows, _: rows[-3:] == ["^C", "sh: /etc/rc.d/hang: status 130", "#"], "a prompt")

        def halt_ends_it(terminal):
            terminal.fresh()
            terminal.type("halt")
            terminal.keys("Enter")
            terminal.ended(0)

        say(report, title, [a_key_ends_the_script_and_the_boot_goes_on,
                            the_same_at_the_prompt_ends_the_script_and_not_the_shell],
            terminal, a_script_hangs, halt_ends_it)


def main():
    need_terminals()
    report = Report()
    for session in at_the_terminal, behind_a_slow_line, at_a_boot_that_hangs:
        if sys.argv[1:] and sys.argv[1] not in session.__name__:
            continue
        with tempfile.TemporaryDirectory() as folder:
            session(report, folder)
    print(f"1..{report.count}")
    sys.exit(report.failed)


main()
