# SPDX-License-Identifier: ISC
"""Damaged archives: what the damage did not touch is recovered, nothing false is printed, every gap is named, status 1.

Usage: damage.py LACUNA. Needs LACUNA_SHARED.
"""
import json
import os
import re
import sys

from bgp_run import Cases, count, lines, run, shared

GAP = re.compile(r"^lacuna bgp: .*: bytes (\d+) to (\d+) lost \([a-z]+.*\); peer", re.MULTILINE)


def elements(multiset):
    return sum(number for line, number in multiset.items() if b"|STATE|" not in line)


def problems(row, done, clean):
    found = lines(done.stdout)
    false = count(found - clean)
    said = done.stderr.decode()
    undamaged = row["records_touched"] == 0 and row["file"].startswith("clean")
    if elements(found & clean) < row["elems_in_untouched_records"]:
        yield f"{elements(found & clean)} true elements, {row['elems_in_untouched_records']} were not touched"
    if false and "bitflips" not in row["file"]:
        yield f"{false} lines that the undamaged file does not have"
    if false > row["records_touched"]:
        yield f"{false} altered lines from {row['records_touched']} records that were touched"
    if done.returncode != (0 if undamaged else 1):
        yield f"exit status {done.returncode}"
    if bool(GAP.search(said)) == undamaged:
        yield f"standard error names {'a gap' if undamaged else 'no gap'}: {said[:200]!r}"
    for first, last in GAP.findall(said):
        if int(first) > int(last):
            yield f"range {first} to {last}"


def main():
    folder = shared("malformed", "mrt-damage")
    program = sys.argv[1]
    clean = lines(run(program, "-m", os.path.join(folder, "clean.mrt.gz")).stdout)
    cases = Cases()
    with open(os.path.join(folder, "EXPECT.ndjson"), encoding="utf-8") as file:
        for row in map(json.loads, file):
            done = run(program, "-m", os.path.join(folder, row["file"]))
            cases.case(row["file"], problems(row, done, clean))
    aborts = shared("malformed", "bgpdump-abort")
    for name in sorted(os.listdir(aborts)):
        done = run(program, "-m", os.path.join(aborts, name))
        bad = [] if done.returncode == 1 and done.stderr else [f"exit status {done.returncode}, {done.stderr[:100]!r}"]
        cases.case(name, bad + ([] if done.stdout else ["nothing recovered"]))
    cases.done()


main()
