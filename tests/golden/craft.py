#!/usr/bin/env python3
"""Makes golden captures that no kernel has sent, out of those that one has.

craft.py NAME prints the capture NAME, made out of the golden one that its recipe starts from; without a NAME it lists
them.  Numbers and checksums of the frames are made anew.
"""
import os
import sys
import zlib

sys.dont_write_bytecode = True
folder = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(folder, "..", "decoder"))
import decode  # noqa: E402


def digits(value, count):
    return "".join(decode.DIGITS[value >> 6 * i & 63] for i in reversed(range(count)))


def frame(kind, sequence, payload):
    bits = len(payload) * 8
    count = -(-bits // 6)
    body = kind + digits(sequence, 4) + digits(int.from_bytes(payload, "big") << count * 6 - bits, count)
    return ("~{" + body + digits(zlib.crc32(body.encode()), 6) + "}").encode()


def u(value):
    return bytes([value & 127 | 128]) + u(value >> 7) if value > 127 else bytes([value])


def s(value):
    raw = value if isinstance(value, bytes) else value.encode()
    return u(len(raw)) + raw


def fields(kind, payload):
    """Name and value of each field before a part that repeats, and what stands behind them."""
    reader = decode.Payload(payload)
    return decode.fields_of(decode.SCHEMA[kind], reader), payload[reader.at:]


def payload_of(values):
    return b"".join(u(v) if isinstance(v, int) else s(v) for v in values.values())


def rewrite(capture, recipe):
    """Puts each frame through the recipe, which gives the frames that stand in its place; one without
    a kind only takes a number."""
    sequence = 0

    def replace(match):
        nonlocal sequence
        kind, _, payload, _ = next(decode.find_frames(match.group()))
        made = []
        for kind, payload in recipe(kind, payload):
            if kind == "V":
                values, _ = fields(kind, payload)
                payload = payload_of({**values, "frames": sequence + 1})
            if kind:
                made.append(frame(kind, sequence, payload))
            sequence += 1
        return b"\r\n".join(made)

    return decode.FRAME.sub(replace, capture)


def module_states(kind, payload):
    """Every state, and one that is not known yet.  A boot of one module for each is the base."""
    if kind == "M":
        values, _ = fields(kind, payload)
        line = values["command_line"].decode()
        digest = line.partition("hash=")[2]
        if len(digest) >= 40:
            values["digest"] = ("sha1:" if len(digest) == 40 else "sha256:") + digest
        values["state"] = ("verified", "verified", "mismatch", "mismatch", "bad-hash", "ignored", "refused",
                           "accepted", "postponed")[values["index"]]
        payload = payload_of(values)
    yield kind, payload


def module_payload(kind, payload):
    """A digest that is said to be longer than the rest of the payload."""
    if kind == "M":
        values, _ = fields(kind, payload)
        if values["index"] == 2:
            rest = s(values.pop("digest")) + s(values.pop("state"))
            payload = payload_of(values) + u(len(rest)) + rest[1:]
    yield kind, payload


def longer_schema(kind, payload):
    """Phases of a later version, with two more fields."""
    if kind == "S":
        values, _ = fields(kind, payload)
        if values["kind"] == b"P":
            payload = payload_of({**values, "fields": values["fields"] + b" cpu:u note:s"})
    if kind == "P":
        payload += u(300) + s("later")
    yield kind, payload


def shutdown_twice(kind, payload):
    """A shutdown that led to single-user operation came before the last one."""
    if kind == "P":
        values, _ = fields(kind, payload)
        if values["index"] == 4:
            yield "P", payload_of({**values, "tsc": values["tsc"] - 100000})
    yield kind, payload


def events_sent_twice():
    """Five events of the boot table come again, at other times, before its books."""
    first = []

    def recipe(kind, payload):
        values, rest = fields(kind, payload) if kind in "ET" else ({}, b"")
        if kind == "E" and not first:
            events = decode.events_of(decode.Payload(rest), values["first"], values["tsc"])
            first.extend([e for e in events][3:8])
        if kind == "T" and values["table"] == 0:
            again = {"table": 0, "cpu": 0, "first": first[0][0], "tsc": first[0][1] + 1000}
            yield "E", payload_of(again) + b"".join(u(10 << 3 | 3) + u(name) + u(task) for _, _, name, task, _ in first)
        yield kind, payload

    return recipe


def names_refused():
    """A boot whose names and tasks did not fit into the arena; it says so before the second clock frame."""
    clocks = []

    def recipe(kind, payload):
        if kind == "C":
            clocks.append(payload)
            if len(clocks) == 2:
                yield "K", s("names_refused") + s("1234")
                yield "K", s("tasks_refused") + s("1")
        yield kind, payload

    return recipe


def zigzag(value):
    return 2 * value if value >= 0 else -2 * value - 1


def events_payload(table, cpu, first, events):
    """An events frame; time may not step back in it."""
    head = {"table": table, "cpu": cpu, "first": first, "tsc": events[0][0]}
    payload, tsc = payload_of(head), events[0][0]
    for time, name, task, usage in events:
        used = 4 if any(usage) else 0
        payload += u(time - tsc << 3 | used | 3) + u(name) + u(task) + b"".join(u(n) for n in usage if used)
        tsc = time
    return payload


def several_cpus(offsets, unsent=(), more=(), shuffle=None, recorded=lambda cpu, tsc, offset: tsc - offset):
    """The events of one CPU dealt out to several, as if each had recorded its own with its own clock.

    offsets has one for each CPU; the clocks of those in `unsent` are not sent; frames that are to
    stand before the verdict are in `more`; `shuffle` changes the list of (time, ...) of one CPU;
    `recorded` says which time a CPU recorded.
    """
    dealt = []

    def recipe(kind, payload):
        values, rest = fields(kind, payload) if kind in "HETS" else ({}, b"")
        if kind == "H":
            payload = payload_of({**values, "cpus": len(offsets), "layout": 2})
        if kind == "E":
            events = decode.events_of(decode.Payload(rest), values["first"], values["tsc"])
            dealt.extend(event[1:] for event in events)
            return
        if kind == "T":
            yield from books(values)
            return
        if kind == "V":
            yield from more
        yield kind, payload
        if kind == "S" and values["kind"] == b"C":
            yield "S", s("U") + s(decode.SCHEMA["U"])
        if kind == "C" and not dealt:
            for cpu, offset in enumerate(offsets):
                if cpu > 0 and cpu not in unsent:
                    yield "U", u(cpu) + u(2 * cpu) + u(zigzag(offset)) + u(10 * cpu)

    def books(values):
        for cpu, offset in enumerate(offsets):
            own = [(recorded(cpu, tsc, offset), *rest) for tsc, *rest in dealt[cpu::len(offsets)]]
            own = shuffle(cpu, own) if shuffle else own
            first = 0
            for i in range(1, len(own) + 1):
                if i == len(own) or own[i][0] < own[i - 1][0]:
                    yield "E", events_payload(values["table"], cpu, first, own[first:i])
                    first = i
            yield "T", payload_of({**values, "cpu": cpu, "emitted": len(own), "kept": len(own),
                                   **dict.fromkeys(("overwritten", "dropped", "filtered"), 0)})
        dealt.clear()

    return recipe


def line_loss(missing):
    """The line had no room for some text and for one frame; so many are missing."""
    def recipe(kind, payload):
        if kind == "V":
            yield from [("", b"")] * missing
            yield "S", s("L") + s(decode.SCHEMA["L"])
            yield "L", u(4711) + u(1)
        yield kind, payload

    return recipe


def in_pairs(cpu, events):
    """As interrupts would leave them, which record between another event's time and its slot."""
    return [events[i ^ 1] if i ^ 1 < len(events) else events[i] for i in range(len(events))]


def backwards(cpu, events):
    return events[::-1] if cpu == 1 else events


def without(wanted, number):
    """The frame of that kind and number, from 0, did not come."""
    count = 0

    def recipe(kind, payload):
        nonlocal count
        count += kind == wanted
        yield ("", b"") if kind == wanted and count == number + 1 else (kind, payload)

    return recipe


RECIPES = {
    "good-line-loss": ("good-boot", line_loss(1)),
    "bad-more-missing-than-said": ("good-boot", line_loss(2)),
    "good-modules": ("good-modules", module_states),
    "bad-module-payload": ("good-modules", module_payload),
    "good-longer-schema": ("good-boot", longer_schema),
    "good-shutdown-twice": ("good-boot", shutdown_twice),
    "bad-events-sent-twice": ("good-modules", events_sent_twice()),
    "good-names-refused": ("good-modules", names_refused()),
    "bad-dtrace-clause-not-described": ("good-dtrace", without("R", 1)),
    "bad-dtrace-run-missing": ("good-dtrace", without("W", 0)),
    "bad-dtrace-state-missing": ("good-dtrace", without("D", 0)),
    "good-cpus": ("good-boot", several_cpus((0, 1 << 20, -(1 << 40)), shuffle=in_pairs)),
    "good-cpus-32": ("good-boot", several_cpus([0] + [(-1) ** cpu * 1000 ** (cpu % 3) for cpu in range(1, 32)])),
    "bad-cpu-without-clock": ("good-boot", several_cpus((0, 1 << 20, 0, -1000), unsent=(2,))),
    "bad-cpu-offsets": ("good-boot", several_cpus((0, 2**63 - 1, -2**63, 2**63 - 1, -2**63),
                                                recorded=lambda cpu, tsc, offset: tsc | (1 << 63 if cpu > 2 else 0))),
    "bad-cpu-number": ("good-boot", several_cpus((0, 5), more=[
        ("U", u(32) + u(0) + u(0) + u(0)),  # there is no such CPU
        ("U", u(2**32 + 1) + u(0) + u(0) + u(0)),
        ("U", u(0) + u(0) + u(2) + u(0)),  # the boot CPU's offset is 0
        ("U", u(1) + u(2**32) + u(0) + u(0)),
        ("E", events_payload(0, 40, 0, [(9 * 10**6, 2, 1, ())])),
    ])),
    "bad-cpu-order": ("good-boot", several_cpus((0, 1 << 20), shuffle=backwards)),
}


def main():
    if len(sys.argv) < 2:
        print(*RECIPES, sep="\n")
        return
    base, recipe = RECIPES[sys.argv[1]]
    with open(os.path.join(folder, base + ".capture"), "rb") as file:
        sys.stdout.buffer.write(rewrite(file.read(), recipe))


if __name__ == "__main__":
    main()
