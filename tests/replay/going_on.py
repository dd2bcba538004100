# SPDX-License-Identifier: ISC
"""`lacuna replay --follow --snapshot --resume`: stopped again and again while files grow, it tells what one run would have told."""
import os
import random
import signal
import tempfile

from grow import Follow, Growing, revisions
from run import Tap

DEMO = os.environ["LACUNA_DEMO"]
SEED = int(os.environ.get("LACUNA_SEED", "0")) or random.randrange(1, 10**6)
tap = Tap()
print(f"# LACUNA_SEED={SEED}")
random.seed(SEED)


def stopped(source, work, stops, number):
    g = Growing(source, os.path.join(work, os.path.basename(source) + str(number)))
    state = g.folder + ".state"
    told, bad = [], []
    at = 0.0
    for _ in range(stops):
        f = Follow(g.folder, "--snapshot", state, *(["--resume", state] if os.path.exists(state) else []))
        for _ in range(2):
            at = min(1.0, at + random.uniform(0.02, 1.2 / stops / 2))
            f.idle()  # else it may see half of what comes at one time
            f.at_once(lambda: g.write(g.moment(at), more=random.choice((0, 7))))
        if random.random() < 0.5:
            f.idle()
        one, status, errors = f.stop(random.choice((signal.SIGTERM, signal.SIGINT)))
        told += one
        bad += [(status, errors)] if status or errors else []
    f = Follow(g.folder, "--resume", state)
    f.idle()
    f.at_once(lambda: g.write(g.last))
    f.idle()
    one, status, errors = f.stop()
    told += one
    wanted = revisions(g.folder)[1]
    detail = f"{len(told)} told, {len(wanted)} wanted; {bad} {status} {errors}; "
    detail += str([(a["cut"], a["change"], a["late"], b["cut"], b["change"]) for a, b in zip(told, wanted) if a != b][:3])
    tap.check(told == wanted and not bad and status == 0, f"{os.path.basename(source)}: {stops} stops", detail)


with tempfile.TemporaryDirectory() as folder:
    stopped(DEMO, folder, 4, 0)
    stopped(DEMO, folder, 2, 1)
    stopped(DEMO, folder, 1, 2)
tap.end()
