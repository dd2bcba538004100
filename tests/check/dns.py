# SPDX-License-Identifier: ISC
"""Every outcome of a DNS check against real NSD, servers that misbehave, and networks that fail; see dns_lab.py.

Usage: dns.py DNS_ASK
"""
import os
import subprocess
import sys
import threading

import dns_lab
from dns_lab import BAD, BEHIND_ROUTER, SERVER, problems, zone_text
from tap import Cases

A, SOA, MX, TXT = 1, 6, 15, 16
TCP, RECURSE = 8, 16  # enum check_flag
AA, TC, OVER_TCP, HAS_SOA = 1, 2, 4, 8
HERE = os.path.dirname(os.path.abspath(__file__))
LONG, SHORT = 20000, 1500  # ms: where an answer comes for sure, and where none does

# name, line, what each attempt must say in order
ANSWERS = (
    ("ok: authority, serial, NSID, hops", f"{SERVER} 53 {SOA} 0 {LONG} example.kx",
     [{"failure": "ok", "rcode": 0, "flags": AA | HAS_SOA, "serial": 2026112501, "nsid": "first", "ttl": 63, "number": 1}]),
    ("ok: IPv6", f"2001:db8:2::10 53 {SOA} 0 {LONG} example.kx",
     [{"failure": "ok", "flags": AA | HAS_SOA, "serial": 2026112501, "ttl": 63}]),
    ("ok: the name in other letters", f"{SERVER} 53 {SOA} 0 {LONG} EXAMPLE.kx", [{"failure": "ok", "serial": 2026112501}]),
    ("ok: an address", f"{SERVER} 53 {A} 0 {LONG} www.example.kx", [{"failure": "ok", "flags": AA}]),
    ("ok: over TCP", f"{SERVER} 53 {SOA} {TCP} {LONG} example.kx",
     [{"failure": "ok", "flags": AA | HAS_SOA | OVER_TCP, "serial": 2026112501, "nsid": "first"}]),
    ("ok: over TCP and IPv6", f"2001:db8:2::10 53 {SOA} {TCP} {LONG} example.kx", [{"failure": "ok", "flags": AA | HAS_SOA | OVER_TCP}]),
    ("cut: TCP follows as an attempt of its own", f"{SERVER} 53 {TXT} 0 {LONG} big.example.kx",
     [{"failure": "ok", "flags": AA | TC, "number": 1}, {"failure": "ok", "flags": AA | OVER_TCP, "number": 2}]),
    ("NXDOMAIN", f"{SERVER} 53 {A} 0 {LONG} gone.example.kx",
     [{"failure": "dns_nxdomain_error", "rcode": 3, "flags": AA | HAS_SOA, "serial": 2026112501}]),
    ("no answer of this type", f"{SERVER} 53 {MX} 0 {LONG} www.example.kx", [{"failure": "dns_no_answer", "rcode": 0}]),
    ("SERVFAIL: a zone that did not load", f"{SERVER} 53 {SOA} 0 {LONG} broken.kx", [{"failure": "dns_servfail_error", "rcode": 2}]),
    ("REFUSED: a zone that is not served", f"{SERVER} 53 {SOA} 0 {LONG} other.ky", [{"failure": "dns_refused_error", "rcode": 5}]),
    ("lame: no authority", f"{BAD} 5301 {SOA} 0 {LONG} example.kx", [{"failure": "dns_lame_error", "rcode": 0}]),
    ("lame: referral upwards", f"{BAD} 5302 {SOA} 0 {LONG} example.kx", [{"failure": "dns_lame_error"}]),
    ("lame: referral upwards with authority", f"{BAD} 5323 {SOA} 0 {LONG} example.kx", [{"failure": "dns_lame_error"}]),
    ("lame: NXDOMAIN without authority", f"{BAD} 5331 {SOA} 0 {LONG} example.kx", [{"failure": "dns_lame_error", "rcode": 3}]),
    ("a resolver needs no authority", f"{BAD} 5301 {SOA} {RECURSE} {LONG} example.kx", [{"failure": "ok", "flags": HAS_SOA}]),
    ("a resolver must have an answer", f"{BAD} 5302 {SOA} {RECURSE} {LONG} example.kx", [{"failure": "dns_no_answer"}]),
    ("wrong id is not taken", f"{BAD} 5303 {SOA} 0 {SHORT} example.kx", [{"failure": "generic_timeout_error", "rcode": -1}]),
    ("wrong question is not taken", f"{BAD} 5304 {SOA} 0 {SHORT} example.kx", [{"failure": "generic_timeout_error"}]),
    ("wrong source port is not taken", f"{BAD} 5305 {SOA} 0 {SHORT} example.kx", [{"failure": "generic_timeout_error"}]),
    ("wrong source address is not taken", f"{BAD} 5306 {SOA} 0 {SHORT} example.kx", [{"failure": "generic_timeout_error"}]),
    ("an empty packet changes nothing", f"{BAD} 5321 {SOA} 0 {LONG} example.kx", [{"failure": "ok", "serial": 77}]),
    ("one byte changes nothing", f"{BAD} 5329 {SOA} 0 {SHORT} example.kx", [{"failure": "generic_timeout_error"}]),
    ("a forged answer before the real one", f"{BAD} 5324 {SOA} 0 {LONG} example.kx", [{"failure": "ok", "serial": 77}]),
    ("other letters in the answer", f"{BAD} 5328 {SOA} 0 {LONG} example.kx", [{"failure": "ok", "serial": 77}]),
    ("cut by a server whose TCP works in pieces", f"{BAD} 5307 {SOA} 0 {LONG} example.kx",
     [{"failure": "ok", "flags": AA | TC, "number": 1}, {"failure": "ok", "flags": AA | OVER_TCP | HAS_SOA, "number": 2, "serial": 77}]),
    ("silence", f"{BAD} 5308 {SOA} 0 {SHORT} example.kx", [{"failure": "generic_timeout_error", "rtt_ns": -1}]),
    ("garbage", f"{BAD} 5309 {SOA} 0 {LONG} example.kx", [{"failure": "dns_server_misbehaving"}]),
    ("an answer that ends too soon", f"{BAD} 5310 {SOA} 0 {LONG} example.kx", [{"failure": "dns_server_misbehaving"}]),
    ("only an id", f"{BAD} 5330 {SOA} 0 {LONG} example.kx", [{"failure": "dns_server_misbehaving"}]),
    ("FORMERR", f"{BAD} 5311 {SOA} 0 {LONG} example.kx", [{"failure": "dns_server_misbehaving", "rcode": 1}]),
    ("NOTIMP", f"{BAD} 5312 {SOA} 0 {LONG} example.kx", [{"failure": "dns_server_misbehaving", "rcode": 4}]),
    ("the question comes back", f"{BAD} 5322 {SOA} 0 {LONG} example.kx", [{"failure": "dns_server_misbehaving"}]),
    ("an ICMP error that quotes no id", f"{BAD} 5332 {SOA} 0 {SHORT} example.kx",
     [{"failure": "host_unreachable", "icmp_from": BAD, "icmp_type": 3, "icmp_code": 1}]),
    ("an answer after such an error", f"{BAD} 5333 {SOA} 0 {LONG} example.kx", [{"failure": "ok", "serial": 77, "icmp_from": None}]),
    ("no answer, with authority", f"{BAD} 5313 {MX} 0 {LONG} example.kx", [{"failure": "dns_no_answer", "serial": 77}]),
    ("SERVFAIL without authority", f"{BAD} 5327 {SOA} 0 {LONG} example.kx", [{"failure": "dns_servfail_error"}]),
    ("an alias is an answer", f"{BAD} 5326 {A} 0 {LONG} example.kx", [{"failure": "ok", "flags": AA}]),
    ("twice", f"{BAD} 5314 {SOA} 0 {LONG} example.kx", [{"failure": "ok"}, {"failure": "late_or_dup", "number": 1}]),
    ("late", f"{BAD} 5315 {SOA} 0 300 example.kx", [{"failure": "generic_timeout_error"}, {"failure": "late_or_dup"}]),
    ("cut, and TCP is closed", f"{BAD} 5316 {SOA} 0 {LONG} example.kx",
     [{"failure": "ok", "flags": AA | TC}, {"failure": "connection_refused", "flags": OVER_TCP, "number": 2, "icmp_from": None}]),
    ("cut, and TCP ends at once", f"{BAD} 5317 {SOA} 0 {LONG} example.kx", [{"failure": "ok"}, {"failure": "eof_error", "number": 2}]),
    ("cut, and TCP ends in the middle", f"{BAD} 5318 {SOA} 0 {LONG} example.kx", [{"failure": "ok"}, {"failure": "eof_error"}]),
    ("wrong id over TCP", f"{BAD} 5319 {SOA} 0 {LONG} example.kx", [{"failure": "ok"}, {"failure": "dns_server_misbehaving"}]),
    ("TCP silent", f"{BAD} 5320 {SOA} {TCP} {SHORT} example.kx", [{"failure": "generic_timeout_error", "flags": OVER_TCP}]),
    ("TCP reset", f"{BAD} 5325 {SOA} 0 {LONG} example.kx", [{"failure": "ok"}, {"failure": "connection_reset"}]),
)
MISMATCHED = 8  # 5303, 5304, 5305, 5306, 5321, 5324, 5329 and, over TCP, 5319

NETWORKS = (
    # First: the router's kernel keeps one account for all errors to an address, and these cost a second each.
    ("no route at the router", f"{BEHIND_ROUTER} 53 {SOA} 0 {LONG} example.kx",
     [{"failure": "network_unreachable", "icmp_from": "198.18.1.1", "icmp_type": 3, "icmp_code": 0}]),
    ("port closed", f"{SERVER} 5399 {SOA} 0 {LONG} example.kx",
     [{"failure": "connection_refused", "icmp_from": SERVER, "icmp_type": 3, "icmp_code": 3}]),
    ("port closed, IPv6", f"2001:db8:2::10 5399 {SOA} 0 {LONG} example.kx",
     [{"failure": "connection_refused", "icmp_from": "2001:db8:2::10", "icmp_type": 1, "icmp_code": 4}]),
    ("port closed, TCP: no ICMP", f"{SERVER} 5399 {SOA} {TCP} {LONG} example.kx", [{"failure": "connection_refused", "icmp_from": None}]),
    ("administratively prohibited", f"198.18.2.30 53 {SOA} 0 {LONG} example.kx",
     [{"failure": "host_unreachable", "icmp_from": "198.18.1.1", "icmp_type": 3, "icmp_code": 13}]),
    ("administratively prohibited, TCP", f"198.18.2.30 53 {SOA} {TCP} {LONG} example.kx",
     [{"failure": "host_unreachable", "icmp_from": "198.18.1.1", "icmp_type": 3, "icmp_code": 13}]),
    ("administratively prohibited, IPv6", f"2001:db8:2::30 53 {SOA} 0 {LONG} example.kx",
     [{"failure": "host_unreachable", "icmp_from": "2001:db8:1::1", "icmp_type": 1, "icmp_code": 1}]),
    ("host unreachable, says a filter", f"198.18.2.31 53 {SOA} 0 {LONG} example.kx",
     [{"failure": "host_unreachable", "icmp_from": "198.18.1.1", "icmp_code": 1}]),
    ("host unreachable: a dark neighbour of the router", f"198.18.2.99 53 {SOA} 0 {LONG} example.kx",
     [{"failure": "host_unreachable", "icmp_from": "198.18.1.1", "icmp_type": 3, "icmp_code": 1}]),
    ("no route at the router, TCP", f"{BEHIND_ROUTER} 53 {SOA} {TCP} {LONG} example.kx",
     [{"failure": "network_unreachable", "icmp_from": "198.18.1.1", "icmp_code": 0}]),
    ("dropped", f"198.18.2.34 53 {SOA} 0 {SHORT} example.kx", [{"failure": "generic_timeout_error", "icmp_from": None}]),
    ("UDP dropped", f"198.18.2.33 53 {SOA} 0 {SHORT} example.kx", [{"failure": "generic_timeout_error"}]),
    ("and TCP works there", f"198.18.2.33 53 {SOA} {TCP} {LONG} example.kx", [{"failure": "ok", "serial": 2026112501}]),
    ("own route: unreachable", f"192.0.2.1 53 {SOA} 0 {LONG} example.kx", [{"failure": "local_fault", "local_error": 113, "icmp_from": None}]),
    ("own route: prohibit", f"192.0.2.17 53 {SOA} 0 {LONG} example.kx", [{"failure": "local_fault", "local_error": 13}]),
    ("own route: unreachable, TCP", f"192.0.2.1 53 {SOA} {TCP} {LONG} example.kx", [{"failure": "local_fault", "local_error": 113}]),
    ("own filter", f"192.0.2.33 53 {SOA} 0 {LONG} example.kx", [{"failure": "local_fault", "local_error": 1}]),
    ("own gateway dead", f"192.0.2.49 53 {SOA} 0 {LONG} example.kx", [{"failure": "local_fault", "local_error": 113, "icmp_from": "198.18.1.2"}]),
)
PROHIBITED = 3  # of them told the gate to back off
LOCAL = 5

BLIND = (
    ("no route at all", f"{SERVER} 53 {SOA} 0 {LONG} example.kx", [{"failure": "local_fault", "local_error": 101, "rtt_ns": -1}]),
    ("no route at all, TCP", f"{SERVER} 53 {SOA} {TCP} {LONG} example.kx", [{"failure": "local_fault", "local_error": 101}]),
    ("no route at all, IPv6", f"2001:db8:2::10 53 {SOA} 0 {LONG} example.kx", [{"failure": "local_fault", "local_error": 101}]),
)

LOST = (
    ("our link loses its carrier in the middle", f"198.18.2.34 53 {SOA} 0 {SHORT} example.kx", [{"failure": "local_fault", "rtt_ns": -1}]),
    ("our link loses its carrier in the middle, TCP", f"198.18.2.34 53 {SOA} {TCP} {SHORT} example.kx", [{"failure": "local_fault", "rtt_ns": -1}]),
)


def judge(cases, rows, attempts):
    for index, (name, _, wanted) in enumerate(rows):
        got = attempts.get(index, [])
        found = [] if len(got) == len(wanted) else [f"{len(got)} attempts, not {len(wanted)}: {got}"]
        for attempt, want in zip(got, wanted):
            found += problems(attempt, want)
        cases.case(name, found)


def timing(got):
    """The round trip of what was answered is there, and short of the time-out."""
    return [f"round trip: {a}" for attempts in got.values() for a in attempts
            if a["failure"] == "ok" and not 0 < a["rtt_ns"] < LONG * 1000000]


def run(cases, lab, program):
    big = "\n".join(f'big IN TXT "{str(i) * 50}"' for i in range(100, 120))
    zones = {"example.kx": zone_text("example.kx", 2026112501, more="www IN A 198.18.2.80\n" + big), "broken.kx": None}
    lab.nsd("first", [SERVER, "198.18.2.33", "198.18.2.30", "198.18.2.34", "2001:db8:2::10"], zones)
    bad = lab.spawn("s", [sys.executable, "-B", os.path.join(HERE, "dns_bad.py"), BAD, "198.18.2.21"], stdout=subprocess.PIPE, text=True)
    bad.stdout.readline()
    lab.rules("r", "forward", [
        "ip daddr 198.18.2.30 reject with icmp type admin-prohibited", "ip6 daddr 2001:db8:2::30 reject with icmpv6 type admin-prohibited",
        "ip daddr 198.18.2.31 reject with icmp type host-unreachable", "ip daddr 198.18.2.33 udp dport 53 drop",
        "ip daddr 198.18.2.34 drop"])
    lab.rules("o", "output", ["ip daddr 192.0.2.33 drop"])
    lab.ip("o", "route add unreachable 192.0.2.0/28")
    lab.ip("o", "route add prohibit 192.0.2.16/28")
    lab.ip("o", "route add 192.0.2.48/28 via 198.18.1.77")
    cases.case("NSD is up", lab.until(program, f"{SERVER} 53 {SOA} 0 {SHORT} example.kx", lambda a: a["failure"] == "ok"))

    got, counts, _ = lab.ask(program, [line for _, line, _ in ANSWERS] + ["wait 2500"])
    judge(cases, ANSWERS, got)
    cases.case("round trips", timing(got))
    late = sum(a["failure"] == "late_or_dup" for attempts in got.values() for a in attempts)
    cases.case("what did not fit was counted", problems(counts, {"mismatched": MISMATCHED}))
    cases.case("every question was decided", [] if counts["started"] == counts["finished"] == sum(map(len, got.values())) - late
               else [str(counts)])

    got, counts, _ = lab.ask(program, [line for _, line, _ in NETWORKS])
    judge(cases, NETWORKS, got)
    cases.case("the gate heard of prohibitions", problems(counts, {"backed_off": PROHIBITED, "local_faults": LOCAL, "mismatched": 0}))

    got, counts, _ = lab.ask(program, [line for _, line, _ in BLIND], where="n")
    judge(cases, BLIND, got)
    cases.case("all local", problems(counts, {"local_faults": len(BLIND), "sent": 0}))

    timer = threading.Timer(0.4, lab.ip, ("r", "link set o0 down"))
    timer.start()
    got, _, _ = lab.ask(program, [line for _, line, _ in LOST])
    timer.join()
    judge(cases, LOST, got)


def main():
    cases = Cases()
    reason = dns_lab.why_not()
    if reason:
        cases.case("DNS in namespaces", [], reason)
    else:
        with dns_lab.Lab() as lab:
            run(cases, lab, sys.argv[1])
    cases.done()


main()
