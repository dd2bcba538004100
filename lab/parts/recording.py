# SPDX-License-Identifier: ISC
"""Observers and collectors become a recording folder (doc/FORMATS.md) with its truth.json."""
import glob
import json
import os
import shutil
import signal
import sys

from .daemons import WORK, put


class Observers:
    """Who probes: the program itself (`record probes`), or the lab's own small prober where a scenario or an old program asks for it.
    This class alone knows how an observer is started and where its lines are."""

    def __init__(self, lab, description):
        self.lab, self.plan = lab, lab.plan
        self.own = lab.plan.set["prober"] == "own" or not lab.tools["probes"]
        self.description = os.path.join(WORK, "recording.json")
        with open(self.description, "w", encoding="utf-8") as file:
            json.dump(description, file)
        os.makedirs(os.path.join(WORK, "probes"), exist_ok=True)

    def command(self, name):
        if self.own:
            here = os.path.dirname(os.path.abspath(__file__))
            return [sys.executable, "-B", os.path.join(here, "prober.py"), self.description, f"{WORK}/probes/{name}.ndjson", name]
        asn = dict(self.plan.observers)[name]
        conf = put(f"{name}.yml", configuration(name, asn, list(self.plan.targets()), self.plan.set["watch"]))
        return [self.lab.tools["lacuna"], "record", "probes", "-c", conf, "-o", f"{WORK}/observer/{name}", "--observer", name, "--quiet"]

    def switch(self, name, on):
        if on:
            os.makedirs(f"{WORK}/observer", exist_ok=True)
            self.lab.spawn("observer-" + name, name, self.command(name))
        else:
            self.lab.stop("observer-" + name, signal.SIGINT)

    def lines(self, name, to):
        """All that the observer wrote, in one file."""
        paths = [f"{WORK}/probes/{name}.ndjson"] if self.own else sorted(glob.glob(f"{WORK}/observer/{name}/probes/*.ndjson"))
        with open(to, "wb") as out:
            for path in paths:
                with open(path, "rb") as file:
                    shutil.copyfileobj(file, out)


def configuration(name, asn, targets, watch):
    """lacuna.yml of an observer: everything every `watch` seconds; once a second, as only the laboratory allows, is usual."""
    lines = ["probing: on", "contact: lab@observatory.example", f"observer:\n  id: {name}\n  asn: {asn}", "lab: on", f"watch_interval: {watch}s",
             "rate: 1000", "allow: [198.18.0.0/15, 198.51.100.0/24, 192.0.2.0/24, 203.0.113.0/24, 2001:db8::/32]",
             "controls: [" + ", ".join(t["address"] for t in targets if t["kind"] == "control") + "]", "targets:"]
    for t in targets:
        if t["kind"] == "control":
            continue
        words = [f"kind: {t['kind']}", f"entity: {t['entity']}", "timeout: 2s"]
        words += [f"name: {t['name']}"] if "name" in t else []
        words += ["qtype: A"] if t["kind"] == "dns" else []
        words += [f"institution: {t['institution']}", f"interval: {watch}s"] if "institution" in t else []
        lines.append(f"  - address: '{t['address']}'\n    " + "\n    ".join(words))
    return "\n".join(lines) + "\n"


def description(scenario, plan):
    labels = f"{scenario.name}, {scenario.variation}, seed {scenario.seed}"
    collectors = []
    for c in plan.collectors:
        collectors.append({"id": c["name"], "files": [f"bgp/{c['name']}-*", f"bmp/{c['name']}-*"]})
    collectors += [{"id": r.name, "files": [f"bmp/{r.name}-*"]} for r in plan.routers.values() if r.bmp]
    return {"format": "lacuna-recording/1", "name": f"lab {labels}",
            "note": f"{scenario.says}. Made in the project's lab of real daemons: one probe per target and second, hold time "
                    f"{plan.hold} s. BGP data begin while the lab still converges, before the first probe.",
            "entities": list(plan.entities()), "watch": sorted({t["entity"] for t in scenario.truths}),
            "observers": [{"id": name, "asn": asn} for name, asn in plan.observers], "targets": list(plan.targets()),
            "collectors": collectors, "full_feed_floor": 5}


def truth(scenario, player, routes):
    """routes(entity): when the first prefix went and the last came back, from the collector's log; or None."""
    outages = []
    for raw in scenario.truths:
        outage = {"entity": raw["entity"], "start": round(moment(raw["start"], player.marks), 3)}
        end = player.injected[-1]["t"] if raw.get("ongoing") else moment(raw["end"], player.marks)
        outage |= {"end": round(end, 3), "start_tolerance_s": raw.get("start_tolerance", 5), "end_tolerance_s": raw.get("end_tolerance", 15)}
        for key in ("scope", "cause", "also_acceptable", "also_acceptable_scope", "not", "order", "recovery", "prefixes", "ongoing", "note"):
            if key in raw:
                outage[key] = raw[key]
        if "prefixes" in outage:
            outage["prefixes"] = player.plan.prefixes(outage["prefixes"])
        went = routes(raw, outage)
        if went:
            outage["routes_start"], outage["routes_end"] = went
            outage = {k: v for k, v in outage.items() if v is not None}
        outages.append(outage)
    return {"outages": outages, "injected": player.injected,
            "lab": {"scenario": scenario.name, "variation": scenario.variation, "seed": scenario.seed, "hold_time_s": scenario.settings["hold"],
                    "drawn": scenario.numbers}}


def moment(words, marks):
    name, _, more = words.partition("+")
    return marks[name.strip()] + float(more or 0)


def shift_clock(path, observer, clocks):
    """Lines of the observer get the stamps its stepped clock would have given."""
    steps = [(at, by) for who, at, by in clocks if who == observer]
    if not steps:
        return
    lines = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            off = next((by for at, by in reversed(steps) if record["t"] >= at), 0)
            record["t"] = round(record["t"] + off, 6)
            lines.append(json.dumps(record, separators=(",", ":")) + "\n")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(lines)


def collect(out, plan, observers, description_, clocks):
    """Copies what was recorded; the folder appears whole or not at all."""
    partial = out + ".partial"
    shutil.rmtree(partial, ignore_errors=True)
    for folder in ("bgp", "bmp", "probes"):
        os.makedirs(os.path.join(partial, folder))
    for c in plan.collectors:
        name = c["name"]
        if c["daemon"] == "gobgp":
            pairs = [(f"{WORK}/gobgp-updates.mrt", f"{name}-updates.mrt")]
        else:
            pairs = [(p, os.path.basename(p)) for p in glob.glob(f"{WORK}/{name}-*.mrt")]
        for source, to in pairs:
            if os.path.exists(source) and os.path.getsize(source):
                shutil.copyfile(source, os.path.join(partial, "bgp", to))
    for path in glob.glob(f"{WORK}/station/bmp/*"):
        shutil.copyfile(path, os.path.join(partial, "bmp", os.path.basename(path)))
    for name, _ in plan.observers:
        path = os.path.join(partial, "probes", name + ".ndjson")
        observers.lines(name, path)
        shift_clock(path, name, clocks)
    with open(os.path.join(partial, "recording.json"), "w", encoding="utf-8") as file:
        json.dump(description_, file, indent=1)
        file.write("\n")
    for folder in ("bgp", "bmp", "probes"):
        if not os.listdir(os.path.join(partial, folder)):
            os.rmdir(os.path.join(partial, folder))
    return partial


def finish(partial, out, truth_):
    with open(os.path.join(partial, "truth.json"), "w", encoding="utf-8") as file:
        json.dump(truth_, file, indent=1)
        file.write("\n")
    shutil.rmtree(out, ignore_errors=True)
    os.rename(partial, out)


def capture(lab):
    """What passes at the borders, seen from the transits' side of the wire."""
    for wire in lab.wires:
        if any(wire in n.uplinks for n in lab.plan.networks):
            lab.spawn("capture-" + wire.name, "wire", ["tcpdump", "-q", "-U", "-p", "-i", wire.name + "a", "-s", "96", "-w",
                                                       f"{WORK}/{wire.name}.pcap", "icmp or icmp6 or port 179"])

