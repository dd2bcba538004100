# SPDX-License-Identifier: ISC
"""Damaged recordings: none ends the program by a signal, is a fault of it, or makes it hang. Some are made here of the
shipped recording; those that did not hold once are among the fixtures."""
import gzip
import os
import shutil
import tempfile

from run import FIXTURES, Tap, run

DEMO = os.environ["LACUNA_DEMO"]
SECONDS = 120
COMMANDS = [("replay",), ("replay", "--json"), ("replay", "--revisions", "--cut", "7"), ("explain",), ("evaluate",)]


def holds(tap, folder, name):
    wrong = []
    for command in COMMANDS:
        done = run(*command, folder, timeout=SECONDS)
        errors = done.stderr.decode(errors="replace")
        if done.returncode not in range(5) or "must hold" in errors or "Sanitizer" in errors or "2262-04-11" in done.stdout.decode():
            wrong.append(f"{' '.join(command)}: {done.returncode} {errors[-500:]}")
    tap.check(not wrong, name, "\n".join(wrong))


def cut(path, size):
    with open(path, "r+b") as file:
        file.truncate(size)


def without_index(folder):
    """BMP whose arrival times are lost: its records have none."""
    for name in os.listdir(os.path.join(folder, "bmp")):
        if name.endswith(".index"):
            cut(os.path.join(folder, "bmp", name), 0)


def one_byte_first(folder):
    with open(os.path.join(folder, "bgp", "aa-updates.mrt"), "wb") as file:
        file.write(b"\0")


def nothing_but_one_byte(folder):
    for name in ("bgp", "bmp", "probes"):
        shutil.rmtree(os.path.join(folder, name))
    os.mkdir(os.path.join(folder, "bgp"))
    one_byte_first(folder)


def cut_probes(folder):
    path = os.path.join(folder, "probes", "vp.ndjson.gz")
    cut(path, os.path.getsize(path) // 2)


def one_second(folder):
    """Many lines of one second, addresses descending."""
    with gzip.open(os.path.join(folder, "probes", "one.ndjson.gz"), "wt", compresslevel=1) as file:
        for i in range(50000, 0, -1):
            file.write('{"t":1700000000,"observer":"one","op":"icmp_echo","target":"10.%d.%d.%d","ok":true}\n' %
                       (i >> 16, i >> 8 & 255, i & 255))


tap = Tap()
for damage in (without_index, one_byte_first, nothing_but_one_byte, cut_probes, one_second):
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(DEMO, os.path.join(folder, "recording"))
        damage(copy)
        holds(tap, copy, damage.__name__.replace("_", " "))
hostile = os.path.join(FIXTURES, "field", "hostile")
names = sorted(n for n in os.listdir(hostile) if os.path.isdir(os.path.join(hostile, n))) if os.path.isdir(hostile) else []
for name in names:
    holds(tap, os.path.join(hostile, name), name)
if not names:
    tap.skip("inputs that did not hold once", f"no fixtures in {FIXTURES}")
tap.end()
