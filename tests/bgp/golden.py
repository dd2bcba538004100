# SPDX-License-Identifier: ISC
"""`lacuna bgp -m` against bgpdump: byte for byte on its golden outputs, line for line on every archive of the fixtures.

Usage: golden.py LACUNA. Needs LACUNA_SHARED; the second half needs bgpdump.
"""
import csv
import gzip
import ipaddress
import os
import shutil
import subprocess
import sys

from bgp_run import Cases, count, lines, run, shared

READ = ("5", "12", "13", "16", "17")  # MRT types that are read
TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bgpdump-differences.tsv")


def golden_cases(cases, program):
    folder = shared("mrt", "golden")
    names = sorted(os.listdir(folder))
    for name in names:
        archive = name.removesuffix(".bgpdump-m.txt.gz")
        with gzip.open(os.path.join(folder, name)) as file:
            expected = file.read()
        printed = run(program, "-m", shared("mrt", archive)).stdout
        cases.case("golden " + archive, [] if printed == expected else ["the output is not the golden one"])
    cases.case("twelve golden outputs", [] if len(names) == 12 else [f"{len(names)} found"])


def differences():
    with open(TABLE, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
    return {row[0]: (int(row[1]), int(row[2]), row[3]) for row in rows}


def masked(multiset):
    """bgpdump 1.6.2 prints bits beyond the prefix length; its later versions and Lacuna do not."""
    result = type(multiset)()
    for line, number in multiset.items():
        fields = line.decode().split("|")
        if len(fields) > 5 and "/" in fields[5]:
            try:
                fields[5] = str(ipaddress.ip_network(fields[5], strict=False))
            except ValueError:
                pass  # 0.5.0.3/117, made of damage
        result["|".join(fields).encode()] += number
    return result


def as_of_1999(line):
    """A line of the type BGP as bgpdump prints it: without the bar before the communities, and of what is withdrawn the peer's address."""
    fields = line.split(b"|")
    if fields[0] != b"BGP" or len(fields) < 6:
        return line
    if fields[2] == b"W":
        return b"|".join(fields[:5] + [fields[3] + b"/" + fields[5].split(b"/")[1]])
    return b"|".join(fields[:10] + [fields[10] + fields[11]] + fields[12:]) if fields[2] == b"A" else line


def differ(ours, theirs):
    ours = type(ours)(as_of_1999(line) for line in ours.elements())
    missing, extra = theirs - ours, ours - theirs
    return masked(missing) - masked(extra), masked(extra) - masked(missing)


def compare(program, archive, theirs, expected):
    missing, extra = differ(lines(run(program, "-m", archive).stdout), theirs)
    found = (count(missing), count(extra))
    if found != expected[:2]:
        yield f"{found[0]} lines missing, {found[1]} extra; {expected[0]} and {expected[1]} are explained"
        yield from (f"- {line.decode()[:120]}" for line in list(missing)[:3])
        yield from (f"+ {line.decode()[:120]}" for line in list(extra)[:3])
    if expected[2] == "same":
        missing, extra = differ(lines(run(program, "-m", "--no-guess", archive).stdout), theirs)
        if missing or extra:
            yield f"--no-guess: {count(missing)} lines missing, {count(extra)} extra"


def bgpdump_cases(cases, program):
    if not shutil.which("bgpdump"):
        cases.case("line for line with bgpdump", [], skip="bgpdump is not installed")
        return
    explained = differences()
    compared = 0
    with open(shared("mrt", "LIST.tsv"), encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            elements = sum(int(row[key]) for key in ("A", "W", "B"))
            if row["mrt_type"] not in READ or not elements:
                continue
            archive = shared("mrt", row["file"])
            theirs = lines(subprocess.run(["bgpdump", "-m", archive], capture_output=True, check=False).stdout)
            expected = explained.pop(row["file"], (0, 0, "-"))
            cases.case("bgpdump " + row["file"], compare(program, archive, theirs, expected))
            compared += 1
    cases.case("every explained difference was met", [f"{name}: no such archive" for name in explained])
    cases.case("archives were compared", [] if compared > 40 else [f"only {compared}"])


def main():
    shared("mrt", "golden")
    cases = Cases()
    golden_cases(cases, sys.argv[1])
    bgpdump_cases(cases, sys.argv[1])
    cases.done()


main()
