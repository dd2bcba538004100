# SPDX-License-Identifier: ISC
"""Sizes: files, headers, functions, nesting, parameters. Exceptions stand in tools/budget.txt, each with its reason.

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


def main():
    root = sys.argv[1]
    cases = Cases()
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
    for measure, problems in over.items():
        cases.case(f"{measure} at most {LIMITS[measure]}", problems)
    cases.case("functions were found", [] if counted > 50 else [f"only {counted} functions: the scanner is broken"])
    cases.case("no exception is left over", [f"tools/budget.txt: {' '.join(key)}" for key in allowed if key not in used])
    cases.done()


main()
