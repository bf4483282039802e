"""What can be broken in a line of C: the classical mutation operators.

mutations(text) gives for each line number, from 1, the list of its mutations (operator, start, end,
replacement), where start and end are offsets in the text.  It goes by tokens, not by a grammar: a mutation
may be one that does not compile.  Comments, strings and the preprocessor's lines stay as they are.
It relies on .clang-format: an operator with blanks on both sides has two operands."""
import bisect
import re

HIDDEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|'
                    r'^[ \t]*#(?:\\\n|[^\n])*', re.DOTALL | re.MULTILINE)
TOKEN = re.compile(r'\w+|<<=|>>=|->|\+\+|--|[-+*/%&|^<>=!]=|&&|\|\||<<|>>|\S')
NUMBER = re.compile(r'(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)$')

SWAPS = {
    "relational": {"<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"),
                   "==": ("!=",), "!=": ("==",)},
    "arithmetic": {"+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "%": ("*",),
                   "+=": ("-=",), "-=": ("+=",), "*=": ("/=",), "/=": ("*=",), "++": ("--",), "--": ("++",)},
    "logical": {"&&": ("||",), "||": ("&&",), "!": ("",)},
    "bitwise": {"&": ("|",), "|": ("&",), "^": ("&",), "&=": ("|=",), "|=": ("&=",), "^=": ("&=",), "~": ("",)},
    "shift": {"<<": (">>",), ">>": ("<<",), "<<=": (">>=",), ">>=": ("<<=",)},
    "constant": {"true": ("false",), "false": ("true",)},
}
WITH_TWO_OPERANDS = {"+", "-", "*", "&"}

# Where a statement may begin, and a call, an assignment or a jump; a declaration begins with two words.
STATEMENT = re.compile(r'(?<=[;{})])\s*\n\s*((?:break|continue)\s*;|'
                       r'(?:\(void\)|\*|\+\+|--)*(?!return|else|case|goto|sizeof|_Static_assert)\w+\s*'
                       r'(?:->|\.|\[|\(|\+\+|--|[-+*/%&|^]?=(?!=)|<<=|>>=)[^;{}]*;)')
CONDITION = re.compile(r'\b(?:if|while) (\()')
RETURN = re.compile(r'\breturn ([^;{}]+);')


def without_hidden(text):
    """The text with blanks for what is no code; each character keeps its place."""
    return HIDDEN.sub(lambda m: re.sub(r'[^\n]', ' ', m.group()), text)


def numbers_beside(token):
    """A number one higher and one lower, as it was written."""
    digits, suffix = NUMBER.match(token).groups()
    base = 16 if digits[:2] in ("0x", "0X") else 8 if digits[0] == "0" else 10
    value, form = int(digits, base), "0x%x" if base == 16 else "%d"
    return [form % v + suffix for v in (value + 1, value - 1) if v >= 0]


def swaps(code):
    for match in TOKEN.finditer(code):
        token, start, end = match.group(), match.start(), match.end()
        if token in WITH_TWO_OPERANDS and not (code[start - 1] + code[end]).isspace():
            continue
        if NUMBER.match(token):
            for other in numbers_beside(token):
                yield "constant", start, end, other
        for operator, table in SWAPS.items():
            for other in table.get(token, ()):
                yield operator, start, end, other


def closing(code, start):
    """The offset of the parenthesis that closes the one at start."""
    depth = 0
    for at in range(start, len(code)):
        depth += {"(": 1, ")": -1}.get(code[at], 0)
        if depth == 0:
            return at
    raise ValueError("a parenthesis is not closed")


def structural(text, code):
    for match in CONDITION.finditer(code):
        start, end = match.start(1), closing(code, match.start(1)) + 1
        yield "condition", start, end, "(!" + text[start:end] + ")"
    for match in STATEMENT.finditer(code):
        if match.group(1).count("(") == match.group(1).count(")"):  # else it is within a for ()
            yield "statement", match.start(1), match.end(1), ";"
    for match in RETURN.finditer(code):
        if match.group(1) not in ("0", "true", "false"):
            yield "return", match.start(1), match.end(1), "0"


def mutations(text):
    code = without_hidden(text)
    ends = [match.end() for match in re.finditer("\n", text)]
    lines = {}
    for mutation in (*swaps(code), *structural(text, code)):
        lines.setdefault(bisect.bisect_right(ends, mutation[1]) + 1, []).append(mutation)
    return lines
