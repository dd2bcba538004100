# SPDX-License-Identifier: ISC
"""What the replay tests share: running the program, TAP lines, where the fixtures are."""
import json
import os
import subprocess
import sys

LACUNA = os.environ["LACUNA"]
SHARED = os.environ.get("LACUNA_SHARED", "")
FIXTURES = os.path.join(SHARED, "fixtures")
DEMO = os.environ.get("LACUNA_DEMO", "")
DEMO_LAB = os.path.join(os.path.dirname(DEMO), "lab")
LAB = sorted(os.path.join(DEMO_LAB, n) for n in os.listdir(DEMO_LAB)) if os.path.isdir(DEMO_LAB) else []  # shipped


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def check(self, good, name, detail=""):
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
        if not good and detail:
            for line in str(detail).splitlines():
                print("# " + line)
        sys.stdout.flush()

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}")

    def end(self):
        print(f"1..{self.count}")
        sys.exit(1 if self.failed else 0)


def run(*arguments, timeout=300):
    return subprocess.run([LACUNA, *arguments], capture_output=True, timeout=timeout)


def replay(*arguments, timeout=300):
    """(status, parsed JSON or None, standard error)"""
    done = run("replay", *arguments, "--json", timeout=timeout)
    try:
        return done.returncode, json.loads(done.stdout), done.stderr.decode(errors="replace")
    except ValueError:
        return done.returncode, None, done.stderr.decode(errors="replace")


def incidents(*arguments):
    """What was found, without the names of the files it rests on; and words for a failure."""
    status, result, errors = replay(*arguments)
    found = (result or {}).get("incidents")
    for i in found or []:
        i.pop("evidence", None)
        for cause in i["causes"] or []:
            for argument in cause["for"] + cause["against"]:
                argument.pop("refs")
        for finding in i["findings"] or []:
            finding.pop("refs")
    return found, f"{status} {errors}"


def recordings():
    lab = os.path.join(FIXTURES, "lab")
    return sorted(os.path.join(lab, n) for n in os.listdir(lab)) if os.path.isdir(lab) else []


def series():
    """Recordings of published series; not every folder of series/ is a recording."""
    root = os.path.join(FIXTURES, "series")
    names = sorted(os.listdir(root)) if os.path.isdir(root) else []
    return [os.path.join(root, n) for n in names if os.path.exists(os.path.join(root, n, "recording.json"))]
