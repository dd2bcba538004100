# SPDX-License-Identifier: ISC
"""Words: file heads, functions of C that are not used here, paths of one machine, a README in every room.

Usage: words.py ROOT
"""
import os
import re
import sys

import source
from tap import Cases

HEAD = "SPDX-License-Identifier: ISC"
NEEDS_HEAD = (".c", ".h", ".py", ".sh", ".build", ".mjs", ".js")
BANNED = re.compile(r"(?<![\w.>])(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|sscanf|strtok|strtok_r|gets|alloca|atoi|atol"
                    r"|system|popen|tmpnam|mktemp)\s*\(")
MEMORY = re.compile(r"(?<![\w.>])(malloc|calloc|realloc|reallocarray|aligned_alloc|posix_memalign|strdup|strndup|asprintf"
                    r"|vasprintf)\s*\(")
# Written so that this line is no finding of its own.
MACHINE = re.compile(r"(?<![\w.~*$}-])/(?:work|root|home)" + r"/[\w.]")


def head_problems(path, code):
    """The licence, then 1 to 6 lines of purpose; a longer explanation is a `// DOC:` block."""
    lines = code.split("\n")
    head = lines[1] if code.startswith("#!") and len(lines) > 1 else lines[0]
    if HEAD not in head:
        yield f"{path}: the first line does not say {HEAD}"
    elif path.endswith((".c", ".h")) and not lines[1:2][0].startswith("// DOC:"):
        comment = 0
        while comment + 1 < len(lines) and re.match(r"// (?!DOC)", lines[comment + 1]):
            comment += 1
        if not 1 <= comment <= 6:
            yield f"{path}: {comment} lines say what the file is for; 1 to 6 should"


def banned_problems(path, code):
    for number, line in enumerate(source.bare(code).split("\n"), 1):
        match = BANNED.search(line)
        memory = MEMORY.search(line)
        if match:
            yield f"{path}:{number}: {match.group(1)} is not used here"
        if memory and path.startswith("src/") and path != "src/base/alloc.c":
            yield f"{path}:{number}: {memory.group(1)} outside base/alloc"


def machine_problems(path, words):
    for number, line in enumerate(words.split("\n"), 1):
        if MACHINE.search(line):
            yield f"{path}:{number}: a path of one machine: {line.strip()[:80]}"


def document_problems(path, words, names):
    """A newcomer is sent to documents that exist."""
    for number, line in enumerate(words.split("\n"), 1):
        for name in re.findall(r"\b[\w-]+\.md\b", line):
            if name not in names:
                yield f"{path}:{number}: there is no {name}"


def room_problems(root):
    for room in sorted(os.listdir(os.path.join(root, "src"))):
        readme = f"src/{room}/README.md"
        if not source.files(root, "src/" + room, ends=("",)):
            continue
        if not os.path.isfile(os.path.join(root, readme)):
            yield f"{readme} is missing"
        elif len(source.text(root, readme).splitlines()) < 4:
            yield f"{readme} says nearly nothing"


def readable(root, path):
    with open(os.path.join(root, path), "rb") as file:
        return b"\0" not in file.read(8192)


def main():
    root = sys.argv[1]
    cases = Cases()
    slash = "/"
    faults = list(head_problems("a.c", "int a;\n")) + list(head_problems("a.c", f"// {HEAD}\nint a;\n"))
    faults += banned_problems("src/a.c", 'strcpy(a, "strcat("); // sprintf(\n\tx = malloc(3);\n')
    faults += machine_problems("a.md", f"see {slash}home{slash}me, not ~{slash}home{slash}me\n")
    faults += document_problems("a.c", "see gone.md, README.md\n", {"README.md"})
    cases.case("the checks find the sample's faults", [] if len(faults) == 6 else [f"6 expected: {faults}"])

    every = source.project_files(root)
    code = [path for path in every if path.endswith((".c", ".h"))]
    headed = [path for path in every if path.endswith(NEEDS_HEAD) or path in ("lacuna", "check", ".ci/run", "bench/run")]
    cases.case("every source begins with its licence and purpose",
               [p for path in headed for p in head_problems(path, source.text(root, path))])
    cases.case("no banned function", [p for path in code for p in banned_problems(path, source.text(root, path))])
    cases.case("no path of one machine", [p for path in every if readable(root, path)
                                          for p in machine_problems(path, source.text(root, path))])
    names = {os.path.basename(path) for path in every} | {"RESULTS.md"}  # bench/run writes the latter
    cases.case("every document that is named exists", [p for path in every if path.endswith((".c", ".h", ".md", ".build"))
                                                       for p in document_problems(path, source.text(root, path), names)])
    cases.case("every room has a README", room_problems(root))
    cases.case("files were read", [] if len(code) > 20 else [f"only {len(code)} C files"])
    cases.done()


main()
