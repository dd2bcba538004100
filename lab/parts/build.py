# SPDX-License-Identifier: ISC
"""Builds a plan: namespaces, links, daemons; keeps the processes; waits until routes are everywhere."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

from . import daemons
from .daemons import WORK

PREFIX = "ll-"
SYSCTLS = ["net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0", "net.ipv4.icmp_ratelimit=0",
           "net.ipv4.icmp_msgs_per_sec=100000"]
NO_SIX = ["net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1"]
SIX = ["net.ipv6.conf.all.forwarding=1", "net.ipv6.conf.all.keep_addr_on_down=1", "net.ipv6.conf.default.keep_addr_on_down=1",
       "net.ipv6.conf.default.accept_dad=0", "net.ipv6.conf.all.accept_dad=0", "net.ipv6.icmp.ratelimit=0"]


class Failed(Exception):
    """The lab did not come up as it should."""


def run(*words, check=True):
    result = subprocess.run(words, capture_output=True, text=True, check=False)
    if check and result.returncode:
        raise Failed(f"{' '.join(words)}: {result.stderr.strip() or result.stdout.strip()}")
    return result.stdout


class Lab:
    def __init__(self, plan, tools, seed):
        self.plan, self.tools, self.seed = plan, tools, seed
        self.processes, self.commands = {}, {}
        self.wires = [link for link in plan.links if link.wire]
        self.deaths = []  # (time, name): who died without being told to
        os.makedirs(WORK, exist_ok=True)
        os.chmod(WORK, 0o1777)  # daemons that drop privileges write their sockets and logs here

    # --- namespaces and links

    def inside(self, node, *words, check=True):
        return run("ip", "netns", "exec", PREFIX + node, *words, check=check)

    def namespaces(self):
        for node in self.plan.nodes():
            run("ip", "netns", "add", PREFIX + node)
            self.inside(node, "sysctl", "-eqw", *SYSCTLS, *(SIX if self.plan.ipv6 else NO_SIX))
            if node == "wire":
                self.inside(node, "sysctl", "-eqw", *NO_SIX)
            self.inside(node, "ip", "link", "set", "lo", "up")

    def address(self, node, interface, link):
        length = link.net.prefixlen
        own = link.address(node)
        self.inside(node, "ip", "addr", "add", f"{own}/{length}", "dev", interface)
        if link.net6 and self.plan.ipv6:
            self.inside(node, "ip", "-6", "addr", "add", f"{link.address(node, 6)}/64", "dev", interface, "nodad")
        self.inside(node, "ip", "link", "set", interface, "up")

    def connect(self, link):
        a, b = link.ends
        if not link.wire:
            run("ip", "link", "add", link.name, "netns", PREFIX + a, "type", "veth", "peer", "name", link.name, "netns", PREFIX + b)
        else:
            for end, node in zip("ab", link.ends):
                run("ip", "link", "add", link.name, "netns", PREFIX + node, "type", "veth", "peer", "name", link.name + end, "netns",
                    PREFIX + "wire")
                for where, name in (("wire", link.name + end), (node, link.name)):
                    self.inside(where, "ethtool", "-K", name, "tx", "off", "gro", "off", "tso", "off", "gso", "off", check=False)
                self.inside("wire", "ip", "link", "set", link.name + end, "up")
        for node in link.ends:
            self.address(node, link.name, link)

    def machines(self):
        for network in self.plan.networks:
            for block in network.blocks:
                link = self.plan.choose_links(block.node)[0]
                for address in block.addresses:
                    self.inside(block.node, "ip", "addr", "add", f"{address}/24", "dev", link.name, check=False)
                for address in block.addresses6:
                    self.inside(block.node, "ip", "-6", "addr", "add", f"{address}/64", "dev", link.name, "nodad", check=False)
                self.way_out(block.node, link, network.border)
        for leaf in [o for o, _ in self.plan.observers] + [c["name"] for c in self.plan.collectors]:
            link = self.plan.choose_links(leaf)[0]
            self.way_out(leaf, link, link.other(leaf))
        for router in self.plan.routers.values():
            if not router.sessions or router.name.startswith("bdr"):
                continue
            self.inside(router.name, "ip", "addr", "add", router.loopback + "/32", "dev", "lo")
            if self.plan.ipv6:
                self.inside(router.name, "ip", "-6", "addr", "add", router.loopback6 + "/128", "dev", "lo")

    def way_out(self, node, link, gateway):
        self.inside(node, "ip", "route", "add", "default", "via", link.address(gateway))
        if link.net6 and self.plan.ipv6:
            self.inside(node, "ip", "-6", "route", "add", "default", "via", link.address(gateway, 6))

    # --- processes

    def spawn(self, name, node, command):
        self.commands[name] = (node, command)
        log = open(os.path.join(WORK, name + ".log"), "ab")
        self.processes[name] = subprocess.Popen(["ip", "netns", "exec", PREFIX + node, *command], stdin=subprocess.DEVNULL, stdout=log,
                                                stderr=subprocess.STDOUT, start_new_session=True)
        log.close()

    def start(self, name):
        if self.alive(name):
            return
        node, command = self.commands[name]
        self.spawn(name, node, command)

    def alive(self, name):
        return name in self.processes and self.processes[name].poll() is None

    def stop(self, name, number=signal.SIGKILL):
        """The whole group: daemons with children die together."""
        process = self.processes.pop(name, None)
        if process and process.poll() is None:
            try:
                os.killpg(process.pid, number)
                process.wait(3)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(3)

    def watch(self):
        """Notes processes that ended by themselves; a truth that rests on them is none."""
        for name, process in list(self.processes.items()):
            if process.poll() is not None:
                self.deaths.append((time.time(), name, process.returncode))
                del self.processes[name]

    def names(self, what):
        """Processes that a step names: a service, a router, a collector, or the process itself."""
        found = [n for n in self.commands if n == what or n.split("-", 1)[-1] == what]
        if not found:
            raise KeyError(f"nothing is called '{what}'")
        return found

    # --- the emulator

    def emulator(self):
        self.steering = os.path.join(WORK, "wire.ctl")
        self.spawn("linkemu", "wire", [self.tools["linkemu"], str(self.seed), self.steering,
                                       *[f"{w.name}:{w.name}a:{w.name}b" for w in self.wires]])
        self.until(lambda: os.path.exists(self.steering), 5, "the link emulator did not start")
        for wire in self.wires:
            self.steer(f"set {wire.name} both delay={wire.wire['delay']} jitter={wire.wire['jitter']}")

    def steer(self, line):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            answers = self.steering + ".answers"  # a file: abstract names end at the network namespace
            if os.path.exists(answers):
                os.unlink(answers)
            s.bind(answers)
            s.settimeout(5)
            s.sendto(line.encode(), self.steering)
            answer = s.recv(65536).decode()
        if answer.startswith("error"):
            raise Failed(f"{line}: {answer.strip()}")
        return answer

    # --- all of it

    @staticmethod
    def until(good, seconds, what):
        end = time.monotonic() + seconds
        while not good():
            if time.monotonic() > end:
                raise Failed(what)
            time.sleep(0.2)

    def up(self):
        self.namespaces()
        for link in self.plan.links:
            self.connect(link)
        self.machines()
        self.emulator()
        self.stations()
        for router in self.plan.routers.values():
            for name, command in daemons.ROUTERS[router.daemon](self.plan, router):
                self.spawn(name, router.name, command)
        for collector in self.plan.collectors:
            for name, command in daemons.COLLECTORS[collector["daemon"]](self.plan, collector):
                self.spawn(name, collector["name"], command)
        for service in self.plan.services:
            self.spawn(service["name"], service["node"], daemons.SERVERS[service["kind"]](service, self.plan.services))
        if self.plan.set["misbehaving"]:
            self.misbehaving()

    def stations(self):
        """Who takes the BMP of GoBGP and of FRR."""
        c = next((c for c in self.plan.collectors if c["daemon"] == "gobgp"), None)
        if not c or not self.tools["bmp"]:
            return
        self.spawn("station-" + c["name"], c["name"], [*self.tools["bmp"], f"{c['address']}:11019", "-o", f"{WORK}/station", "--collector",
                                                       c["name"]])
        for router in self.plan.routers.values():
            if router.bmp:
                self.spawn("station-" + router.name, c["name"], [*self.tools["bmp"], f"{c['address']}:11020", "-o", f"{WORK}/station",
                                                                 "--collector", router.name])

    def misbehaving(self):
        """A further peer of rc: it says nothing but what core says, until told to send malformed updates."""
        rc = self.plan.collectors[0]
        run("ip", "link", "add", "odd", "netns", PREFIX + "rc", "type", "veth", "peer", "name", "odd", "netns", PREFIX + "odd")
        self.inside("odd", "ip", "addr", "add", "192.0.2.19/32", "dev", "odd")
        self.inside("odd", "ip", "link", "set", "odd", "up")
        self.inside("rc", "ip", "link", "set", "odd", "up")
        self.inside("rc", "ip", "route", "add", "192.0.2.19/32", "dev", "odd", "src", rc["address"])
        self.inside("odd", "ip", "route", "add", rc["address"] + "/32", "dev", "odd", "src", "192.0.2.19")
        table = sorted({p for r in self.plan.routers.values() for p in r.prefixes if ":" not in p})
        here = os.path.dirname(os.path.abspath(__file__))
        self.spawn("odd", "odd", [sys.executable, "-B", os.path.join(here, "speaker.py"), "192.0.2.19", "65400", rc["address"],
                                  str(rc["asn"]), str(self.plan.hold), json.dumps(table)])

    def settled(self):
        """Every collector of BIRD has every country prefix from every peer, and every observer reaches every machine."""
        self.watch()
        rc = self.plan.collectors[0]
        wanted = [p for n in self.plan.networks for b in n.blocks for p in (b.net, b.net6) if p]
        out = run("birdc", "-s", f"{WORK}/{rc['name']}.ctl", "show", "route", "all", check=False)
        if any(out.count(p + " ") < 1 for p in wanted):
            return False
        protocols = run("birdc", "-s", f"{WORK}/{rc['name']}.ctl", "show", "protocols", check=False)
        if protocols.count("Established") < len(rc["peers"]):
            return False
        ends = [a for n in self.plan.networks for a in n.blocks[-1].addresses[:1] + n.blocks[-1].addresses6[:1]]
        here = os.path.dirname(os.path.abspath(__file__))
        for observer, _ in self.plan.observers:
            command = ["ip", "netns", "exec", PREFIX + observer, sys.executable, "-B", os.path.join(here, "reach.py"), *ends]
            if subprocess.run(command, capture_output=True, check=False).returncode:
                return False
        return True

    def settle(self):
        self.until(lambda: self.deaths or self.settled(), 60, "routes did not settle in 60 s")
        time.sleep(3)  # collectors that were slower than rc
        self.watch()
        if self.deaths:
            logs = "".join(open(f"{WORK}/{name}.log", errors="replace").read()[-500:] for _, name, _ in self.deaths)
            raise Failed(f"died while the lab came up: {self.deaths}\n{logs}")

    def down(self):
        """In order, so that files are complete. What is left dies with the namespace."""
        collectors = [n for n in self.processes if n.split("-", 1)[-1] in [c["name"] for c in self.plan.collectors]]
        for name in [n for n in self.processes if n.startswith(("observer", "station", "capture"))]:
            self.stop(name, signal.SIGINT)
        for name in collectors:  # before the routers, and at once, so that no end of the lab is recorded
            self.stop(name)
        for name in list(self.processes):
            self.stop(name, signal.SIGTERM if name.startswith(("bird", "linkemu", "gobgp", "openbgpd")) else signal.SIGKILL)

    def keep(self, folder):
        """Logs, configurations and captures, for the reader."""
        shutil.copytree(WORK, folder, dirs_exist_ok=True, ignore=lambda at, names: [n for n in names if not os.path.isfile(
            os.path.join(at, n)) and not os.path.isdir(os.path.join(at, n))])
