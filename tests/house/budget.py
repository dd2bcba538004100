# SPDX-License-Identifier: ISC
"""Sizes: files, headers, functions, nesting, parameters; of rooms, those that tools/rooms.txt limits. Exceptions stand in
tools/budget.txt, each with its reason.

Usage: budget.py ROOT
"""
import sys

import source
from tap import Cases

LIMITS = {"file": 800, "header": 200, "function": 80, "nesting": 3, "parameters": 5}
SAMPLE = """\
static int f(int a, int b, int c, int d, int e, int g)
{
	for (;;)
		while (a)
			if (b) {
				do
					c++;
				while (d);
			} else if (e) {
				g = 1;
			}
	return 0;
}

struct s {
	int a;
};

void g(void)
{
	static const char *const t[] = {"{", "if (", "}"};
	switch (f(1, 2, 3, 4, 5, 6)) {
	case 1:
		if (t[0]) // for (;;) while (1) if (1) if (1)
			return;
	}
again:
	goto again;
}
"""


def exceptions(root):
    """{(path, measure, name): limit}; a line is `path measure[:name] limit reason`."""
    found = {}
    for line in source.text(root, "tools/budget.txt").splitlines():
        if line.strip() and not line.startswith("#"):
            path, measure, limit, _reason = line.split(None, 3)
            measure, _, name = measure.partition(":")
            found[path, measure, name] = int(limit)
    return found


def measures(path, code):
    """(measure, function or empty, line, value) of everything that has a limit."""
    yield "header" if path.endswith(".h") else "file", "", 1, len(code.splitlines())
    for function in source.functions(code):
        yield "function", function.name, function.first, function.lines
        yield "nesting", function.name, function.first, function.nesting
        yield "parameters", function.name, function.first, function.parameters


def room_limits(table):
    """{room: limit}; a line of tools/rooms.txt is `room limit reason`."""
    lines = [line for line in table.splitlines() if line.strip() and not line.startswith("#")]
    return {room: int(limit) for room, limit, _reason in (line.split(None, 2) for line in lines)}


def room_problems(limits, lengths):
    """lengths: {path below src: lines}."""
    for room, limit in limits.items():
        total = sum(lines for path, lines in lengths.items() if path.startswith(f"src/{room}/"))
        if not total:
            yield f"src/{room}: no such room"
        elif total > limit:
            yield f"src/{room}: {total} lines, at most {limit}: move down what a daemon could need"


def main():
    root = sys.argv[1]
    cases = Cases()
    faults = list(room_problems(room_limits("# r\na 5 why\nb 5 why\nc 9 why\n"), {"src/a/x.c": 3, "src/a/y.h": 3, "src/b/x.c": 5, "src/ab/x.c": 9}))
    cases.case("the check of rooms finds the sample's faults", [] if len(faults) == 2 else [f"2 expected: {faults}"])
    sample = {(m, n): v for m, n, _, v in measures("sample.c", SAMPLE)}
    expected = {("function", "f"): 13, ("nesting", "f"): 4, ("parameters", "f"): 6,
                ("function", "g"): 11, ("nesting", "g"): 2, ("parameters", "g"): 0, ("file", ""): 29}
    cases.case("the scanner measures the sample", [f"{key}: {sample.get(key)}, expected {value}"
                                                   for key, value in expected.items() if sample.get(key) != value])
    allowed, used = exceptions(root), set()
    over = {measure: [] for measure in LIMITS}
    counted = 0
    for path in source.files(root, "src", "tests", "bench"):
        for measure, name, line, value in measures(path, source.text(root, path)):
            counted += measure == "function"
            if value <= LIMITS[measure]:
                continue
            if value <= allowed.get((path, measure, name), 0):
                used.add((path, measure, name))
                continue
            over[measure].append(f"{path}:{line}: {name or 'file'}: {measure} {value}, at most {LIMITS[measure]}")
    lengths = {path: len(source.text(root, path).splitlines()) for path in source.files(root, "src")}
    cases.case("rooms are no larger than they may be", room_problems(room_limits(source.text(root, "tools/rooms.txt")), lengths))
    for measure, problems in over.items():
        cases.case(f"{measure} at most {LIMITS[measure]}", problems)
    cases.case("functions were found", [] if counted > 50 else [f"only {counted} functions: the scanner is broken"])
    cases.case("no exception is left over", [f"tools/budget.txt: {' '.join(key)}" for key in allowed if key not in used])
    cases.done()


main()
