# SPDX-License-Identifier: ISC
"""From a topology and its settings to what is built: nodes, links, sessions, machines, services, and what is watched."""
import ipaddress

TYPICAL_HOSTS = [10, 20, 53, 25, 100, 120, 30, 40]
UPLINKS = ipaddress.ip_network("198.51.100.0/25")  # numbered by the transits; the other half is for the core's own links


class Link:
    """ends: two node names; net: IPv4; `wire`: through the emulator with these base values."""

    def __init__(self, name, ends, net, net6=None, wire=None):
        self.name, self.ends, self.wire = name, ends, wire
        self.net = ipaddress.ip_network(net)
        self.net6 = ipaddress.ip_network(net6) if net6 else None

    def address(self, node, version=4):
        net = self.net if version == 4 else self.net6
        return str(net[1 + self.ends.index(node)]) if net else None

    def other(self, node):
        return self.ends[1 - self.ends.index(node)]


class Session:
    def __init__(self, peer, peer_asn, local, remote, **more):
        self.peer, self.peer_asn, self.local, self.remote = peer, peer_asn, local, remote
        self.local6, self.multihop, self.preference, self.role = None, False, 100, "transit"
        self.__dict__.update(more)


class Router:
    def __init__(self, name, asn, daemon, loopback, loopback6=None):
        self.name, self.asn, self.daemon, self.loopback, self.loopback6 = name, asn, daemon, loopback, loopback6
        self.prefixes, self.sessions, self.bmp = [], [], False


class Network:
    """One autonomous system of a country: a border router, its uplinks and its blocks."""

    def __init__(self, country, asn, border):
        self.country, self.asn, self.border = country, asn, border
        self.blocks, self.uplinks = [], []


class Block:
    def __init__(self, number, node, net, net6):
        self.number, self.node, self.net, self.net6 = number, node, net, net6
        self.addresses, self.addresses6 = [], []


class Plan:
    def __init__(self, scenario):
        self.topology, self.set = scenario.topology, scenario.settings
        self.ipv6, self.hold = self.set["ipv6"], self.set["hold"]
        self.links, self.routers, self.networks, self.services = [], {}, [], []
        self.collectors, self.observers = [], []
        self.core_links()
        for country in self.topology["country"][:self.set["countries"]]:
            self.country(country)
        self.place_services(scenario.services)
        for observer in self.topology["observer"]:
            link = Link(observer["name"], [observer["at"], observer["name"]], observer["net"], self.net6(),
                        {"delay": observer["delay"], "jitter": 0.1})
            self.links.append(link)
            self.own(self.routers[observer["at"]], link)
            self.observers.append((observer["name"], self.routers[observer["at"]].asn))
        for collector in self.topology["collector"]:
            if collector["name"] in self.set["collectors"]:
                self.collector(collector)

    def net6(self):
        return f"2001:db8:ffff:{len(self.links) + 1:x}::/64" if self.ipv6 else None

    @staticmethod
    def own(router, link):
        router.prefixes += [str(net) for net in (link.net, link.net6) if net]

    def join(self, link, preference=(100, 100), roles=("transit", "transit")):
        """A session over a link, seen from both sides."""
        a, b = (self.routers[node] for node in link.ends)
        for here, there, likes, role in ((a, b, preference[0], roles[0]), (b, a, preference[1], roles[1])):
            here.sessions.append(Session(there.name, there.asn, link.address(here.name), link.address(there.name),
                                         local6=link.address(here.name, 6), preference=likes, role=role))

    def core_links(self):
        for number, raw in enumerate(self.topology["router"], 1):
            daemon = self.set["t2"] if raw["name"] == "t2" else "bird"
            router = Router(raw["name"], raw["asn"], daemon, raw["loopback"], f"2001:db8:fffe::{number}" if self.ipv6 else None)
            router.prefixes = list(raw.get("prefixes", [])) or [raw["loopback"] + "/32"]
            router.prefixes += [f"{router.loopback6}/128"] if self.ipv6 else []
            router.bmp = raw.get("bmp", False) and daemon == "frr"
            self.routers[router.name] = router
        for raw in self.topology["link"]:
            link = Link(raw["name"], raw["ends"], raw["net"], self.net6())
            self.links.append(link)
            first = self.set["homes"][0]
            likes = [200 if link.other(end) == first else 100 for end in link.ends]
            if "nbr" in link.ends and not self.set["neighbour_carries"]:
                # A customer of both, which announces its own only; transits like routes of customers best.
                self.join(link, tuple(150 if end != "nbr" else 100 for end in link.ends),
                          tuple("upstream" if end == "nbr" else "customer" for end in link.ends))
            else:
                self.join(link, tuple(likes))

    def country(self, raw):
        first = int(ipaddress.ip_address(raw["first"]))
        z = self.topology["country"].index(raw)
        networks = []
        for index in range(self.set["networks"]):
            border = f"bdr{len(self.networks)}"
            network = Network(raw["id"], raw["asn"] + index, border)
            router = Router(border, network.asn, self.set["border"], None)
            self.routers[border] = router
            for home in self.set["homes"]:
                self.uplink(network, home)
            router.loopback = network.uplinks[0].address(border)
            router.loopback6 = network.uplinks[0].address(border, 6)
            self.networks.append(network)
            networks.append(network)
        count = self.set["blocks"]
        for number in range(count):
            network = networks[number * len(networks) // count]
            at = number + 64 * z
            block = Block(number, f"{'bz'[z]}{number}", str(ipaddress.ip_network((first + 256 * number, 24))),
                          f"2001:db8:{0x100 + at:x}::/48" if self.ipv6 else None)
            hosts = TYPICAL_HOSTS[:self.set["hosts"]]
            block.addresses = [str(ipaddress.ip_network(block.net)[host]) for host in hosts]
            block.addresses6 = [f"2001:db8:{0x100 + at:x}::{host}" for host in (10, 20)] if self.ipv6 else []
            network.blocks.append(block)
            self.routers[network.border].prefixes += [p for p in (block.net, block.net6) if p]
            self.links.append(Link(block.node, [network.border, block.node], block.net,
                                   f"2001:db8:{0x100 + at:x}::/64" if self.ipv6 else None))

    def uplink(self, network, home):
        used = sum(len(n.uplinks) for n in self.networks) + len(network.uplinks)
        net = list(UPLINKS.subnets(new_prefix=30))[used]
        delay = self.topology["transit"][home]
        link = Link(f"u{network.border[3:]}{home}", [home, network.border], str(net), self.net6(), {"delay": delay, "jitter": delay / 40})
        self.links.append(link)
        network.uplinks.append(link)
        self.own(self.routers[home], link)
        self.join(link, (100, 200 - 50 * self.set["homes"].index(home)), ("customer", "upstream"))

    def place_services(self, services):
        blocks = {(n.country, b.number): b for n in self.networks for b in n.blocks}
        main = self.topology["country"][0]["id"]
        for raw in services:
            block = blocks[main, raw["block"] % self.set["blocks"]]
            address = str(ipaddress.ip_network(block.net)[raw["host"]])
            if address not in block.addresses:
                block.addresses.append(address)
            self.services.append({**raw, "address": address, "node": block.node, "country": main})

    def collector(self, raw):
        link = Link(raw["name"], ["core", raw["name"]], raw["net"])
        self.links.append(link)
        self.own(self.routers["core"], link)
        there = link.address(raw["name"])
        peers = [self.routers[r["name"]] for r in self.topology["router"]]
        for router in peers:
            router.sessions.append(Session(raw["name"], raw["asn"], router.loopback, there, local6=router.loopback6, multihop=True,
                                           role="collector"))
        self.collectors.append({**raw, "address": there, "peers": peers})

    # --- what steps name

    def nodes(self):
        found = list(self.routers) + [b.node for n in self.networks for b in n.blocks]
        found += [o for o, _ in self.observers] + [c["name"] for c in self.collectors]
        return found + ["wire"] + (["odd"] if self.set["misbehaving"] else [])

    def choose_networks(self, which):
        if which == "all":
            return [n for n in self.networks if n.country == self.networks[0].country]
        if which == "every":
            return list(self.networks)
        if isinstance(which, list):
            return [self.networks[i] for i in which if i < len(self.networks)]
        return [n for n in self.networks if n.country == which]

    def choose_links(self, which):
        """"uplinks", "uplinks:t1", "uplinks:#0" (of network 0), "every", or names of links."""
        if isinstance(which, list):
            return [link for word in which for link in self.choose_links(word)]
        word, _, of = which.partition(":")
        if word in ("uplinks", "every"):
            networks = self.choose_networks("every" if word == "every" else "all")
            if of.startswith("#"):
                networks = self.choose_networks([int(of[1:])])
            return [u for n in networks for u in n.uplinks if not of or of.startswith("#") or u.ends[0] == of]
        found = [link for link in self.links if link.name == which]
        if not found:
            raise KeyError(f"no link '{which}'")
        return found

    def blocks(self, which):
        """Blocks of the first country: "all", or numbers, or names of services (the block that holds it)."""
        every = [b for n in self.choose_networks("all") for b in n.blocks]
        if which == "all":
            return every
        numbers = set()
        for word in which:
            numbers |= {word} if isinstance(word, int) else {int(s["address"].split(".")[2]) for s in self.services if s["name"] == word}
        return [b for b in every if b.number in numbers]

    def prefixes(self, words):
        """Prefixes as they are; "network:1" stands for all of that network."""
        found = []
        for word in words:
            if word.startswith("network:"):
                found += [p for b in self.networks[int(word[8:])].blocks for p in (b.net, b.net6) if p]
            else:
                found.append(word)
        return found

    def targets(self):
        for network in self.networks:
            country = "country/" + network.country
            for block in network.blocks:
                for address in block.addresses + block.addresses6:
                    yield {"address": address, "entity": country, "kind": "host"}
            for link in network.uplinks:
                yield {"address": link.address(network.border), "entity": country, "kind": "border"}
        for router in self.topology["router"]:
            yield {"address": router["loopback"], "kind": "control"}
        for service in self.services:
            target = {"address": service["address"], "entity": "country/" + service["country"], "kind": service["kind"]}
            if "asks" in service:
                target["name"] = service["asks"]
            yield {**target, "institution": service["institution"]}

    def entities(self):
        for raw in self.topology["country"][:self.set["countries"]]:
            networks = [n for n in self.networks if n.country == raw["id"]]
            prefixes = {n.asn: [p for b in n.blocks for p in (b.net, b.net6) if p] for n in networks}
            yield {"id": "country/" + raw["id"], "name": raw["name"], "prefixes": sum(prefixes.values(), []), "asns": list(prefixes),
                   "population": raw["population"], "utc_offset_min": raw["utc_offset_min"]}
            for network in networks:
                yield {"id": f"asn/{network.asn}", "prefixes": prefixes[network.asn]}
        control = next(r for r in self.topology["router"] if "prefixes" in r)
        yield {"id": "country/KY", "name": "Kayland", "prefixes": control["prefixes"], "asns": [control["asn"]],
               "population": 9000000, "utc_offset_min": 480}
        yield {"id": f"asn/{control['asn']}", "prefixes": control["prefixes"]}
