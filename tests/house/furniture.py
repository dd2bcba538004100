# SPDX-License-Identifier: ISC
"""Common furniture stands in base: heaps, hash tables, comparators of numbers, readers of numbers, times and JSON, making of instants.
Exceptions stand in tools/furniture.txt, each with its reason. And must(), counted.

Usage: furniture.py ROOT
"""
import os
import re
import sys

import source
from tap import Cases

PATTERNS = {
    # The parent or the first child of a place.
    "heap": re.compile(r"\((?:at|i|k|node|place|index|slot) - 1\) / 2\]|\bchild = (?:2 \* \w+|\w+ \* 2) \+ 1"),
    # One slot on, around the end; or a hash that is cut to a place.
    "table": re.compile(r"\b(\w+) = \(\1 \+ 1\) [&%]|\bhash_(?:mix|pair|bytes)\([^;]*\) & |\bhash [&%] "),
    "number": re.compile(r"\bstrto(?:l|ll|ul|ull|d|f|ld|imax|umax)\(|\bsscanf\(|\* 10 \+ "),
    "time": re.compile(r"\b(?:strptime|timegm|mktime)\(|\b719468\b"),
    "json": re.compile(r"#[ \t]*include <jansson\.h>"),
    # A moment out of a bare count of nanoseconds, which may happen to be 0: instant_of_ns() knows.
    "instant": re.compile(r"\(struct instant\)\{|\bstruct instant \w+ = \{"),
}
# A function for qsort that looks at plain numbers or instants.
COMPARATOR = re.compile(r"^static int \w+\(const void \*\w+, const void \*\w+\)\n\{[^}]*?"
                        r"\*\(const (?:double|float|u?int\d+_t|struct instant) \*\)", re.MULTILINE)
SAMPLE = """
	while (at && items[(at - 1) / 2] > one)
	i = (i + 1) & (count - 1);
	size_t slot = hash_mix(asn) & (n - 1);
	value = value * 10 + (*at - '0');
	unsigned long v = strtoul(text, NULL, 10);
	time_t t = timegm(&tm);
	struct instant when = {ns};
#include <jansson.h>
static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
}
"""
# In 1,000 lines: what a room has at least, and all of src. Rooms that are not named have not come so far: what is in wire and cli
# comes from outside, and meets none.
MUST = {room: 2 for room in ("base net model feed decode world conf schedule belief check detect diagnose evaluate incident intake "
                             "journal os recording reference signal").split()} | {"": 2}


def exceptions(root):
    """{(end of the path, kind)}; a line is `file kind reason`."""
    found = set()
    for line in source.text(root, "tools/furniture.txt").splitlines():
        if line.strip() and not line.startswith("#"):
            name, kind, _reason = line.split(None, 2)
            found.add((name, kind))
    return found


def findings(code):
    """(kind, line) of everything that looks like furniture. Include lines stay, comments and strings do not."""
    plain = source.bare(code).split("\n")
    for number, line in enumerate(code.split("\n"), 1):
        for kind, pattern in PATTERNS.items():
            if pattern.search(line if kind == "json" else plain[number - 1]):
                yield kind, number
    for match in COMPARATOR.finditer(code):
        yield "comparator", code.count("\n", 0, match.start()) + 1


def problems(root, excused, used):
    for path in source.files(root, "src"):
        if path.startswith("src/base/"):
            continue
        for kind, number in findings(source.text(root, path)):
            excuse = next(((name, what) for name, what in excused if what == kind and path.endswith("/" + name)), None)
            if excuse:
                used.add(excuse)
            else:
                yield f"{path}:{number}: a {kind} of its own; base has one (or a line in tools/furniture.txt)"


def must_problems(root):
    for room, least in MUST.items():
        lines = count = 0
        for path in source.files(root, os.path.join("src", room).rstrip("/")):
            code = source.bare(source.text(root, path))
            lines += code.count("\n")
            count += len(re.findall(r"\bmust\(", code))
        if count * 1000 < least * lines:
            yield f"src/{room or '*'}: {count} must() in {lines} lines; {least} in 1,000 are wanted"


def main():
    root = sys.argv[1]
    cases = Cases()
    seen = sorted(kind for kind, _ in findings(SAMPLE))
    expected = ["comparator", "heap", "instant", "json", "number", "number", "table", "table", "time"]
    cases.case("the check finds the sample's furniture", [] if seen == expected else [f"{seen}, expected {expected}"])
    excused, used = exceptions(root), set()
    cases.case("furniture stands in base", problems(root, excused, used))
    cases.case("every exception is needed", [f"tools/furniture.txt: {name} has no {kind}" for name, kind in sorted(excused - used)])
    cases.case("must() stands at the doors", must_problems(root))
    cases.done()


main()
