# SPDX-License-Identifier: ISC
"""Does the truth hold? What the injector meant, against what routers logged and what passed at the border.

Two witnesses that Lacuna never reads: the logs of the routers and of the collector, and captures of echo replies on the transits'
side of the border links. Every truth is checked: by its own `falls`, `back`, `floor`, `routes`, `session`, and by its scope.
"""
import bisect
import datetime
import glob
import ipaddress
import os
import re
import struct

from .daemons import WORK

SLACK = 1.5  # s: probes are one second apart, stamps of the emulator's side are not those of the step
ADDED = re.compile(r"^(\S+ \S+) <TRACE> to_(\w+)\.ipv[46] > (added|updated|removed) (?:\[[^]]*\] )?(\S+/\d+) ")
STATE = re.compile(r"^(\S+ \S+) <TRACE> to_(\w+): State changed to (\w+)")
REASON = re.compile(r"^(\S+ \S+) <(?:RMT|AUTH|BUG|ERR|INFO|WARN)> to_(\w+): (.*)")
FRR_CHANGE = re.compile(r"^(\S+ \S+) BGP: .*%ADJCHANGE: neighbor (\S+?)\(.*\) in vrf default (Up|Down ?)(.*)")
FRR_NOTICE = re.compile(r"^(\S+ \S+) BGP: .*%NOTIFICATION: (\w+) (?:from|to) neighbor (\S+) (\S+ \(.*?\))")


def stamp(words):
    words = words.replace("/", "-")
    return datetime.datetime.fromisoformat(words).replace(tzinfo=datetime.timezone.utc).timestamp()


def lines(path):
    if os.path.exists(path):
        with open(path, encoding="utf-8", errors="replace") as file:
            yield from file


def echo_replies(path):
    """(time, source address) of each echo reply in a capture of Ethernet frames."""
    with open(path, "rb") as file:
        data = file.read()
    at = 24
    while at + 16 <= len(data):
        seconds, micros, length, _ = struct.unpack_from("<IIII", data, at)
        frame = data[at + 16:at + 16 + length]
        at += 16 + length
        kind = frame[12:14]
        if kind == b"\x08\x00" and len(frame) > 34 and frame[23] == 1:
            head = 14 + (frame[14] & 15) * 4
            if len(frame) > head and frame[head] == 0:
                yield seconds + micros / 1e6, ipaddress.ip_address(frame[26:30])
        elif kind == b"\x86\xdd" and len(frame) > 54 and frame[20] == 58 and frame[54] == 129:
            yield seconds + micros / 1e6, ipaddress.ip_address(frame[22:38])


class Evidence:
    def __init__(self, plan):
        self.plan = plan
        self.prefixes = {e["id"]: [ipaddress.ip_network(p) for p in e["prefixes"]] for e in plan.entities()}
        self.replies, self.starts = [], []  # starts: of all labels, so that one outage is not taken for the next
        for path in glob.glob(f"{WORK}/u*.pcap"):
            self.replies += echo_replies(path)
        self.replies.sort()
        self.sessions = []  # (time, transit, border, up, reason)
        for home in sorted({u.ends[0] for n in plan.networks for u in n.uplinks}):
            self.read_router(home)
        self.read_collector(plan.collectors[0]["name"])

    def read_router(self, name):
        borders = {u.address(n.border): n.border for n in self.plan.networks for u in n.uplinks if u.ends[0] == name}
        reason = {}
        for line in lines(f"{WORK}/{name}.birdlog"):
            if (m := REASON.match(line)) and m[2] in borders.values():
                reason[m[2]] = m[3].strip()
            elif (m := STATE.match(line)) and m[2] in borders.values() and m[3] in ("up", "stop", "flush"):
                self.sessions.append((stamp(m[1]), name, m[2], m[3] == "up", reason.pop(m[2], "")))
        for line in lines(f"{WORK}/{name}.frrlog"):
            if (m := FRR_NOTICE.match(line)) and m[3] in borders:
                reason[borders[m[3]]] = f"{m[2]} {m[4]}"
            elif (m := FRR_CHANGE.match(line)) and m[2] in borders:
                border = borders[m[2]]
                self.sessions.append((stamp(m[1]), name, border, m[3] == "Up", reason.pop(border, m[4].strip())))

    def read_collector(self, name):
        """When how many of its peers had a prefix."""
        have, self.seen = {}, {}
        self.peers = {p.name for p in self.plan.collectors[0]["peers"]}
        for line in lines(f"{WORK}/{name}.birdlog"):
            if (m := ADDED.match(line)) and m[2] in self.peers:
                holders = have.setdefault(m[4], set())
                holders.discard(m[2]) if m[3] == "removed" else holders.add(m[2])
                self.seen.setdefault(m[4], []).append((stamp(m[1]), len(holders)))
            elif (m := STATE.match(line)) and m[3] != "up":
                for prefix, holders in have.items():
                    if m[2] in holders:
                        holders.discard(m[2])
                        self.seen[prefix].append((stamp(m[1]), len(holders)))

    # --- routes

    def watched(self, raw):
        return [ipaddress.ip_network(p) for p in self.plan.prefixes(raw.get("prefixes", []))] or self.prefixes[raw["entity"]]

    def visible(self, raw, when):
        """How many of the watched prefixes at least half of the collector's peers have."""
        count = 0
        for prefix in self.watched(raw):
            history = self.seen.get(str(prefix), [])
            place = bisect.bisect_right(history, (when, 1 << 30))
            count += place > 0 and history[place - 1][1] * 2 >= len(self.peers)
        return count

    def routes_gone(self, raw, outage):
        if "routes" not in raw or raw["routes"] == "stay":
            return None
        begin, end = outage["start"] - SLACK, outage["end"] + outage["end_tolerance_s"] + 5
        changes = sorted({t for p in self.watched(raw) for t, _ in self.seen.get(str(p), []) if begin <= t <= end})
        gone = [t for t in changes if self.visible(raw, t) < len(self.watched(raw))]
        if not gone:
            return None
        back = next((t for t in changes if t > gone[-1]), None)
        return gone[0], None if outage.get("ongoing") else back or gone[-1]

    # --- packets

    def share(self, raw, outage):
        """Echo replies of the entity a second, as a share of those before the outage, from 8 s before it to 60 s after."""
        nets = self.watched(raw)
        times = [t for t, a in self.replies if any(a in n for n in nets)]

        def between(a, b):
            return bisect.bisect_left(times, b) - bisect.bisect_left(times, a)

        usual = max(between(outage["start"] - 10, outage["start"]) / 10, 0.1)
        following = min((t for t in self.starts if t > outage["end"]), default=outage["end"] + 60)
        last = min(outage["end"] + 60, following - 1, times[-1] if times else outage["end"])
        count = max(int((last - outage["start"]) + 8), 1)
        return [(s - 8, between(outage["start"] - 8 + s, outage["start"] - 7 + s) / usual) for s in range(count)]

    def shape(self, raw, outage):
        """First second with less than half of the replies, the lowest five seconds, and when half are back to stay."""
        series = self.share(raw, outage)
        end = outage["end"] - outage["start"]
        first = next((s for s, v in series if s >= -1 and v < 0.5), None)
        low = min((sum(v for _, v in series[i:i + 5]) / 5 for i in range(len(series) - 4) if -1 <= series[i][0] <= end), default=None)
        below = [s for s, v in series if v < 0.5]
        back = None if first is None or not below or below[-1] == series[-1][0] else below[-1] + 1 - end
        return first, low, back

    def measured(self, labels):
        """For the reader of truth.json; not the label."""
        found = []
        for outage in labels["outages"]:
            first, low, back = self.shape(outage, outage)
            span = (outage["start"] - SLACK, outage["end"] + 5)
            sessions = [{"s": round(t - outage["start"], 2), "transit": home, "border": border, "up": up, "reason": why}
                        for t, home, border, up, why in sorted(self.sessions) if span[0] <= t <= span[1]]
            found.append({"entity": outage["entity"], "replies_halved_s": first, "lowest_share": low if low is None else round(low, 3),
                          "replies_back_after_end_s": back if back is None else round(back, 1), "sessions": sessions})
        return found


def within(value, span, what):
    if value is None:
        yield f"{what}: never"
    elif not span[0] - SLACK <= value <= span[1] + SLACK:
        yield f"{what}: at {value:.1f} s, expected {span[0]} to {span[1]} s"


def one(raw, outage, evidence, numbers):
    name = f"{raw['entity']} {raw.get('cause', '')}"
    first, low, back = evidence.shape(raw, outage)
    for key, value in (("falls", first), ("back", back)):
        if key in raw:
            yield from within(value, [numbers(v) for v in raw[key]], f"{name}: replies {'halve' if key == 'falls' else 'are back'}")
    if "floor" in raw and not (low is not None and raw["floor"][0] - 0.02 <= low <= raw["floor"][1] + 0.02):
        yield f"{name}: lowest share of replies {low}, expected {raw['floor'][0]} to {raw['floor'][1]}"
    if raw["scope"] in ("none", "service") and "falls" not in raw and "floor" not in raw and (low is None or low < 0.8):
        yield f"{name}: nothing should fail, but only {low} of the replies came"
    if raw["scope"] == "total" and "floor" not in raw and (low is None or low > 0.1):
        yield f"{name}: everything should fail, but {low} of the replies came"
    yield from routes(raw, outage, evidence, numbers, name)
    if "session" in raw:
        fell = [s for s in evidence.sessions if outage["start"] - SLACK <= s[0] <= outage["end"] and not s[3]]
        if bool(fell) != (raw["session"] == "falls"):
            yield f"{name}: sessions should {raw['session'][:4]}, but " + (f"{fell[0][2]} fell: {fell[0][4]}" if fell else "none fell")


def routes(raw, outage, evidence, numbers, name):
    every = len(evidence.watched(raw))
    if raw.get("routes") == "stay":
        changes = {t for p in evidence.watched(raw) for t, _ in evidence.seen.get(str(p), []) if outage["start"] - SLACK <= t <= outage["end"] + 5}
        if any(evidence.visible(raw, t + 0.5) < every for t in changes):
            yield f"{name}: routes should stay, but some left"
    elif "routes" in raw:
        went = outage.get("routes_start")
        yield from within(None if went is None else went - outage["start"], [numbers(v) for v in raw["routes"]], f"{name}: routes leave")


def problems(scenario, labels, evidence, lab):
    from .scenario import number
    evidence.starts = [o["start"] for o in labels["outages"]]
    found = [f"{what} died by itself (status {status})" for _, what, status in lab.deaths]
    for raw, outage in zip(scenario.truths, labels["outages"]):
        found += one(raw, outage, evidence, lambda value: number(value, scenario.numbers))
    return found
