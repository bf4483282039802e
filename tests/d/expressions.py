#!/usr/bin/env python3
"""Expressions of D, compiled and run on the host, beside the model: tests/d/expressions.py [COUNT [SEED]]."""
import os
import random
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(__file__))
import model  # noqa: E402

ARGUMENTS = [0, 1, model.M64, 1 << 63, (1 << 63) - 1, 0x80, 0xFFFFFFFF, 0x123456789ABCDEF0, 300, 7]
NAMES = [sign + name for sign in ("", "unsigned ") for name in model.BITS]
CASTS = NAMES + ["enum e"]
LITERALS = ("0 1 2 7 10 63 64 65 127 128 255 256 32767 65535 65536 2147483647 2147483648 4294967295 4294967296 0x80 0xff "
            "0x8000 0xffff 0x7fffffff 0x80000000 0xffffffff 0x100000000 0x7fffffffffffffff 0x8000000000000000 "
            "0xffffffffffffffff 9223372036854775807 1u 2147483648u 1l 1ul 1ll 1ull 0377 0x80000000u 0xffu").split()
OPERATORS = "+ - * / % & | ^ << >> < <= > >= == != && || ^^".split()
ASSIGNMENTS = "= += -= *= /= %= &= |= ^= <<= >>=".split()

# Name, type, declaration, and which argument it is given as it is, or behind a cast.
VARIABLES = ([(f"g{i}", name, "", True) for i, name in enumerate(NAMES)] +
             [("self->a", "short", "self ", False), ("self->b", "unsigned int", "self ", False),
              ("this->a", "char", "this ", False), ("this->b", "unsigned short", "this ", False),
              ("ge", "enum e", "", True)])


LONGS = tuple(name for name, type_, _, _ in VARIABLES if type_ in ("long", "unsigned long"))


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def leaf(self):
        kind = self.random.randrange(4)
        if kind == 0:
            return "literal", self.random.choice(LITERALS)
        if kind == 1:
            return "argument", self.random.randrange(10)
        return "variable", self.random.choice(VARIABLES)[0]

    def tree(self, depth):
        if depth == 0:
            return self.leaf()
        kind, less = self.random.randrange(20), self.random.randrange(depth)
        name = self.random.choice(VARIABLES)[0]
        if kind < 8:
            return "binary", self.random.choice(OPERATORS), self.tree(depth - 1), self.tree(less)
        if kind < 11:
            return "unary", self.random.choice("-~+!"), self.tree(depth - 1)
        if kind < 14:
            return "cast", self.random.choice(CASTS), self.tree(depth - 1)
        if kind == 14:
            return "condition", self.tree(less), self.tree(depth - 1), self.tree(less)
        if kind == 15:
            return "comma", self.tree(less), self.tree(depth - 1)
        if kind == 16:
            return "step", self.random.choice(["++", "--"]), name, self.random.random() < .5
        if kind == 17:
            return "swap", self.random.choice(list(model.SWAPS)), self.tree(depth - 1)
        return "assign", self.random.choice(ASSIGNMENTS), name, self.tree(depth - 1)


def declarations():
    parts = ["enum e { E };"]
    for name, type_, scope, _ in VARIABLES:
        parts.append(f"{scope}{type_} {name.split('>')[-1]};")
    return " ".join(parts)


def starts(machine):
    """Statements that give each variable its first value; in the model, too."""
    texts = []
    for i, (name, type_, _, is_cast) in enumerate(VARIABLES):
        tree = "argument", (i + 2) % 10
        tree = "assign", "=", name, ("cast", type_, tree) if is_cast else tree
        texts.append(model.text_of(tree) + ";")
        machine.value(tree)
    return " ".join(texts)


def expected(machine, tree):
    try:
        machine.dry(tree)
        value = machine.value(tree)
    except model.Refused as tag:
        return f"[{tag}]"
    except model.Fault as fault:
        return f"fault {fault}"
    size = value.type.bits // 8
    return f"{size} {value.bits & ((1 << value.type.bits) - 1):0{2 * size}x}"


def make(count, seed, data_model):
    """Programs and what they must give."""
    maker, declared = Maker(seed), declarations()
    for number in range(count):
        tree = maker.tree(number % 6)
        machine = model.Machine(data_model, {name: [model.type_named(type_, data_model), 0]
                                             for name, type_, _, _ in VARIABLES}, ARGUMENTS)
        first = starts(machine)
        yield f"{data_model} {declared} BEGIN {{ {first} trace({model.text_of(tree)}); }}", expected(machine, tree)


def is_plain(tree):
    """Of types that both machines have alike: no long."""
    if isinstance(tree, tuple):
        return all(is_plain(part) for part in tree)
    return tree not in ("long", "unsigned long") + LONGS and not (str(tree)[-1:] in "lL" and str(tree)[:1].isdigit())


def run(programs):
    words = ["build/tests/evaluate_d", ",".join(hex(argument) for argument in ARGUMENTS)]
    done = subprocess.run(words, input="\n".join(programs) + "\n", capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def agree(wanted, given):
    if wanted.startswith("["):
        return given.startswith(wanted)
    return wanted == given or given.startswith("[D_NOREG]")


def check(number, data_model, count, seed):
    cases = list(make(count, seed, data_model))
    results = run([program for program, _ in cases])
    wrong = [(program, wanted, given) for (program, wanted), given in zip(cases, results) if not agree(wanted, given)]
    for program, wanted, given in sorted(wrong, key=lambda case: len(case[0]))[:5]:
        print(f"# {program[program.index('trace('):]}\n#   wanted {wanted}, given {given}")
    good = not wrong and len(results) == count
    refused = sum(given.startswith("[D_NOREG]") for given in results)
    print(f"# {count} expressions, {refused} need more registers than there are, {len(wrong)} differ")
    print(f"{'ok' if good else 'not ok'} {number} - expressions give what the model says, on a machine of {data_model} bits")
    return good


def check_both(number, count, seed):
    """Where no type differs, one machine gives what the other does."""
    maker, declared = Maker(seed), declarations()
    first = starts(model.Machine("64", {name: [model.type_named(type_, "64"), 0] for name, type_, _, _ in VARIABLES},
                                 ARGUMENTS))
    trees = [tree for tree in (maker.tree(i % 6) for i in range(count)) if is_plain(tree)]
    results = [run([f"{data_model} {declared} BEGIN {{ {first} trace({model.text_of(tree)}); }}" for tree in trees])
               for data_model in ("64", "32")]
    good = len(trees) > count // 8 and results[0] == results[1]
    print(f"# {len(trees)} expressions without a long")
    print(f"{'ok' if good else 'not ok'} {number} - expressions give the same on machines of 32 and 64 bits")
    return good


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    good = [check(number + 1, data_model, count, seed) for number, data_model in enumerate(("64", "32"))]
    good.append(check_both(3, count // 2, seed))
    print("1..3")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
