# SPDX-License-Identifier: ISC
"""What is on the wire keeps every cap: random configurations measured through the real processes, captured, and counted.

LACUNA_LONG: 50 configurations of 20 s each; else 3 of 5 s. LACUNA_SEED chooses them.
"""
import bisect
import collections
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import time

import pair

LONG = bool(os.environ.get("LACUNA_LONG"))
SECONDS, COUNT, AT_ONCE = (20, 50, 5) if LONG else (5, 3, 3)
SLACK = 0.03  # between the gate and the capture a packet may be late by so much on a busy machine
BINARY = os.environ["LACUNA_RECORD_WIRE"]


def packets(path):
    """(time, kind, address) of every echo request and SYN of a capture, in order."""
    with open(path, "rb") as file:
        data = file.read()
    magic = struct.unpack_from("<I", data)[0] if len(data) >= 24 else 0
    assert magic in (0xa1b2c3d4, 0xa1b23c4d), f"no capture: {magic:x}"
    unit = 1e-6 if magic == 0xa1b2c3d4 else 1e-9
    at = 24
    while at + 16 <= len(data):
        seconds, part, length, _ = struct.unpack_from("<IIII", data, at)
        frame = data[at + 16:at + 16 + length]
        at += 16 + length
        ip = frame[14:]
        if len(ip) < 40 - 12 or ip[0] >> 4 != 4:
            continue
        body = ip[(ip[0] & 15) * 4:]
        kind = "icmp" if ip[9] == 1 and body[0] == 8 else "tcp" if ip[9] == 6 and body[13] & 0x12 == 2 else None
        if kind:
            yield seconds + part * unit, kind, struct.unpack_from("!I", ip, 16)[0]


def most_in(times, window):
    """The most of these ascending times that lie in any window of this length."""
    return max((i + 1 - bisect.bisect_right(times, t - window, 0, i + 1) for i, t in enumerate(times)), default=0)


def least_gap(times):
    return min((b - a for a, b in zip(times, times[1:])), default=1e9)


def problems(caps, seen):
    """Every cap that the capture breaks."""
    by_block, by_host = collections.defaultdict(list), collections.defaultdict(list)
    for when, kind, address in seen:
        by_block[address >> 8].append(when)
        by_host[kind, address].append(when)
    found = []
    most = most_in([when for when, _, _ in seen], 1 - SLACK)
    if most > caps["total_per_s"]:
        found.append(f"{most} packets in a second, at most {caps['total_per_s']}")
    for block, times in by_block.items():
        if most_in(times, 1 - SLACK) > caps["block_burst"]:
            found.append(f"/24 {block:x}: {most_in(times, 1 - SLACK)} in a second, at most {caps['block_burst']}")
        if len(times) > caps["block_per_round"]:
            found.append(f"/24 {block:x}: {len(times)} in a round, at most {caps['block_per_round']}")
    gap = caps["gap_ms"] / 1000  # of an address and operation; a laboratory has one for all
    for (kind, address), times in by_host.items():
        if least_gap(times) < gap - SLACK:
            found.append(f"{address:x} {kind}: {least_gap(times):.3f} s after the one before, at least {gap}")
    return found


def measure(number, seed, folder):
    """Starts one configuration; a function that waits for its end and gives (caps, end, packets)."""
    lab = pair.Pair(number)
    capture = os.path.join(folder, f"{seed}.pcap")
    # At the far end: what leaves through a packet socket with queue bypass is not shown to captures on the near one.
    tcpdump = lab.start(lab.there, "tcpdump", "-i", "lan", "-n", "-U", "--immediate-mode", "-Q", "in", "-w", capture, "-s", "96", stderr=subprocess.DEVNULL)
    for _ in range(100):
        if os.path.exists(capture) and os.path.getsize(capture) >= 24:
            break
        time.sleep(0.05)
    child = lab.start(lab.here, BINARY, str(seed), str(SECONDS), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish():
        out, err = child.communicate(timeout=SECONDS + 60)
        time.sleep(0.3)
        tcpdump.terminate()
        tcpdump.wait()
        lines = [json.loads(line) for line in out.splitlines()]
        seen = list(packets(capture)) if len(lines) == 2 else []
        lab.close()
        return (lines + [{}, {"code": f"it said {out!r} and {err!r}"}])[:2], seen, err
    return finish


def main():
    pair.need("tcpdump")
    # The checks themselves, on a capture that breaks caps.
    caps = {"total_per_s": 2, "block_burst": 2, "block_per_round": 2, "gap_ms": 1000}
    sample = problems(caps, [(0.0, "icmp", 1), (0.5, "icmp", 1), (0.9, "tcp", 2)])
    print("ok 1 - the checks find the sample's faults" if len(sample) == 4 else f"not ok 1 - the checks: {sample}")
    failed = len(sample) != 4
    first = int(os.environ.get("LACUNA_SEED", random.randrange(1 << 30)))
    print(f"# LACUNA_SEED={first}")
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, COUNT, AT_ONCE):
            seeds = range(first + start, first + min(start + AT_ONCE, COUNT))
            waiting = [(seed, measure(number, seed, folder)) for number, seed in enumerate(seeds)]
            for seed, finish in waiting:
                (caps, end), seen, err = finish()
                found = problems(caps, seen) if seen else ["nothing was sent"]
                # Every attempt of ours is in the capture; a check that was refused by our own gate is none.
                if end.get("sent", 0) > sum(kind == "icmp" for _, kind, _ in seen):
                    found.append(f"{end['sent']} were sent, {sum(kind == 'icmp' for _, kind, _ in seen)} captured")
                found += [] if end.get("code") == 0 and end.get("deaths") == 0 else [f"it ended with {end}"]
                total += len(seen)
                number = 2 + seed - first
                print(f"{'not ' if found else ''}ok {number} - configuration {seed}: {len(seen)} packets keep {json.dumps(caps)}")
                for line in found[:10] + (err.splitlines() if found else []):
                    print(f"# {line}")
                failed |= bool(found)
    print(f"# {total} packets in all")
    print(f"1..{COUNT + 1}")
    return 1 if failed else 0


sys.exit(main())
