# SPDX-License-Identifier: ISC
"""What fping, ZMap and scamper really write, here and now, is read: fping on loopback, all in a namespace of their own with a
router that refuses. Their words about an address that does not answer make an outage as our own do."""
import json
import os
import shutil
import subprocess
import tempfile
import time

from run import Tap, replay

NAMES = (f"li-a{os.getpid()}", f"li-b{os.getpid()}")
PREFIXES = ["127.0.0.0/8", "198.18.0.0/22", "203.0.113.0/24"]
BEGIN = 1795418965.25


def sh(*words, check=True):
    return subprocess.run(words, check=check, capture_output=True, timeout=60)


def inside(*words):
    return ["ip", "netns", "exec", NAMES[0], *words]


def world_up():
    """Us at 198.18.0.1; behind the veth 198.18.0.2, which refuses 203.0.113.0/31. Its MAC address."""
    for name in NAMES:
        sh("ip", "netns", "add", name)
        sh("ip", "-n", name, "link", "set", "lo", "up")
    sh("ip", "-n", NAMES[0], "link", "add", "v0", "type", "veth", "peer", "name", "v1", "netns", NAMES[1])
    sh("ip", "-n", NAMES[0], "addr", "add", "198.18.0.1/24", "dev", "v0")
    sh("ip", "-n", NAMES[1], "addr", "add", "198.18.0.2/24", "dev", "v1")
    sh("ip", "-n", NAMES[0], "link", "set", "v0", "up")
    sh("ip", "-n", NAMES[1], "link", "set", "v1", "up")
    sh("ip", "-n", NAMES[0], "route", "add", "default", "via", "198.18.0.2")
    sh("ip", "netns", "exec", NAMES[1], "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.icmp_ratelimit=0")
    sh("ip", "-n", NAMES[1], "route", "add", "unreachable", "203.0.113.0/31")
    link = json.loads(sh("ip", "-n", NAMES[1], "-j", "link", "show", "v1").stdout)
    return link[0]["address"]


def answers():
    """Whether the other end answers yet; a namespace that has just come up may lose packets."""
    for attempt in range(20):
        if sh(*inside("fping", "-c", "1", "-t", "1000", "198.18.0.2"), check=False).returncode == 0:
            return True
        time.sleep(0.5)
    return False


def world_down():
    for name in NAMES:
        sh("ip", "netns", "del", name, check=False)


def recording(folder, name, content):
    probes = os.path.join(folder, "probes")
    shutil.rmtree(probes, ignore_errors=True)
    os.makedirs(probes)
    about = {"format": "lacuna-recording/1", "watch": ["country/KX"], "entities": [{"id": "country/KX", "prefixes": PREFIXES}]}
    with open(os.path.join(folder, "recording.json"), "w") as f:
        json.dump(about, f)
    with open(os.path.join(probes, name), "wb") as f:
        f.write(content)


def read(folder, name, content):
    """(quality, complaints) of a recording of this one file."""
    recording(folder, name, content)
    _, result, errors = replay(folder)
    return (result or {}).get("quality", {}), errors


def fping_here(tap, folder):
    if not shutil.which("fping"):
        tap.skip("fping on loopback", "no fping")
        return
    done = subprocess.run(["fping", "-D", "-C", "3", "-p", "50", "127.0.0.1"], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60)
    if done.returncode not in (0, 1):
        tap.skip("fping on loopback", f"fping cannot ping here: {done.stdout}")
        return
    quality, errors = read(folder, "here.fping", done.stdout)
    good = quality.get("probes") == 3 and quality.get("bad_lines") == 0
    tap.check(good, "fping on loopback: three attempts, and sums that are no attempts", f"{done.stdout}\n{quality}\n{errors}")


def fping_refused(tap, folder):
    done = subprocess.run(inside("fping", "-D", "-c", "3", "-p", "100", "198.18.0.2", "203.0.113.1"),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    quality, errors = read(folder, "vp1.txt.json", done.stdout)
    good = quality.get("probes") == 6 and quality.get("bad_lines") == 0  # a busy kernel may keep its errors to itself
    tap.check(good, "fping with a router that refuses: six attempts", f"{done.stdout}\n{quality}\n{errors}")


def zmap(folder, gateway, module, *options):
    paths = {n: os.path.join(os.path.dirname(folder), n) for n in ("allowed", "blocked", "out.csv")}
    for name, text in (("allowed", "198.18.0.2/32\n203.0.113.0/31\n"), ("blocked", "\n")):
        with open(paths[name], "w") as f:
            f.write(text)
    done = subprocess.run(inside("zmap", "-M", module, "-w", paths["allowed"], "-b", paths["blocked"], "-i", "v0", "-G",
                                 gateway, "-S", "198.18.0.1", "-r", "20", "-c", "1", "-O", "csv", "-f", "*", "-q",
                                 "--output-filter", "success = 1 || success = 0", "-o", paths["out.csv"], *options),
                          capture_output=True, timeout=60)
    with open(paths["out.csv"], "rb") as f:
        return f.read(), done.stderr


def zmap_sweeps(tap, folder, gateway):
    content, said = zmap(folder, gateway, "icmp_echo_time")
    quality, errors = read(folder, "sweep.csv", content)
    refused = content.count(b"unreach")
    good = quality.get("probes") == 1 and quality.get("answers_of_other_kinds", 0) == refused and quality["bad_lines"] == 0
    tap.check(good, "ZMap's echo: one that answers, and errors of routers that are no failures",
              f"{content}\n{said}\n{quality}\n{errors}")
    content, said = zmap(folder, gateway, "tcp_synscan", "-p", "9")
    quality, errors = read(folder, "sweep.csv", content)
    good = quality.get("probes") == 1 and quality["bad_lines"] == 0
    tap.check(good, "ZMap's SYN: one that refuses", f"{content}\n{said}\n{quality}\n{errors}")


def scamper(tap, folder):
    out = os.path.join(os.path.dirname(folder), "out.json")
    done = subprocess.run(inside("scamper", "-O", "json", "-o", out, "-c", "ping -c 2 -i 1", "-p", "100", "-i", "198.18.0.2",
                                 "203.0.113.1", "198.18.0.77"), capture_output=True, timeout=60)
    with open(out, "rb") as f:
        content = f.read()
    quality, errors = read(folder, "vp1.json", content)
    good = quality.get("probes") == 6 and quality["bad_lines"] == 0
    tap.check(good, "scamper: two attempts each at three, of which one answers",
              f"{content}\n{done.stderr}\n{quality}\n{errors}")


def in_a_world(tap, folder):
    lacking = [p for p in ("ip", "fping", "zmap", "scamper") if not shutil.which(p)]
    if os.geteuid() != 0 or lacking:
        tap.skip("fping, ZMap and scamper in a namespace", f"not root, or without {lacking}")
        return
    try:
        try:
            gateway = world_up()
        except subprocess.SubprocessError as e:
            tap.skip("fping, ZMap and scamper in a namespace", f"no namespaces here: {e}")
            return
        tap.check(answers(), "the other end answers")
        fping_refused(tap, folder)
        zmap_sweeps(tap, folder, gateway)
        scamper(tap, folder)
    finally:
        world_down()


def lines_of(observer, failing):
    """fping -D -l of eight hosts a second, and another pair of eyes besides."""
    for second in range(240):
        for i in range(8):
            at = BEGIN + second + i * 0.05
            if second in failing:
                yield at + 0.5, f"[{at + 0.5:.5f}] 198.18.0.{i + 10} : [{second}], timed out (20.0 avg, 1% loss)\n"
            else:
                yield at + 0.02, f"[{at + 0.02:.5f}] 198.18.0.{i + 10} : [{second}], 64 bytes, 20.0 ms (20.0 avg, 1% loss)\n"


def outage(tap, folder):
    recording(folder, "vp1.fping", "".join(t for _, t in sorted(lines_of("vp1", range(120, 180)))).encode())
    shutil.copy(os.path.join(folder, "probes", "vp1.fping"), os.path.join(folder, "probes", "vp2.fping"))
    with open(os.path.join(folder, "recording.json")) as f:
        about = json.load(f)
    about["observers"] = [{"id": "vp1", "asn": 65001}, {"id": "vp2", "asn": 65102}]
    with open(os.path.join(folder, "recording.json"), "w") as f:
        json.dump(about, f)
    _, result, errors = replay(folder)
    found = result["incidents"] if result else []
    good = len(found) == 1 and found[0]["scope"]["kind"] == "total"
    tap.check(good, "two files of fping that lose all: an outage", f"{result}\n{errors}")
    start = found[0]["start"]["best"] if found else 0
    tap.check(abs(start - BEGIN - 120) <= 3, "which began when they say", start)
    tap.check(bool(found) and found[0]["coverage"]["observers"] == 2, "and their observers are named after the files", found)


tap = Tap()
with tempfile.TemporaryDirectory() as scratch:
    outage(tap, os.path.join(scratch, "o"))
    fping_here(tap, os.path.join(scratch, "h"))
    os.makedirs(os.path.join(scratch, "w"))
    in_a_world(tap, os.path.join(scratch, "w"))
tap.end()
