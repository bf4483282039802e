#!/usr/bin/env python3
"""Makes the golden captures that no kernel has sent, out of those that one has.

craft.py NAME [CAPTURE] prints the capture NAME, made out of CAPTURE or else out of the golden one
that its recipe starts from; without a NAME it lists them.  Numbers and checksums of the frames are
made anew.
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
    """Puts each frame through the recipe, which gives the frames that stand in its place."""
    sequence = 0

    def replace(match):
        nonlocal sequence
        kind, _, payload, _ = next(decode.find_frames(match.group()))
        made = []
        for kind, payload in recipe(kind, payload):
            if kind == "V":
                values, _ = fields(kind, payload)
                payload = payload_of({**values, "frames": sequence + 1})
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


RECIPES = {
    "good-modules": ("good-modules", module_states),
    "bad-module-payload": ("good-modules", module_payload),
    "good-longer-schema": ("good-boot", longer_schema),
    "bad-events-sent-twice": ("good-modules", events_sent_twice()),
    "good-names-refused": ("good-modules", names_refused()),
}


def main():
    if len(sys.argv) < 2:
        print(*RECIPES, sep="\n")
        return
    base, recipe = RECIPES[sys.argv[1]]
    path = sys.argv[2] if len(sys.argv) > 2 else os.path.join(folder, base + ".capture")
    with open(path, "rb") as file:
        sys.stdout.buffer.write(rewrite(file.read(), recipe))


if __name__ == "__main__":
    main()
