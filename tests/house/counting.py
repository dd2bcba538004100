# SPDX-License-Identifier: ISC
"""The counter behind the last line of ./check: made-up logs of meson whose counts are known.

Usage: counting.py ROOT
"""
import json
import os
import subprocess
import sys
import tempfile

from tap import Cases

# (name, result, stdout, stderr, counts expected)
ROWS = [
    ("plain pass", "OK", "hello\n", "", [1, 0, 0]),
    ("plain failure", "FAIL", "", "boom\n", [0, 1, 0]),
    ("skip with a reason", "SKIP", "no fixtures\n", "", [0, 0, 1]),
    ("time-out", "TIMEOUT", "", "", [0, 1, 0]),
    ("expected failure", "EXPECTEDFAIL", "", "", [1, 0, 0]),
    ("unexpected pass", "UNEXPECTEDPASS", "", "", [0, 1, 0]),
    ("TAP", "ERROR", "1..4\nok 1 - a\nnot ok 2 - b\n# ok in a note\nok 3 - c # SKIP why\nok 4 - d\n", "", [2, 1, 1]),
    ("TAP cut by a crash", "ERROR", "1..3\nok 1 - a\nok 2 - b\n", "killed\n", [2, 1, 0]),
    ("cmocka", "OK", "", "[ RUN      ] a\n[       OK ] a\n[ RUN      ] b\n[  SKIPPED ] b\n[  PASSED  ] 1 test(s).\n"
     "[  SKIPPED ] 1 test(s), listed below:\n[  SKIPPED ] b\n", [1, 0, 1]),
    ("cmocka failure", "FAIL", "[       OK ] a\n[  FAILED  ] b\n[  FAILED  ] 1 test(s), listed below:\n[  FAILED  ] b\n", "",
     [1, 1, 0]),
    ("cmocka then a sanitizer", "FAIL", "[       OK ] a\n", "ERROR: LeakSanitizer: detected memory leaks\n", [1, 1, 0]),
]


def main():
    root = sys.argv[1]
    cases = Cases()
    counter = os.path.join(root, "tools", "count-tests.py")
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "testlog.json")
        for name, result, out, err, expected in ROWS:
            with open(log, "w", encoding="utf-8") as file:
                json.dump({"name": name, "result": result, "stdout": out, "stderr": err, "returncode": 0, "duration": 1.0}, file)
                file.write("\n")
            printed = subprocess.run([sys.executable, "-B", counter, log], capture_output=True, text=True, check=True).stdout
            last = [int(word) for word in printed.splitlines()[-1].split()]
            problems = [] if last == expected else [f"{last}, expected {expected}"]
            if expected[1] and name not in printed:
                problems.append("the output of the failing test is not shown")
            cases.case(name, problems)
    cases.done()


main()
