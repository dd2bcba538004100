# SPDX-License-Identifier: ISC
"""Recordings of the lab with gaps cut into them: of one source or of all, for seconds to hours, over an outage, over its start or its end,
or beside it. Never "no outage" over one that nobody could see, never an outage made of a gap, and a start or an end that lies in a gap of
all has an interval that holds the gap. A sample; LACUNA_LONG=1 runs a hundred."""
import json
import os
import random
import struct
import sys
import tempfile

from field import HERE, Cases, replay

sys.path.insert(0, os.path.join(HERE, "..", "replay"))
from shift import mrt_records, read, write  # noqa: E402

ROOT = os.path.join(HERE, "..", "..", "recordings", "lab")
NAMES = ("power-carrier", "power-silent", "botched-all", "shutdown-withdrawal", "shutdown-filter", "stress-fast")
WANTED = 100 if os.environ.get("LACUNA_LONG") else 24
SEED = int(os.environ.get("LACUNA_SEED", 20261130))
NEAR = 6  # seconds: heartbeats, intervals of probes and stamps of routes around the edges of a gap


class Gap:
    """Records of [begin, end) are lost, and what comes after is `seconds` after the begin."""

    def __init__(self, begin, end, seconds):
        self.begin, self.end, self.seconds = begin, end, max(seconds, end - begin)
        self.shift = int(self.seconds - (end - begin))

    def moved(self, time):
        return time + self.shift if time >= self.end else time


def cut_mrt(data, gap):
    out = []
    for record in mrt_records(data):
        time = struct.unpack(">I", record[:4])[0]
        if not gap.begin <= time < gap.end:
            out.append(struct.pack(">I", int(gap.moved(time))) + record[4:])
    return b"".join(out)


def cut_lines(data, gap):
    out = []
    for line in data.splitlines():
        one = json.loads(line)
        if gap.begin <= one["t"] < gap.end:
            continue
        one["t"] = round(gap.moved(one["t"]), 6)
        if "from" in one:
            one["from"] = round(gap.moved(one["from"]), 6)
        out.append(json.dumps(one))
    return "\n".join(out).encode() + b"\n"


def before(data, name, time):
    """Nothing from `time` on: a recording without its outage."""
    return (cut_mrt if ".mrt" in name else cut_lines)(data, Gap(time, time + 10**6, 0))


def copy(source, out, gap, only, until):
    os.makedirs(out)
    with open(os.path.join(source, "recording.json")) as f:
        about = json.load(f)
    for member in ("from", "to"):
        about.pop(member, None)
    with open(os.path.join(out, "recording.json"), "w") as f:
        json.dump(about, f)
    for kind in ("bgp", "probes"):
        os.makedirs(os.path.join(out, kind))
        for name in sorted(os.listdir(os.path.join(source, kind))):
            data = read(os.path.join(source, kind, name))
            data = before(data, name, until) if until else data
            if not only or name.split(".")[0].split("-")[0] == only:
                data = (cut_mrt if ".mrt" in name else cut_lines)(data, gap)
            write(os.path.join(out, kind, name), data)


def span_of(source):
    times = []
    for name in os.listdir(os.path.join(source, "probes")):
        lines = read(os.path.join(source, "probes", name)).splitlines()
        times += [json.loads(lines[0])["t"], json.loads(lines[-1])["t"]]
    return min(times), max(times)


def cases(randomness):
    """(what, recording, outage, gap, source or None, data until or None)"""
    kinds = ("hides", "start", "end", "before", "after", "quiet")
    made = number = 0
    while made < WANTED:
        number += 1
        name = NAMES[number % len(NAMES)]
        kind = kinds[number // len(NAMES) % len(kinds)] if number < 36 else randomness.choice(kinds)
        source = os.path.join(ROOT, name + "-dual-9")
        with open(os.path.join(source, "truth.json")) as f:
            outage = json.load(f)["outages"][0]
        first, last = span_of(source)
        start, end = outage["start"], outage["end"]
        window = {"hides": (start - 8, end + 12), "start": (start - 8, start + (end - start) / 3),
                  "end": (end - (end - start) / 3, end + 12), "before": (first + 8, start - 9), "after": (end + 14, last - 6),
                  "quiet": (first + 8, start - 9)}[kind]
        if window[1] - window[0] < 2:
            continue
        begin = int(window[0]) if kind in ("hides", "start", "end") else int(randomness.uniform(window[0], window[1] - 2))
        stop = int(window[1]) + 1 if kind in ("hides", "start", "end") else int(randomness.uniform(begin + 1, window[1]) + 1)
        one = randomness.choice((None, None, "vp", "rc2"))
        seconds = stop - begin if one else randomness.choice((60, 300, 3600, 3 * 3600))
        made += 1
        yield kind, source, outage, Gap(begin, stop, seconds), one, start - 6 if kind == "quiet" else None


def stamp(seconds):
    return seconds


def endpoint(moment, truth, tolerance, gap, whole):
    """Whether the interval holds what is true: the whole gap where that is in a gap of all, else the moment."""
    low, high = stamp(moment["from"]), stamp(moment["to"])
    if whole and gap.begin <= truth < gap.end:
        wanted = gap.begin, gap.begin + gap.seconds
        soon = 0 <= low - wanted[1] <= tolerance  # the last of what comes back was seen behind it
        return soon or (low <= wanted[0] + NEAR and high >= wanted[1] - NEAR), f"{low:.0f} to {high:.0f} does not hold {wanted}"
    true = gap.moved(truth)
    return low - tolerance <= true <= high + tolerance, f"{low:.1f} to {high:.1f}, true {true:.1f} (±{tolerance})"


def problems(kind, outage, gap, one, status, told):
    found = [i for i in told["incidents"] if i["entity"] == "country/KX"]
    unseen = [u for u in told["quality"]["unseen"] if u["entity"] == "country/KX"]
    if kind == "quiet":
        yield from (f"an outage of a gap: {i['start']}" for i in found)
    elif kind == "hides" and not one:
        if not found and (status == 0 or not unseen):
            yield f"no outage, status {status}, unseen {unseen}"
    elif not found:
        yield f"not found; unseen {unseen}"
    if kind == "quiet" or (kind == "hides" and not found):
        return
    begin, end = gap.moved(outage["start"]), gap.moved(outage["end"])
    for i in found:
        if stamp(i["start"]["from"]) > end + outage["end_tolerance_s"] + gap.shift or (
                i["end"] and stamp(i["end"]["to"]) < begin - outage["start_tolerance_s"]):
            yield f"an outage of a gap: {i['start']} {i['end']}"
    good, why = endpoint(found[0]["start"], outage["start"], outage["start_tolerance_s"], gap, not one)
    if not good:
        yield "start: " + why
    if found[-1]["end"] and found[-1]["end"]["best"]:
        good, why = endpoint(found[-1]["end"], outage["end"], outage["end_tolerance_s"], gap, not one)
        if not good:
            yield "end: " + why


def main():
    told = Cases()
    randomness = random.Random(SEED)
    for number, (kind, source, outage, gap, one, until) in enumerate(cases(randomness)):
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "r")
            copy(source, out, gap, one, until)
            status, answer, errors = replay(out, "--quiet")
        name = f"{number} {os.path.basename(source)}: {gap.seconds:.0f} s of {one or 'all'}, {kind}"
        told.case(name, list(problems(kind, outage, gap, one, status, answer)) if answer else errors.splitlines()[:3] + [f"status {status}"])
    told.done()


main()
