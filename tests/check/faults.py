# SPDX-License-Identifier: ISC
"""Every row of the table of failures (src/check/fault.c), IPv4 and IPv6: what really happened against the word that comes out."""
import threading

from lab import ROUTER4, ROUTER6, SERVER4, SERVER6, WATCHER4, WATCHER6, Lab, find, need

FIREWALL_SERVERS = """table inet t { chain i { type filter hook input priority 0;
  tcp dport 7001 reject with icmpx port-unreachable
  tcp dport 7002 drop
  tcp dport 7003 reject with icmpx admin-prohibited
  tcp dport 7004 reject with icmpx host-unreachable
  tcp dport 7005 reject with icmpx no-route
  }
}"""
FIREWALL_WATCHER = """table inet t { chain o { type filter hook output priority 0;
  tcp dport 7101 drop
  tcp dport 7102 reject with icmpx port-unreachable
  tcp dport 7103 reject with icmpx host-unreachable
  }
}"""
QUICK = (lambda us: 0 <= us < 1500000)  # well before a second SYN could have been answered
FOREVER = (lambda us: us == -1)
TIMEOUT = 1200


def routes(lab):
    for family, base, via in (("-4", "198.18.{}.0/24", ROUTER4), ("-6", "2001:db8:{}::/64", ROUTER6)):
        for number, kind in ((31, "unreachable"), (32, "prohibit"), (33, "blackhole"), (34, None)):
            lab.do("watcher", f"ip {family} route add {base.format(number)} via {via}")
            if kind:
                lab.do("router", f"ip {family} route add {kind} {base.format(number)}")
        for number, kind in ((41, "unreachable"), (42, "prohibit"), (43, "blackhole")):
            lab.do("watcher", f"ip {family} route add {kind} {base.format(number)}")
    lab.do("watcher", "ip route add 198.18.45.0/24 via 198.18.1.77")
    lab.do("watcher", "ip -6 route add 2001:db8:45::/64 via 2001:db8:1::77")
    lab.do("watcher", "ip link add asleep type veth peer name asleep2")
    lab.do("watcher", "ip address add 198.18.46.2/24 dev asleep")
    lab.do("watcher", "ip -6 address add 2001:db8:46::2/64 dev asleep nodad")
    # the link stays down: its routes are not there
    if find("nft"):
        lab.do("servers", "nft -f -", feed=FIREWALL_SERVERS)
        lab.do("watcher", "nft -f -", feed=FIREWALL_WATCHER)


def rows(v6):
    """(what happened, address, port, expectations)"""
    server, router, watcher = (SERVER6, ROUTER6, WATCHER6) if v6 else (SERVER4, ROUTER4, WATCHER4)
    away = (lambda n: f"2001:db8:{n}::5") if v6 else (lambda n: f"198.18.{n}.5")
    kind = 1 if v6 else 3
    icmp = {name: (kind, code) for name, code in (
        {"no route": 0, "prohibited": 1, "host": 3, "port": 4} if v6 else {"no route": 0, "host": 1, "port": 3, "prohibited": 13}).items()}

    def said(failure, what, who, rtt=QUICK):
        return dict(failure=failure, icmp_type=icmp[what][0], icmp_code=icmp[what][1], icmp_from=who, rtt_us=rtt, local_error="")

    def silent(failure, rtt, error=""):
        return dict(failure=failure, icmp_from=None, rtt_us=rtt, local_error=error)

    yield "closed port: RST", server, 7000, silent("connection_refused", QUICK)
    if find("nft"):
        yield "port unreachable from the host", server, 7001, said("connection_refused", "port", server)
        yield "silent drop", server, 7002, silent("generic_timeout_error", FOREVER)
        yield "prohibited by the host", server, 7003, said("host_unreachable", "prohibited", server)
        yield "host unreachable from the host", server, 7004, said("host_unreachable", "host", server)
        yield "no route, said by the host", server, 7005, said("network_unreachable", "no route", server)
        # TCP tries again and again without a word (UDP would get EPERM): nothing tells this from silence outside.
        yield "own firewall drops, which cannot be told", server, 7101, silent("generic_timeout_error", FOREVER)
        yield "own firewall rejects as a closed port", server, 7102, silent("local_fault", FOREVER, "ECONNREFUSED")
        yield "own firewall rejects as an unreachable host", server, 7103, silent("local_fault", FOREVER, "EHOSTUNREACH")
    # IPv6 says "no route" also for this.
    yield "unreachable route at the router", away(31), 80, \
        said("network_unreachable", "no route", router) if v6 else said("host_unreachable", "host", router)
    yield "prohibited by the router", away(32), 80, said("host_unreachable", "prohibited", router)
    yield "black hole at the router", away(33), 80, silent("generic_timeout_error", FOREVER)
    yield "no route at the router", away(34), 80, said("network_unreachable", "no route", router)
    yield "own unreachable route", away(41), 80, silent("local_fault", FOREVER, "EHOSTUNREACH")
    yield "own prohibit route", away(42), 80, silent("local_fault", FOREVER, "EACCES")
    yield "own black hole", away(43), 80, silent("local_fault", FOREVER, "EINVAL")
    yield "no route of our own", away(44), 80, silent("local_fault", FOREVER, "ENETUNREACH")
    yield "own interface down", away(46), 80, silent("local_fault", FOREVER, "ENETUNREACH")
    yield "refused by ourselves: nothing listens on our own address", watcher, 7000, silent("connection_refused", QUICK)


def neighbours(lab):
    """Nobody answers ARP or neighbour discovery: the router or the target. Takes the kernel some 3 s."""
    dark4, dark6 = "198.18.1.88", "2001:db8:1::88"
    found, _ = lab.ask(f"tcp {dark4}", f"tcp {dark6}", "tcp 198.18.45.5", "tcp 2001:db8:45::5",
                       f"tcp {dark4} timeout=500", "tcp 198.18.2.88 timeout=8000", "tcp 2001:db8:2::88 timeout=8000")
    for row, family in zip(found[:2], ("IPv4", "IPv6")):
        lab.expect(f"{family}: dark neighbour: the target on our own link is dark", row, failure="host_unreachable", icmp_from=None, rtt_us=-1)
    for row, family in zip(found[2:4], ("IPv4", "IPv6")):
        lab.expect(f"{family}: silent gateway: our own fault", row, failure="local_fault", local_error="EHOSTUNREACH", rtt_us=-1)
    lab.expect("dark neighbour, less patience: a timeout", found[4], failure="generic_timeout_error")
    lab.expect("IPv4: dark host behind the router", found[5], failure="host_unreachable", icmp_from="198.18.1.1", icmp_code=1)
    lab.expect("IPv6: dark host behind the router", found[6], failure="host_unreachable", icmp_from="2001:db8:1::1", icmp_code=3)


def losses(lab):
    """What goes away in the middle of a check: our link, its carrier; the link of the servers, which is not ours."""
    sides = (("our link goes down", "watcher", "wan", "local_fault"), ("our link loses its carrier", "router", "left", "local_fault"),
             ("the link of the servers loses its carrier", "servers", "wan", "generic_timeout_error"))
    for name, side, link, word in sides:
        timer = threading.Timer(0.7, lab.do, (side, f"ip link set {link} down"))
        timer.start()
        found, _ = lab.ask(f"tcp {SERVER4} port=7002 timeout=2500", f"tcp {SERVER6} port=7002 timeout=2500")
        timer.join()
        for row, family in zip(found, ("IPv4", "IPv6")):
            lab.expect(f"{family}: {name} in the middle", row, failure=word, rtt_us=-1)
        lab.do(side, f"ip link set {link} up")
        lab.mend()


def resources(lab):
    """Our own limits."""
    lines = [f"tcp {SERVER4} port=7002 timeout=700"] * 60
    found, counts = lab.ask(*lines, files=40)
    words = {row["failure"] for row in found}
    lab.case("too many open files is our own fault, and every check has its attempt", len(found) == 60 and "local_fault" in words and
             all(row["local_error"] == "EMFILE" for row in found if row["failure"] == "local_fault"), [words, len(found)])
    lab.case("local faults are counted", counts["local_faults"] == sum(row["failure"] == "local_fault" for row in found), [counts])
    lab.set("watcher", "net.ipv4.ip_local_port_range", "50000 50003")
    found, _ = lab.ask(*[f"tcp {SERVER4} port=7002 timeout=700"] * 8)
    errors = sorted(row["local_error"] for row in found)
    lab.case("no port left is our own fault", errors[-1] == "EADDRNOTAVAIL" and errors[0] == "", [errors])


def main():
    need("ss")
    lab = Lab()
    routes(lab)
    for v6 in (False, True):
        table = list(rows(v6))
        found, counts = lab.ask(*[f"tcp {address} port={port} timeout={TIMEOUT}" for _, address, port, _ in table])
        lab.case(f"IPv{6 if v6 else 4}: an attempt for every check", len(found) == len(table), [len(found), len(table)])
        for (name, _, _, wanted), row in zip(table, found):
            lab.expect(f"IPv{6 if v6 else 4}: {name}", row, **wanted)
        wanted = sum("prohibited" in name for name, _, _, _ in table)
        lab.case(f"IPv{6 if v6 else 4}: the gate is told of prohibitions only", counts["backed_off"] == wanted, [counts])
        resets = sum(row["failure"] == "connection_refused" and "icmp_from" not in row for row in found)
        lab.case(f"IPv{6 if v6 else 4}: and of answers of the target only", counts["relaxed"] == resets == 2, [counts])
    neighbours(lab)
    resources(lab)
    if find("nft"):
        losses(lab)
    lab.done()


main()
