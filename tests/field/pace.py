# SPDX-License-Identifier: ISC
"""Observers of different pace, with dead controls, filtered, blind from the beginning, or with a loss that is always there: what they see
counts for what it is worth, and no more."""
import json
import os
import random
import tempfile

from field import Cases, run

START = 1700000000
HOSTS = [f"198.18.{block}.{host}" for block in range(4) for host in (10, 20, 30)]
CONTROLS = ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
FROM, TO, END = 1000, 1600, 2400
cases = Cases()


class Observer:
    """`down(t, target)` and `blind(t, control)`: whether it gets no answer at t seconds. Its pings lie spread over each `step`, or in a burst."""

    def __init__(self, name, asn, down, step=10, blind=lambda t, control: False, burst=False):
        self.name, self.asn, self.down, self.step, self.blind, self.burst = name, asn, down, step, blind, burst

    def lines(self, controls, end):
        for begin in range(0, end, self.step):
            for i, target in enumerate(HOSTS + controls):
                t = begin + (0.01 * i if self.burst else i * self.step / (len(HOSTS) + len(controls)))
                bad = self.blind(t, target) if target in controls else self.down(t, target)
                line = {"t": round(START + t, 3), "observer": self.name, "op": "icmp_echo", "target": target, "ok": not bad}
                line.update({"failure": "generic_timeout_error"} if bad else {"rtt_ms": 20.5})
                yield json.dumps(line) + "\n"


def expect(so, name, told):
    cases.case(name, [] if so else ["not so:"] + told.splitlines())


def outage(t, host):
    return FROM <= t < TO


def look(observers, controls=CONTROLS, end=END):
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "probes"))
        targets = [{"address": host, "entity": "country/KX", "kind": "host"} for host in HOSTS]
        targets += [{"address": control, "kind": "control"} for control in controls]
        about = {"format": "lacuna-recording/1", "watch": ["country/KX"], "targets": targets,
                 "entities": [{"id": "country/KX", "name": "Kexico", "prefixes": ["198.18.0.0/22"], "asns": [64512]}],
                 "observers": [{"id": o.name, "asn": o.asn} for o in observers]}
        with open(os.path.join(folder, "recording.json"), "w") as f:
            json.dump(about, f)
        for o in observers:
            with open(os.path.join(folder, "probes", o.name + ".ndjson"), "w") as f:
                f.writelines(o.lines(controls, end))
        plain, document = run("replay", folder, text=True), run("replay", "--json", folder)
        return plain, json.loads(document.stdout)["incidents"] if document.stdout else []


def holds(moment, true):
    return moment["from"] <= START + true <= moment["to"]


def is_the_outage(incidents, end=TO):
    return len(incidents) == 1 and holds(incidents[0]["start"], FROM) and holds(incidents[0]["end"], end)


# ---- pace ----

for fast, slow, burst in ((1, 60, False), (10, 120, False), (10, 120, True), (1, 240, True)):
    down = lambda t, host: FROM <= t < FROM + 1800  # noqa: E731
    plain, incidents = look([Observer("vp1", 65001, down, fast), Observer("vp2", 65102, down, slow, burst=burst)], end=END + 3600)
    name = f"observers of {fast} s and {slow} s{', in bursts' if burst else ''}"
    expect(is_the_outage(incidents, FROM + 1800), name + ": the outage that both see is found", str(incidents)[:300])
    expect("missing" not in plain.stderr and plain.returncode == 0, name + ": neither is missing", plain.stderr)

plain, incidents = look([Observer("vp1", 65001, outage), Observer("vp2", 65102, outage, 60)], end=END)
expect(plain.returncode == 0 and len(incidents) == 1, "six times slower is no absence", plain.stdout)

# ---- controls that never answered ----

for dead, of in ((1, 2), (2, 3), (1, 1), (3, 3)):
    never = lambda t, control: control in CONTROLS[:dead]  # noqa: E731
    plain, incidents = look([Observer(f"vp{i}", 65000 + i, outage, blind=never) for i in (1, 2)], CONTROLS[:of])
    expect(is_the_outage(incidents), f"{dead} of {of} controls never answered: the outage is found", plain.stdout)
    expect(f"{dead} of its {of} control targets never answered" in plain.stderr, f"{dead} of {of}: and that is told", plain.stderr)

# ---- blind from the beginning ----

for until, name in ((500, "for 500 s"), (END, "all the time")):
    blind = lambda t, target: t < until  # noqa: E731
    plain, incidents = look([Observer(f"vp{i}", 65000 + i, blind, blind=blind) for i in (1, 2)])
    expect(plain.returncode == 1 and not incidents and "Nothing can be said of" in plain.stdout,
             f"blind from the beginning, {name}: nothing can be said", plain.stdout)

# ---- a steady state is no incident ----

plain, incidents = look([Observer("vp1", 65001, outage), Observer("vp2", 65102, lambda t, host: True)])
expect(plain.returncode == 1 and not incidents, "hosts that never answered an observer are no evidence of it", plain.stdout)
plain, incidents = look([Observer("vp1", 65001, lambda t, host: False), Observer("vp2", 65102, lambda t, host: True)])
expect(not incidents, "filtered at one observer, and nothing happens", plain.stdout)
plain, incidents = look([Observer("vp1", 65001, outage), Observer("vp2", 65102, lambda t, host: t >= 500)])
expect(is_the_outage(incidents), "what one observer had lost before dates nothing, and keeps nothing open", plain.stdout)
for share in (0.15, 0.3, 0.5):
    dice = random.Random(int(share * 100))
    plain, incidents = look([Observer(f"vp{i}", 65000 + i, lambda t, host: dice.random() < share) for i in (1, 2)])
    expect(not incidents, f"a loss of {share} from the first second to the last is no incident", plain.stdout)
    plain, incidents = look([Observer(f"vp{i}", 65000 + i, lambda t, host: outage(t, host) or dice.random() < share) for i in (1, 2)])
    expect(is_the_outage(incidents), f"an outage is found over a loss of {share}", plain.stdout)

# ---- no service was asked ----

half = lambda t, host: outage(t, host) and host in HOSTS[:6]  # noqa: E731
plain, incidents = look([Observer(f"vp{i}", 65000 + i, half) for i in (1, 2)])
expect("is partly cut off (50 %)" in plain.stdout, "half of the hosts in one moment", plain.stdout)
none = lambda t, host: False  # noqa: E731
plain, incidents = look([Observer("vp1", 65001, outage), Observer("vp2", 65102, outage), Observer("vp3", 65203, none)])
expect(len(incidents) == 1 and "service fails" not in plain.stdout, "two of three observers lose all: no service failed", plain.stdout)

# ---- ends ----

for step in (10, 60, 300):
    long = lambda t, host: 20 * step <= t < 40 * step  # noqa: E731
    plain, incidents = look([Observer(f"vp{i}", 65000 + i, long, step) for i in (1, 2)], end=80 * step)
    expect(len(incidents) == 1 and holds(incidents[0]["end"], 40 * step), f"asked each {step} s: the end lies where it is said",
             str(incidents and incidents[0]["end"]))

cases.done()
