# SPDX-License-Identifier: ISC
"""What `replay --json` says of every recording is what it said when it was last looked at, byte for byte, the version
aside. `golden.py --update` (ninja update-golden) writes tests/golden/incidents/ anew: read the difference before keeping it."""
import os
import re
import sys

from run import LAB, Tap, recordings, run, series

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden", "incidents")
CONTEXT = 80


def without(said_or_wanted):
    """Of a program whose numbers were changed on purpose (tests/mutants) their digest is no answer."""
    if os.environ.get("LACUNA_ANY_PARAMETERS"):
        said_or_wanted = re.sub(rb',"parameters":"[^"]*"', b"", said_or_wanted)
    return re.sub(rb',"version":"[^"]*"', b"", said_or_wanted)


def said(folder):
    done = run("replay", folder, "--json")
    if done.returncode not in (0, 1):
        return None, done.stderr.decode(errors="replace")
    return without(done.stdout), done.stderr.decode(errors="replace")


def golden_path(folder):
    return os.path.join(GOLDEN, os.path.basename(folder) + ".json")


def difference(got, want):
    at = next((i for i, (a, b) in enumerate(zip(got, want)) if a != b), min(len(got), len(want)))
    begin = max(0, at - CONTEXT)
    return f"byte {at}\nexpected {want[begin : at + CONTEXT]}\n     got {got[begin : at + CONTEXT]}"


def update(folders):
    os.makedirs(GOLDEN, exist_ok=True)
    for folder in folders:
        got, errors = said(folder)
        if got is None:
            sys.exit(f"{folder}: {errors}")
        with open(golden_path(folder), "wb") as f:
            f.write(got)
        print(golden_path(folder))


def compare(folders):
    tap = Tap()
    for folder in folders:
        got, errors = said(folder)
        name = os.path.basename(folder)
        if not os.path.exists(golden_path(folder)):
            tap.check(False, name, "no golden file: run golden.py --update")
            continue
        with open(golden_path(folder), "rb") as f:
            want = without(f.read())
        tap.check(got == want, name, errors if got is None else difference(got, want))
    tap.end()


everything = LAB + [os.environ["LACUNA_DEMO"]] + recordings() + series()
if sys.argv[1:] == ["--update"]:
    update(everything)
else:
    compare(everything)
