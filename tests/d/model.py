"""A model of D's integer expressions for tests, written from the description of the language and from nothing else.

An expression is a tree of tuples; it has a text, and it has a value in a machine with 64-bit registers that are
nowhere cut, save where the language says so.  Sections are those of the language's reference.
"""
M64 = (1 << 64) - 1
DIVZERO = 4


class Refused(Exception):
    """The compiler must refuse it, with this tag."""


class Fault(Exception):
    """Running it ends so."""


def signed(value, bits=64):
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


class Type:
    def __init__(self, bits, is_signed, is_enum=False):
        self.bits, self.signed, self.is_enum = bits, is_signed, is_enum

    def rank(self):
        return self.bits + (not self.signed)


INTEGER = Type(32, True)
BITS = {"char": 8, "short": 16, "int": 32, "long": None, "long long": 64}


def type_named(name, model):
    """Section 3.1; the names are those of BITS, with or without `unsigned` before them, and `enum e`."""
    if name == "enum e":
        return Type(32, False, True)
    base = name[9:] if name.startswith("unsigned ") else name
    return Type(BITS[base] or int(model), not name.startswith("unsigned "))


def convert(left, right):
    """The usual arithmetic conversions, section 3.2: char and short stay what they are."""
    left, right = [INTEGER if t.is_enum else t for t in (left, right)]
    return left if left.rank() >= right.rank() else right


class Value:
    """What a register holds, its type, and whether the compiler knows it: an INT node."""

    def __init__(self, type_, bits, constant=False):
        self.type, self.bits, self.constant = type_, bits & M64, constant


# --- Constants: sections 1.5 and 3.3


def literal_type(text, value, model):
    """The first type of the list that holds it."""
    digits = text.rstrip("uUlL")
    suffix = text[len(digits):].lower()
    walk = [("int", INTEGER), ("unsigned int", Type(32, False))]
    walk += [(name, type_named(name, model)) for name in ("long", "unsigned long", "long long", "unsigned long long")]
    start = suffix.count("u") + 2 * suffix.count("l")
    decimal = digits[0] != "0"
    for name, type_ in walk[start::2 if decimal or "u" in suffix else 1]:
        if value < 1 << (type_.bits - type_.signed):
            return type_
    raise Refused("D_INT_OFLOW")


def fold_cast(value, type_):
    """Narrower: the low bits.  Wider: by the sign of what it was, up to the width of what it becomes."""
    was, bits = value.type, value.bits
    if type_.bits < was.bits:
        bits &= (1 << type_.bits) - 1
    elif type_.bits > was.bits:
        bits = signed(bits, was.bits) if was.signed else bits & ((1 << was.bits) - 1)
        bits &= (1 << type_.bits) - 1
    return bits & M64


def divide(left, right, is_signed):
    if not is_signed:
        return left // right, left % right
    left, right = signed(left), signed(right)
    quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
    return quotient & M64, (left - quotient * right) & M64


def arithmetic(op, left, right, is_signed, logical_shift=False):
    if op in "/%":
        return divide(left, right, is_signed)[op == "%"]
    if op == "<<":
        return left << (right & 63) & M64
    if op == ">>":
        return (signed(left) if is_signed and not logical_shift else left) >> (right & 63) & M64
    return {"+": left + right, "-": left - right, "*": left * right, "&": left & right, "|": left | right,
            "^": left ^ right}[op] & M64


def compare_exactly(op, left, right, is_signed):
    left, right = (signed(left), signed(right)) if is_signed else (left, right)
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right, "==": left == right,
            "!=": left != right}[op]


def compare_by_machine(op, left, right, is_signed):
    """Flags of left - right: the sign of the difference counts, even where it overflows."""
    if not is_signed or op in ("==", "!="):
        return compare_exactly(op, left, right, is_signed)
    difference = (left - right) & M64
    return {"<": difference >> 63, "<=": difference == 0 or difference >> 63, ">": difference and not difference >> 63,
            ">=": not difference >> 63}[op]


# --- Running: sections 4 and 7.2


def cast_code(value, type_):
    """Instructions between registers."""
    was, bits = value.type, value.bits
    if (was.bits, was.signed) == (type_.bits, type_.signed) or type_.bits > was.bits and not was.signed:
        return bits
    if type_.bits > was.bits:
        bits = signed(bits, was.bits)
        return bits & M64 if type_.signed or type_.bits == 64 else bits & ((1 << type_.bits) - 1)
    if type_.bits == 64:
        return bits
    return (signed(bits, type_.bits) if type_.signed else bits & ((1 << type_.bits) - 1)) & M64


SWAPS = {"htons": 16, "htonl": 32, "htonll": 64, "ntohs": 16, "ntohl": 32, "ntohll": 64}
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


class Machine:
    """Variables: name -> [type, what is stored]."""

    def __init__(self, model, variables, arguments):
        self.model, self.variables, self.arguments, self.is_dry = model, variables, arguments, False

    def value(self, tree):
        return getattr(self, "of_" + tree[0])(*tree[1:])

    def dry(self, tree):
        """As the compiler sees it: all of it, with nothing changed and no fault.  Values are right where they are
        constants."""
        kept, was = {name: list(cell) for name, cell in self.variables.items()}, self.is_dry
        self.is_dry = True
        value = self.value(tree)
        self.variables, self.is_dry = kept, was
        return value

    def of_literal(self, text):
        digits = text.rstrip("uUlL")
        value = int(digits, 8 if digits[0] == "0" and digits.isdigit() else 0)
        return Value(literal_type(text, value, self.model), value, True)

    def of_argument(self, number):
        return Value(Type(64, True), self.arguments[number])

    def of_variable(self, name):
        type_, bits = self.variables[name]
        return Value(type_, bits)

    def of_unary(self, op, tree):
        value = self.value(tree)
        bits = {"-": -value.bits, "~": ~value.bits, "+": value.bits, "!": value.bits == 0}[op] & M64
        if value.constant:
            if op == "-" and not value.type.signed:
                bits &= (1 << value.type.bits) - 1
            return Value(value.type, bits, True)
        return Value(INTEGER if op == "!" else value.type, bits)

    def of_cast(self, name, tree):
        value, type_ = self.value(tree), type_named(name, self.model)
        if value.constant:
            return Value(type_, fold_cast(value, type_), True)
        return Value(type_, cast_code(value, type_))

    def of_binary(self, op, left, right):
        if op in ("&&", "||"):
            return self.short_circuit(op, left, right)
        left, right = self.value(left), self.value(right)
        constant = left.constant and right.constant
        if op in "/%":
            right = self.divisor(right)
        type_ = convert(left.type, right.type)
        if op == "^^":
            return Value(INTEGER, bool(left.bits) != bool(right.bits), constant)
        if op in COMPARISONS:
            compare = compare_exactly if constant else compare_by_machine
            return Value(INTEGER, bool(compare(op, left.bits, right.bits, type_.signed)), constant)
        if op in ("<<", ">>"):
            type_ = left.type
        return Value(type_, arithmetic(op, left.bits, right.bits, type_.signed, constant), constant)

    def divisor(self, value):
        if value.bits == 0 and value.constant:
            raise Refused("D_DIV_ZERO")
        if value.bits == 0 and not self.is_dry:
            raise Fault(DIVZERO)
        return Value(value.type, value.bits or 1, value.constant)

    def short_circuit(self, op, left, right):
        first, second = self.value(left), self.dry(right)
        decided = bool(first.bits) == (op == "||")
        truth = op == "||" if decided else bool(self.value(right).bits)
        return Value(INTEGER, truth, first.constant and second.constant)

    def of_condition(self, condition, yes, no):
        first, branches = self.value(condition), [self.dry(no), self.dry(yes)]
        chosen = self.value(yes if first.bits else no)
        if first.constant:
            return chosen
        return Value(convert(branches[1].type, branches[0].type), chosen.bits)

    def of_comma(self, left, right):
        self.value(left)
        value = self.value(right)
        return Value(value.type, value.bits)

    def of_assign(self, op, name, tree):
        if op == "=":
            return self.store(name, self.value(tree))
        old = Value(*self.variables[name])
        right = self.value(tree)
        if op in ("/=", "%="):
            self.divisor(right)
        if right.constant:
            right = Value(right.type, fold_cast(right, old.type))
        if op in ("/=", "%="):
            right = self.divisor(right)
        return self.store(name, Value(old.type, arithmetic(op[:-1], old.bits, right.bits, old.type.signed)))

    def store(self, name, value):
        """What is stored is not cut, but for a constant."""
        cell = self.variables[name]
        cell[1] = fold_cast(value, cell[0]) if value.constant else value.bits
        return Value(*cell)

    def of_step(self, op, name, is_before):
        old = Value(*self.variables[name])
        new = self.store(name, Value(old.type, old.bits + (1 if op == "++" else -1)))
        return new if is_before else old

    def of_swap(self, name, tree):
        size = SWAPS[name]
        bits = cast_code(self.value(tree), Type(size, False)) & ((1 << size) - 1)
        return Value(Type(size, False), int.from_bytes(bits.to_bytes(size // 8, "little"), "big"))


# --- Text


def text_of(tree):
    kind, rest = tree[0], tree[1:]
    if kind in ("literal", "variable"):
        return rest[0]
    if kind == "argument":
        return f"arg{rest[0]}"
    if kind == "unary":
        return f"{rest[0]}({text_of(rest[1])})"
    if kind == "cast":
        return f"({rest[0]})({text_of(rest[1])})"
    if kind in ("binary", "assign"):
        left = rest[1] if kind == "assign" else text_of(rest[1])
        return f"({left} {rest[0]} {text_of(rest[2])})"
    if kind == "condition":
        return f"({text_of(rest[0])} ? {text_of(rest[1])} : {text_of(rest[2])})"
    if kind == "comma":
        return f"({text_of(rest[0])}, {text_of(rest[1])})"
    if kind == "step":
        return f"{rest[0]}{rest[1]}" if rest[2] else f"{rest[1]}{rest[0]}"
    return f"{rest[0]}({text_of(rest[1])})"
