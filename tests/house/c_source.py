"""C sources as this house formats them (.clang-format): a function's braces stand alone in the first column.

What measure.py and ways.py know of the language is here.
"""
import os
import re
import subprocess

KEYWORDS = {"if", "for", "while", "switch", "return", "sizeof", "do", "else", "defined", "case", "_Static_assert",
            "__attribute__", "__asm__"}
NAME = re.compile(r"([A-Za-z_]\w*)\s*\(")


class Function:
    """A definition: where it begins (its first line of code) and ends, and the comment above it."""

    def __init__(self, source, name, first, last, comment):
        self.source, self.name, self.first, self.last, self.comment = source, name, first, last, comment

    def body(self):
        """The lines between its braces, without comments."""
        opening = self.source.code.index("{", self.first)
        return self.source.bare[opening + 1:self.last]


class Source:
    """One file.  `lines` as they are, `code` without comments, `bare` also without what strings hold,
    `comments` what stands in comments."""

    def __init__(self, tree, path):
        self.path = path
        with open(os.path.join(tree, path), encoding="utf-8", errors="replace") as file:
            text = file.read()
        self.lines = text.split("\n")[:-1]
        self.code, self.bare, self.comments = split_comments(text)

    def counts(self):
        """(lines of code, lines that hold nothing but comment)."""
        code = sum(bool(line.strip()) for line in self.code)
        return code, sum(bool(note.strip()) and not line.strip() for line, note in zip(self.code, self.comments))

    def comment_above(self, line):
        """The comment that ends on the line before, or ''."""
        end = line
        while line > 0 and self.comments[line - 1].strip() and not self.code[line - 1].strip():
            line -= 1
        return " ".join(note.strip() for note in self.comments[line:end])

    def functions(self):
        found, start = [], None
        for number, line in enumerate(self.code):
            if line == "{":
                start = number
            elif line == "}" and start is not None:
                first = start
                while first > 0 and self.code[first - 1].strip() and not self.code[first - 1].endswith((";", "}")) \
                        and not self.code[first - 1].startswith("#"):
                    first -= 1
                names = [n for n in NAME.findall(" ".join(self.code[first:start])) if n not in KEYWORDS]
                if names:
                    found.append(Function(self, names[0], first, number, self.comment_above(first)))
                start = None
        return found

    def includes(self):
        return [m[1] for m in (re.match(r'\s*#\s*include "([^"]+)"', line) for line in self.lines) if m]


def said(comment):
    """Its words, line by line; a '*' where a line has none."""
    lines = re.sub(r"/\*|\*/|//|^ *\*", " ", comment, flags=re.M).split("\n")
    return "\n".join(line if line.strip() else "*" for line in lines)


def split_comments(text):
    """Three lists of lines of the same number: code, code with strings emptied, and comments."""
    code, bare, comments, i = [], [], [], 0
    token = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
    for m in token.finditer(text):
        between, piece = text[i:m.start()], m[0]
        blank = re.sub(r"[^\n]", " ", piece)
        is_comment = piece.startswith("/")
        code += [between, blank if is_comment else piece]
        bare += [between, blank if is_comment else piece[0] + "_" * (len(piece) - 2) + piece[0]]
        comments += [re.sub(r"[^\n]", " ", between), said(piece) if is_comment else blank]
        i = m.end()
    for parts in (code, bare):
        parts.append(text[i:])
    comments.append(re.sub(r"[^\n]", " ", text[i:]))
    return [[line.rstrip() for line in "".join(parts).split("\n")[:-1]] for parts in (code, bare, comments)]


def tracked(tree, *patterns):
    """The tree's own files, as git knows them."""
    run = subprocess.run(["git", "-C", tree, "ls-files", "-co", "--exclude-standard", "--", *patterns],
                         capture_output=True, text=True, check=True)
    return [path for path in sorted(set(run.stdout.splitlines())) if os.path.isfile(os.path.join(tree, path))]


def sources(tree, *patterns):
    return [Source(tree, path) for path in tracked(tree, *(patterns or ("*.c", "*.h")))]
