# SPDX-License-Identifier: ISC
"""Archives of collectors with update files that are not there: of one collector or of all, some minutes or hours, with an outage before, in,
across or after the gap, or with none; with few records or many; named as RIPE RIS, RouteViews or nobody does. What no file holds is missing,
whatever the beat was; what a file holds is not, however quiet. A sample; LACUNA_LONG=1 makes a hundred, LACUNA_SEED others."""
import gzip
import os
import random
import sys
import tempfile

from field import HERE, Cases, replay, run, world

sys.path.insert(0, os.path.join(HERE, "..", "replay"))
from mrt import table, update  # noqa: E402

START = 1699999200  # 2023-11-14 22:00 UTC
COUNTRY = ["198.51.100.0/24", "203.0.113.0/24"]
REST = ["11.0.%d.0/24" % i for i in range(40)]
UPSTREAM, ORIGIN, OTHER = 64496, 131279, 64510
HOURS = 3
NAMES = {"ris": ("rrc00", "rrc01", "rrc21"), "routeviews": ("route-views.sydney", "route-views2", "route-views.wide"), "own": ("alpha", "beta", "gamma")}
WANTED = 100 if os.environ.get("LACUNA_LONG") else 30
SEED = int(os.environ.get("LACUNA_SEED", 20261201))


def peers(collector):
    return [("192.0.2.%d" % (10 + 4 * collector + i), 64600 + 10 * collector + i) for i in range(4)]


def routes(up):
    return [(prefix, ORIGIN) for prefix in COUNTRY if up] + [(prefix, OTHER) for prefix in REST]


def stamp(seconds):
    minutes = 22 * 60 + seconds // 60
    return "202311%02d.%02d%02d" % (14 + minutes // 1440, minutes // 60 % 24, minutes % 60)


class Archive:
    def __init__(self, layout, collectors, rate, tables):
        self.names = NAMES[layout][:collectors]
        self.step = 900 if layout == "routeviews" else 300
        self.rate, self.tables = rate, tables
        self.missing = {}  # collector: (from, to), seconds
        self.outage = None

    def events(self, collector, randomness):
        for peer in peers(collector):
            at = randomness.expovariate(self.rate)
            while at < HOURS * 3600:
                yield int(at), update(START + int(at), peer, [], [randomness.choice(REST)], OTHER, [UPSTREAM])
                at += randomness.expovariate(self.rate)
            if self.outage:
                late = randomness.randrange(3)
                yield self.outage[0] + late, update(START + self.outage[0] + late, peer, COUNTRY, [], 0, [UPSTREAM])
                yield self.outage[1] + late, update(START + self.outage[1] + late, peer, [], COUNTRY, ORIGIN, [UPSTREAM])

    def write(self, out, randomness):
        for collector, name in enumerate(self.names):
            folder = os.path.join(out, name, "2023.11")
            os.makedirs(folder)
            events = sorted(self.events(collector, randomness))
            gap = self.missing.get(collector, (0, 0))
            for begin in range(0, HOURS * 3600, self.step):
                data = b"".join(b for at, b in events if begin <= at < begin + self.step)
                if not gap[0] <= begin < gap[1]:
                    self.put(folder, "updates", begin, data)
            for at in self.tables:
                up = not (self.outage and self.outage[0] + 2 < at < self.outage[1])
                self.put(folder, "bview", at, table(START + at, peers(collector), routes(up), [UPSTREAM]))

    @staticmethod
    def put(folder, kind, at, data):
        with open(os.path.join(folder, f"{kind}.{stamp(at)}.gz"), "wb") as f:
            f.write(gzip.compress(data, mtime=0))


def made(randomness):
    a = Archive(randomness.choice(list(NAMES)), randomness.choice((2, 2, 3)), randomness.choice((1 / 4, 1 / 40, 1 / 400)),
                randomness.choice(([0], [0, 3600, 7200], [0, 7200])))
    slots = HOURS * 3600 // a.step
    first = randomness.randrange(1, slots - 3)
    last = min(slots - 1, first + randomness.choice((1, 1, 2, 4, 12)))
    who = randomness.choice((None, 0, 1))
    a.missing = {c: (first * a.step, last * a.step) for c in range(len(a.names)) if who in (None, c)}
    if randomness.random() < 0.75:
        begin = randomness.randrange(700, HOURS * 3600 - 1500)
        a.outage = (begin, min(begin + randomness.choice((400, 900, 3000)), HOURS * 3600 - 700))
        if any(abs(t - edge) < 10 for t in a.tables for edge in a.outage):
            a.outage = None
    return a


def holds(moment, low, high):
    return moment["from"] - START <= low and moment["to"] - START >= high


def stretches(a, blind):
    """A table within a gap is a witness of its moment."""
    edges = [blind[0], *(t for t in a.tables if blind[0] < t < blind[1]), blind[1]] if blind else []
    return list(zip(edges, edges[1:]))


def moment_problems(what, moment, true, blind):
    """`true` is told to seconds, or with an interval that holds all the blindness that it lies in."""
    low, high = moment["from"] - START, moment["to"] - START
    blind = next((s for s in blind if s[0] <= true + 2 and true <= s[1]), None)
    if blind:
        if not holds(moment, blind[0], blind[1]) and not (low <= true + 2 and high >= true):
            yield f"{what} {low:.0f} to {high:.0f}, blind {blind}"
        elif true + 2 < blind[1] and blind[0] < true and not holds(moment, blind[0] + 1, blind[1] - 1):
            yield f"{what} {low:.0f} to {high:.0f} does not hold {blind}"
    elif not (low <= true + 2 and high >= true):
        yield f"{what} {low:.0f} to {high:.0f}, true {true}"
    elif high - low > 60:
        yield f"{what} is vague for nothing: {low:.0f} to {high:.0f}"


def joined(spans):
    """A table within a gap is a witness of its moment, and parts it in two: here they are one. (who, from, to) in order."""
    out = []
    for who, low, high in sorted(spans):
        if out and out[-1][0] == who and low <= out[-1][2] + 1:
            out[-1] = who, out[-1][1], high
        else:
            out.append((who, low, high))
    return out


def problems(a, status, told, text):
    found = told["incidents"]
    gap = next(iter(a.missing.values()))
    blind = None
    if len(a.missing) == len(a.names):
        blind = gap[0], next((t for t in a.tables if t >= gap[1]), HOURS * 3600)
    missing = joined((m["who"], m["from"] - START, m["to"] - START) for m in told["quality"].get("missing", []))
    wanted = sorted((a.names[c], *a.missing[c]) for c in a.missing)
    unseen = joined((u["entity"], u["from"] - START, u["to"] - START) for u in told["quality"]["unseen"])
    if missing != wanted or status != 1 or told["quality"]["gaps"] < len(wanted):
        yield f"status {status}, missing {missing}, wanted {wanted}"
    if blind and not any(low <= gap[0] + 5 and high >= gap[1] - 5 for _, low, high in unseen):
        yield f"unseen {told['quality']['unseen']}"
    if blind and "Nothing can be said of North Korea (country/KP) from" not in text:
        yield "no sentence"
    if "fell off the Internet.\n" in text and not found:
        yield "all is well, it says"
    bar = next((line for line in text.splitlines() if line.startswith("country/KP   routes")), "")[22:]
    cell = HOURS * 3600 / 60
    for low, high in stretches(a, blind):
        if set(bar[int(low / cell) + 2 : int(high / cell) - 1]) - {"·"}:
            yield f"strip {bar}, blind {low} to {high}"
    if not a.outage:
        yield from (f"an outage of a gap: {i['start']}" for i in found)
        return
    begin, end = a.outage
    seen = not blind or any(lo < hi for lo, hi in ((begin + 3, min(end, blind[0])), (max(begin, blind[1]) + 3, end)))
    if not seen:
        if any(i["start"]["from"] - START > end + 3 or (i["end"] and i["end"]["to"] - START < begin) for i in found):
            yield "an outage of a gap"
        return
    if len(found) != 1:
        yield f"{len(found)} incidents for {a.outage}, blind {blind}"
        return
    yield from moment_problems("start", found[0]["start"], begin, stretches(a, blind))
    if found[0]["end"]:
        yield from moment_problems("end", found[0]["end"], end, stretches(a, blind))
    elif not blind or blind[1] < HOURS * 3600:
        yield "no end"
    if found[0]["causes"] and found[0]["causes"][0]["cause"] == "measurement-artefact":
        yield "an artefact, it says"


def main():
    told = Cases()
    randomness = random.Random(SEED)
    options = ("--watch", "country/KP", "--world", world(), "--full-feed-floor", "5")
    for number in range(WANTED):
        a = made(randomness)
        with tempfile.TemporaryDirectory() as folder:
            a.write(folder, randomness)
            status, answer, errors = replay(folder, *options)
            text = run("replay", folder, *options).stdout.decode()
        name = f"{number} {'+'.join(a.names)}, an update in {1 / a.rate:.0f} s, tables {a.tables}, missing {a.missing}, outage {a.outage}"
        told.case(name, list(problems(a, status, answer, text)) if answer else errors.splitlines()[:3] + [f"status {status}"])
    told.done()


if __name__ == "__main__":
    main()
