# SPDX-License-Identifier: ISC
"""A forger on the path sees every request but not the key. Nothing of what it makes up is taken for an answer, every reply is
accounted for, and honest answers are not lost in a flood."""
import json
import os
import subprocess

import lab
from lab import MODES, PACKET, PING, RAW

FORGER = os.environ.get("PROBE_FORGER", "")
LONG = "LACUNA_LONG" in os.environ
ADDRESSES = [f"198.18.9.{n}" for n in range(1, 251)]
CRAFTED = 104  # requests of which each is met with six forgeries: 624


class Forger:
    def __init__(self, lab_now, *arguments):
        self.process = subprocess.Popen(lab_now.inside("middle", FORGER, "down0", *map(str, arguments)), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def end(self):
        out, _ = self.process.communicate(timeout=60)
        return json.loads(out.splitlines()[-1])


def against(lab_now, forger, *drive, timeout=300):
    made = Forger(lab_now, *forger)
    try:
        out = lab_now.drive("-w", ADDRESSES[0], *drive, *ADDRESSES, timeout=timeout)
    finally:
        said = made.end()
    return out, said


def differ(counts, **expected):
    return [f"{name} {counts.get(name)}, expected {value}" for name, value in expected.items() if counts.get(name) != value]


def crafted(lab_now, mode):
    out, said = against(lab_now, ["craft"], "-m", mode, "-r", 200, "-n", CRAFTED + 1, "-s", 1)
    yield from out.problems()
    yield from differ(said, seen=CRAFTED + 1, forged=6 * CRAFTED, failed=0)
    # Replays and second answers are of probes that were answered; all else bears no cookie of ours.
    yield from differ(out.counts, recorded=CRAFTED + 1, forged=5 * CRAFTED, duplicate=2 * CRAFTED, late=0, timed_out=0,
                      arrived=8 * CRAFTED + 1)
    for a in out.attempts:
        if a["failure"] == "forged" and a["index"] != 2**32 - 1:
            yield f"a forgery with the index of a target: {a}"
        if a["failure"] == "ok" and not 0 < a["rtt_ns"] < 10**9:
            yield f"a round trip of {a['rtt_ns']} ns"


def too_late(lab_now, mode):
    out, said = against(lab_now, ["late", 800], "-m", mode, "-r", 100, "-n", 50, "-t", 400, "-s", 2)
    yield from out.problems()
    yield from differ(said, seen=50)
    yield from differ(out.counts, recorded=0, late=50, timed_out=50, forged=0, duplicate=0)


def short(lab_now, mode):
    out, said = against(lab_now, ["short"], "-m", mode, "-r", 100, "-n", 50)
    yield from out.problems()
    # Ping sockets are not shown the identification of the quoted packet. Their kernel looks for the socket by what is quoted.
    forged = 4 * 50 if mode != PING else 3 * 50
    if mode == PING:
        yield from differ(out.counts, recorded=50, unreachable=50)
    else:
        yield from differ(out.counts, recorded=50, unreachable=50, forged=forged, arrived=5 * 50)
    if out.failures() != ["forged", "host_unreachable"] or said["failed"]:
        yield f"{out.failures()} {said}"


def flood(lab_now, mode, count):
    rate, honest = 100000, 1000
    probes = int(1.5 * count / rate * honest)  # it may fall behind on a busy machine
    out, said = against(lab_now, ["flood", count, rate], "-q", "-m", mode, "-r", honest, "-n", probes, "-t", 2000, "-s", 3,
                        timeout=1200)
    found = out.problems() if out.status else []
    c = out.counts
    print(f"# {MODES[mode]}: seed {said['seed']}, {said} {c}")
    if said["forged"] < count * 0.98:
        found.append(f"the flood made only {said['forged']} of {count}")
    if c.get("arrived") != c.get("recorded") + c.get("late") + c.get("duplicate") + c.get("forged"):
        found.append("the sum is not right")
    if c["recorded"] > said["honest"] or c["late"] or c["duplicate"]:
        found.append("a forgery was accepted")
    if c["forged"] + c["kernel_drops"] < said["forged"] * 0.999:
        found.append("forgeries are not accounted for")
    lost = probes - c["recorded"]
    if lost > probes * 0.001 and lost > c["kernel_drops"]:  # a loss that the prober does not show as its own
        found.append(f"{lost} honest answers of {probes} lost, {c['kernel_drops']} dropped by the kernel")
    return found


def test(lab_now, cases):
    lab_now.ip("middle", "route", "add", "blackhole", "198.18.9.0/24")  # only the forger answers
    for mode in (PACKET, RAW, PING):
        cases.case(f"{MODES[mode]}: 624 forgeries, none accepted", crafted(lab_now, mode))
        cases.case(f"{MODES[mode]}: late answers", too_late(lab_now, mode))
        cases.case(f"{MODES[mode]}: errors that quote eight bytes", short(lab_now, mode))
    count = 10**7 if LONG else 10**6
    cases.case(f"packet: {count} random replies", flood(lab_now, PACKET, count))
    cases.case(f"raw: {count // 10} random replies", flood(lab_now, RAW, count // 10))


lab.main(test)
