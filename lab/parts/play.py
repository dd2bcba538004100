# SPDX-License-Identifier: ISC
"""Plays the steps of a scenario on a lab that is up. One method a verb; what was done, and when, is kept as ground truth."""
import ipaddress
import os
import signal
import time

from . import daemons
from .build import PREFIX, run
from .daemons import WORK

SIGNALS = {"kill": signal.SIGKILL, "term": signal.SIGTERM, "crash": signal.SIGSEGV}


class Player:
    def __init__(self, lab, scenario, observers):
        self.lab, self.plan, self.scenario, self.observers = lab, lab.plan, scenario, observers
        self.injected, self.marks, self.clocks = [], {}, []
        self.dropped = {n.border: set() for n in self.plan.networks}
        self.extra = {n.border: [] for n in self.plan.networks}
        self.hijacks = {}

    def note(self, event, at, **more):
        self.injected.append({"t": round(at, 3), "event": event, **more})

    def play(self, say):
        """From now: baseline, steps, and the time after them."""
        begin = time.time()
        zero = begin + self.scenario.numbers["baseline"]
        align = self.scenario.settings["align"]
        zero += (-zero % align) if align else 0
        self.note("baseline_begin", begin)
        last = zero
        for step in self.scenario.steps:
            self.wait_until(zero + step["at"])
            at = time.time()
            getattr(self, "do_" + step["do"].replace("-", "_"))(step)
            event = step.get("mark") or step["do"]
            self.note(event, at, detail=step["says"]) if "says" in step else self.note(event, at)
            if "mark" in step:
                self.marks[step["mark"]] = at
            last = at + step.get("over", 0)
            say(f"{at - zero:7.1f} s  {event}")
        self.wait_until(last + self.scenario.post)
        self.note("end", time.time())
        return begin, time.time()

    def wait_until(self, when):
        while (left := when - time.time()) > 0:
            time.sleep(min(left, 0.5))
            self.lab.watch()

    # --- links

    def do_emulate(self, step):
        way = {"in": "ab", "out": "ba", "both": "both"}[step.get("way", "both")]
        for link in self.plan.choose_links(step["links"]):
            words = [f"set {link.name} {way}"]
            base = link.wire
            for key in ("delay", "jitter"):
                if key in step:
                    words.append(f"{key}={base[key] + step[key]:.3f}")
            words += [f"{key}={step[key]:.3f}" for key in ("loss", "rate", "queue", "over", "power") if key in step]
            words += [f"spare={int(step['spare'])}"] if "spare" in step else []
            self.lab.steer(" ".join(words))

    def set_links(self, node, names, state):
        for name in names:
            self.lab.inside(node, "ip", "link", "set", name, state, check=False)

    def do_link(self, step):
        """side: the node whose end is switched; else the first one."""
        for link in self.plan.choose_links(step["link"]):
            self.set_links(step.get("side", link.ends[0]), [link.name], step["state"])

    # --- power

    def places(self, what):
        """Borders with all their interfaces, or single blocks: (node, interfaces, uplinks, processes)."""
        if what in ("all", "every") or (isinstance(what, list) and what and isinstance(what[0], int)):
            for network in self.plan.choose_networks(what):
                machines = [b.node for b in network.blocks]
                processes = [n for n, (node, _) in self.lab.commands.items() if node == network.border]
                yield network.border, [u.name for u in network.uplinks] + machines, network.uplinks, processes
        else:
            words = [w.removeprefix("block:") for w in ([what] if isinstance(what, str) else what)]
            for block in self.plan.blocks([int(w) if w.isdigit() else w for w in words]):
                border = next(n.border for n in self.plan.networks if block in n.blocks)
                yield border, [block.node], [], []

    def do_power_off(self, step):
        """With carrier: the transits lose the signal in the same moment. Without: they see nothing, as behind a switch."""
        for border, interfaces, uplinks, processes in self.places(step["what"]):
            if step.get("carrier"):
                self.set_links("wire", [u.name + "a" for u in uplinks], "down")
            # Interfaces first: a dying daemon would close its sessions politely.
            self.set_links(border, interfaces, "down")
            for name in processes:
                self.lab.stop(name)

    def do_power_on(self, step):
        for border, interfaces, uplinks, processes in self.places(step["what"]):
            self.set_links("wire", [u.name + "a" for u in uplinks], "up")
            self.set_links(border, interfaces, "up")
            for name in processes if step.get("daemons", True) else []:
                self.lab.start(name)

    # --- processes

    def processes(self, what):
        """"borders" stands for the routing daemons of the first country."""
        words = [n.border for n in self.plan.choose_networks("all")] if what == "borders" else what
        return [name for word in words for name in self.lab.names(word)]

    def do_kill(self, step):
        for name in self.processes(step["what"]):
            self.lab.stop(name, SIGNALS[step.get("signal", "kill")])

    def do_start(self, step):
        for name in self.processes(step["what"]):
            self.lab.start(name)

    # --- what the borders say

    def configure(self, border):
        router = self.plan.routers[border]
        if router.daemon == "bird":
            daemons.put(f"{border}.inc", daemons.bird_exports(router, self.dropped[border], self.extra[border]))
            run("birdc", "-s", f"{WORK}/{border}.ctl", "configure", check=False)
            return
        words = []
        for prefix in router.prefixes + self.extra[border]:
            family = "ipv6" if ":" in prefix else "ipv4"
            no = "no " if prefix in self.dropped[border] else ""
            words += ["-c", f"address-family {family} unicast", "-c", f"{no}network {prefix}", "-c", "exit"]
        run("vtysh", "--vty_socket", f"{WORK}/{border}-vty", "-c", "conf t", "-c", f"router bgp {router.asn}", *words, check=False)

    def do_export(self, step):
        """drop: "all", or blocks (numbers or names of services); [] says all of it again."""
        for network in self.plan.choose_networks(step["networks"]):
            blocks = [b for b in (network.blocks if step["drop"] == "all" else self.plan.blocks(step["drop"])) if b in network.blocks]
            self.dropped[network.border] = {p for b in blocks for p in (b.net, b.net6) if p}
            self.configure(network.border)

    def do_announce(self, step):
        """Further prefixes; a list, or a number of /32 out of the network's first block; [] takes them back."""
        for network in self.plan.choose_networks(step["networks"]):
            wanted = step["prefixes"]
            if isinstance(wanted, int):
                first = ipaddress.ip_network(network.blocks[0].net)
                wanted = [f"{first[i]}/32" for i in range(1, min(wanted, 254) + 1)]
            self.extra[network.border] = wanted
            self.configure(network.border)

    def do_sessions(self, step):
        """Disabled or enabled by the operator of the border, or of the transits."""
        for network in self.plan.choose_networks(step["networks"]):
            router = self.plan.routers[network.border]
            for link in network.uplinks:
                home = link.ends[0]
                if home not in step.get("homes", [home]):
                    continue
                here, there = (home, router.name) if step.get("side") == "transit" else (router.name, home)
                self.session(self.plan.routers[here], there, link.address(there), step["state"] == "up", step.get("text", ""))

    def session(self, router, peer, address, up, text):
        if router.daemon == "bird":
            words = ["enable", f"to_{peer}"] if up else ["disable", f"to_{peer}"] + ([f'"{text}"'] if text else [])
            run("birdc", "-s", f"{WORK}/{router.name}.ctl", *words, check=False)
        else:
            word = f"no neighbor {address} shutdown" if up else f"neighbor {address} shutdown" + (f" message {text}" if text else "")
            run("vtysh", "--vty_socket", f"{WORK}/{router.name}-vty", "-c", "conf t", "-c", f"router bgp {router.asn}", "-c", word,
                check=False)

    def do_filter(self, step):
        """Forwarding at the border stops; the border itself goes on talking BGP."""
        for network in self.plan.choose_networks(step["networks"]):
            self.lab.inside(network.border, "nft", "delete table inet shut", check=False)
            if step["state"] == "down":
                blocks = network.blocks if "blocks" not in step else [b for b in self.plan.blocks(step["blocks"]) if b in network.blocks]
                rules = "".join(f"ip daddr {b.net} drop; ip saddr {b.net} drop; " +
                                (f"ip6 daddr {b.net6} drop; ip6 saddr {b.net6} drop; " if b.net6 else "") for b in blocks)
                self.lab.inside(network.border, "nft", "table inet shut {\nchain f {\ntype filter hook forward priority 0;\n" + rules + "\n}\n}")

    def do_move(self, step):
        """A block changes its network: its machines hang on another border, which announces it from now on."""
        block = self.plan.blocks([step["block"]])[0]
        old = next(n for n in self.plan.networks if block in n.blocks)
        new = self.plan.networks[step["to"]]
        link = self.plan.choose_links(block.node)[0]
        run("ip", "-n", PREFIX + old.border, "link", "set", link.name, "netns", PREFIX + new.border)
        self.lab.inside(new.border, "ip", "addr", "add", f"{link.address(old.border)}/{link.net.prefixlen}", "dev", link.name)
        self.lab.inside(new.border, "ip", "link", "set", link.name, "up")
        self.extra[new.border] = self.extra[new.border] + [block.net]
        self.dropped[old.border].add(block.net)
        self.configure(new.border)
        self.configure(old.border)

    def do_reset(self, step):
        run("birdc", "-s", f"{WORK}/{step['collector']}.ctl", "restart", f"to_{step['peer']}", check=False)

    def do_hijack(self, step):
        """Another network announces the prefix and, with answers, replies to ping for its hosts."""
        by, prefix, on = step["by"], step["prefix"], step["state"] == "on"
        net = ipaddress.ip_network(prefix)
        routes = self.hijacks.setdefault(by, set())
        routes.add(prefix) if on else routes.discard(prefix)
        lines = "".join(f"route {p} blackhole; " for p in sorted(routes))
        daemons.put(f"{by}.inc", daemons.bird_exports(self.plan.routers[by]) + (f"protocol static odd {{ ipv4; {lines}}}\n" if lines else ""))
        if step.get("answers", True):
            hosts = [a for n in self.plan.networks for b in n.blocks for a in b.addresses if ipaddress.ip_address(a) in net]
            for address in hosts:
                self.lab.inside(by, "ip", "addr", "add" if on else "del", address + "/32", "dev", "lo", check=False)
        run("birdc", "-s", f"{WORK}/{by}.ctl", "configure", check=False)

    def do_leak(self, step):
        """A customer of two transits passes the routes of one on to the other, which prefers them."""
        by, leak = step["by"], [str(b.net) for b in self.plan.blocks("all")] if step["state"] == "on" else []
        daemons.put(f"{by}.inc", daemons.bird_exports(self.plan.routers[by], leak=leak))
        run("birdc", "-s", f"{WORK}/{by}.ctl", "configure", check=False)

    # --- ourselves

    def do_observer(self, step):
        self.observers.switch(step["observer"], step["state"] == "start")

    def do_clock(self, step):
        """Stamps of the observer are off by so much from now on (applied to its file at the end); 0: right again."""
        self.clocks.append((step["observer"], time.time(), step["by"]))

    def do_malformed(self, step):
        daemons.put("odd.count", str(int(step["count"])))
        os.kill(self.lab.processes["odd"].pid, signal.SIGUSR1)

    def do_note(self, _step):
        pass
