# SPDX-License-Identifier: ISC
"""Reading C sources of the project's style: files, words without comments and strings, functions and their measures."""
import os
import re
import subprocess

CONTROL = {"if", "for", "while", "switch"}
TOKEN = re.compile(r"[A-Za-z_]\w*|\d[\w.]*|->|\+\+|--|<<|>>|[<>=!]=|&&|\|\||\.\.\.|\S")


def files(root, *folders, ends=(".c", ".h")):
    """Paths below these folders of the checkout, relative to it, in order."""
    found = []
    for folder in folders:
        for at, below, names in os.walk(os.path.join(root, folder)):
            below[:] = [name for name in below if not name.startswith((".", "build", "cache", "node_modules"))]
            found += [os.path.relpath(os.path.join(at, name), root) for name in names if name.endswith(ends)]
    return sorted(found)


def project_files(root):
    """Every file that belongs to the project: what git tracks, else all but the build folders."""
    try:
        out = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                             capture_output=True, check=True).stdout
        names = [name.decode("utf-8", "surrogateescape") for name in out.split(b"\0") if name]
        return sorted(name for name in set(names) if os.path.isfile(os.path.join(root, name)))
    except (OSError, subprocess.CalledProcessError):
        return files(root, ".", ends=("",))


def text(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def bare(code):
    """The code with comments, strings and preprocessor lines blanked; lines stay where they are."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)

    def blank(match):
        word = match.group(0)
        if word[0] in "\"'":
            return word[0] + " " * (len(word) - 2) + word[0]
        return re.sub(r"[^\n]", " ", word)

    code = pattern.sub(blank, code)
    directive = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
    return directive.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), code)


class Function:
    def __init__(self, name, first, last, parameters, nesting):
        self.name, self.first, self.last = name, first, last
        self.lines = last - first + 1
        self.parameters = parameters
        self.nesting = nesting


def functions(code):
    """The functions that a file defines: `{` and `}` of a body stand in column 0."""
    lines = bare(code).split("\n")
    found = []
    for opening, line in enumerate(lines):
        if line.rstrip() != "{":
            continue
        first = opening
        while first > 0 and lines[first - 1].strip() and not re.match(r".*[;}]\s*$", lines[first - 1]):
            first -= 1
        signature = " ".join(lines[first:opening])
        name = re.search(r"(\w+)\s*\(", re.sub(r"__attribute__\s*\(\(.*?\)\)", "", signature))
        if not name or re.match(r"\s*(struct|enum|union|static const|const)\b[^()]*$", signature):
            continue
        last = next((n for n in range(opening, len(lines)) if lines[n].startswith("}")), len(lines) - 1)
        body = "\n".join(lines[opening:last + 1])
        found.append(Function(name.group(1), first + 1, last + 1, parameter_count(signature, name.group(1)), nesting(body)))
    return found


def parameter_count(signature, name):
    inside = signature[re.search(rf"\b{name}\s*\(", signature).end():]
    depth, commas, words = 1, 0, ""
    for char in inside:
        depth += (char == "(") - (char == ")")
        if depth == 0:
            break
        commas += char == "," and depth == 1
        words += char
    return 0 if words.strip() in ("", "void") else commas + 1


def nesting(body):
    """How deep control statements nest in a body, braces or not. `else if` does not add to its `if`."""
    return Statements(TOKEN.findall(body)).deepest()


class Statements:
    def __init__(self, tokens):
        self.tokens, self.at, self.most = tokens, 0, 0

    def deepest(self):
        while self.at < len(self.tokens):
            self.statement(0)
        return self.most

    def peek(self, ahead=0):
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else ""

    def skip_parentheses(self):
        depth = 0
        while self.at < len(self.tokens):
            depth += (self.peek() == "(") - (self.peek() == ")")
            self.at += 1
            if depth == 0:
                return

    def inner(self, depth):
        self.most = max(self.most, depth + 1)
        self.statement(depth + 1)

    def statement(self, depth):
        word = self.peek()
        if word == "{":
            self.at += 1
            while self.at < len(self.tokens) and self.peek() != "}":
                self.statement(depth)
            self.at += 1
        elif word in ("case", "default"):
            while self.at < len(self.tokens) and self.peek() != ":":
                self.at += 1
            self.at += 1
        elif word == "if":
            self.conditional(depth)
        elif word in CONTROL:
            self.at += 1
            self.skip_parentheses()
            self.inner(depth)
        elif word == "do":
            self.at += 1
            self.inner(depth)
            self.plain()
        else:
            self.plain(depth)

    def conditional(self, depth):
        self.at += 1
        self.skip_parentheses()
        self.inner(depth)
        if self.peek() != "else":
            return
        self.at += 1
        if self.peek() == "if":
            self.conditional(depth)
        else:
            self.inner(depth)

    def plain(self, depth=0):
        """Up to the `;` of a statement, over initialisers; a macro that looks like a loop counts as one."""
        if re.match(r"[A-Za-z_]", self.peek()) and self.peek(1) == ":" and self.peek(2) != ":":
            self.at += 2  # a label
            return
        if re.match(r"[A-Za-z_]", self.peek()) and self.peek(1) == "(":
            self.at += 1
            self.skip_parentheses()
            if self.peek() == "{":
                self.inner(depth)
                return
        level = 0
        while self.at < len(self.tokens):
            word = self.peek()
            if level == 0 and word == "}":
                return  # the end of the block, without a `;`
            level += (word in "({[") - (word in ")}]")
            self.at += 1
            if level == 0 and word == ";":
                return
