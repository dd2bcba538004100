# SPDX-License-Identifier: ISC
"""Servers of a zone side by side (lag, stale, expired, silent UDP), and finding who serves a zone; see dns_lab.py.

Usage: dns_zone.py DNS_ASK DNS_DISCOVER
"""
import json
import sys
import time

import dns_lab
from dns_lab import CHILD, SECOND, SERVER, problems, zone_text
from tap import Cases

SOA, TCP, LONG, SHORT = 6, 8, 20000, 1500
LAGS, STALE, EXPIRED, NOT_LOADED, UDP_SILENT, ASK_TCP = 1, 2, 4, 8, 16, 32  # enum zone_flag
REFRESH = 2  # seconds, of the zone whose secondary stands still

PARENT = zone_text("kx", 12, more=f"""\
child IN NS ns1.child
child IN NS ns2.child
ns1.child IN A {CHILD}
ns2.child IN A 198.18.2.41
dead IN NS ns.dead
ns.dead IN A 198.18.2.42
loop1 IN CNAME loop2
loop2 IN CNAME loop1
""")
CHILD_ZONE = f"""\
$ORIGIN child.kx.
$TTL 60
@ IN SOA ns1 host 5 3600 600 86400 300
@ IN NS ns1
@ IN NS ns2
@ IN MX 10 mail
@ IN MX 20 mail.kx.
ns1 IN A {CHILD}
ns1 IN AAAA 2001:db8:2::40
ns2 IN A 198.18.2.41
mail IN A 198.18.2.80
www IN CNAME web
web IN A 198.18.2.81
web IN A 198.18.2.82
away IN CNAME ns1.kx.
"""


def flags_of(others):
    return {row["server"]: row["flags"] for row in others if "server" in row}


def serials(cases, lab, program):
    """Two servers of static zones: one is ahead, the other stands still."""
    zone = f"{REFRESH} 1 600 60"
    lab.nsd("first", [SERVER, "198.18.2.33"], {"example.kx": zone_text("example.kx", 4294967290, zone), "alone.kx": zone_text("alone.kx", 1)})
    lab.nsd("second", [SECOND], {"example.kx": zone_text("example.kx", 4294967280, zone), "alone.kx": None})
    lab.rules("r", "forward", ["ip daddr 198.18.2.33 udp dport 53 drop"])
    for server in (SERVER, SECOND):
        cases.case(f"NSD at {server} is up", lab.until(program, f"{server} 53 {SOA} 0 {SHORT} example.kx", lambda a: a["failure"] == "ok"))
    one = [f"{server} 53 {SOA} 0 {LONG} example.kx" for server in (SERVER, SECOND)]
    got, _, others = lab.ask(program, one, options=["--zone"])
    found = [p for index in (0, 1) for p in problems(got[index][0], {"failure": "ok"})]
    found += [] if flags_of(others) == {SERVER: 0, SECOND: LAGS} else [str(others)]
    cases.case("one lags", found + problems(others[-1], {"newest": 4294967290, "lag": 10, "flags": LAGS, "answering": 2}))

    got, _, others = lab.ask(program, one + [f"wait {REFRESH * 1000 + 500}"] + one, options=["--zone"])
    found = problems(got[1][0], {"failure": "ok"}) + problems(got[2][0], {"failure": "ok"})
    found += problems(got[3][0], {"failure": "dns_stale_serial_error", "serial": 4294967280})
    found += [] if flags_of(others) == {SERVER: 0, SECOND: LAGS | STALE} else [str(others)]
    cases.case("one stands still for longer than its refresh", found)

    _, _, others = lab.ask(program, [f"{server} 53 {SOA} 0 {LONG} alone.kx" for server in (SERVER, SECOND, SERVER)], options=["--zone"])
    cases.case("one never had the zone", [] if flags_of(others)[SECOND] == NOT_LOADED else [str(others)])

    silent = f"198.18.2.33 53 {SOA} 0 300 example.kx"
    _, _, others = lab.ask(program, [silent, "wait 500", silent, "wait 500"], options=["--zone"])
    cases.case("UDP silent twice: TCP is worth a question", [] if flags_of(others) == {"198.18.2.33": ASK_TCP} else [str(others)])
    _, _, others = lab.ask(program, [silent, "wait 500", f"198.18.2.33 53 {SOA} {TCP} {LONG} example.kx"], options=["--zone"])
    cases.case("UDP is silent while TCP works", [] if flags_of(others) == {"198.18.2.33": UDP_SILENT} else [str(others)])


def expiry(cases, lab, program):
    """A secondary loses its primary and lets the zone expire."""
    timers = "2 1 4 60"
    primary = ["provide-xfr: 198.18.2.31 NOKEY", "@" + zone_text("gone.kx", 3, timers)]
    secondary = [f"request-xfr: {CHILD} NOKEY", "outgoing-interface: 198.18.2.31", "min-refresh-time: 1", "min-retry-time: 1"]
    primary_process = lab.nsd("primary", [CHILD], {"gone.kx": primary, "child.kx": CHILD_ZONE})
    lab.nsd("secondary", ["198.18.2.31"], {"gone.kx": secondary})
    line = f"198.18.2.31 53 {SOA} 0 {SHORT} gone.kx"
    cases.case("the secondary has the zone", lab.until(program, line, lambda a: a["failure"] == "ok" and a["serial"] == 3))
    asker = lab.spawn("o", [program, "--zone"], stdin=-1, stdout=-1, text=True)  # one view over the whole time
    asker.stdin.write(line + "\nwait 500\n")
    asker.stdin.flush()
    first = json.loads(asker.stdout.readline())
    lab.stop(primary_process, CHILD)
    cases.case("and lets it expire", lab.until(program, line, lambda a: a["failure"] == "dns_servfail_error"))
    out, _ = asker.communicate(line + "\n")
    rows = [json.loads(row) for row in out.splitlines()]
    found = problems(first, {"failure": "ok", "serial": 3}) + problems(rows[0], {"failure": "dns_servfail_error", "rcode": 2})
    cases.case("which is told from a zone that was never there", found + ([] if flags_of(rows) == {"198.18.2.31": EXPIRED} else [str(rows)]))


def discover(lab, program, *args):
    out = lab.run("o", [program, *args], text=True, capture_output=True).stdout
    rows = [json.loads(line) for line in out.splitlines()]
    return {(row["role"], row["host"], row["address"]) for row in rows[:-1]}, rows[-1]


def same(got, wanted):
    return [f"not found: {x}" for x in sorted(wanted - got)] + [f"found besides: {x}" for x in sorted(got - wanted)]


def tree(cases, lab, ask, program):
    """The parent refers to the child; the child is a server of its own; the resolver only knows the parent."""
    lab.nsd("parent", ["198.18.2.30"], {"kx": PARENT})
    lab.nsd("child", [CHILD], {"child.kx": CHILD_ZONE})
    for address, name in (("198.18.2.30", "kx"), (CHILD, "child.kx")):
        cases.case(f"{name} is up", lab.until(ask, f"{address} 53 {SOA} 0 {SHORT} {name}", lambda a: a["failure"] == "ok"))
    servers = {("ns", "ns1.child.kx", CHILD), ("ns", "ns1.child.kx", "2001:db8:2::40"), ("ns", "ns2.child.kx", "198.18.2.41")}
    mail = {("mx", "mail.child.kx", "198.18.2.80")}
    start = time.monotonic()
    got, counts = discover(lab, program, "198.18.2.30", "child.kx", "www.child.kx", "gone.child.kx", "away.child.kx", "loop1.kx")
    names = {("name", "www.child.kx", "198.18.2.81"), ("name", "www.child.kx", "198.18.2.82"), ("name", "away.child.kx", SERVER)}
    cases.case("a child zone through its parent's referral", same(got, servers | mail | names))
    cases.case("within bounds", [] if counts["questions"] <= 60 and counts["left_out"] <= 2 and time.monotonic() - start < 120 else [str(counts)])
    got, counts = discover(lab, program, CHILD, "child.kx")
    cases.case("a resolver that has the zone", same(got, servers | mail))
    got, counts = discover(lab, program, "198.18.2.30", "dead.kx")
    found = same(got, {("ns", "ns.dead.kx", "198.18.2.42")})
    cases.case("a zone whose only server is dark is known by its parent", found + ([] if counts["failed"] else [str(counts)]))
    got, counts = discover(lab, program, "198.18.2.99", "kx")
    cases.case("a resolver that is dark", same(got, set()) + ([] if counts["failed"] == 2 else [str(counts)]))


def main():
    cases = Cases()
    reason = dns_lab.why_not()
    if reason:
        cases.case("zones in namespaces", [], reason)
    else:
        with dns_lab.Lab() as lab:
            serials(cases, lab, sys.argv[1])
            expiry(cases, lab, sys.argv[1])
            tree(cases, lab, *sys.argv[1:])
    cases.done()


main()
