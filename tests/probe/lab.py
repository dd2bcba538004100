# SPDX-License-Identifier: ISC
"""A laboratory of three network namespaces for the tests of the probe engine: an observer, a router, and a machine with targets.

    near 192.0.2.1 -- 192.0.2.2 middle 198.51.100.1 -- 198.51.100.2 far (198.18.0.0/24, 2001:db8:1::/64 are all its own)

Tests skip where namespaces cannot be made. Everything is taken away at the end, also after a failure."""
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "house"))
from tap import Cases  # noqa: E402  (shared with the other suites)

DRIVE = os.environ.get("PROBE_DRIVE", "")
PACKET, RAW, PING, CONNECT = 1, 2, 3, 4
MODES = {PACKET: "packet", RAW: "raw", PING: "ping", CONNECT: "connect"}

ROUTES = """
near route add default via 192.0.2.2
near -6 route add default via 2001:db8::2
far route add default via 198.51.100.1
far -6 route add default via 2001:db8:f::1
far route add local 198.18.0.0/24 dev lo
far -6 route add local 2001:db8:1::/64 dev lo
middle -6 route add 2001:db8:1::/64 via 2001:db8:f::2
middle route add 198.18.0.0/16 via 198.51.100.2
middle route add blackhole 198.18.3.0/24
middle -6 route add 2001:db8::/32 via 2001:db8:f::2
middle -6 route add blackhole 2001:db8:4::/64
"""

# By rules and not by routes: routes answer one source only once a second, whatever the sysctls of a namespace say.
REJECT = """table inet t { chain c { type filter hook forward priority 0;
  ip daddr 198.18.1.0/24 reject with icmp type host-unreachable
  ip daddr 198.18.2.0/24 reject with icmp type admin-prohibited
  ip daddr 198.18.5.0/24 reject with icmp type port-unreachable
  ip daddr 198.18.6.0/24 reject with icmp type net-unreachable
  ip6 daddr 2001:db8:2::/64 reject with icmpv6 type addr-unreachable
  ip6 daddr 2001:db8:3::/64 reject with icmpv6 type admin-prohibited
}
}"""


class Skip(Exception):
    pass


class Lab:
    def __init__(self):
        self.prefix = f"lp-{os.getpid()}-"
        self.made = []

    def name(self, namespace):
        return self.prefix + namespace

    def ip(self, namespace, *words):
        subprocess.run(["ip", "-n", self.name(namespace), *words], check=True, capture_output=True)

    def inside(self, namespace, *command):
        return ["ip", "netns", "exec", self.name(namespace), *command]

    def run(self, namespace, *command, **more):
        return subprocess.run(self.inside(namespace, *command), check=True, capture_output=True, **more)

    def sysctl(self, namespace, setting, must=True):
        done = subprocess.run(self.inside(namespace, "sysctl", "-qw", setting), capture_output=True)
        if must and done.returncode:
            raise Skip(f"{setting}: {done.stderr.decode().strip()}")

    def namespaces(self, *names):
        for name in names:
            done = subprocess.run(["ip", "netns", "add", self.name(name)], capture_output=True)
            if done.returncode:
                raise Skip(f"no namespaces: {done.stderr.decode().strip()}")
            self.made.append(name)
            self.ip(name, "link", "set", "lo", "up")

    def cable(self, one, device, other, peer):
        done = subprocess.run(["ip", "link", "add", device, "netns", self.name(one), "type", "veth", "peer", "name", peer,
                               "netns", self.name(other)], capture_output=True)
        if done.returncode:
            raise Skip(f"no veth: {done.stderr.decode().strip()}")

    def build(self):
        if os.geteuid() != 0 or not shutil.which("ip"):
            raise Skip("needs root and iproute2")
        self.namespaces("near", "middle", "far")
        self.cable("near", "up0", "middle", "down0")
        self.cable("middle", "up1", "far", "down1")
        for namespace, device, *addresses in (
                ("near", "up0", "192.0.2.1/24", "2001:db8::1/64"), ("middle", "down0", "192.0.2.2/24", "2001:db8::2/64"),
                ("middle", "up1", "198.51.100.1/24", "2001:db8:f::1/64"),
                ("far", "down1", "198.51.100.2/24", "2001:db8:f::2/64")):
            for address in addresses:
                self.ip(namespace, "addr", "add", address, "dev", device, *(["nodad"] if ":" in address else []))
            self.sysctl(namespace, f"net.ipv6.conf.{device}.accept_dad=0")
            self.ip(namespace, "link", "set", device, "up")
        for line in ROUTES.split("\n"):
            if line:
                words = line.split()
                self.ip(words[0], *words[1:])
        for setting in ("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"):
            self.sysctl("middle", setting)
            self.sysctl("far", setting)  # so that a loop is one
        for setting in ("net.ipv4.icmp_ratelimit=0", "net.ipv6.icmp.ratelimit=0", "net.ipv4.icmp_msgs_per_sec=100000"):
            self.sysctl("middle", setting, must=False)
            self.sysctl("far", setting, must=False)
        self.sysctl("near", "net.ipv4.ping_group_range=0 2147483647")
        if not shutil.which("nft"):
            raise Skip("needs nft")
        self.run("middle", "nft", "-f", "-", input=REJECT.encode())
        self.settle()
        return self

    def settle(self):
        """IPv6 takes its time to find its neighbours."""
        for _ in range(40):
            out = self.drive("-m", RAW, "-t", 400, "2001:db8:1::1", "198.18.0.1")
            if out.failures() == ["ok"]:
                return
        raise RuntimeError(f"the laboratory does not come up: {out.errors} {out.attempts}")

    def close(self):
        for name in self.made:
            subprocess.run(["ip", "netns", "del", self.name(name)], capture_output=True)
        self.made = []

    def start(self, *arguments, namespace="near"):
        return subprocess.Popen(self.inside(namespace, DRIVE, *map(str, arguments)), stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def start_server(self, port=8080):
        """Something that listens at every address of the far side."""
        code = f"import socket; s = socket.create_server(('', {port})); print(flush=True)\nwhile True: s.accept()[0].close()"
        server = subprocess.Popen(self.inside("far", sys.executable, "-c", code), stdout=subprocess.PIPE)
        server.stdout.readline()
        return server

    def drive(self, *arguments, namespace="near", timeout=120):
        return Outcome(self.start(*arguments, namespace=namespace), timeout)


class Outcome:
    """What one run of the drive said."""

    def __init__(self, process, timeout=120):
        try:
            out, self.errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, self.errors = process.communicate()
        self.status = process.returncode
        lines = [json.loads(line) for line in out.splitlines()]
        self.mode = lines[0]["mode"] if lines else None
        self.why = lines[0]["why"] if lines else ""
        self.attempts = [line for line in lines if "target" in line]
        self.counts = lines[-1]["counts"] if lines and "counts" in lines[-1] else {}

    def failures(self):
        return sorted({a["failure"] for a in self.attempts})

    def problems(self):
        """Exit status, and the accounting: every reply once, every probe once."""
        if self.status or not self.counts:
            return [f"status {self.status}: {self.errors}"]
        c = self.counts
        found = []
        if c["arrived"] != c["recorded"] + c["late"] + c["duplicate"] + c["forged"]:
            found.append(f"arrived is not the sum of its parts: {c}")
        if c["kernel_drops"]:
            found.append(f"the kernel dropped replies: {c}")
        extra = c["late"] + c["duplicate"] + c["forged"]
        if self.attempts and len(self.attempts) - extra != c["recorded"] + c["timed_out"] + c["send_failed"]:
            found.append(f"{len(self.attempts)} attempts, but {c}")
        return found


def main(test):
    """Runs test(lab, cases); skips the file when the laboratory cannot be built."""
    cases, lab = Cases(), Lab()
    try:
        lab.build()
    except Skip as why:
        cases.case("laboratory", [], skip=str(why))
        lab.close()
        cases.done()
    except BaseException:
        lab.close()
        raise
    try:
        test(lab, cases)
    finally:
        lab.close()
    cases.done()
