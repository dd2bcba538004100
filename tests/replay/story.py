# SPDX-License-Identifier: ISC
"""What must be said of each recording, sentence by sentence: order, shape, concurrency, phases, recovery, blindness."""
import json
import os
import re
import statistics

from run import FIXTURES, LAB, Tap, recordings, replay, run, series

CONCURRENT = ("a1", "a2", "b", "c1", "d1", "d2", "j")
UNROUTED = ("a1", "a2", "b", "c1", "d2", "j")
QUIET = ("f", "g1", "g2", "h")
BLIND = {"g1": "collector rc", "g2": "collector rc", "h": "observer vp"}
EXPIRED = "session expired after total loss"
STRESS = "loss first, stress-shaped"
INSIDE_LEAST = 10  # of 11 starts
WIDTH_MOST_S = 3
BLIND_SLACK_S = 10  # the hold time of the lab, and a bit


def truth_of(folder):
    with open(os.path.join(folder, "truth.json")) as f:
        return json.load(f)["outages"]


class Lab:
    """short: of a recording, the beginning of its name that `until` ends."""

    def __init__(self, tap, folders, until):
        self.tap = tap
        self.folders, self.incidents = {}, {}
        for folder in folders:
            short = os.path.basename(folder).split(until)[0]
            status, result, errors = replay(folder)
            tap.check(status == 0 and result is not None, f"{short}: replay", errors)
            self.folders[short] = folder
            self.incidents[short] = (result or {"incidents": []})["incidents"]

    def check(self, good, short, name, detail=""):
        self.tap.check(good, f"{short}: {name}", detail)

    def outage(self, short):
        """The one incident of total or partial scope; none or several are a failure elsewhere, and an empty one here."""
        found = [i for i in self.incidents[short] if i["scope"]["kind"] != "service"]
        return found[0] if len(found) == 1 else None


def precedence(lab):
    b = (lab.outage("b") or {}).get("precedence") or {}
    lead = (b.get("lead_s") or {}).get("best", 0)
    lab.check((b.get("p_loss_first") or 0) >= 0.99, "b", "loss came first, for sure", b)
    lab.check(20 <= lead <= 35, "b", "by 20 to 35 s", b)
    lab.check((b.get("log10_shape_bf") or 0) >= 1, "b", "and grew", b)
    for short in ("a2", "j"):
        p = (lab.outage(short) or {}).get("precedence") or {}
        lead = (p.get("lead_s") or {}).get("best", 0)
        lab.check(5 <= lead <= 9, short, "routes went 5 to 9 s after the loss", p)
        lab.check(p.get("reading") == EXPIRED, short, EXPIRED, p)
        lab.check((p.get("log10_shape_bf") or 0) <= -1, short, "no ramp", p)
    for short in ("a1", "c1"):
        p = (lab.outage(short) or {}).get("precedence") or {}
        lab.check(p.get("reading") == "tie", short, "loss and withdrawal are not ordered", p)
    for short in ("d1", "e"):
        p = (lab.outage(short) or {}).get("precedence") or {}
        lab.check(p.get("reading") == "no withdrawal" and p.get("lead_s") is None, short, "no withdrawal", p)
        lab.check((p.get("log10_shape_bf") or 0) <= -1, short, "a step, no ramp", p)


def concurrency(lab):
    for short in CONCURRENT:
        c = (lab.outage(short) or {}).get("concurrency") or {}
        lab.check(c.get("verdict") == "concurrent" and c.get("failed") == c.get("units"), short, "all failed together", c)
    found = [i["concurrency"] for i in lab.incidents["f"]]
    lab.check([c["verdict"] for c in found] == ["independent"], "f", "one server is independent", found)


def phases(lab):
    for short in UNROUTED:
        names = [p["phase"] for p in (lab.outage(short) or {}).get("phases", [])]
        lab.check("unrouted" in names, short, "nobody could route there", names)
    names = [p["phase"] for p in (lab.outage("d1") or {}).get("phases", [])]
    lab.check("silent" in names and "unrouted" not in names, "d1", "routed but mute", names)


def recovery(lab):
    """A class may share its place with a neighbour (too close to be ordered), never stand before an earlier one."""
    ranks = {r["class"]: r["rank"] for r in (lab.outage("b") or {}).get("recovery", [])}
    wanted = ("routes", "service/smtp", "service/dns", "service/http")
    lab.check(all(ranks.get(c) is not None for c in wanted + ("hosts",)), "b", "everything came back", ranks)
    got = [ranks.get(c) or 0 for c in wanted]
    lab.check(got == sorted(got) and got[1] < got[2] < got[3], "b", "routes, then mail, then DNS, then web", ranks)
    lab.check(0 in (ranks.get("routes"), ranks.get("hosts")), "b", "routes or hosts first", ranks)


def story(lab):
    text = run("replay", lab.folders["b"]).stdout.decode()
    flat = " ".join(text.split())
    lab.check(re.search(r"24 of 24 machines failed within .*by chance that is expected", flat), "b", "says: concurrent", text)
    lab.check(re.search(r"Loss began \d+ s before the first route was withdrawn .*and grew", flat), "b", "says: loss first", text)
    lab.check("nobody could even route there" in flat, "b", "says: unrouted", text)


def quiet(lab):
    for short in QUIET:
        raised = [i for i in lab.incidents[short] if i["scope"]["kind"] != "service"]
        lab.check(not raised, short, "no outage of a country or network", raised)
        allowed = short == "f" or not lab.incidents[short]
        lab.check(allowed, short, "nothing raised beside", lab.incidents[short])
    for short, who in BLIND.items():
        text = run("replay", lab.folders[short]).stdout.decode()
        said = re.search(rf"We were blind at {who} from (\S+ \S+) UTC to (\S+ \S+) UTC", text)
        lab.check(said, short, f"blind at {who}", text)
        if said:
            check_blind(lab, short, said.groups())


def check_blind(lab, short, said):
    import calendar
    import time

    truth = truth_of(lab.folders[short])[0]
    begin, end = (calendar.timegm(time.strptime(s, "%Y-%m-%d %H:%M:%S")) for s in said)
    good = abs(begin - truth["start"]) <= BLIND_SLACK_S and abs(end - truth["end"]) <= BLIND_SLACK_S
    lab.check(good, short, "blind while it was", f"{begin - truth['start']:.1f} {end - truth['end']:.1f}")


def starts(lab):
    inside, widths, truths = 0, [], 0
    for short, folder in lab.folders.items():
        truth = truth_of(folder)[0]  # the second of the hijack is hidden behind the first
        if truth["scope"] == "none":
            continue
        truths += 1
        near = [i["start"] for i in lab.incidents[short] if abs(i["start"]["best"] - truth["start"]) <= truth["start_tolerance_s"]]
        lab.check(near, short, "found")
        for start in near[:1]:
            inside += start["from"] <= truth["start"] <= start["to"]
            widths.append(start["to"] - start["from"])
    lab.tap.check(truths == 11, "eleven truths with a start", truths)
    lab.tap.check(inside >= INSIDE_LEAST, f"at least {INSIDE_LEAST} starts inside their interval", inside)
    lab.tap.check(widths and statistics.median(widths) <= WIDTH_MOST_S, f"median width at most {WIDTH_MOST_S} s", widths)


# What the shipped recordings of the lab must say: reading, which came first by how many seconds, and shape of the precedence; words of the
# concurrency; phases; classes in order of their return; what we were blind at.
SHIPPED = {
    "botched-all": ("tie", None, 0, "concurrent", ["unrouted", "back"], None, None),
    "botched-dns": ("tie", None, 0, "partial-concurrent", ["degraded", "back"], None, None),
    "cable-cut": ("no withdrawal", None, -1, "concurrent", ["silent", "back"], None, None),
    "power-carrier": ("tie", None, 0, "concurrent", ["unrouted", "back"], None, None),
    "power-silent": (EXPIRED, (5, 12), -1, "concurrent", ["silent", "unrouted", "back"], None, None),
    "shutdown-filter": ("no withdrawal", None, -1, "concurrent", ["silent", "returning", "back"], None, None),
    "shutdown-withdrawal": ("tie", None, 0, "concurrent", ["degraded", "unrouted", "back"], None, None),
    "stress-fast": (STRESS, (12, 20), 1, "concurrent", ["degraded", "silent", "unrouted", "back"],
                    ["service/smtp", "service/dns", "service/http"], None),
    "stress-slow": (STRESS, (40, 50), 1, "concurrent", ["degraded", "silent", "returning", "unrouted", "back"],
                    ["service/smtp", "service/dns", "service/http"], None),
    "one-server": (None, None, 0, "independent", [], None, None),
    "independent-servers": (None, None, 0, "independent", [], None, None),
    "fault-observer-down": (None, None, 0, None, None, None, "observer vp"),
    "fault-collector-uplink": (None, None, 0, None, None, None, None),
}


def shipped_outage(lab, short, i):
    reading, lead, shape, together, phases_wanted, order, _ = SHIPPED[short]
    p, c = i["precedence"] or {}, i["concurrency"] or {}
    lab.check(c.get("verdict") == together and (together != "concurrent" or c["failed"] == c["units"]), short, f"{together}", c)
    lab.check([x["phase"] for x in i["phases"]] == phases_wanted, short, f"phases {phases_wanted}", i["phases"])
    lab.check(reading is None or p.get("reading") == reading, short, f"{reading}", p)
    lab.check(not lead or lead[0] <= p["lead_s"]["best"] <= lead[1], short, f"the loss came {lead} s before the routes left", p)
    lab.check(not shape or (p.get("log10_shape_bf") or 0) * shape >= 1, short, f"{shape} is the sign of its shape", p)
    ranks = {r["class"]: r["rank"] for r in i["recovery"]}
    got = [ranks.get(name) for name in order or []]
    lab.check(None not in got and got == sorted(got), short, "came back in this order", ranks)


def shipped(tap):
    """The recordings that come with the program."""
    lab = Lab(tap, [f for f in LAB if os.path.basename(f).split("-dual")[0] in SHIPPED], "-dual")
    tap.check(len(lab.folders) == len(SHIPPED), "all are there", sorted(lab.folders))
    for short, folder in lab.folders.items():
        truths = [t for t in truth_of(folder) if t["scope"] != "none"]
        found = lab.incidents[short]
        lab.check(len(found) == len(truths), short, f"{len(truths)} incidents", found)
        for truth, i in zip(truths, found):
            off = i["start"]["best"] - truth["start"]
            lab.check(abs(off) <= truth["start_tolerance_s"] and i["entity"] == truth["entity"], short, "start", off)
            shipped_outage(lab, short, i)
        if SHIPPED[short][-1]:
            text = run("replay", folder).stdout.decode()
            said = re.search(rf"We were blind at {SHIPPED[short][-1]} from (\S+ \S+) UTC to (\S+ \S+) UTC", text)
            lab.check(said, short, "blind", text)
            if said:
                check_blind(lab, short, said.groups())


def published(tap):
    for folder in series():
        name = os.path.basename(folder)
        truths = truth_of(folder)
        status, result, errors = replay(folder)
        found = (result or {"incidents": []})["incidents"]
        tap.check(status == 0 and len(found) == len(truths), f"{name}: {len(truths)} incidents", f"{found} {errors}")
        for truth, i in zip(truths, found):
            off = i["start"]["best"] - truth["start"]
            tap.check(i["entity"] == truth["entity"] and abs(off) <= truth["start_tolerance_s"], f"{name}: start", off)
            if truth.get("ongoing"):
                tap.check(i["end"] is None and i["state"] == "open", f"{name}: no invented end", i["end"])
                continue
            off = i["end"]["best"] - truth["end"] if i["end"] else None
            tap.check(off is not None and abs(off) <= truth["end_tolerance_s"], f"{name}: end", off)


tap = Tap()
shipped(tap)
if recordings():
    lab = Lab(tap, recordings(), "-")
    for part in (precedence, concurrency, phases, recovery, story, quiet, starts):
        part(lab)
else:
    tap.skip("stories of the lab", f"no fixtures in {FIXTURES}")
if series():
    published(tap)
else:
    tap.skip("published series", f"no fixtures in {FIXTURES}")
tap.end()
