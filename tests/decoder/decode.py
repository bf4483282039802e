#!/usr/bin/env python3
"""A second reader of captures, written from docs/format.md alone.

decode.py CAPTURE prints the JSON that `flight report --format json` gives, as far as the format
defines it.  Nothing of trace/ or flight/ is used: where the two disagree, one of them or the
document is wrong.
"""
import json
import re
import sys
import zlib

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
VALUE = {ord(c): i for i, c in enumerate(DIGITS)}
FRAME = re.compile(rb"~\{([A-Za-z0-9+/]*)(\}?)")


# Section 4 of the document; a stream says of itself what it has of this, but those frames may be lost.
SCHEMA = {
    "H": "version:u build_id:s producer:s entry_tsc:u cpus:u layout:u",
    "S": "kind:s fields:s",
    "K": "key:s value:s",
    "C": "tsc_hz:u method:s uncertainty_ppb:u counts_from_reset:u",
    "U": "cpu:u apic_id:u offset_zigzag:u uncertainty:u",
    "M": "index:u command_line:s name:s type:s size:u digest:s state:s",
    "P": "index:u name:s tsc:u",
    "N": "id:u text:s",
    "I": "id:u pid:u name:u parent:u",
    "T": "table:u name:s cpu:u keep:u capacity:u emitted:u kept:u overwritten:u dropped:u filtered:u",
    "E": "table:u cpu:u first:u tsc:u (control:u name?1:u task?2:u cpu_ns?4:u in_blocks?4:u out_blocks?4:u)*",
    "L": "text_bytes:u frames:u",
    "V": "status:s reason:s tsc:u frames:u",
}

# How many of a kind's fields all streams have, where that is not all of them.
FIRST = {"M": 5, "I": 3}

CPUS = 32
TABLES = ("boot", "run", "shutdown", "tslog")
PHASES = ("kernel", "init", "rc", "multi-user", "shutdown")


def number(digits):
    value = 0
    for c in digits:
        value = value << 6 | VALUE[c]
    return value


def payload_bytes(digits):
    count = len(digits) * 6 // 8
    return (number(digits) >> (len(digits) * 6 - count * 8)).to_bytes(count, "big")


def find_frames(capture):
    """Yields (kind, sequence, payload, raw text) of good frames and None for damaged ones."""
    at = 0
    while True:
        match = FRAME.search(capture, at)
        if match is None:
            return
        at = match.end()
        body = match.group(1)
        good = bool(match.group(2)) and len(body) >= 11 and (len(body) - 11) % 4 != 1
        if good and number(body[-6:]) == zlib.crc32(body[:-6]):
            yield chr(body[0]), number(body[1:5]), payload_bytes(body[5:-6]), body
        else:
            yield None


class Malformed(Exception):
    """A frame that is sound, but not understood."""


class Payload:
    def __init__(self, data):
        self.data, self.at = data, 0

    def more(self):
        return self.at < len(self.data)

    def bytes(self, length):
        if length > len(self.data) - self.at:
            raise Malformed
        self.at += length
        return self.data[self.at - length:self.at]

    def u(self):
        value = 0
        for shift in range(0, 70, 7):
            byte = self.bytes(1)[0]
            value |= (byte & 127) << shift
            if byte < 128:
                break
        if byte > 127 or value >= 1 << 64:
            raise Malformed
        return value

    def s(self):
        return self.bytes(self.u())


def signed(zigzag):
    return zigzag >> 1 if zigzag % 2 == 0 else -(zigzag + 1 >> 1)


def corrected(tsc, cpu):
    """The boot CPU's time; one that could not be stays at the end of time."""
    return min(max(tsc + (cpu["offset"] or 0), 0), 2**64 - 1)


def as_printed(value):
    """JSON's integers end where those of most readers do."""
    return value if value < 1 << 63 else float(value)


def nanoseconds(cycles, hz):
    """Rounded towards the entry; None for what does not fit."""
    span = abs(cycles)
    if span // hz >= (2**63 - 1) // 10**9:
        return None
    return (span * 10**9 // hz) * (-1 if cycles < 0 else 1)


def text(raw):
    return raw.decode("utf-8", "backslashreplace")


def fields_of(schema, payload):
    """Reads a payload by a list of fields, up to the repetition of events or an unknown type."""
    values = {}
    for field in schema.split(" "):
        name, _, kind = field.partition(":")
        if field.startswith("(") or kind not in ("u", "s"):
            break
        values[name] = payload.u() if kind == "u" else payload.s()
    return values


def understood(kind, sent):
    """Whether one list is the beginning of the other, which must not repeat, and has what all streams have."""
    if sent == SCHEMA[kind]:
        return True
    a, b = sent.split(" "), SCHEMA[kind].split(" ")
    shared = min(len(a), len(b))
    return "(" not in SCHEMA[kind] and a[:shared] == b[:shared] and shared >= FIRST.get(kind, len(b))


def lists_of(frames):
    """The fields of each kind by the stream's own schema, and how many schema frames are malformed."""
    lists, malformed = {}, 0
    for kind, _, data, _ in frames:
        if kind != "S":
            continue
        try:
            values = fields_of(SCHEMA["S"], Payload(data))
            name, fields = values["kind"], text(values["fields"])
            letter = len(name) == 1 and name < b"\x80"
            if not letter or len(values["fields"]) > 1024 or lists.setdefault(text(name), fields) != fields:
                raise Malformed
        except Malformed:
            malformed += 1
    return lists, malformed


def values_of(kind, payload, lists):
    """The fields of a frame of a known kind, by the stream's own list of them if that was received."""
    if kind in lists:
        if not understood(kind, lists[kind]):
            raise Malformed
        return fields_of(lists[kind], payload)
    if kind in FIRST:
        values = fields_of(" ".join(SCHEMA[kind].split(" ")[:FIRST[kind]]), payload)
        if not payload.more():
            return values
        payload.at = 0
    return fields_of(SCHEMA[kind], payload)


def events_of(payload, first, tsc):
    name = task = 0
    count = first
    while payload.more():
        control = payload.u()
        tsc += control >> 3
        if control & 1:
            name = payload.u()
        if control & 2:
            task = payload.u()
        usage = (payload.u(), payload.u(), payload.u()) if control & 4 else (0, 0, 0)
        yield count, tsc, name, task, usage
        count += 1


def take_phase(phases, v):
    """Any may be sent again as it was, a shutdown also with a later time: the last one counts.  False: this one may not."""
    index = v["index"]
    if index >= len(PHASES):
        return False
    before = phases.get(index, v)["tsc"]
    if v["tsc"] != before and (index != 4 or v["tsc"] < before):
        return False
    phases[index] = v
    return True


def phases_of(phases, entry, hz, from_reset):
    """When each phase began, the firmware's before the entry."""
    if 0 not in phases and entry is not None:
        phases[0] = {"name": b"kernel", "tsc": entry}

    def moment(tsc):
        return nanoseconds(tsc - entry, hz) if hz and entry is not None else None

    first = {"name": "firmware+loader", "start_ns": moment(0) if from_reset and entry is not None else None}
    return [first] + [{"name": text(phases[i]["name"]), "start_ns": moment(phases[i]["tsc"])} for i in sorted(phases)]


def losses_of(tables, told, names):
    """What is missing of each table on each CPU, and the events between which it is."""
    def edge(event):
        return event and {"event": names.get(event[2]), "tsc": as_printed(event[0])}

    def behind(table, cpu, after):
        moment = after[0] if after else 0
        later = [event for index in (range(3) if table == 3 else range(table + 1, 3))
                 for event in [next((e for e in told.get((index, cpu), []) if e[0] >= moment), None)] if event]
        return min(later, key=lambda event: event[0], default=None)

    losses = []
    for table, cpu in sorted((table, cpu) for table, books in tables.items() for cpu in books if table < 4):
        v, own = tables[table][cpu], told.get((table, cpu), [])
        written = max(v["emitted"] - v["filtered"], 0)
        first = v["overwritten"]
        held = min(max(written - first, 0), v["capacity"])
        unfinished = min(max(held - v["kept"], 0), v["dropped"])
        earlier = [told[index, cpu][-1] for index in range(table) if (index, cpu) in told]
        hole, expected = (None, None), first
        for event in own:
            if event[1] > expected:
                hole = hole[0], event
                break
            hole, expected = (event, None), event[1] + 1
        else:
            hole = hole[0], behind(table, cpu, hole[0])
        last = own[-1] if own else None
        for kind, count, after, before in (
                ("overwritten", v["overwritten"], max(earlier, key=lambda e: e[0], default=None), own[0] if own else None),
                ("dropped", v["dropped"] - unfinished, last, behind(table, cpu, last)),
                ("unfinished", unfinished, *hole),
                ("filtered", v["filtered"], None, None),
                ("missing", max(v["kept"] - len(own), 0), *hole)):
            if count > 0:
                losses.append({"table": TABLES[table], "cpu": cpu, "kind": kind, "events": as_printed(count),
                               "after": edge(after), "before": edge(before)})
    return losses


def last_boot(good):
    """The frames of the last boot in a list of good ones, without repetitions."""
    start = back = 0  # where this boot began, and where the numbers last stepped back
    seen = {}
    for i, (_, sequence, _, body) in enumerate(good):
        if i > 0 and sequence <= good[i - 1][1]:
            back = i
        if seen.setdefault(sequence, body) != body:
            start = back
            seen = {f[1]: f[3] for f in good[start:i + 1]}
    unique = {f[1]: f for f in reversed(good[start:])}
    return [f for f in good[start:] if unique[f[1]] is f]


def decode(capture):
    found = list(find_frames(capture))
    damaged = found.count(None)
    frames = last_boot([f for f in found if f is not None])

    lists, malformed = lists_of(frames)
    names, tasks, modules, events, phases = {}, {}, [], {}, {}
    tables, told = {}, {0}
    cpus = [{"cpu": i, "apic_id": None, "offset": None if i else 0, "uncertainty": None if i else 0} for i in range(CPUS)]
    clock = verdict = entry = None
    line_loss = {"text_bytes": 0, "frames": 0}
    for kind, _, data, _ in frames:
        payload = Payload(data)
        if kind == "S" or kind not in SCHEMA:
            continue
        try:
            v = values_of(kind, payload, lists)
            if kind in "UTE" and v["cpu"] >= CPUS or kind == "H" and not 1 <= v["cpus"] <= CPUS:
                raise Malformed
            if kind == "U" and (v["apic_id"] >> 32 or v["uncertainty"] >> 32 or v["cpu"] == 0 and v["offset_zigzag"]):
                raise Malformed
            rows = list(events_of(payload, v["first"], v["tsc"])) if kind == "E" else []
        except Malformed:
            malformed += 1
            continue
        if kind == "H":
            entry = v["entry_tsc"]
            told.update(range(v["cpus"]))
        elif kind == "P":
            if v["index"] == 0:
                entry = v["tsc"]  # the same, said twice
            if not take_phase(phases, v):
                malformed += 1
        elif kind == "C":
            clock = v
        elif kind == "U":
            told.add(v["cpu"])
            cpus[v["cpu"]] = {"cpu": v["cpu"], "apic_id": v["apic_id"], "offset": signed(v["offset_zigzag"]),
                              "uncertainty": v["uncertainty"]}
        elif kind == "N":
            names[v["id"]] = text(v["text"])
        elif kind == "I":
            tasks[v["id"]] = (v["pid"], v["name"], v.get("parent", 0))
        elif kind == "M":
            state = text(v["state"]) if "state" in v else None
            modules.append((v["index"], {"command_line": text(v["command_line"]), "name": text(v["name"]),
                                         "type": text(v["type"]), "size": v["size"],
                                         "digest": text(v.get("digest", b"")) or None, "state": state,
                                         "verified": {"verified": True, "mismatch": False, "bad-hash": False}.get(state)}))
        elif kind == "T":
            tables.setdefault(v["table"], {})[v["cpu"]] = v
            told.add(v["cpu"])
        elif kind == "L":
            line_loss = v
        elif kind == "V":
            verdict = (text(v["status"]), text(v["reason"]))
        elif kind == "E":
            told.update([v["cpu"]] if rows else [])
            for count, tsc, name, task, usage in rows:  # the first one with its number counts
                event = v["table"], tsc, v["cpu"], count, name, task, usage
                events.setdefault((v["table"], v["cpu"], count), event)

    hz = clock["tsc_hz"] if clock else 0
    from_reset = clock is not None and clock["counts_from_reset"] == 1
    result = []
    told_events = {}  # (tsc, number, name) of each table and CPU, in the order of time
    for index, title in enumerate(TABLES):
        rows = sorted((table, corrected(tsc, cpus[cpu]), cpu, *rest) for table, tsc, cpu, *rest in events.values()
                      if table == index)
        for _, tsc, cpu, number, name, _, _ in rows:
            told_events.setdefault((index, cpu), []).append((tsc, number, name))
        books = tables.get(index, {})
        entry_row = {"name": title}
        for counter in ("emitted", "kept", "overwritten", "dropped", "filtered"):
            entry_row[counter] = sum(b[counter] for b in books.values()) if books else None
        entry_row["events"] = [
            {"tsc": as_printed(tsc), "cpu": cpu,
             "ns": nanoseconds(tsc - entry, hz) if hz and entry is not None else None,
             "pid": tasks[task][0] if task in tasks else None,
             "process": names.get(tasks[task][1]) if task in tasks else None,
             "event": names.get(name), "cpu_ns": usage[0], "in_blocks": usage[1], "out_blocks": usage[2]}
            for _, tsc, cpu, _, name, task, usage in rows]
        result.append(entry_row)
    return {
        "clock": {"tsc_hz": hz or None, "method": text(clock["method"]) if clock else None},
        "cpus": cpus[:max(told) + 1],
        "modules": [m for _, m in sorted(modules, key=lambda m: m[0])],
        "tables": result[:3],
        "tslog": result[3],
        "phases": phases_of(phases, entry, hz, from_reset),
        "losses": losses_of(tables, told_events, names),
        "frames": {"accepted": len(frames), "damaged": damaged, "malformed": malformed},
        "line_loss": line_loss,
        "verdict": verdict[0] if verdict else None,
        "verdict_reason": verdict[1] if verdict else None,
    }


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        json.dump(decode(file.read()), sys.stdout, indent=1)
        print()
