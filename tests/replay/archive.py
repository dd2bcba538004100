# SPDX-License-Identifier: ISC
"""Archives as they are downloaded: a table (bview, rib) and the updates after it belong to one collector although their
names say nothing of it, so that a withdrawal finds the route that the table brought."""
import os
import tempfile

from mrt import COUNTRY, ORIGIN, OTHER, PEERS, REST, START, table, update
from run import Tap, replay

def updates():
    out = b""
    for second in range(1, 240):
        for peer in PEERS:
            out += update(START + second, peer, [], [REST[second % len(REST)]], OTHER)
            if second == 90:
                out += update(START + second, peer, COUNTRY, [], 0)
            if second == 150:
                out += update(START + second, peer, [], COUNTRY, ORIGIN)
    return out


def check(tap, folder, names):
    os.makedirs(folder)
    for name, data in zip(names, (table(), updates())):
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)
    rows = os.path.join(folder, "world.csv")
    with open(rows, "w") as f:
        f.write("198.18.0.0,198.18.3.255,KX\n")
    from run import run
    world = os.path.join(folder, "world.bin")
    run("world", "build", "-o", world, "--quiet", rows)
    files = [os.path.join(folder, n) for n in names]
    status, result, errors = replay(*files, "--watch", "country/KX", "--world", world, "--full-feed-floor", "10")
    found = (result or {}).get("incidents") or []
    good = len(found) == 1 and found[0]["start"]["best"] == START + 90 and found[0]["end"]["best"] == START + 150
    tap.check(status == 0 and good and found[0]["scope"]["kind"] == "total", " and ".join(names), f"{found} {errors}")


tap = Tap()
with tempfile.TemporaryDirectory() as scratch:
    for i, names in enumerate((("bview.20231114.2213.mrt", "updates.20231114.2213.mrt"),
                               ("rib.20231114.2213.mrt", "updates.20231114.2213.mrt"),
                               ("rrc00.bview.mrt", "rrc00.updates.mrt"))):
        check(tap, os.path.join(scratch, str(i)), names)
tap.end()
