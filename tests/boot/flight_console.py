#!/usr/bin/env python3
"""Typing into a boot: flight run --interactive and --socket, and flight console.

The terminals are pseudo-terminals, the emulator is mostly a fake one (this file, run as QEMU) that
echoes in hexadecimal what is typed.  Ends with TAP.
"""
import contextlib
import os
import pty
import re
import select
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import termios
import threading
import time

sys.dont_write_bytecode = True
root = os.getcwd()
sys.path[:0] = [os.path.join(root, "tests", "golden"), os.path.join(root, "tests", "decoder")]
import craft  # noqa: E402
from terminals import need_terminals  # noqa: E402

FLIGHT = os.path.join(root, "build", "flight")
SECONDS = 60  # until something that should happen has not: the machine may be busy


# --- The fake emulator --------------------------------------------------------------------------

def verdict():
    return craft.frame("V", 1, craft.payload_of({"status": "success", "reason": "typed", "tsc": 9, "frames": 2}))


def emulate():
    """Keys are echoed as <HEX>; some do more."""
    def say(data):
        while data:
            data = data[os.write(1, data):]

    with open(os.environ["ARGUMENTS"], "w", encoding="utf-8") as file:
        print(*sys.argv[1:], sep="\n", file=file)
    if "late" in sys.argv and select.select([0], [], [], 0.5)[0]:
        say(b"(too early)")
    say(b"hello\r\n" + craft.frame("K", 0, craft.s("a key") + craft.s("a value")) + b"\r\n$ ")
    while key := os.read(0, 1):
        say(b"<%02x>" % key[0])
        if key == b"t":
            say(b"~")
        if key == b"f":
            for _ in range(2048):  # a UART is not faster
                say(b"a line of text, one of many\r\n" * 36)
                time.sleep(0.0005)
            say(b"flooded\r\n")
        if key == b"V":  # with a pause in it, in which what is held back is shown
            say(b"\r\n~")
            time.sleep(0.3)
            say(verdict()[1:] + b"\r\n")
            sys.exit(33)
        if key == b"X":
            say(b"\r\n" + verdict() + b"\r\n")
            sys.exit(33)
        if key == b"z":
            while os.path.exists(os.environ["ARGUMENTS"]):  # deaf until told otherwise
                time.sleep(0.02)
    say(b"(end of input)")
    signal.pause()


# --- Processes and terminals ----------------------------------------------------------------------

TESTS = []
started = []  # to be ended, come what may


def test(function):
    TESTS.append(function)
    return function


class Fault(Exception):
    pass


def require(condition, what="not so"):
    if not condition:
        raise Fault(what)


def until(condition, what):
    deadline = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise Fault(f"{what} did not happen")
        time.sleep(0.002)


class Reader:
    """Collects what comes, in a thread."""

    def __init__(self, read):
        self.data, self.ended = b"", False
        self.read = read
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with contextlib.suppress(OSError):
            while data := self.read():
                self.data += data
        self.ended = True

    def expect(self, wanted):
        with contextlib.suppress(Fault):
            until(lambda: wanted in self.data or self.ended, "it")
        require(wanted in self.data, f"{wanted!r} is not in {self.data[-300:]!r}")


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, arguments, environment):
        self.master, slave = pty.openpty()
        self.slave = slave  # kept, to look at its settings
        self.before = termios.tcgetattr(slave)
        self.process = subprocess.Popen([FLIGHT, *arguments], stdin=slave, stdout=slave, stderr=slave,
                                        start_new_session=True, env=environment)
        started.append(self.process)
        self.screen = Reader(lambda: os.read(self.master, 65536))

    def type(self, keys):
        os.write(self.master, keys)

    def raw(self):
        mode = termios.tcgetattr(self.slave)
        return not mode[3] & (termios.ICANON | termios.ECHO | termios.ISIG) and bool(mode[1] & termios.OPOST)

    def leave(self, status):
        """The command ends with that status, and the terminal is as it was."""
        try:
            got = self.process.wait(SECONDS)
        finally:
            self.process.kill()
        after = termios.tcgetattr(self.slave)
        os.close(self.slave)
        until(lambda: self.screen.ended, "the end of what is shown")
        require(got == status, f"exit status {got} instead of {status}; screen: {self.screen.data[-400:]!r}")
        require(after == self.before, "the terminal is not as it was")


class Bench:
    """A folder to work in, with the fake emulator first in PATH."""

    def __init__(self):
        self.folder = tempfile.mkdtemp()
        os.mkdir(self.path("bin"))
        with open(self.path("bin/qemu-system-i386"), "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\ncd '{root}' && exec '{sys.executable}' '{os.path.abspath(__file__)}' --emulate \"$@\"\n")
        os.chmod(file.name, 0o755)
        self.environment = {**os.environ, "PATH": self.path("bin") + ":" + os.environ["PATH"],
                            "ARGUMENTS": self.path("arguments"), "TMPDIR": self.folder}

    def path(self, name):
        return os.path.join(self.folder, name)

    def arguments(self):
        with open(self.path("arguments"), encoding="utf-8") as file:
            return file.read().split("\n")

    def terminal(self, *arguments):
        return Terminal(arguments, self.environment)

    def run(self, *arguments, **more):
        process = subprocess.Popen([FLIGHT, *arguments], env=self.environment, stdin=more.get("stdin", subprocess.DEVNULL),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        started.append(process)
        return process

    def end(self, process, status, pattern=b""):
        """What a command prints, which ends with that status and that last line."""
        try:
            out, err = process.communicate(timeout=SECONDS)
        finally:
            process.kill()
        require(process.returncode == status, f"exit status {process.returncode}: {err!r}")
        require(re.search(pattern, err), f"{pattern!r} is not in {err!r}")
        return out, err


bench = Bench() if "--emulate" not in sys.argv else None


def interactive(*more):
    terminal = bench.terminal("run", "--bare", "-i", *more)
    terminal.screen.expect(b"$ ")
    until(terminal.raw, "raw mode")
    return terminal


def attached(path):
    client = socket.socket(socket.AF_UNIX)
    until(lambda: client.connect_ex(path) == 0, "a connection")
    return client


def socket_run(*more):
    path = bench.path("socket")
    process = bench.run("run", "--bare", "--socket", path, *more)
    return process, path


# --- flight run --interactive ------------------------------------------------------------------------

@test
def every_key_goes_to_the_kernel_and_its_verdict_decides():
    terminal = interactive("-o", bench.path("capture"))
    terminal.type(b"a\x03\x1a\x1c\x04\x7f\r\n\xc3\xbc")
    terminal.screen.expect(b"<61><03><1a><1c><04><7f><0d><0a><c3><bc>")
    terminal.type(b"X")
    terminal.leave(0)
    terminal.screen.expect(b"flight: success: typed")
    require(b"~{" not in terminal.screen.data, "a frame is shown")
    require(b"hello\r\n$ " in terminal.screen.data, "lines do not begin at the left")
    with open(bench.path("capture"), "rb") as file:
        require(file.read().count(b"~{") == 2, "the capture is not whole")


@test
def the_kernel_is_told_to_have_a_shell_in_front_of_everything():
    terminal = interactive("--exec", "ps", "--append", "trace.run=5")
    terminal.type(b"X")
    terminal.leave(0)
    arguments = bench.arguments()
    require('shell=1 exec="ps" trace.run=5' in arguments and "-icount" not in arguments, arguments)


@test
def the_escape_key_ends_the_run():
    for key in b"q", b".":
        terminal = interactive()
        terminal.type(b"\x1d" + key)
        terminal.leave(128 + signal.SIGINT)
        terminal.screen.expect(b"interrupted")


@test
def the_escape_key_twice_is_sent_once_and_other_keys_bring_help():
    terminal = interactive()
    terminal.type(b"\x1d\x1d")
    terminal.screen.expect(b"<1d>")
    terminal.type(b"\x1dx")
    terminal.screen.expect(b"^] ^] sends ^]")
    terminal.type(b"b\x1d")
    terminal.screen.expect(b"<62>")
    require(terminal.screen.data.count(b"<1d>") == 1 and b"<78>" not in terminal.screen.data, terminal.screen.data)
    terminal.type(b"q")
    terminal.leave(128 + signal.SIGINT)


@test
def the_escape_key_is_heard_though_the_kernel_is_deaf():
    terminal = interactive()
    terminal.type(b"z")
    terminal.screen.expect(b"<7a>")
    for _ in range(64):
        terminal.type(b"x" * 4000)  # more than the pipe and flight keep
    terminal.type(b"\x1dq")
    terminal.leave(128 + signal.SIGINT)


@test
def every_signal_leaves_the_terminal_as_it_was():
    for number in signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT:
        terminal = interactive()
        terminal.process.send_signal(number)
        terminal.leave(128 + number)


@test
def a_timeout_does_so_too_and_there_is_none_unless_it_is_asked_for():
    terminal = interactive("--timeout", "1")
    terminal.leave(4)
    terminal.screen.expect(b"no end after 1 s")


@test
def a_tilde_is_shown_at_once_and_a_frame_behind_a_pause_is_one():
    terminal = interactive()
    terminal.type(b"t")
    terminal.screen.expect(b"<74>~")
    terminal.type(b"V")
    terminal.leave(0)
    terminal.screen.expect(b"flight: success: typed")
    require(b"~{" not in terminal.screen.data and b"~~" not in terminal.screen.data, terminal.screen.data)


@test
def what_is_no_terminal_is_passed_through_and_its_end_is_not_the_end():
    process = bench.run("run", "--bare", "-i", stdin=subprocess.PIPE)
    process.stdin.write(b"\x1dq")
    process.stdin.flush()
    process.stdin.close()
    process.stdin = None
    screen = Reader(lambda: os.read(process.stdout.fileno(), 65536))
    screen.expect(b"<1d><71>")
    time.sleep(0.3)
    require(process.poll() is None, "the run has ended")
    process.send_signal(signal.SIGTERM)
    require(process.wait(SECONDS) == 128 + signal.SIGTERM, "another status")
    process = bench.run("run", "--bare", "-i", stdin=subprocess.PIPE)
    process.stdin.write(b"ls\nX")
    process.stdin.close()
    process.stdin = None
    out, _ = bench.end(process, 0, b"success: typed")
    require(b"<6c><73><0a><58>" in out, out)


@test
def nothing_is_sent_before_the_line_has_spoken():
    process = bench.run("run", "--bare", "-i", "--qemu-arg=late", stdin=subprocess.PIPE)
    process.stdin.write(b"lsX")
    process.stdin.close()
    process.stdin = None
    out, _ = bench.end(process, 0, b"success: typed")
    require(b"early" not in out and b"<6c><73><58>" in out, out)


@test
def a_real_kernel_gets_all_that_was_piped_before_it_booted():
    process = subprocess.Popen([FLIGHT, "run", "-i"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(b"halt\n")
    process.stdin.close()
    process.stdin = None
    out, _ = bench.end(process, 0, b"flight: success")
    require(b"# halt" in out, out)


@test
def typing_is_never_deterministic_or_quiet():
    bench.end(bench.run("run", "-i", "--deterministic"), 2, b"exclude each other")
    bench.end(bench.run("run", "-i", "--quiet"), 2, b"shows what --quiet hides")


@test
def a_real_kernel_boots_on_a_terminal():
    terminal = Terminal(["run", "--bare", "-i", "--qemu-arg=-name", "--qemu-arg=console", "--append", "shell=0"], dict(os.environ))
    terminal.leave(0)
    terminal.screen.expect(b"flight: success")


# --- flight run --socket -----------------------------------------------------------------------------

@test
def a_client_gets_every_byte_and_types():
    process, path = socket_run("-o", bench.path("capture"))
    client = attached(path)
    line = Reader(lambda: client.recv(65536))
    require(stat.S_IMODE(os.stat(path).st_mode) == 0o600, "others may type, too")
    line.expect(b"$ ")
    client.sendall(b"abc")
    line.expect(b"<61><62><63>")
    client.shutdown(socket.SHUT_WR)
    second = attached(path)
    second.sendall(b"dX")
    bench.end(process, 0, b"success: typed")
    until(lambda: line.ended, "the end of the line")
    with open(bench.path("capture"), "rb") as file:
        require(file.read() == line.data, "client and capture differ")
    require(b"~{K" in line.data and b"~{V" in line.data, "frames are missing")
    require(not os.path.exists(path), "the socket is still there")
    client.close()
    second.close()


@test
def a_client_gets_all_of_a_real_boot():
    path = bench.path("socket")
    process = subprocess.Popen([FLIGHT, "run", "--quiet", "--socket", path, "-o", bench.path("capture")], stderr=subprocess.PIPE)
    client = attached(path)
    line = Reader(lambda: client.recv(65536))
    bench.end(process, 0, b"success")
    until(lambda: line.ended, "the end of the line")
    with open(bench.path("capture"), "rb") as file:
        require(file.read() == line.data, "client and capture differ")


@test
def a_slow_client_is_disconnected_and_holds_up_nobody():
    process, path = socket_run("--quiet")
    slow, quick = attached(path), attached(path)
    line = Reader(lambda: quick.recv(65536))
    line.expect(b"$ ")
    quick.sendall(b"f")
    line.expect(b"flooded\r\n")
    quick.sendall(b"X")
    bench.end(process, 0, b"disconnected 1 client: more than 1024 KiB were not read\n.*success")
    require(line.data.count(b"one of many") == 2048 * 36, "the quick one has not got everything")
    slow.close()
    quick.close()


@test
def a_client_that_vanishes_is_forgotten():
    process, path = socket_run()
    for _ in range(20):
        client = attached(path)
        client.sendall(b"v")
        client.close()
    last = attached(path)
    line = Reader(lambda: last.recv(65536))
    last.sendall(b"f")
    line.expect(b"flooded\r\n")
    last.sendall(b"X")
    bench.end(process, 0, b"success: typed")
    last.close()


@test
def a_ninth_client_is_told():
    process, path = socket_run()
    clients = [attached(path) for _ in range(8)]
    ninth = attached(path)
    Reader(lambda: ninth.recv(1000)).expect(b"too many are attached")
    clients[3].sendall(b"X")
    bench.end(process, 0, b"success: typed")
    for client in [*clients, ninth]:
        client.close()


@test
def a_deaf_kernel_slows_down_who_types_and_loses_nothing():
    process, path = socket_run()
    client = attached(path)
    line = Reader(lambda: client.recv(65536))
    client.sendall(b"z")
    line.expect(b"<7a>")
    typed = bytes(b"0123456789"[i % 10] for i in range(600000))
    writer = threading.Thread(target=client.sendall, args=(typed + b"X",))
    writer.start()
    time.sleep(0.3)
    require(writer.is_alive(), "all was taken")
    os.remove(bench.path("arguments"))  # it hears again
    bench.end(process, 0, b"success: typed")
    until(lambda: line.ended, "the end of the line")
    echoed = bytes.fromhex(re.sub(rb"[^0-9a-f]", b"", line.data[line.data.index(b"<7a>"):line.data.index(b"<58>")]).decode())
    require(echoed == b"z" + typed, "not what was typed")
    client.close()


@test
def a_signal_removes_the_socket():
    process, path = socket_run()
    until(lambda: os.path.exists(path), "the socket")
    process.send_signal(signal.SIGTERM)
    bench.end(process, 128 + signal.SIGTERM, b"interrupted by signal 15")
    require(not os.path.exists(path), "the socket is still there")


@test
def only_a_socket_that_was_left_behind_is_replaced():
    path = bench.path("socket")
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(path)
    stale.close()
    process, _ = socket_run()
    client = attached(path)
    bench.end(bench.run("run", "--bare", "--socket", path), 5, b"somebody listens there already")
    require(os.path.exists(path), "the other one's socket is gone")
    client.sendall(b"X")
    bench.end(process, 0, b"success")
    client.close()
    with open(path, "w", encoding="utf-8") as file:
        file.write("a file")
    bench.end(bench.run("run", "--bare", "--socket", path), 5, b"there is a file of that name, and it is no socket")
    require(os.path.getsize(path) == 6, "the file is gone")
    os.remove(path)
    bench.end(bench.run("run", "--bare", "--socket", bench.path("x" * 108)), 5, b"at most 107 bytes")
    bench.end(bench.run("run", "--bare", "--socket", bench.path("no/such")), 5, b"No such file or directory")


# --- flight console --------------------------------------------------------------------------------

class Peer:
    """The other side of a console: a socket that listens."""

    def __init__(self):
        self.path = bench.path("peer")
        with contextlib.suppress(FileNotFoundError):
            os.remove(self.path)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(1)
        self.listener.settimeout(SECONDS)

    def accept(self):
        client, _ = self.listener.accept()
        client.settimeout(SECONDS)
        return client


def on_terminal(*more):
    peer = Peer()
    terminal = bench.terminal("console", peer.path, *more)
    client = peer.accept()
    terminal.screen.expect(b"^] q leaves")
    until(terminal.raw, "raw mode")
    return terminal, client


def receive(client, count):
    data = b""
    while len(data) < count:
        data += client.recv(count - len(data))
    return data


@test
def a_console_shows_text_and_keeps_everything():
    terminal, client = on_terminal("-o", bench.path("capture"))
    sent = b"one\r\n" + verdict() + b"\r\ntwo" + verdict() + b" \r\n$ "
    client.sendall(sent)
    terminal.screen.expect(b"one\r\ntwo \r\n$ ")
    require(b"~{" not in terminal.screen.data, "a frame is shown")
    terminal.type(b"\x03a\x1d\x1d\r")
    require(receive(client, 4) == b"\x03a\x1d\r", "not what was typed")
    terminal.type(b"\x1dq")
    terminal.leave(0)
    with open(bench.path("capture"), "rb") as file:
        require(file.read() == sent, "the capture is not what came")
    client.close()


@test
def a_console_ends_with_the_other_side():
    terminal, client = on_terminal()
    client.sendall(b"good bye")
    client.close()
    terminal.leave(0)
    terminal.screen.expect(b"good bye")
    terminal, client = on_terminal()
    terminal.type(b"never read")
    client.recv(1, socket.MSG_PEEK)
    client.close()  # with something unread: a reset
    terminal.leave(0)


@test
def a_console_survives_no_signal_with_a_raw_terminal():
    for number in signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT:
        terminal, client = on_terminal()
        terminal.process.send_signal(number)
        terminal.leave(128 + number)
        client.close()


@test
def a_console_that_cannot_write_its_capture_says_so():
    terminal, client = on_terminal("-o", "/dev/full")
    client.sendall(b"something")
    terminal.leave(5)
    terminal.screen.expect(b"cannot write '/dev/full'")
    client.close()


@test
def a_console_without_a_terminal_passes_bytes_and_shows_until_the_end():
    peer = Peer()
    process = bench.run("console", peer.path, stdin=subprocess.PIPE)
    client = peer.accept()
    process.stdin.write(b"ps\n\x1dq" + bytes(range(256)))
    process.stdin.close()
    process.stdin = None
    require(receive(client, 5 + 256) == b"ps\n\x1dq" + bytes(range(256)), "not what was typed")
    require(client.recv(1) == b"", "its end is not told")
    time.sleep(0.2)
    client.sendall(b"later\r\n" + verdict() + b"\r\nand later\r\n")
    client.close()
    out, err = bench.end(process, 0)
    require(out == b"later\nand later\n" and err == b"", (out, err))


@test
def two_consoles_share_a_run():
    process, path = socket_run("--quiet")
    attached(path).close()
    one = bench.terminal("console", path)
    two = bench.terminal("console", path)
    for terminal in one, two:
        terminal.screen.expect(b"^] q leaves")
        until(terminal.raw, "raw mode")
        terminal.type(b"a")
        terminal.screen.expect(b"<61>")  # the run has taken it in
    one.type(b"c")
    for terminal in one, two:
        terminal.screen.expect(b"<63>")
    one.type(b"\x1d.")
    one.leave(0)
    two.type(b"bX")
    two.leave(0)
    two.screen.expect(b"<62>")
    bench.end(process, 0, b"success: typed")


@test
def a_device_is_set_and_put_back():
    master, slave = pty.openpty()
    name = os.ttyname(slave)
    before = termios.tcgetattr(slave)
    terminal = bench.terminal("console", name, "--speed", "9600")
    terminal.screen.expect(b"^] q leaves")
    mode = termios.tcgetattr(slave)
    require(mode[4:6] == [termios.B9600, termios.B9600], "another speed")
    require(mode[2] & (termios.CSIZE | termios.PARENB | termios.CSTOPB) == termios.CS8, "not 8N1")
    require(mode[0] & (termios.IXON | termios.ICRNL) == 0 and mode[3] & (termios.ECHO | termios.ICANON) == 0, "not raw")
    os.write(master, b"from the device\r\n")
    terminal.screen.expect(b"from the device\r\n")
    terminal.type(b"\x03x\r")
    require(os.read(master, 3) == b"\x03x\r", "not what was typed")
    terminal.type(b"\x1dq")
    terminal.leave(0)
    require(termios.tcgetattr(slave) == before, "the device is not as it was")
    terminal = bench.terminal("console", name)
    terminal.screen.expect(b"^] q leaves")
    os.close(slave)
    os.close(master)
    terminal.leave(0)


@test
def a_console_needs_something_to_open():
    bench.end(bench.run("console"), 2, b"missing argument")
    bench.end(bench.run("console", "x", "--speed", "12345"), 2, b"there is no speed of 12345 baud")
    bench.end(bench.run("console", bench.path("nothing")), 5, b"cannot open '.*nothing': No such file")
    bench.end(bench.run("console", bench.folder), 5, b"Is a directory")


def main():
    need_terminals()
    wanted = sys.argv[1:]
    failed = False
    for number, function in enumerate(TESTS, 1):
        name = function.__name__.replace("_", " ")
        if wanted and not any(w in name for w in wanted):
            continue
        try:
            function()
            print("ok", number, "-", name, flush=True)
        except Exception as fault:  # pylint: disable=broad-except
            failed = True
            print("not ok", number, "-", name, flush=True)
            print(f"# not ok {number} - {name}\n#   {type(fault).__name__}: {fault}", file=sys.stderr)
        for process in started:
            if process.poll() is None:
                process.terminate()
                process.wait()
        started.clear()
    left = [entry for entry in os.listdir(bench.folder) if entry.startswith("flight-")]
    print("not ok" if left else "ok", len(TESTS) + 1, "- no staging folder is left behind")
    print(f"1..{len(TESTS) + 1}")
    subprocess.run(["rm", "-rf", bench.folder], check=False)
    sys.exit(failed or bool(left))


if sys.argv[1:2] == ["--emulate"]:
    sys.argv.pop(1)
    emulate()
else:
    main()
