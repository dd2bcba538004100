# SPDX-License-Identifier: ISC
"""`lacuna replay --follow`: what is told while files grow is what a replay of the finished files tells."""
import os
import shutil
import tempfile

from grow import Follow, Growing, revisions
from run import Tap

DEMO = os.environ["LACUNA_DEMO"]
tap = Tap()


def differences(told, wanted):
    if told == wanted:
        return ""
    n = next((i for i, (a, b) in enumerate(zip(told, wanted)) if a != b), min(len(told), len(wanted)))
    one = lambda r: (r["cut"], r["change"], r["late"], r["incident"]["id"], r["incident"]["revision"])
    return f"{len(told)} told, {len(wanted)} wanted; from {n}: {[one(r) for r in told[n:n + 2]]} for {[one(r) for r in wanted[n:n + 2]]}"


def ten_appends(work):
    """Plain files, gzip members, BMP with its index, dumps that appear: in ten steps, each ending inside records."""
    g = Growing(DEMO, os.path.join(work, "ten"))
    g.write(g.moment(0.1), more=7)
    f = Follow(g.folder)
    for step in range(2, 11):
        f.wait_for(lambda told: True)
        f.at_once(lambda: g.write(g.moment(step / 10), more=7 if step % 2 else 0))
        f.idle()
    f.at_once(lambda: g.write(g.last))
    f.idle()
    seconds = f.seconds()
    told, status, errors = f.stop()
    everything, wanted = revisions(g.folder)
    tap.check(told == wanted, "ten appends: the revisions of a replay of the whole", differences(told, wanted))
    tap.check(status == 0 and not errors, "ten appends: no damage", f"{status} {errors}")
    print(f"# {seconds} s")


def main():
    with tempfile.TemporaryDirectory() as work:
        ten_appends(work)
    tap.end()


main()
