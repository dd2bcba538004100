# SPDX-License-Identifier: ISC
"""The tables of numbers in doc/DETECTION.md are those of the program: between `<!-- numbers: GROUP... -->` and
`<!-- end of numbers -->` stands what `lacuna replay --parameters` says of these groups. A group is what stands before the
last dot of a name; `series.*` are all groups below `series`. With --update (ninja update-detection) they are written anew.

Usage: decisions.py ROOT LACUNA [--update]
"""
import os
import re
import subprocess
import sys

import source
from tap import Cases

# A number in a room that decides is a row, or says in its line why it need not be one: it sizes memory, is a fact of
# mathematics or of the calendar, or is about text.
DEFINE = re.compile(r"^#define[ \t]+([A-Z][A-Z0-9_]*)[ \t]+((?:[^\\\n]|\\\n)*)$", re.MULTILINE)
PLACE = os.path.join("doc", "DETECTION.md")
PART = re.compile(r"(<!-- numbers: ([^>]*) -->\n).*?(<!-- end of numbers -->)", re.DOTALL)


def rows_of(lacuna):
    """[(name, value, unit, bounds, source)]"""
    said = subprocess.run([lacuna, "replay", "--parameters"], capture_output=True, text=True, timeout=60, check=True).stdout
    return [tuple(re.split(r" {2,}", line, maxsplit=4)) for line in said.splitlines()]


def belongs(name, groups):
    group = name.rsplit(".", 1)[0]
    return any(group.startswith(wanted[:-1]) if wanted.endswith(".*") else group == wanted for wanted in groups.split())


def table(rows, groups):
    lines = ["| number | value | unit | bounds | source |", "|---|--:|---|---|---|"]
    lines += [f"| `{name}` | {value} | {unit} | {bounds} | {source} |" for name, value, unit, bounds, source in rows
              if belongs(name, groups)]
    return "\n".join(lines) + "\n"


def written(document, rows):
    return PART.sub(lambda m: m.group(1) + table(rows, m.group(2)) + m.group(3), document)


def unreasoned(root):
    for room in sorted(os.listdir(os.path.join(root, "src"))):
        if not os.path.exists(os.path.join(root, "src", room, "decisions.inc")):
            continue
        for path in source.files(root, os.path.join("src", room)):
            for name, value in DEFINE.findall(source.text(root, path)):
                if re.search(r"\d", re.sub(r"[A-Za-z_]\w*", "", value)) and "//" not in value:
                    yield f"{path}: {name} is no row, and does not say why"


def main():
    root, lacuna, update = sys.argv[1], sys.argv[2], sys.argv[3:] == ["--update"]
    with open(os.path.join(root, PLACE), encoding="utf-8") as file:
        document = file.read()
    rows = rows_of(lacuna)
    if update:
        with open(os.path.join(root, PLACE), "w", encoding="utf-8") as file:
            file.write(written(document, rows))
        return
    cases = Cases()
    parts = [groups for _, groups, _ in PART.findall(document)]
    cases.case("every row has its five columns", [" ".join(row) for row in rows if len(row) != 5])
    cases.case("there are many", [] if len(rows) > 200 else [f"only {len(rows)}"])
    cases.case("every row is in exactly one table", [row[0] for row in rows if sum(belongs(row[0], part) for part in parts) != 1])
    cases.case(f"{PLACE} is up to date", [] if written(document, rows) == document else
               ["ninja -C build update-detection, then read the difference"])
    cases.case("what is no row says why", unreasoned(root))
    cases.done()


main()
