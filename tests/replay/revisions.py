# SPDX-License-Identifier: ISC
"""What must hold of revisions, whatever the data: ids never change, revisions rise by one, any grid of cuts ends in the same
last ones, --until never knows what came later, a log says what the run said that wrote it, and the answer about one entity does
not depend on who else is watched. Over the recordings of the repository, and the shared ones where they are there."""
import json
import os
import random
import shutil
import tempfile
import time

from grow import Follow, Growing
from run import LAB, Tap, recordings, run, series

DEMO = os.environ["LACUNA_DEMO"]
GRIDS = (1, 2, 3, 5, 7, 13, 20, 30, 60, 120, 600, 3600)
GRIDS_EACH, UNTILS_EACH = 3, 6
OTHERS = 300  # entities that are watched beside
GROWN = 20    # logs written by a replay that follows
STEPS = 5     # in which a recording grows


def told(folder, *arguments):
    """The revisions of a replay: parsed, and the lines as they are."""
    done = run("replay", folder, "--revisions", "--quiet", *arguments)
    lines = done.stdout.splitlines(keepends=True)
    return [json.loads(line) for line in lines], lines


def jumps(revisions):
    """What rose by other than one."""
    seen, wrong = {}, []
    for r in revisions:
        one = r["incident"]
        if one["revision"] != seen.get(one["id"], 0) + 1:
            wrong.append((one["id"], seen.get(one["id"], 0), one["revision"]))
        seen[one["id"]] = one["revision"]
    return wrong


def last(revisions):
    """The last revision of each incident that was not taken back, its number left out: that depends on how often one looks."""
    found = {r["incident"]["id"]: dict(r["incident"]) for r in revisions}
    for one in found.values():
        del one["revision"]
    return {i: one for i, one in found.items() if one["state"] != "withdrawn"}


def words(want, got):
    for i in sorted(set(want) | set(got)):
        for member in sorted(set(want.get(i, {})) | set(got.get(i, {}))):
            a, b = want.get(i, {}).get(member), got.get(i, {}).get(member)
            if a != b:
                return f"{i} {member}: {str(a)[:200]} and {str(b)[:200]}"
    return ""


def check_grids(tap, folder, base, dice):
    name, want = os.path.basename(folder), last(base)
    grids = [dice.choice(GRIDS + (dice.randint(1, 1000),)) for _ in range(GRIDS_EACH)]
    wrong = []
    for grid in grids:
        revisions, _ = told(folder, "--cut", str(grid))
        got = last(revisions)
        if jumps(revisions) or got != want:
            wrong.append(f"{grid} s: {jumps(revisions)} {words(want, got)}")
    tap.check(not wrong, f"{name}: cut each {grids} s it ends in the same", "\n".join(wrong))


def check_until(tap, folder, base, lines, dice):
    name = os.path.basename(folder)
    first, end = min(r["cut"] for r in base) - 60, max(r["cut"] for r in base) + 20
    wrong = []
    for _ in range(UNTILS_EACH):
        until = int(dice.uniform(first, end))
        _, some = told(folder, "--until", str(until))
        wanted = [line for line, r in zip(lines, base) if r["cut"] <= until and r["cut"] % 10 == 0]
        if some != lines[:len(some)] or len(some) != len(wanted):
            wrong.append(f"{until}: {len(some)} of {len(wanted)}")
    tap.check(not wrong, f"{name}: --until is the beginning of the whole", wrong)


def check_log(tap, folder, work, dice):
    """It grows while it is followed, and the log of that says the same."""
    name = os.path.basename(folder)
    work = tempfile.mkdtemp(dir=work)
    growing = Growing(folder, os.path.join(work, name))
    log = os.path.join(work, "log")
    growing.write(growing.moment(dice.uniform(0, 0.4)), more=dice.randint(0, 9))
    follow = Follow(growing.folder, "--quiet", "--log", log, every="0.05")
    for share in sorted(dice.uniform(0.4, 1) for _ in range(STEPS - 1)):
        growing.write(growing.moment(share), more=dice.randint(0, 9))
        time.sleep(dice.uniform(0, 0.2))
    growing.write(growing.last)
    follow.idle()
    _, status, errors = follow.stop()
    done = run("replay", log, "--revisions", "--quiet")
    tap.check(status == 0 and done.stdout == follow.told, f"{name}: the log of a replay that followed it says the same",
              f"{status} {errors} {done.returncode} {len(done.stdout.splitlines())} of {len(follow.told.splitlines())} lines")
    shutil.rmtree(work)


def others():
    """Entities of three kinds: without space, with space of nobody here, and with much of it."""
    for i in range(OTHERS):
        entity = {"id": f"asn/{4200000000 + i}"}
        if i % 3 == 1:
            entity["prefixes"] = [f"100.{64 + i // 16 % 64}.{i * 3 % 256}.0/24"]
        elif i % 3 == 2:
            entity["prefixes"] = [f"10.{i % 256}.0.0/16", f"172.{16 + i % 16}.{i % 256}.0/24"]
            entity["asns"] = [4200000000 + i]
        yield entity


def crowded(folder, out):
    """The same recording; all of these are watched too, some before the country and some after it."""
    shutil.copytree(folder, out)
    path = os.path.join(out, "recording.json")
    with open(path, encoding="utf-8") as file:
        recording = json.load(file)
    more = list(others())
    recording["entities"] = more[:OTHERS // 2] + recording["entities"] + more[OTHERS // 2:]
    ids = [e["id"] for e in more]
    recording["watch"] = ids[:OTHERS // 2] + recording["watch"] + ids[OTHERS // 2:]
    os.chmod(path, 0o644)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(recording, file)


def check_crowd(tap, folder, lines, work):
    name = os.path.basename(folder)
    out = os.path.join(work, name + ".crowd")
    crowded(folder, out)
    _, got = told(out)
    wrong = next((i for i, (a, b) in enumerate(zip(lines, got)) if a != b), min(len(lines), len(got)))
    shown = [x[wrong][:300] for x in (lines, got) if wrong < len(x)]
    tap.check(got == lines, f"{name}: {OTHERS} others that are watched change no byte", f"{len(lines)} {len(got)} {shown}")
    shutil.rmtree(out)


def check(tap, folder, work, dice):
    base, lines = told(folder)
    name = os.path.basename(folder)
    tap.check(not jumps(base), f"{name}: revisions rise by one", jumps(base))
    check_grids(tap, folder, base, dice)
    if base:
        check_until(tap, folder, base, lines, dice)
    if folder in LAB or folder == DEMO:
        check_crowd(tap, folder, lines, work)


def main():
    tap = Tap()
    seed = int(os.environ.get("LACUNA_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"# LACUNA_SEED={seed}")
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory() as work:
        for folder in [DEMO] + LAB + recordings() + series():
            check(tap, folder, work, dice)
        for i in range(GROWN):
            check_log(tap, ([DEMO] + LAB)[i % (1 + len(LAB))], work, dice)
    tap.end()


main()
