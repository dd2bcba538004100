# SPDX-License-Identifier: ISC
"""Outages that resemble each other are one campaign; two of different kinds are none. Made from the lab's recordings by
moving them in time."""
import os
import tempfile

from run import LAB, Tap, recordings, replay
from shift import episodes

HOUR = 3600
DAY = 24 * HOUR


def outages(folder):
    status, result, errors = replay(folder)
    found = [i for i in (result or {"incidents": []})["incidents"] if i["scope"]["kind"] != "service"]
    return found, f"status {status}\n{errors}\n" + "\n".join(f"{i['id']} {i['start']} {i['campaign']}" for i in found)


def facts(i, moved):
    """What of an incident a move in time must not change."""
    return (i["entity"], i["scope"]["kind"], i["state"], round(i["start"]["best"] - moved, 3),
            i["end"] and round(i["end"]["best"] - moved, 3), i["precedence"], [p["phase"] for p in i["phases"]])


def ranks(i):
    return {signal: number for number, group in enumerate(i["order"]) for signal in group}


def agree(one, other):
    """Behind a pause a moment may be known less well, so that an order is not claimed; it is never another one."""
    a, b = ranks(one), ranks(other)
    return all(not (a[x] < a[y] and b[x] > b[y]) for x in a for y in a if x in b and y in b)


def check_three(tap, scratch, folder):
    name = os.path.basename(folder)
    plain, _ = outages(folder)
    out = os.path.join(scratch, name)
    hours = (0, 3 * HOUR, 6 * HOUR)
    episodes(out, [(folder, seconds) for seconds in hours])
    found, detail = outages(out)
    tap.check(len(found) == 3, f"{name}: three times", detail)
    campaigns = {i["campaign"] for i in found}
    tap.check(len(campaigns) == 1 and None not in campaigns, f"{name}: one campaign", detail)
    tap.check(len({i["id"] for i in found}) == len(found), f"{name}: each its own id", detail)
    for i, moved in zip(found, hours):
        same = facts(i, moved) == facts(plain[0], 0) and agree(i, plain[0])
        tap.check(same, f"{name}: the same {moved // HOUR} h later", f"{facts(i, moved)}\n{facts(plain[0], 0)}")


def check_two(tap, scratch, first, second):
    out = os.path.join(scratch, "two")
    episodes(out, [(first, 0), (second, DAY)])
    found, detail = outages(out)
    tap.check(len(found) == 2, "cable cut and power cut", detail)
    tap.check(all(i["campaign"] is None for i in found), "no campaign", detail)


tap = Tap()
shipped = {os.path.basename(f).split("-dual")[0]: f for f in LAB}
fixtures = {os.path.basename(f).split("-")[0]: f for f in recordings()}
with tempfile.TemporaryDirectory() as scratch:
    for folder in [shipped[name] for name in ("stress-slow", "power-silent", "shutdown-filter")] + [fixtures[name] for name in ("b", "a2", "d1") if fixtures]:
        check_three(tap, scratch, folder)
    check_two(tap, os.path.join(scratch, "shipped"), shipped["cable-cut"], shipped["power-carrier"])
    if fixtures:
        check_two(tap, os.path.join(scratch, "fixtures"), fixtures["e"], fixtures["a1"])
tap.end()
