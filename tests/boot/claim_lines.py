#!/usr/bin/env python3
"""claim_lines.py FILE: whether a claim's lines are as docs/format.md has them; prints how many there are of each type."""
import collections
import json
import sys

PROBE = {"id": int, "provider": str, "module": str, "function": str, "name": str}
NUMBER = (int, float)
OPTIONAL = type(None)
LINES = {
    "record": {"cpu": int, "ns": NUMBER, "epid": int, "probe": (dict, OPTIONAL), "data": list},
    "aggregation": {"keys": list, "variable": int, "function": str, "normal": int},
    "error": {"epid": int, "probe": (dict, OPTIONAL), "fault": str, "action": (int, OPTIONAL), "offset": (int, OPTIONAL),
              "address": (int, float, OPTIONAL), "text": str},
    "drop": {"what": str, "cpu": (int, OPTIONAL), "count": int, "text": str},
    "damage": {"text": str},
}
FORMATTED = {"format": str, "values": list, "text": str}
VALUE = {"value": (int, str, dict, list, OPTIONAL)}
ACTIONS = {
    "trace": VALUE, "exit": {"value": int}, "tracemem": {"value": dict}, "stack": {"frames": list},
    "ustack": {"value": dict}, "jstack": {"value": dict},
    "sym": {"value": dict}, "mod": {"value": dict}, "usym": {"value": dict}, "umod": {"value": dict}, "uaddr": {"value": dict},
    "printf": FORMATTED, "system": FORMATTED, "freopen": FORMATTED,
    "printa": {"format": (str, OPTIONAL), "variables": list, "rows": list, "text": str},
    "clear": {"values": list}, "normalize": {"values": list}, "denormalize": {"values": list},
    "trunc": {"values": list}, "ftruncate": {"values": list}, "setopt": {"values": list},
}
DISTRIBUTIONS = ("quantize", "lquantize", "llquantize")
FUNCTIONS = DISTRIBUTIONS + ("count", "sum", "min", "max", "avg", "stddev")


def require(condition, what):
    if not condition:
        sys.exit(f"not as documented: {what}")


def check_keys(thing, schema):
    require(set(thing) == set(schema), f"keys of {thing}")
    for key, kinds in schema.items():
        require(isinstance(thing[key], kinds) and not isinstance(thing[key], bool), f"{key} of {thing}")


def check_address(value):
    keys = set(value) - {"pid"}
    require(keys in ({"address"}, {"address", "module", "function", "offset"}), value)


def check_value(value):
    """A number, a string, an address, a stack, or bytes."""
    if isinstance(value, list):
        for frame in value:
            check_address(frame)
    elif isinstance(value, dict) and "bytes" in value:
        require(set(value) == {"bytes"} and all(isinstance(row, str) and len(row) <= 64 for row in value["bytes"]), value)
    elif isinstance(value, dict) and "frames" in value:
        require(set(value) == {"pid", "frames"}, value)
    elif isinstance(value, dict):
        check_address(value)


def check_buckets(buckets):
    """In order, apart from each other, open only at the ends, and none of them empty."""
    for i, bucket in enumerate(buckets):
        check_keys(bucket, {"min": (int, OPTIONAL), "max": (int, OPTIONAL), "count": int})
        require(bucket["min"] is not None or i == 0, buckets)
        require(bucket["max"] is not None or i == len(buckets) - 1, buckets)
        if i > 0:
            require(buckets[i - 1]["max"] < bucket["min"], buckets)
        if None not in (bucket["min"], bucket["max"]):
            require(bucket["min"] <= bucket["max"], buckets)


def check_cell(cell, more=()):
    schema = {key: LINES["aggregation"][key] for key in ("variable", "function", "normal")}
    schema.update({key: object for key in more})
    distribution = cell["function"] in DISTRIBUTIONS
    schema.update({"buckets": list} if distribution else {"value": int})
    check_keys(cell, schema)
    require(cell["function"] in FUNCTIONS and cell["normal"] > 0, cell)
    if distribution:
        check_buckets(cell["buckets"])


def check_item(item):
    require(item.get("action") in ACTIONS, item)
    check_keys(item, {"action": str, **ACTIONS[item["action"]]})
    for value in [item.get("value"), *item.get("values", ()), item.get("frames", [])]:
        check_value(value)
    for row in item.get("rows", ()):
        check_keys(row, {"keys": list, "values": list})
        for cell in row["values"]:
            check_cell(cell)


def check_line(line):
    kind = line.get("type")
    require(kind in LINES, line)
    if kind == "aggregation":
        check_cell(line, ("type", "keys"))
        for key in line["keys"]:
            check_value(key)
        return
    check_keys(line, {"type": str, **LINES[kind]})
    if line.get("probe") is not None:
        check_keys(line["probe"], PROBE)
    for item in line.get("data", ()):
        check_item(item)


def main():
    counts = collections.Counter()
    with open(sys.argv[1], encoding="utf-8") as file:
        for text in file:
            line = json.loads(text)
            check_line(line)
            counts[line["type"]] += 1
            counts.update(item["action"] for item in line.get("data", ()))
    for kind, count in sorted(counts.items()):
        print(kind, count)


main()
