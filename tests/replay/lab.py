# SPDX-License-Identifier: ISC
"""Lab recordings: a routing outage where truth.json says the routes left, within 2 s; none where they did not; the hijack
is news of a more-specific prefix. And the shipped demo tells its story."""
import json
import os

from run import FIXTURES, LAB, Tap, recordings, replay, run

TOLERANCE_S = 2


def truth_of(folder):
    with open(os.path.join(folder, "truth.json")) as f:
        return json.load(f)["outages"]


def outages(result):
    return [i for i in result["incidents"] if any(s["signal"].startswith("routes") for s in i["signals"])]


def check_outage(tap, name, found, want):
    """The routing signal of the incident, which may have begun earlier with loss."""
    tap.check(len(found) == 1, f"{name}: one routing outage", found)
    if len(found) != 1:
        return
    routes = next(s for s in found[0]["signals"] if s["signal"] == "routes")
    off = routes["onset"]["best"] - want["routes_start"]
    tap.check(found[0]["entity"] == want["entity"] and abs(off) <= TOLERANCE_S, f"{name}: start", f"off by {off} s")
    inside = routes["onset"]["from"] <= want["routes_start"] <= routes["onset"]["to"]
    tap.check(inside, f"{name}: the interval holds the start", routes["onset"])
    tap.check(found[0]["scope"]["kind"] == want["scope"], f"{name}: scope", found[0]["scope"])
    if want.get("routes_end") is None:
        tap.check(routes["recovered"] is None and found[0]["state"] == "open", f"{name}: still open", routes["recovered"])
        return
    off = routes["recovered"]["best"] - want["routes_end"] if routes["recovered"] else None
    tap.check(off is not None and abs(off) <= TOLERANCE_S, f"{name}: end", f"off by {off} s")


def check_folder(tap, folder):
    name = os.path.basename(folder)
    status, result, errors = replay(folder)
    tap.check(status == 0 and result is not None, f"{name}: replay", errors)
    if not result:
        return
    left = [t for t in truth_of(folder) if t.get("routes_start")]
    found = outages(result)
    if left:
        check_outage(tap, name, found, left[0])
    else:
        tap.check(not found, f"{name}: no routing outage", found)
    hijacks = [t for t in truth_of(folder) if t["cause"] == "hijack-or-leak"]
    news = [o for i in result["incidents"] for o in i["routing"]["origins"]]
    if hijacks:
        good = any(o["prefix"] in hijacks[0]["prefixes"] and o["kind"] == "more-specific" for o in news)
        tap.check(good, f"{name}: more-specific of a new origin", news)
    else:
        tap.check(not news, f"{name}: no news of origins", news)


def check_blind(tap):
    """Our own faults are told, and are no outage."""
    for folder in LAB:
        who = {"fault-observer-down-dual-9": "observer vp"}.get(os.path.basename(folder))
        if who:
            text = run("replay", folder).stdout.decode()
            ways = ("its control targets did not answer", "by its own account its controls did not answer")
            tap.check(text.count(f"We were blind at {who} from") == 2 and all(w in text for w in ways),
                      f"{os.path.basename(folder)}: blind at {who}", text)


def check_demo(tap):
    """The story that is shipped: three episodes, one campaign; in the last one loss, servers, routes in this order, and mail back before the web."""
    done = run("demo")
    text = done.stdout.decode()
    tap.check(done.returncode == 0 and text.count("nobody could even route there for") == 3, "demo tells of three episodes", text)
    found = json.loads(run("replay", os.environ["LACUNA_DEMO"], "--json").stdout)["incidents"]
    tap.check(len(found) == 3 and len({i["campaign"] for i in found}) == 1 and found[0]["campaign"], "they are one campaign", found)
    if len(found) != 3:
        return
    last = found[-1]
    place = {signal: number for number, group in enumerate(last["order"]) for signal in group}
    tap.check(place.get("loss", 9) < place.get("service/dns", 0) < place.get("routes", 0), "loss, then servers, then routes", last["order"])
    back = {r["class"]: r["t50"] for r in last["recovery"]}
    tap.check(back["service/smtp"] + 30 < back["service/dns"] < back["service/http"] - 30, "mail is back well before the web", back)
    for one in found:
        lead = one["precedence"]["lead_s"]["best"]
        late = max(r["t50"] for r in one["recovery"] if r["class"] in ("routes", "hosts"))
        tap.check(10 < lead < 120 and late < one["end"]["best"] + 30, f"{one['id']} is told without its neighbours", (lead, late))


tap = Tap()
check_demo(tap)
check_blind(tap)
for folder in LAB + recordings():
    check_folder(tap, folder)
if not recordings():
    tap.skip("lab recordings", f"no fixtures in {FIXTURES}")
tap.end()
