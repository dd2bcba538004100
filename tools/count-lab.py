# SPDX-License-Identifier: ISC
"""Counts an index of lab/matrix: `PASSED FAILED`. What was wanted and is not there has failed.

Usage: count-lab.py INDEX WANTED
"""
import json
import sys


def good(entry):
    """The truth held, every outage was found with the right extent of nothing else."""
    verdict = entry.get("verdict") or {}
    return entry.get("status") == 0 and verdict.get("detected") is not False and verdict.get("false_outages") == 0


def main():
    path, wanted = sys.argv[1], int(sys.argv[2])
    passed = 0
    try:
        with open(path, encoding="utf-8") as file:
            passed = sum(good(json.loads(line)) for line in file)
    except (OSError, ValueError):
        pass
    print(passed, wanted - passed)


main()
