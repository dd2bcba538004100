# SPDX-License-Identifier: ISC
"""Counts the test cases of meson's testlog.json: TAP and cmocka subtests where a test prints them, else the test.

Usage: count-tests.py testlog.json
Prints the output of every failing test, then one line `PASSED FAILED SKIPPED`.
"""
import json
import re
import sys

TAP = re.compile(r"^(not ok|ok)\b[^#\n]*(#\s*(?:SKIP|TODO)\b.*)?", re.IGNORECASE | re.MULTILINE)
CMOCKA = re.compile(r"^\[ *(OK|FAILED|SKIPPED|ERROR) *\] ([A-Za-z_]\w*)", re.MULTILINE)
SHOWN = 6000  # characters of a failing test's output, from its end


def subtests(output):
    """(passed, failed, skipped) of the subtests that the output names, or None."""
    found = {}
    for number, match in enumerate(TAP.finditer(output)):
        verdict = "skipped" if match.group(2) else "passed" if match.group(1).lower() == "ok" else "failed"
        found[number] = verdict
    if not found:
        for match in CMOCKA.finditer(output):
            verdict = {"OK": "passed", "SKIPPED": "skipped"}.get(match.group(1), "failed")
            # cmocka repeats names of failed and skipped tests in its summary; the worst word counts once.
            if found.get(match.group(2)) != "failed":
                found[match.group(2)] = verdict
    verdicts = list(found.values())
    return [verdicts.count(v) for v in ("passed", "failed", "skipped")] if verdicts else None


def count(test):
    result = test["result"]
    good, skip = result in ("OK", "EXPECTEDFAIL"), result == "SKIP"
    counts = subtests((test.get("stdout") or "") + "\n" + (test.get("stderr") or ""))
    if counts is None:
        return [int(good), int(not good and not skip), int(skip)]
    if not good and not skip and counts[1] == 0:
        counts[1] = 1  # it ended badly after the last subtest, or between two
    return counts


def main():
    total = [0, 0, 0]
    with open(sys.argv[1], encoding="utf-8", errors="replace") as lines:
        for line in lines:
            test = json.loads(line)
            counts = count(test)
            total = [a + b for a, b in zip(total, counts)]
            if counts[1]:
                output = (test.get("stdout") or "") + (test.get("stderr") or "")
                print(f"--- {test['name']}: {test['result']}, status {test['returncode']}, {test['duration']:.1f} s")
                print(output[-SHOWN:].rstrip())
    print(*total)


main()
