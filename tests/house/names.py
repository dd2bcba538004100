# SPDX-License-Identifier: ISC
"""Names: a static bears its file's prefix and stands once in src; a struct, enum or union tag is defined once in src; a sentence is one literal.

Usage: names.py ROOT
"""
import collections
import os
import re
import sys

import source
from tap import Cases

WORD = re.compile(r"[A-Za-z_]\w*|\S")
NO_NAME = {"__attribute__", "typeof", "__typeof__", "_Alignas", "alignas", "static", "const", "struct", "enum", "union"}
TAG = re.compile(r"\b(?:struct|enum|union)\s+(\w+)\s*\{")
LITERAL = re.compile(r'//[^\n]*|/\*.*?\*/|\'(?:\\.|[^\'\\\n])*\'|"((?:\\.|[^"\\\n])*)"(\s*(?="))?', re.DOTALL)
# How a literal may end that another one follows: a line, a sentence, a byte by its number.
WHOLE = re.compile(r"(\\n|[.;:?!][)`]? |\\x[0-9a-fA-F]+|\\[0-7]+)$")
SAMPLE = """\
static const struct row { int a; } reader_rows[] = {{1}, {2}};
static int table_of[3];
static int lost;
static const int LIMITS[] = {1};
static inline int __attribute__((pure)) put(int (*then)(void), int b)
{
	static int count;
	return then() + count + b;
}
static void reader_end(void);
static void base_reader_end(void);
int reader_put(void);
"""


def statics(code):
    """(name, line) of every static of a file: the name before the first `(` that is no attribute, else the one before `=`, `[`, `;`.

    Tables in capitals are left out: they look like the numbers beside them."""
    depth, inside, name, found = 0, False, None, {}
    for number, line in enumerate(source.bare(code).split("\n"), 1):
        for word in WORD.findall(line):
            if depth == 0 and word == "static":
                inside, name = True, None
            elif inside and depth == 0 and word in ("(", "=", "[", ";") and name and name not in NO_NAME:
                if not name.isupper():
                    found.setdefault(name, number)
                inside = False
            elif inside and depth == 0 and re.match(r"[A-Za-z_]", word):
                name = word
            depth += (word in "({[") - (word in ")}]")
    return found


def bears(path, name):
    """Whether a name begins with the name of its file, or with room and file."""
    _, room, file = path.split("/")
    base = os.path.splitext(file)[0]
    return any(name == start or name.startswith(start + "_") for start in (base, f"{room}_{base}"))


def prefix_problems(path, code):
    for name, line in statics(code).items():
        if not bears(path, name):
            yield f"{path}:{line}: {name} does not begin with {os.path.splitext(os.path.basename(path))[0]}_"


def twice_problems(owners, what):
    for name, paths in sorted(owners.items()):
        if len(paths) > 1:
            yield f"{what} {name} stands in {', '.join(sorted(paths))}"


def literal_problems(path, code):
    """A sentence that is cut in pieces cannot be found by who reads it on the screen; a piece ends with a line or a sentence."""
    code = re.sub(r"^[ \t]*#[^\n]*", "", code, flags=re.MULTILINE)
    for match in LITERAL.finditer(code):
        piece = match.group(1)
        if piece is not None and match.group(2) is not None and not WHOLE.search(piece):
            yield f"{path}:{code.count(chr(10), 0, match.start()) + 1}: \"…{piece[-30:]}\" goes on in another literal"


def main():
    root = sys.argv[1]
    cases = Cases()
    found = statics(SAMPLE)
    faults = list(prefix_problems("src/base/reader.c", SAMPLE))
    faults += twice_problems({"a": ["src/x/y.c", "src/x/z.c"], "b": ["src/x/y.c"]}, "static")
    faults += literal_problems("a.c", 'f("one " "two", "a\\n" "b. " "c", "\\x01" "2", \'"\', "c" PRIu64 "d"); // "e" "f"\n')
    expected = {"reader_rows": 1, "table_of": 2, "lost": 3, "put": 5, "reader_end": 10, "base_reader_end": 11}
    cases.case("the scanner finds the sample's statics", [] if found == expected else [f"{found}, expected {expected}"])
    cases.case("the checks find the sample's faults", [] if len(faults) == 5 else [f"5 expected: {faults}"])

    sources = source.files(root, "src", ends=(".c",))
    problems, owners, tags, pieces = [], collections.defaultdict(set), collections.defaultdict(list), []
    for path in sources:
        code = source.text(root, path)
        problems += prefix_problems(path, code)
        pieces += literal_problems(path, code)
        for name in statics(code):
            owners[name].add(path)
    for path in source.files(root, "src"):
        for tag in TAG.findall(source.bare(source.text(root, path))):
            tags[tag].append(path)
    cases.case("statics bear their file's prefix", problems)
    cases.case("no static stands twice", twice_problems(owners, "static"))
    cases.case("no tag is defined twice", twice_problems(tags, "tag"))
    cases.case("no sentence is cut in pieces", pieces)
    cases.case("names were found", [] if len(owners) > 500 and len(tags) > 100 else [f"only {len(owners)} statics, {len(tags)} tags"])
    cases.done()


main()
