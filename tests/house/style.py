# SPDX-License-Identifier: ISC
"""Form: clang-format 14 changes nothing; every header compiles alone, twice, with both compilers.

Usage: style.py ROOT
"""
import os
import re
import shutil
import subprocess
import sys

import source
from tap import Cases

WARNINGS = ["-std=gnu17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wno-sign-conversion", "-Wshadow",
            "-Wstrict-prototypes", "-Wundef", "-Werror"]


def run(command, feed=None):
    return subprocess.run(command, input=feed, capture_output=True, text=True, check=False)


def clang_format():
    """The command of version 14, or None: other versions format otherwise."""
    for name in ("clang-format-14", "clang-format"):
        if shutil.which(name) and re.search(r"version 14\.", run([name, "--version"]).stdout):
            return name
    return None


def format_problems(root, command, paths):
    for start in range(0, len(paths), 20):
        some = [os.path.join(root, path) for path in paths[start:start + 20]]
        result = run([command, "--style=file", "--dry-run", "-Werror", *some])
        for line in result.stderr.splitlines():
            if ": error:" in line:
                yield os.path.relpath(line.split(": error:")[0], root) + ": not as clang-format writes it"


def header_problems(root, compiler, headers):
    for path in headers:
        name = path.split("/", 1)[1]
        unit = f'#include "{name}"\n#include "{name}"\nextern int nothing;\n'
        result = run([compiler, "-fsyntax-only", *WARNINGS, "-I", os.path.join(root, "src"), "-x", "c", "-"], unit)
        if result.returncode:
            first = next((line for line in result.stderr.splitlines() if "error" in line), "does not compile")
            yield f"{path}: {first.replace(root + '/', '')}"


def main():
    root = sys.argv[1]
    cases = Cases()
    command = clang_format()
    paths = source.files(root, "src", "tests", "bench")
    cases.case("clang-format changes nothing", format_problems(root, command, paths) if command else [],
               None if command else "clang-format 14 is not installed")
    headers = source.files(root, "src", ends=(".h",))
    cases.case("headers were found", [] if len(headers) > 10 else [f"only {len(headers)}"])
    for names in (("gcc",), ("clang-14", "clang")):
        compiler = next((name for name in names if shutil.which(name)), None)
        cases.case(f"every header compiles alone with {names[-1]}",
                   header_problems(root, compiler, headers) if compiler else [],
                   None if compiler else f"{names[-1]} is not installed")
    cases.done()


main()
