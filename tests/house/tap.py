# SPDX-License-Identifier: ISC
"""A test of the house: named cases, each a list of problems; printed as TAP."""
import sys

SHOWN = 40  # problems of one case


class Cases:
    def __init__(self):
        self.number = 0
        self.failed = 0

    def case(self, name, problems, skip=None):
        self.number += 1
        problems = list(problems)
        self.failed += bool(problems)
        word = "not ok" if problems else "ok"
        print(f"{word} {self.number} - {name}" + (f" # SKIP {skip}" if skip else ""))
        for problem in problems[:SHOWN]:
            print("# " + problem)
        if len(problems) > SHOWN:
            print(f"# ... and {len(problems) - SHOWN} more")

    def done(self):
        print(f"1..{self.number}")
        sys.exit(1 if self.failed else 0)
