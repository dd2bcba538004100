# SPDX-License-Identifier: ISC
"""Another network announces what is not its own: when that begins, at whom it was seen, when it ends, and what is told beside it."""
import os
import struct
import sys
import tempfile

from field import HERE, Cases, path, replay, run

sys.path.insert(0, os.path.join(HERE, "..", "bgp"))
from bgp_packets import attribute, bgp4mp, message, nlri, reach, route, segment, unreach, update  # noqa: E402

cases = Cases()
T = 1700000000
OWN, ROGUE, OTHER = 64999, 64666, 64667
A, B, A6 = "203.0.113.0/24", "198.51.100.0/24", "2001:db8:113::/48"
FOLDER = tempfile.mkdtemp()
WORLD = os.path.join(FOLDER, "w.bin")
with open(os.path.join(FOLDER, "c.csv"), "w") as out:
    out.write("198.51.100.0,198.51.100.255,KP\n203.0.113.0,203.0.113.255,KP\n2001:db8:113::,2001:db8:113:ffff:ffff:ffff:ffff:ffff,KP\n"
              "192.0.2.0,192.0.2.255,KP\n11.0.0.0,11.255.255.255,US\n")
with open(os.path.join(FOLDER, "a.csv"), "w") as out:
    out.write("198.51.100.0,198.51.100.255,64999,VICTIM\n203.0.113.0,203.0.113.255,64999,VICTIM\n192.0.2.0,192.0.2.255,64998,SIBLING\n"
              "2001:db8:113::,2001:db8:113:ffff:ffff:ffff:ffff:ffff,64999,VICTIM\n11.0.0.0,11.255.255.255,64700,BG\n")
done = run("world", "build", "-o", WORLD, os.path.join(FOLDER, "c.csv"), os.path.join(FOLDER, "a.csv"))
assert done.returncode == 0, done.stderr


class Tale:
    """What four full feeds say: first their whole tables, then what happens; each says every 20 s that it lives."""

    def __init__(self, peers=4, own=(A, B, A6), until=2400):
        self.records, self.peers, self.own = [], peers, own
        for peer in range(peers):
            self.table(-900, peer)
            for at in range(-880, until, 20):
                self.put(at, peer, message(4, b""))

    def put(self, at, peer, body, subtype=4):
        self.records.append((at, len(self.records), bgp4mp(body, subtype, T + at, f"192.0.2.{41 + peer}", 64541 + peer)))

    def announce(self, at, peer, prefix, *path_of):
        asns = path_of or (OWN,)
        full = (64541 + peer, 64480 if asns[-1] != OWN else 64496, *asns)
        if ":" in prefix:
            self.put(at, peer, update(route(*full) + reach([nlri(prefix)])))
        else:
            self.put(at, peer, update(route(*full), nlri(prefix)))

    def withdraw(self, at, peer, prefix):
        self.put(at, peer, update(unreach([nlri(prefix)])) if ":" in prefix else update(withdrawn=nlri(prefix)))

    def table(self, at, peer, own=None):
        for n in range(1, 31):
            self.announce(at, peer, f"11.{n}.0.0/16", 64700)
            self.announce(at, peer, f"2001:db8:b{n:03x}::/48", 64700)
        for prefix in self.own if own is None else own:
            self.announce(at, peer, prefix)
        self.put(at, peer, update())
        self.put(at, peer, update(attribute(15, struct.pack(">HB", 2, 1))))

    def down(self, at, peer):
        self.put(at, peer, struct.pack(">HH", 6, 1), subtype=5)

    def up(self, at, peer):
        self.put(at, peer, struct.pack(">HH", 5, 6), subtype=5)

    def told(self, watch="country/KP"):
        with tempfile.TemporaryDirectory() as folder:
            name = os.path.join(folder, "updates.mrt")
            with open(name, "wb") as out:
                for _, _, record in sorted(self.records, key=lambda r: r[:2]):
                    out.write(record)
            status, told, errors = replay(name, "--watch", watch, "--world", WORLD, "--full-feed-floor", "5")
            text = run("replay", name, "--watch", watch, "--world", WORLD, "--full-feed-floor", "5").stdout.decode()
        assert told, errors
        return told["incidents"], text


def near(value, wanted):
    return value is not None and abs(value - T - wanted) <= 2


def finding(incident, name="foreign-origin"):
    return next((f for f in incident["findings"] if f["evidence"] == name), None)


def expect(why, tale, *wanted, watch="country/KP", words=(), never=()):
    """`wanted`: per incident its start, its end (None: none is named), and a list of (prefix, origin, networks)."""
    found, text = tale.told(watch)
    problems = [] if len(found) == len(wanted) else [f"{len(found)} incidents", text]
    for i, (start, end, origins) in zip(found, wanted):
        got = [(o["prefix"], o["origin"], o["networks"]) for o in i["routing"]["origins"]]
        problems += [] if near(i["start"]["best"], start) else [f"start {i['start']['best'] - T:+}"]
        over = i["end"] and i["end"]["best"]
        problems += [] if (near(over, end) if end is not None else over is None) else [f"end {over and over - T}"]
        problems += [] if got == origins else [f"origins {got}"]
        problems += [str(i["contradictions"])] if i.get("contradictions") else []
    problems += [f"'{w}' is missing in\n{text}" for w in words if w not in text]
    problems += [f"'{w}' is in\n{text}" for w in never if w in text]
    cases.case(why, problems)
    return found


def hijack(tale, prefix=A, peers=range(4), at=200, origin=ROGUE):
    for peer in peers:
        tale.announce(at + peer, peer, prefix, origin)


# ---- how it ends ----
for prefix in (A, A6):
    tale = Tale()
    hijack(tale, prefix)
    for peer in range(4):
        tale.announce(800 + peer, peer, prefix)
    found = expect(f"{prefix}: an announcement replaces the one before (RFC 4271, 3.1)", tale, (200, 803, [(prefix, ROGUE, 4)]),
                   words=[f"AS{ROGUE}", prefix, "4 of 4 full-feed networks"], never=["not over"])
    tale = Tale()
    hijack(tale, prefix)
    for peer in range(4):
        tale.withdraw(800 + peer, peer, prefix)
        tale.announce(801 + peer, peer, prefix)
    expect(f"{prefix}: and so does a withdrawal", tale, (200, 803, [(prefix, ROGUE, 4)]))

tale = Tale()
hijack(tale)
for peer in range(4):
    tale.announce(500 + peer, peer, "203.0.113.0/25")
    tale.announce(500 + peer, peer, "203.0.113.128/25")
expect("more specific prefixes of the victim do not end it, and are no news", tale, (200, None, [(A, ROGUE, 4)]))

tale = Tale()
hijack(tale)
for peer in range(3):
    tale.announce(800 + peer, peer, A)
found = expect("one network still carries it: it is not over", tale, (200, None, [(A, ROGUE, 4)]), words=["not over", "1 still do"])

tale = Tale()
hijack(tale)
for peer in range(4):
    tale.down(800 + peer, peer)
found = expect("a session that ends does not end it: nothing is known", tale, (200, None, [(A, ROGUE, 4)]), words=["is not known"], never=["it is not over"])
cases.case("and since when", [] if found and near(found[0]["routing"]["origins"][0]["unheard_since"], 803) else ["no unheard_since"])

tale = Tale()
hijack(tale)
for peer in range(4):
    tale.down(500 + peer, peer)
    tale.up(900 + peer, peer)
    tale.table(901 + peer, peer)
found, text = tale.told()
end = found[0]["end"] if found else None
cases.case("a new session says what is, not since when: the end may lie anywhere before",
           [] if end and end["from"] - T <= 503 and end["to"] - T >= 900 else [str(end), text])

tale = Tale(until=1200)
hijack(tale)
for peer in range(4):
    tale.announce(600 + peer, peer, A)
    tale.down(1000 + peer, peer)
expect("what was seen stays told when those that saw it are gone", tale, (200, 603, [(A, ROGUE, 4)]))

tale = Tale()
hijack(tale)
hijack(tale, at=1400)
for peer in range(4):
    tale.announce(600 + peer, peer, A)
    tale.announce(1800 + peer, peer, A)
expect("twice is two", tale, (200, 603, [(A, ROGUE, 4)]), (1400, 1803, [(A, ROGUE, 4)]))

# ---- how many saw it ----
tale = Tale()
hijack(tale, peers=(0, 1))
hijack(tale, peers=(2, 3), origin=OTHER)
for peer in range(2):
    tale.announce(500 + peer, peer, A, OTHER)
for peer in range(4):
    tale.announce(800 + peer, peer, A)
found = expect("two networks, one after the other", tale, (200, 803, [(A, ROGUE, 2), (A, OTHER, 4)]))
gone = [o["gone"] - T for o in found[0]["routing"]["origins"]] if found else []
cases.case("each with its own end", [] if gone == [501, 803] else [str(gone)])

tale = Tale()
hijack(tale, peers=(0,))
for peer in (1, 2, 3):
    tale.withdraw(201 + peer, peer, A)
for peer in range(4):
    tale.announce(800 + peer, peer, A)
found = expect("one of four carried it, the others lost the route: a hijack before it is an outage", tale, (200, 801, [(A, ROGUE, 1)]),
               words=["1 of 4 full-feed networks"], never=["partly cut off", "No other network", "None of"])

tale = Tale()
hijack(tale, peers=(0,))
for peer in (1, 2, 3):
    tale.withdraw(201 + peer, peer, A)
for peer in range(4):
    tale.withdraw(400 + peer, peer, B)
    tale.announce(600 + peer, peer, B)
    tale.announce(1000 + peer, peer, A)
found = expect("what the victim's other prefix does is its own story", tale, (200, 1001, [(A, ROGUE, 1)]), (402, 601, [(A, ROGUE, 1)]))
cases.case("and is as large as that prefix", [] if len(found) == 2 and found[1]["scope"]["units_down"] == 1 else [str([i["scope"] for i in found])])

tale = Tale()
for peer in range(4):
    tale.withdraw(200 + peer, peer, A)
    tale.announce(800 + peer, peer, A)
hijack(tale, peers=(0,), at=500)
found = expect("of a route that was gone before it is an outage", tale, (202, 801, [(A, ROGUE, 1)]), never=["No other network", "None of 4"])
cases.case("which it does not explain", [] if found and finding(found[0]) is None else [str(finding(found[0]))])

tale = Tale()
hijack(tale, peers=(0,))
expect("one of four alone is none", tale)

tale = Tale(peers=1)
hijack(tale, peers=(0,))
expect("of one feed nothing is made", tale)

tale = Tale()
for peer in range(4):
    tale.withdraw(200 + peer, peer, A)
    tale.announce(800 + peer, peer, A)
found = expect("nobody saw any", tale, (202, 801, []), never=["No other network"])
says = (finding(found[0]) or {}).get("says", "") if found else ""
cases.case("and of how many that is said", [] if "4 full-feed networks" in says else [says])

# ---- what is no news ----
tale = Tale()
for peer in (2, 3):
    tale.announce(-890, peer, A, OTHER)
for peer in range(4):
    tale.announce(300 + peer, peer, A, OTHER)
    tale.announce(700 + peer, peer, A)
expect("two origins from the beginning (anycast, MOAS): which of them is seen changes with paths", tale)

tale = Tale()
for peer in range(4):
    tale.announce(300 + peer, peer, A, OWN, OWN, OWN)
    tale.put(500 + peer, peer, update(attribute(1, b"\0") + attribute(2, segment(2, (64541 + peer, 64496)) + segment(1, (OWN, OTHER)))
                                      + attribute(3, bytes((192, 0, 2, 9))), nlri(A)))
expect("a path made longer, and an origin that is a set", tale)

tale = Tale()
hijack(tale, peers=range(4), origin=64998)
expect("a network of the same country is another one to the network", tale, (200, None, [(A, 64998, 4)]), watch="asn/64999")

for case, networks in {"hijack-ended-by-replacement": 4, "foreign-origin-at-one-of-four": 1}.items():
    found = replay(path("routing", "replay", case), "--watch", "country/KP", "--world", WORLD, "--full-feed-floor", "5")[1]["incidents"]
    got = [(o["prefix"], o["origin"], o["networks"]) for i in found for o in i["routing"]["origins"]]
    ends = [i["end"] and i["end"]["best"] - T for i in found]
    cases.case(case, [] if got == [(A, ROGUE, networks)] and ends[0] in (801, 803) else [str(got), str(ends)])
cases.done()
