# SPDX-License-Identifier: ISC
"""Circles: no file of one room is, through any includes, below itself by way of another room; a file and its header count as one.

Usage: circles.py ROOT
"""
import os
import re
import sys

import source
from tap import Cases

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.MULTILINE)


def unit(name):
    """room/file without its ending; a header for friends (x_priv.h) is part of x."""
    return re.sub(r"_priv$", "", os.path.splitext(name)[0])


def graph(files):
    """{unit: units that it includes} of {path below src: code}."""
    edges = {}
    for name, code in files.items():
        edges.setdefault(unit(name), set()).update(unit(other) for other in INCLUDE.findall(code))
    for name, others in edges.items():
        others.discard(name)
    return edges


def below(edges, start):
    seen, waiting = set(), list(edges.get(start, ()))
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += edges.get(name, ())
    return seen


def circles(edges):
    """Sets of units that are all below each other, two or more."""
    reach = {name: below(edges, name) for name in edges}
    left, found = sorted(edges), []
    while left:
        name = left.pop(0)
        ring = {name} | {other for other in reach[name] if name in reach.get(other, ())}
        if len(ring) > 1:
            found.append(ring)
            left = [other for other in left if other not in ring]
    return found


def across(rings):
    for ring in rings:
        if len({name.split("/")[0] for name in ring}) > 1:
            yield "a circle of files: " + " ".join(sorted(ring))


def main():
    root = sys.argv[1]
    cases = Cases()
    sample = graph({"a/x.c": '#include "a/x.h"\n#include "b/y.h"\n', "a/x.h": "", "b/y.h": '#include "b/z_priv.h"\n',
                    "b/z_priv.h": '#include "a/x.h"\n', "b/w.c": '#include "b/v.h"\n', "b/v.h": '#include "b/w.h"\n', "b/w.h": ""})
    faults = list(across(circles(sample)))
    cases.case("the check finds the sample's circle", [] if len(faults) == 1 and len(circles(sample)) == 2 else [f"1 expected: {faults}"])
    files = {path.split("/", 1)[1]: source.text(root, path) for path in source.files(root, "src")}
    headers = {name: code for name, code in files.items() if name.endswith(".h")}
    cases.case("no circle of files goes through two rooms", across(circles(graph(files))))
    cases.case("no header includes itself by way of others", ["a circle of headers: " + " ".join(sorted(ring))
                                                              for ring in circles({name: set(INCLUDE.findall(code))
                                                                                   for name, code in headers.items()})])
    cases.case("files were found", [] if len(files) > 100 else [f"only {len(files)}"])
    cases.done()


main()
