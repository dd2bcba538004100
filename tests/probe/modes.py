# SPDX-License-Identifier: ISC
"""Every way of sending gives the same results: who answers, who does not, and who says that it cannot be."""
import lab
from lab import CONNECT, MODES, PACKET, PING, RAW

R4, R6 = "192.0.2.2", "2001:db8::2"
# Target, failure, ICMP type and code, who said it. Over TCP the kernel maps the same errors.
ROWS = [
    ("198.18.0.1", "ok", None, None),
    ("198.51.100.2", "ok", None, None),
    ("192.0.2.2", "ok", None, None),
    ("127.0.0.1", "ok", None, None),
    ("192.0.2.1", "ok", None, None),
    ("198.18.1.1", "host_unreachable", [3, 1], R4),
    ("198.18.2.1", "host_unreachable", [3, 13], R4),
    ("198.18.3.1", "generic_timeout_error", None, None),
    ("198.18.4.1", "host_unreachable", [11, 0], None),
    ("198.18.5.1", "connection_refused", [3, 3], R4),
    ("198.18.6.1", "network_unreachable", [3, 0], R4),
    ("2001:db8:1::1", "ok", None, None),
    ("2001:db8:f::2", "ok", None, None),
    ("::1", "ok", None, None),
    ("2001:db8:2::1", "host_unreachable", [1, 3], R6),
    ("2001:db8:3::1", "host_unreachable", [1, 1], R6),
    ("2001:db8:4::1", "generic_timeout_error", None, None),
]
SENT_BY = {"192.0.2.2": RAW, "127.0.0.1": RAW, "192.0.2.1": RAW}  # in packet mode: not behind the gateway


def row_problems(row, attempt, mode):
    target, failure, icmp, offender = row
    if attempt["failure"] != failure:
        yield f"{target}: {attempt['failure']}, expected {failure}"
    if attempt.get("icmp") != icmp:
        yield f"{target}: icmp {attempt.get('icmp')}, expected {icmp}"
    if offender and attempt.get("icmp_from") != offender:
        yield f"{target}: told by {attempt.get('icmp_from')}, not {offender}"
    if failure == "ok" and (mode != CONNECT and not attempt["ttl"] or attempt["rtt_ns"] <= 0):
        yield f"{target}: ttl {attempt['ttl']}, round trip {attempt['rtt_ns']}"
    if failure == "generic_timeout_error" and attempt["rtt_ns"] != -1:
        yield f"{target}: a time-out with a round trip"
    if mode != PACKET and attempt["mode"] != mode:
        yield f"{target}: mode {attempt['mode']}"


def mode_problems(lab_now, mode, rounds):
    targets = [row[0] for row in ROWS]
    out = lab_now.drive("-m", mode, "-r", 40, "-t", 600, "-w", "198.18.0.1", "-n", rounds * len(ROWS), *targets)
    yield from out.problems()
    if out.mode != mode:
        yield f"mode {out.mode}, not {mode}: {out.why}"
    if len(out.attempts) != rounds * len(ROWS):
        yield f"{len(out.attempts)} attempts of {rounds * len(ROWS)}"
    for attempt in out.attempts:
        yield from row_problems(ROWS[attempt["index"]], attempt, mode)
    if mode == PACKET:
        late = out.attempts[len(ROWS):]  # the first probes teach the kernel the gateway
        for attempt in late:
            if attempt["target"] in SENT_BY and attempt["mode"] != RAW:
                yield f"{attempt['target']} went by mode {attempt['mode']}"
        if not any(a["mode"] == PACKET for a in late if a["target"] == "198.18.0.1"):
            yield "nothing went by the packet socket"
    if out.counts and out.counts["backed_off"] != rounds * 2:
        yield f"the gate was told of {out.counts['backed_off']} prohibitions, not {rounds * 2}"


def closed_port(out):
    yield from out.problems()
    if out.failures() != ["connection_refused"] or any("icmp" in a for a in out.attempts):
        yield f"{out.attempts}"


def open_port(lab_now):
    server = lab_now.start_server()
    try:
        out = lab_now.drive("-o", "tcp", "-p", 8080, "-n", 5, "-r", 20, "198.18.0.9")
    finally:
        server.kill()
        server.wait()
    yield from out.problems()
    if out.failures() != ["ok"] or not all(0 < a["rtt_ns"] < 10**9 and a["op"] == "tcp_connect" for a in out.attempts):
        yield f"{out.attempts}"


def chosen_source(lab_now):
    """A second address whose answers find no way back but by that address; a second interface that leads nowhere."""
    lab_now.ip("near", "addr", "add", "192.0.2.9/24", "dev", "up0")
    lab_now.ip("middle", "route", "add", "blackhole", "192.0.2.1/32")
    lab_now.cable("near", "nowhere", "near", "nothing")
    lab_now.ip("near", "link", "set", "nowhere", "up")
    lab_now.ip("near", "link", "set", "nothing", "up")
    try:
        for mode, name in MODES.items():
            for more, expected in ((["-S", "192.0.2.9"], "ok"), ([], "generic_timeout_error"),
                                   (["-S", "192.0.2.9", "-i", "up0"], "ok")):
                out = lab_now.drive("-m", mode, "-w", "198.18.0.1", "-t", 300, "-n", 12, "-r", 50, *more, "198.18.0.1")
                yield from (f"{name} {more}: {problem}" for problem in out.problems())
                if out.failures() != [expected]:
                    yield f"{name} {more}: {out.failures()}, expected {expected}"
            out = lab_now.drive("-m", mode, "-w", "198.18.0.1", "-t", 300, "-n", 2, "-S", "192.0.2.8", "198.18.0.1")
            if out.attempts:
                yield f"{name}: sent from an address that is not ours"
            out = lab_now.drive("-m", mode, "-w", "198.18.0.1", "-t", 300, "-n", 2, "-i", "nowhere", "198.18.0.1")
            if "ok" in out.failures() or not out.attempts:
                yield f"{name}: went by another interface than the one that was named"
    finally:
        lab_now.ip("near", "addr", "del", "192.0.2.9/24", "dev", "up0")
        lab_now.ip("middle", "route", "del", "blackhole", "192.0.2.1/32")


def gate_problems(lab_now):
    out = lab_now.drive("-m", RAW, "-r", 200, "-n", 100, "-x", "198.18.0.2", "-W", 10, "198.18.0.1", "198.18.0.2")
    yield from out.problems()
    if {a["target"] for a in out.attempts} != {"198.18.0.1"}:
        yield "an opted-out address was asked"
    if out.counts.get("refused") != 50 or out.counts.get("sent") != 50 or not out.counts.get("held"):
        yield f"{out.counts}"


def test(lab_now, cases):
    for mode, name in MODES.items():
        cases.case(f"{name}: the same rows", mode_problems(lab_now, mode, 3))
    cases.case("tcp: a closed port is refused by its host",
               closed_port(lab_now.drive("-o", "tcp", "-p", 81, "-n", 4, "-r", 20, "198.18.0.9", "2001:db8:1::9")))
    cases.case("tcp: an open port answers", open_port(lab_now))
    cases.case("nothing passes the gate that it does not let through", gate_problems(lab_now))
    cases.case("source and interface are those that were asked for", chosen_source(lab_now))
    out = lab_now.drive("-m", PACKET, "-n", 1, "198.18.0.1")
    cases.case("without a destination that leads it, the packet socket is not used and it says why",
               out.problems() + ([] if out.mode == RAW and "packet socket" in out.why else [f"{out.mode} {out.why}"]))
    lab_now.sysctl("near", "net.ipv4.ping_group_range=1 0")
    out = lab_now.drive("-m", PING, "-n", 1, "198.18.0.1")
    cases.case("where ping sockets are not permitted, a connect takes their place",
               out.problems() + ([] if out.mode == CONNECT and "ping socket" in out.why else [f"{out.mode} {out.why}"]))


lab.main(test)
