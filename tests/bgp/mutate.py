# SPDX-License-Identifier: ISC
"""Mutated archives: 3,000 copies with one to six random edits each go through one process; none may end or hang it.

Usage: mutate.py EACH. Needs LACUNA_SHARED. LACUNA_SEED repeats a run.
"""
import glob
import os
import random
import subprocess
import sys
import tempfile
import time

from bgp_run import shared

COPIES = 3000
SECONDS = 240


def edit(data, dice):
    at = dice.randrange(len(data))
    kind = dice.randrange(6)
    if kind == 0:
        data[at] ^= 1 << dice.randrange(8)
    elif kind == 1:
        data[at] = dice.choice((0, 1, 0x7f, 0x80, 0xff, dice.randrange(256)))
    elif kind == 2:
        del data[at:at + dice.randrange(1, 40)]
    elif kind == 3:
        data[at:at] = bytes(dice.randrange(256) for _ in range(dice.randrange(1, 40)))
    elif kind == 4:
        other = dice.randrange(len(data))
        data[at:at + 16] = data[other:other + 16]
    else:
        data[at:at + 2] = dice.choice((b"\xff\xff", b"\0\0", b"\xff\xf0", b"\0\1"))


def mutant(original, dice):
    data = bytearray(original)
    for _ in range(dice.randint(1, 6)):
        if data:
            edit(data, dice)
    return data


def main():
    seed = int(os.environ.get("LACUNA_SEED", time.time_ns() % 1000000007))
    print(f"# seed {seed} (repeat with LACUNA_SEED={seed})", flush=True)
    dice = random.Random(seed)
    names = sorted(glob.glob(os.path.join(shared("lab"), "*", "bgp", "*.mrt*")) + glob.glob(shared("bmp") + "/*.bmp"))
    originals = []
    for name in names:
        if name.endswith((".mrt", ".bmp")):
            with open(name, "rb") as file:
                originals.append((os.path.splitext(name)[1], file.read()))
    if len(originals) < 10:
        print(f"not ok 1 - only {len(originals)} originals\n1..1")
        sys.exit(1)
    with tempfile.TemporaryDirectory() as folder:
        listing = os.path.join(folder, "list")
        with open(listing, "w", encoding="utf-8") as out:
            for number in range(COPIES):
                suffix, original = dice.choice(originals)
                path = os.path.join(folder, f"{number}{suffix}")
                with open(path, "wb") as file:
                    file.write(mutant(original, dice))
                out.write(path + "\n")
        with open(os.path.join(folder, "errors"), "w+b") as errors:
            done = subprocess.run([sys.argv[1], listing], stderr=errors, timeout=SECONDS, stdout=subprocess.PIPE)
            errors.seek(max(0, errors.tell() - 4000) if done.returncode else 0)
            tail = errors.read(8000).decode(errors="replace")
    said = done.stdout.decode(errors="replace") + (tail if done.returncode else "")
    good = done.returncode == 0 and f"{COPIES} files" in said
    print(f"{'ok' if good else 'not ok'} 1 - {COPIES} mutated files are read to their ends")
    for line in said.splitlines():
        print("# " + line)
    print("1..1")
    sys.exit(0 if good else 1)


main()
