# SPDX-License-Identifier: ISC
"""Tests mirror src: tests/ROOM/ROOM_x.c tests src/ROOM/x.c, or says with a line `// Tests: src/ROOM/y.c …` what it tests.

Usage: mirror.py ROOT
"""
import os
import re
import sys

import source
from tap import Cases

# Folders whose files are no unit tests of a room, or of more than one.
FOLDERS = {"unit": {"base", "net"}, "fuzz": None, "golden": None, "month": None, "replay": None, "record": None, "lab": None, "bgp": None}
SAID = re.compile(r"^// Tests: (.+)$", re.MULTILINE)


def exceptions(root):
    """{path: reason}; a line of tools/mirror.txt is `path reason`."""
    lines = source.text(root, "tools/mirror.txt").splitlines()
    return dict(line.split(None, 1) for line in lines if line.strip() and not line.startswith("#"))


def room_of(base, rooms):
    return next((room for room in rooms if base.startswith(room + "_")), None)


def leads(word, names):
    """Whether some leading words of a test's name are a file: facts_past_edges → facts_past, facts."""
    parts = word.split("_")
    return any("_".join(parts[:n]) in names for n in range(len(parts), 0, -1))


def problems(path, code, rooms):
    """rooms: {room: names of its files}."""
    _, folder, file = path.split("/", 2)
    base = os.path.splitext(os.path.basename(file))[0]
    room = room_of(base, rooms)
    if folder in FOLDERS and (FOLDERS[folder] is None or folder != "unit"):
        return
    if room and room != folder and not leads(base, rooms.get(folder, ())):
        yield f"{path}: a test of {room} belongs into tests/{room}"
    said = SAID.search(code)
    if said:
        for name in said.group(1).split():
            room_said, _, rest = name.removeprefix("src/").partition("/")
            if os.path.splitext(rest)[0] not in rooms.get(room_said, ()):
                yield f"{path}: there is no {name}"
    elif room == folder and "int main(" in code and not leads(base[len(room) + 1:], rooms[room]):
        yield f"{path}: there is no src/{room}/{base[len(room) + 1:]}.c; a line `// Tests: src/…` says what it tests"


def main():
    root = sys.argv[1]
    cases = Cases()
    rooms = {}
    for path in source.files(root, "src"):
        _, room, file = path.split("/", 2)
        rooms.setdefault(room, set()).add(os.path.splitext(os.path.basename(file))[0])
    some = {"a": {"x", "y_z"}, "b": {"w"}}
    sample = {"tests/a/a_x.c": "int main(", "tests/a/a_y_z_more.c": "int main(", "tests/a/b_w.c": "int main(", "tests/a/a_q.c": "int main(",
              "tests/a/a_all.c": "// Tests: src/a/x.c src/b/w.c\nint main(", "tests/b/b_r.c": "// Tests: src/b/gone.c\nint main(",
              "tests/a/a_help.c": "", "tests/fuzz/a_none.c": "int main("}
    faults = [p for path, code in sample.items() for p in problems(path, code, some)]
    cases.case("the check finds the sample's faults", [] if len(faults) == 3 else [f"3 expected: {faults}"])
    allowed, used, found = exceptions(root), set(), []
    for path in source.files(root, "tests", ends=(".c",)):
        mine = list(problems(path, source.text(root, path), rooms))
        if mine and path in allowed:
            used.add(path)
        else:
            found += mine
    cases.case("tests stand where what they test stands", found)
    cases.case("no exception is left over", [f"tools/mirror.txt: {path}" for path in allowed if path not in used])
    cases.done()


main()
