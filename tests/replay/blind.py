# SPDX-License-Identifier: ISC
"""Observers that say that they are blind: what fails at them then is no outage, and who was blind and why is told. Without
their word, and without controls, the same probes are an outage. Recordings are made here; no fixtures."""
import json
import os
import tempfile

from run import Tap, replay, run

BEGIN = 1795418965.25
SECONDS = 240
FAIL = range(120, 180)  # everything fails in these
HOSTS = [f"198.18.0.{n}" for n in range(10, 18)]
WEB = "198.18.1.10"
ASNS = {"vp1": 65001, "vp2": 65102, "vp3": 65203}


def probes(observer, failing):
    for second in range(SECONDS):
        for i, address in enumerate(HOSTS + [WEB]):
            line = {"t": round(BEGIN + second + i * 0.05, 3), "observer": observer, "target": address}
            line["op"] = "http_round_trip" if address == WEB else "icmp_echo"
            line["ok"] = second not in failing
            line.update({"rtt_ms": 20 + i} if line["ok"] else {"failure": "generic_timeout_error"})
            yield line


def says(observer, second, state, why, **more):
    return {"t": round(BEGIN + second, 3), "observer": observer, "op": "observer_health", "state": state, "why": why, **more}


def blind(observer, why="carrier"):
    """Noticed two seconds late, and dated back."""
    yield says(observer, FAIL.start + 2, "blind", why, **{"from": BEGIN + FAIL.start - 0.5})
    yield says(observer, FAIL.start + 20, "blind", why)  # again: nothing new
    yield says(observer, FAIL.stop, "ok", why)


def recording(folder, failing, words):
    """failing: observer to seconds in which all fails. words: lines of observers about themselves."""
    os.makedirs(os.path.join(folder, "probes"))
    about = {"format": "lacuna-recording/1", "name": "blind", "watch": ["country/KX"],
             "entities": [{"id": "country/KX", "prefixes": ["198.18.0.0/22"]}],
             "observers": [{"id": o, "asn": ASNS[o]} for o in failing]}
    with open(os.path.join(folder, "recording.json"), "w") as f:
        json.dump(about, f)
    words = list(words)
    for observer, seconds in failing.items():
        lines = list(probes(observer, seconds)) + [w for w in words if w["observer"] == observer]
        with open(os.path.join(folder, "probes", observer + ".ndjson"), "w") as f:
            f.writelines(json.dumps(line) + "\n" for line in sorted(lines, key=lambda line: line["t"]))


def told(failing, words):
    """(incidents, quality, text, complaints) of such a recording."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = os.path.join(scratch, "r")
        recording(folder, failing, words)
        _, result, errors = replay(folder)
        return result["incidents"], result["quality"], run("replay", folder).stdout.decode(), errors


def kinds(found):
    return [i["scope"]["kind"] for i in found]


tap = Tap()

# One observer whose line goes down: its pings and its service checks fail together.
found, quality, _, errors = told({"vp1": FAIL}, [])
tap.check(kinds(found) == ["total"], "one observer, no word, no controls: an outage", f"{found}\n{errors}")
tap.check("observer_health" not in quality, "no word: none is counted")
found, quality, text, errors = told({"vp1": FAIL}, blind("vp1"))
tap.check(found == [] and quality["unconfirmed"] == 0, "one observer that says it is blind: no outage", f"{found}\n{errors}")
tap.check(quality["bad_lines"] == 0 and quality["observer_health"] == 3, "its lines are not bad", quality)
tap.check("We were blind at observer vp1" in text and "its interface was down" in text, "the story says so", text)

# Two that are behind the same broken line.
both = {"vp1": FAIL, "vp2": FAIL}
found, _, _, errors = told(both, [])
tap.check(kinds(found) == ["total"], "two observers, no word: an outage", f"{found}\n{errors}")
found, _, _, errors = told(both, [*blind("vp1"), *blind("vp2", "gateway")])
tap.check(found == [], "two observers that say they are blind: no outage", f"{found}\n{errors}")

# A true outage that two see; the third is blind for longer, and the fourth word is only recorded.
three = {"vp1": range(60, 200), "vp2": FAIL, "vp3": FAIL}
words = [says("vp1", 61, "blind", "carrier", **{"from": BEGIN + 59.5}), says("vp1", 200, "ok", "carrier"),
         says("vp2", 100, "degraded", "lag"), says("vp2", 190, "ok", "lag")]
found, _, _, errors = told(three, words)
tap.check(kinds(found) == ["total"], "two sound observers and a blind one: an outage", f"{found}\n{errors}")
coverage = found[0]["coverage"] if found else {}
tap.check(coverage.get("observers") == 3 and coverage.get("observers_ok") == 2, "two of three were sound", coverage)
who = [(b["who"], b["why"]) for b in coverage.get("blind", [])]
tap.check(who == [("vp1", "by its own account its interface was down")], "the incident names the blind one", coverage)
who = [(b["who"], b["why"]) for b in coverage.get("degraded", [])]
tap.check(who == [("vp2", "by its own account it was late")], "and the one that was not at its best", coverage)
start = found[0]["start"] if found else {}
tap.check(bool(found) and abs(start["best"] - BEGIN - FAIL.start) <= 2, "and its start is that of the sound ones", start)

# Degraded impairs only where the reason makes failures by itself.
for why, more, sees in (("lag", {}, True), ("own_loss", {}, True), ("own_loss", {"loss": 0.02}, True),
                        ("own_loss", {"loss": 0.4}, False), ("clock_step", {}, False)):
    words = [says("vp1", FAIL.start - 1, "degraded", why, **more), says("vp1", FAIL.stop, "ok", why)]
    found, _, _, errors = told({"vp1": FAIL}, words)
    tap.check((kinds(found) == ["total"]) == sees and (sees or found == []),
              f"degraded by {why} {more}: {'counts' if sees else 'does not count'}", f"{found}\n{errors}")

# It sees again: what fails after "ok" counts.
found, _, _, errors = told({"vp1": FAIL}, [says("vp1", 60, "blind", "carrier"), says("vp1", 80, "ok", "carrier")])
tap.check(kinds(found) == ["total"], "blind before the outage and well again: an outage", f"{found}\n{errors}")
tap.end()
