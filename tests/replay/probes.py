# SPDX-License-Identifier: ISC
"""Probe lines in another order (within the watermark), doubled, packed, cut into files, with other line ends: the same
incidents, revisions included. And builds of other compilers say the same, byte for byte."""
import bz2
import glob
import gzip
import lzma
import os
import random
import re
import shutil
import subprocess
import tempfile

from run import LAB, LACUNA, Tap, incidents, recordings, run
from shift import episodes, read

WATERMARK_S = 120
DOUBLED = 0.3
PIECES = 4
HOUR = 3600
STAMP = re.compile(rb'"t":([0-9.]+)')
SHIPPED = ("power-silent", "stress-slow", "one-server", "fault-observer-down", "shutdown-filter")
SHORTS = ("a2", "b", "c2", "e", "f", "h", "i", "j")


def shuffled(lines, dice):
    """No line later than WATERMARK_S behind the newest before it."""
    keys = {i: float(STAMP.search(line)[1]) + dice.uniform(0, WATERMARK_S - 1) for i, line in enumerate(lines)}
    return [lines[i] for i in sorted(keys, key=keys.get)]


def doubled(lines, dice):
    return [line for line in lines for _ in range(1 + (dice.random() < DOUBLED))]


def put_plain(path, lines, _dice):
    with open(path + ".ndjson", "wb") as f:
        f.write(b"".join(line + b"\n" for line in lines))


def put_shuffled(path, lines, dice):
    put_plain(path, shuffled(lines, dice), dice)


def put_doubled(path, lines, dice):
    put_plain(path, doubled(lines, dice), dice)


def put_doubled_shuffled(path, lines, dice):
    put_plain(path, shuffled(doubled(lines, dice), dice), dice)


def put_crlf(path, lines, _dice):
    with open(path + ".ndjson", "wb") as f:
        f.write(b"\r\n".join(lines))  # and no end of the last line


def put_dealt(path, lines, dice):
    hands = [[] for _ in range(PIECES)]
    for line in lines:
        dice.choice(hands).append(line)
    for i, hand in enumerate(hands):
        put_plain(f"{path}.{i}", hand, dice)


def put_cut(path, lines, dice):
    cuts = [0] + sorted(dice.sample(range(1, len(lines)), PIECES - 1)) + [len(lines)]
    for i in range(PIECES):
        put_plain(f"{path}.{PIECES - i}", lines[cuts[i] : cuts[i + 1]], dice)  # names against the order of time


def put_packed(suffix, pack):
    def put(path, lines, _dice):
        with open(path + ".ndjson" + suffix, "wb") as f:
            f.write(pack(b"".join(line + b"\n" for line in lines)))

    return put


FORMS = {"plain": put_plain, "in another order": put_shuffled, "doubled": put_doubled,
         "doubled, in another order": put_doubled_shuffled, "CRLF": put_crlf, "dealt to files": put_dealt,
         "cut into files": put_cut, ".gz": put_packed(".gz", gzip.compress), ".bz2": put_packed(".bz2", bz2.compress),
         ".xz": put_packed(".xz", lzma.compress)}


def remade(folder, out, put, dice):
    shutil.copytree(folder, out, ignore=shutil.ignore_patterns("probes"))
    os.makedirs(os.path.join(out, "probes"))
    for name in sorted(os.listdir(os.path.join(folder, "probes"))):
        lines = read(os.path.join(folder, "probes", name)).splitlines()
        put(os.path.join(out, "probes", name.split(".ndjson")[0]), lines, dice)


def check(tap, name, folder, dice):
    plain, errors = incidents(folder)
    tap.check(plain is not None, f"{name}: replay", errors)
    for form, put in FORMS.items():
        with tempfile.TemporaryDirectory() as scratch:
            out = os.path.join(scratch, "recording")
            remade(folder, out, put, dice)
            got, errors = incidents(out)
        tap.check(got == plain, f"{name}: probes {form}", f"{got}\n{plain}\n{errors}")


def source_time(root):
    return max(os.path.getmtime(p) for p in glob.glob(os.path.join(root, "src", "**", "*.[ch]"), recursive=True))


def other_builds():
    """Programs in other build folders that are as new as the sources."""
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    found = glob.glob(os.path.join(root, "build*", "src", "cli", "lacuna"))
    found += glob.glob(os.path.join(root, "build*", "*", "src", "cli", "lacuna"))
    newest = source_time(root)
    return sorted(p for p in found if os.path.getmtime(p) >= newest and not os.path.samefile(p, LACUNA))


def check_builds(tap, folders):
    others = other_builds()
    for folder in folders:
        own = run("replay", folder, "--json").stdout
        for other in others:
            done = subprocess.run([other, "replay", folder, "--json"], capture_output=True, timeout=300)
            build = other.split("/src/cli/")[0].split("/../../")[-1]
            tap.check(done.stdout == own, f"{os.path.basename(folder)}: as {build} says", done.stderr.decode())
    if not others:
        tap.skip("builds of other compilers", "no other build is as new as the sources")


tap = Tap()
seed = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
print(f"# seed {seed}")
shipped = {os.path.basename(f).split("-dual")[0]: f for f in LAB}
for short in SHIPPED:
    check(tap, short, shipped[short], random.Random(seed))
with tempfile.TemporaryDirectory() as scratch:
    out = os.path.join(scratch, "long")
    episodes(out, [(shipped["power-silent"], 0), (shipped["stress-slow"], HOUR)])  # longer than the watermark
    check(tap, "power-silent and stress-slow", out, random.Random(seed))
check_builds(tap, LAB + recordings())
lab = {os.path.basename(f).split("-")[0]: f for f in recordings()}
for short in SHORTS:
    if lab:
        check(tap, short, lab[short], random.Random(seed))
tap.end()
