# SPDX-License-Identifier: ISC
"""Every number that decides something is asked for: moved.tsv has for each row of `lacuna replay --parameters` a value within its bounds
and an input of this repository on which that value changes what is said (`recordings/…`, `tests/…`, `made:` of made.py), or the unit test
that goes over its whole table (`unit:FILE`) or names the row (`named:FILE`), or why nothing can show it (`still:` with the reason). With --update it looks for what
is missing or holds no more, and writes the table anew; what it does not find is printed, and left out."""
import glob
import os
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from made import MADE
from run import Tap, run

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "moved.tsv")
PARAMETER = re.compile(r"^(\S+) +(\S+) +(.*?)  +(\S+) to (\S+)  ", re.MULTILINE)
DIGEST = re.compile(rb'"parameters":"[0-9a-f]*",')
WORKERS = 2
APART = ("unit:", "named:", "still:")
HEAD = "# row\tvalue\tinput on which it changes what is said: see moved.py\n"


def parameters():
    """{row: (value, lowest, highest)}"""
    listed = run("replay", "--parameters").stdout.decode()
    return {name: (float(value), float(low), float(high)) for name, value, _, low, high in PARAMETER.findall(listed)}


def table():
    """{row: (value, input)}, in the order of the file, and what stands in it twice."""
    rows, twice = {}, []
    with open(TABLE, encoding="utf-8") as file:
        for line in file:
            if line.startswith("#") or not line.strip():
                continue
            name, value, where = line.rstrip("\n").split("\t")
            if name in rows:
                twice.append(name)
            rows[name] = (value, where)
    return rows, twice


class Answers:
    def __init__(self, folder):
        self.folder, self.made, self.plain = folder, {}, {}

    def paths(self, where):
        kind, _, name = where.partition(":")
        if kind != "made":
            return [os.path.join(ROOT, where)]
        if name not in self.made:
            self.made[name] = MADE[name](self.folder)
        return self.made[name]

    def of(self, where, *more):
        said = run("replay", "--revisions", "--quiet", *self.paths(where), *more).stdout
        return DIGEST.sub(b"", said)

    def prepare(self, places):
        for where in places:
            if where not in self.plain:
                self.plain[where] = self.of(where)

    def moves(self, name, value, where):
        return self.of(where, "--set", f"{name}={value}") != self.plain[where]


def in_unit_test(name, where):
    """The test sets each row of a table of decisions in turn and does not leave this one out, or sets this row."""
    kind, _, file = where.partition(":")
    path = os.path.join(ROOT, file)
    if not os.path.exists(path):
        return False
    with open(path, encoding="utf-8") as file:
        code = file.read()
    return "decisions_set(" in code and (f'"{name}"' in code) == (kind == "named")


def check(tap, answers, listed, rows):
    runs = [(name, value, where) for name, (value, where) in rows.items() if not where.startswith(APART) and name in listed]
    answers.prepare({where for _, _, where in runs})
    with ThreadPoolExecutor(WORKERS) as pool:
        moved = list(pool.map(lambda row: answers.moves(*row), runs))
    for (name, value, where), good in zip(runs, moved):
        _, low, high = listed[name]
        tap.check(good and low <= float(value) <= high, f"{name}={value} changes what is said of {where}")
    for name, (_, where) in rows.items():
        if where.startswith(("unit:", "named:")):
            tap.check(in_unit_test(name, where), f"{name} is moved by {where}")
        if where.startswith("still:"):
            tap.check(len(where) > 30, f"{name} cannot be moved, and it is said why", where)


def inputs():
    found = ["recordings/demo"] + sorted(os.path.relpath(p, ROOT) for p in glob.glob(os.path.join(ROOT, "recordings/lab/*")))
    found += sorted(os.path.relpath(os.path.dirname(p), ROOT) for p in glob.glob(os.path.join(ROOT, "tests/field/inputs/*/*/recording.json")))
    return [f"made:{name}" for name in MADE] + found


def search(answers, name, bounds, places):
    usual, low, high = bounds
    for where in places:
        for value in dict.fromkeys((low, high, usual * 4, usual / 4, (low + usual) / 2)):
            if low <= value <= high and value != usual and answers.moves(name, f"{value:.10g}", where):
                return f"{value:.10g}", where
    return None


def update(answers, listed, rows):
    kept = {}
    for name, (value, where) in rows.items():
        if name in listed and where.startswith(APART):
            kept[name] = (value, where)
        elif name in listed and where:
            answers.prepare([where])
            if answers.moves(name, value, where):
                kept[name] = (value, where)
    wanted = [name for name in listed if name not in kept]
    places = inputs()
    answers.prepare(places)
    with ThreadPoolExecutor(WORKERS) as pool:
        for name, hit in zip(wanted, pool.map(lambda name: search(answers, name, listed[name], places), wanted)):
            if hit:
                kept[name] = hit
            else:
                print(f"# nothing moves {name}")
    with open(TABLE, "w", encoding="utf-8") as file:
        file.write(HEAD + "".join(f"{name}\t{kept[name][0]}\t{kept[name][1]}\n" for name in listed if name in kept))


def main():
    listed = parameters()
    rows, twice = table()
    with tempfile.TemporaryDirectory() as folder:
        answers = Answers(folder)
        if "--update" in sys.argv:
            update(answers, listed, rows)
            return
        tap = Tap()
        tap.check(len(listed) > 300 and list(rows) == list(listed) and not twice, "the table has each row once, in order",
                  f"missing: {set(listed) - set(rows)}; unknown: {set(rows) - set(listed)}; twice: {twice}")
        check(tap, answers, listed, rows)
        tap.end()


main()
