# SPDX-License-Identifier: ISC
"""`lacuna replay --follow`: what is told while files grow is what a replay of the finished files tells, and it costs no more."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from grow import Follow, Growing, revisions
from run import FIXTURES, LAB, LACUNA, Tap

DEMO = os.environ["LACUNA_DEMO"]
tap = Tap()


def differences(told, wanted):
    if told == wanted:
        return ""

    def key(r):
        return r["cut"], r["change"], r["late"], r["incident"]["id"], r["incident"]["revision"]

    n = next((i for i, (a, b) in enumerate(zip(told, wanted)) if a != b), min(len(told), len(wanted)))
    return f"{len(told)} told, {len(wanted)} wanted; from {n}: {[key(r) for r in told[n:n + 2]]} for {[key(r) for r in wanted[n:n + 2]]}"


def expect(name, follow, folder, status=0):
    told, ended, errors = follow.stop()
    wanted = revisions(folder)[1]
    tap.check(told == wanted, f"{name}: the revisions of a replay of the whole", differences(told, wanted))
    tap.check(ended == status and bool(errors) == bool(status), f"{name}: exit status {status}", f"{ended} {errors}")
    return errors


def cpu_seconds(*command):
    before = os.times()
    subprocess.run(command, capture_output=True, timeout=300, check=False)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def ten_appends(source, work):
    """Plain files, gzip members, BMP with its index, dumps that appear: in ten steps, most of them ending inside records."""
    name = os.path.basename(source)
    g = Growing(source, os.path.join(work, name))
    g.write(g.moment(0.1), more=7)
    f = Follow(g.folder)
    f.idle()
    for step in range(2, 11):
        f.at_once(lambda: g.write(g.moment(step / 10), more=7 if step % 2 else 0))
        f.idle()
    f.at_once(lambda: g.write(g.last))
    f.idle()
    seconds = f.seconds()
    expect(f"{name} in ten appends", f, g.folder)
    plain = max(cpu_seconds(LACUNA, "replay", "--revisions", "--quiet", g.folder) for _ in range(3))
    print(f"# {name}: CPU {seconds:.2f} s, one replay {plain:.2f} s")
    tap.check(seconds <= 1.3 * plain + 0.05, f"{name}: ten appends cost what one replay costs", f"{seconds} s for {plain} s")


def from_nothing(work):
    """A folder that holds nothing yet; then all of it in one go."""
    g = Growing(DEMO, os.path.join(work, "nothing"))
    f = Follow(g.folder)
    f.idle()
    f.at_once(lambda: g.write(g.last))
    f.wait_for(lambda told: len(told) > 10)
    expect("from an empty folder", f, g.folder)


def one_stops(work):
    """One observer and one collector write nothing after a while; the others are told of all the same, while it is written."""
    g = Growing(DEMO, os.path.join(work, "stops"))
    quiet = [p for p in g.parts if "vp2" in p.name or "rc2" in p.name]
    rest = [p for p in g.parts if p not in quiet]
    g.write(g.moment(0.3))
    f = Follow(g.folder)
    f.idle()
    g.parts = rest
    for step in range(4, 11):
        f.at_once(lambda: g.write(g.moment(step / 10)))
        f.idle()
    last = g.first + 0.6 * (g.last - g.first)
    tap.check(f.wait_for(lambda told: told and told[-1]["cut"] > last), "two of seven sources stop: the others do not wait for ever")
    told, _, errors = f.stop()
    wanted = revisions(g.folder)[1]
    last_of = lambda list_of: {r["incident"]["id"]: r["incident"]["scope"] for r in list_of}
    tap.check(last_of(told) == last_of(wanted) and not errors, "two of seven sources stop: the same incidents", differences(told, wanted))


def rotated(work):
    """A file gets another name, and a new one takes its own."""
    g = Growing(DEMO, os.path.join(work, "rotated"))
    f = Follow(g.folder)

    def rotate():
        g.write(g.moment(0.5))
        path = os.path.join(g.folder, "bgp/rc-updates.mrt")
        os.rename(path, path + ".1")
        g.write(g.moment(0.6))

    f.at_once(lambda: g.write(g.moment(0.4)))
    f.idle()
    f.at_once(rotate)
    f.idle()
    f.at_once(lambda: g.write(g.last))
    f.idle()
    expect("a file that is rotated", f, g.folder)


def replaced(work):
    """A file is written anew with other content: said, counted, and read."""
    g = Growing(DEMO, os.path.join(work, "replaced"))
    g.write(g.last)
    f = Follow(g.folder)
    f.idle()
    path = os.path.join(g.folder, "bgp/rc3-updates.mrt")
    shutil.copy(os.path.join(DEMO, "bgp/rc2-updates.mrt"), path + ".new")
    os.rename(path + ".new", path)
    f.idle()
    _, status, errors = f.stop()
    tap.check(status == 1 and "rc3-updates.mrt: was cut or written anew" in errors, "a file that is replaced is said", f"{status} {errors}")


def words(work):
    """Lines for people, the story, an end by itself, and by a signal."""
    g = Growing(DEMO, os.path.join(work, "words"))
    g.write(g.last)
    wanted = revisions(g.folder)[1]
    until = str(int(wanted[-1]["cut"]) - 100)
    line = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ KX-\S+ rev \d+ (opened|changed|ended|merged|withdrawn): \S.*$")
    command = [LACUNA, "replay", "--follow", "--until", until, g.folder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    lines = done.stdout.splitlines()
    some = len([r for r in wanted if r["cut"] <= int(until)])
    tap.check(len(lines) == some and all(line.match(one) for one in lines) and done.returncode == 0, "--until: a line a revision up to then",
              f"{done.returncode} {some} {done.stdout}{done.stderr}")
    done = subprocess.run([*command, "--verbose"], capture_output=True, text=True, timeout=120, check=False)
    told = [one for one in done.stdout.splitlines() if line.match(one)]
    tap.check(told == lines and done.stdout.count("why") + len(done.stdout) > 3 * len("\n".join(lines)), "--verbose: the story with each")
    f = Follow(g.folder)
    f.wait_for(lambda told: len(told) > 5)
    told, status, errors = f.stop(signal.SIGINT)
    tap.check(told == wanted and status == 0 and not errors, "SIGINT: what is held is told, then it ends", f"{status} {errors}")


def idle(work):
    g = Growing(DEMO, os.path.join(work, "idle"))
    g.write(g.last)
    f = Follow(g.folder, every="5")
    f.idle()
    before, began = f.seconds(), time.monotonic()
    time.sleep(8)
    used, passed = f.seconds() - before, time.monotonic() - began
    f.stop()
    print(f"# idle: {100 * used / passed:.2f} % of a core")
    tap.check(used <= 0.005 * passed + 0.02, "an idle folder costs nothing", f"{used} s in {passed} s")


def main():
    lab = os.path.join(FIXTURES, "lab")
    with tempfile.TemporaryDirectory() as work:
        ten_appends(DEMO, work)
        for folder in LAB[::5]:
            ten_appends(folder, work)
        for name in ("a1-power-carrier", "g1-collector-killed", "i-hijack"):
            if os.path.isdir(os.path.join(lab, name)):
                ten_appends(os.path.join(lab, name), work)
            else:
                tap.skip(f"{name} in ten appends", "without the shared fixtures")
        for trial in (from_nothing, one_stops, rotated, replaced, words, idle):
            trial(work)
    tap.end()


main()
