# SPDX-License-Identifier: ISC
"""However the same data reaches the program, it says the same: compressed or not, in one folder or as files in any order,
in pieces; and --until never knows what came later."""
import bz2
import gzip
import json
import lzma
import os
import random
import shutil
import tempfile

from run import DEMO, FIXTURES, LAB, Tap, incidents, recordings, run
from shift import mrt_records

RUNS = 3
PACKERS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


def archives(folder):
    for kind in ("bgp", "bmp"):
        for name in sorted(os.listdir(os.path.join(folder, kind))):
            if ".mrt" in name or name.endswith(".bmp"):
                yield kind, name


def packed(folder, out, suffix):
    shutil.copytree(folder, out)
    for kind, name in archives(folder):
        if kind == "bmp":
            continue  # offsets of the index count plain bytes; streams are short
        path = os.path.join(out, kind, name)
        with open(path, "rb") as f:
            data = f.read()
        os.unlink(path)
        with open(path + suffix, "wb") as f:
            f.write(PACKERS[suffix](data))


def split(folder, out, dice):
    """The updates of each collector cut into pieces between records, as archives rotate their files."""
    shutil.copytree(folder, out)
    for kind, name in archives(folder):
        path = os.path.join(out, kind, name)
        if kind == "bmp" or "updates" not in name:
            continue
        with open(path, "rb") as f:
            records = list(mrt_records(f.read()))
        os.unlink(path)
        cuts = sorted(dice.sample(range(1, len(records)), min(4, len(records) - 1)))
        for i, (a, b) in enumerate(zip([0] + cuts, cuts + [len(records)])):
            with open(path.replace(".mrt", f".{i}.mrt"), "wb") as f:
                f.write(b"".join(records[a:b]))


def unpacked(folder, out):
    """The recording with its archives as they were before they were shipped."""
    shutil.copytree(folder, out)
    for kind, name in archives(folder):
        path = os.path.join(out, kind, name)
        if not name.endswith(".gz"):
            continue
        with gzip.open(path) as f:
            data = f.read()
        os.unlink(path)
        with open(path.removesuffix(".gz"), "wb") as f:
            f.write(data)


def check(tap, given, scratch, dice):
    name = os.path.basename(given)
    folder = os.path.join(scratch, name)
    unpacked(given, folder)
    plain, errors = incidents(folder)
    for suffix in PACKERS:
        out = os.path.join(scratch, name + suffix)
        packed(folder, out, suffix)
        got, errors = incidents(out)
        tap.check(got == plain, f"{name}: {suffix}", f"{got}\n{plain}\n{errors}")
    out = os.path.join(scratch, name + ".split")
    split(folder, out, dice)
    got, errors = incidents(out)
    tap.check(got == plain, f"{name}: in pieces", f"{got}\n{plain}\n{errors}")
    runs = {run("replay", folder, "--json").stdout for _ in range(RUNS)}
    tap.check(len(runs) == 1 and b"incidents" in min(runs), f"{name}: {RUNS} runs byte for byte")


def check_until(tap, folder):
    """Before the fault nothing is known of it; before the routes left nothing is known of that."""
    with open(os.path.join(folder, "truth.json")) as f:
        outage = json.load(f)["outages"][0]
    got, errors = incidents(folder, "--cut", "1", "--until", str(outage["start"] - 1))
    name = os.path.basename(folder)
    tap.check(got == [], f"{name}: nothing is known a second before", f"{got} {errors}")
    got, errors = incidents(folder, "--cut", "1", "--until", str(outage["routes_start"] - 1))
    good = len(got or []) == 1 and not any(s["signal"] == "routes" for s in got[0]["signals"])
    tap.check(good, f"{name}: loss, and no route gone, a second before the routes left", f"{got} {errors}")
    got, errors = incidents(folder, "--cut", "1", "--until", str(outage["routes_start"] + 12))
    good = len(got or []) == 1 and got[0]["end"] is None
    tap.check(good, f"{name}: open, with no end, 12 s after", f"{got} {errors}")


tap = Tap()
seed = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
print(f"# seed {seed}")
shipped = {os.path.basename(folder): folder for folder in LAB}
with tempfile.TemporaryDirectory() as scratch:
    for folder in [DEMO, shipped["stress-slow-dual-9"], shipped["power-silent-dual-9"], shipped["shutdown-withdrawal-dual-9"]] + recordings():
        check(tap, folder, scratch, random.Random(seed))
for folder in [shipped["power-silent-dual-9"]] + ([os.path.join(FIXTURES, "lab", "a2-power-silent")] if recordings() else []):
    check_until(tap, folder)
tap.end()
