#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Measures the DNS engine against NSD over a pair of virtual links in namespaces of its own; needs root and the project built.

Usage: run-dns.py [BUILD_FOLDER [QUESTIONS]]
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "check"))
import dns_lab  # noqa: E402

ROOMS = ("check", "schedule", "wire", "model", "os", "net", "base")


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build")
    questions = sys.argv[2] if len(sys.argv) > 2 else "400000"
    reason = dns_lab.why_not()
    if reason:
        sys.exit(f"run-dns: {reason}")
    with tempfile.TemporaryDirectory() as folder, dns_lab.Lab() as lab:
        tool = os.path.join(folder, "dns")
        libraries = [os.path.join(build, "src", room, f"lib{room}.a") for room in ROOMS]
        subprocess.run([os.environ.get("CC", "cc"), "-O2", "-std=gnu17", "-D_GNU_SOURCE", "-I", os.path.join(ROOT, "src"), "-o", tool,
                        os.path.join(HERE, "dns.c"), os.path.join(ROOT, "tests", "check", "fake_gate.c"),
                        "-Wl,--start-group", *libraries, "-Wl,--end-group", "-lm"], check=True)
        lab.nsd("bench", [dns_lab.SERVER], {"kp": dns_lab.zone_text("kp", 1)})
        command = lab.inside("o", [tool, dns_lab.SERVER, "kp"])
        for _ in range(50):  # until NSD is up
            said = subprocess.run([*command, "1", "1"], capture_output=True, text=True, check=True).stdout
            if json.loads(said)["ok"]:
                break
        for in_flight in ("1", "16", "64", "256", "1000"):
            count = questions if in_flight != "1" else str(min(int(questions), 20000))
            said = json.loads(subprocess.run([*command, count, in_flight], capture_output=True, text=True, check=True).stdout)
            print(f"{in_flight:>5} in flight: {said['per_s']:>7.0f} questions/s, {said['cpu_us']:.2f} us CPU each, "
                  f"{said['timed_out'] + said['other']} lost of {said['questions']}, round trip {said['rtt_p50_us']:.0f} / "
                  f"{said['rtt_p99_us']:.0f} us (p50 / p99), {said['peak_kb'] / 1024:.1f} MB", flush=True)


main()
