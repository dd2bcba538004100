# SPDX-License-Identifier: ISC
"""What is our own fault is said to be: a missing route, an interface that is down, a cable that is out, a gateway that is dark, a
firewall of our own. Never is it held against the target."""
import errno
import time

import lab
from lab import CONNECT, MODES, PACKET

TARGET = "198.18.0.1"


def begin(lab_now, mode, *more):
    """Opened, and waiting for a line before it sends."""
    process = lab_now.start("-P", "-m", mode, "-w", TARGET, "-t", 1500, *more, TARGET)
    head = process.stdout.readline()
    return process, head


def finish(process, head):
    process.stdin.write("\n")
    process.stdin.flush()
    return lab.Outcome(Resumed(process, head))


class Resumed:
    """A process whose first line was read already."""

    def __init__(self, process, head):
        self.process, self.head = process, head
        self.kill = process.kill

    def communicate(self, timeout=None):
        out, errors = self.process.communicate(timeout=timeout)
        self.returncode = self.process.returncode
        return self.head + out, errors


def expect(out, failure, error, least=1):
    yield from out.problems()
    wrong = [a for a in out.attempts if a["failure"] != failure or a["local_error"] not in error]
    if wrong or len(out.attempts) < least:
        yield f"{len(wrong)} of {len(out.attempts)} are otherwise, as {wrong[:1]}"


def before_start(lab_now, mode, break_it, mend_it, error):
    process, head = begin(lab_now, mode, "-n", 10, "-r", 50)
    break_it()
    time.sleep(0.1)  # the packet socket looks at changed routes twenty times a second
    try:
        out = finish(process, head)
    finally:
        mend_it()
    yield from expect(out, "local_fault", error, 10)


def meanwhile(lab_now, mode, break_it, mend_it):
    """Broken for a second while it sends: fine, our fault, fine again."""
    process, head = begin(lab_now, mode, "-n", 200, "-r", 50)
    process.stdin.write("\n")
    process.stdin.flush()
    time.sleep(1.2)
    break_it()
    try:
        time.sleep(1)
    finally:
        mend_it()
    out = lab.Outcome(Resumed(process, head))
    yield from out.problems()
    if out.failures() not in (["local_fault", "ok"], ["ok", "local_fault"]):
        yield f"{out.failures()}, not only ok and local_fault"
    faults = sum(a["failure"] == "local_fault" for a in out.attempts)
    if not 5 <= faults <= 150:
        yield f"{faults} local faults of 200"
    if out.attempts and out.attempts[-1]["failure"] != "ok":
        yield "it did not recover"
    if mode == PACKET and not any(a["mode"] == PACKET for a in out.attempts):
        yield "nothing went by the packet socket"


def settled(lab_now):
    """The kernel puts a link back to work up to a second after its cable is in."""
    for _ in range(100):
        state = lab_now.run("near", "cat", "/sys/class/net/up0/operstate").stdout
        if state.strip() == b"up":
            return
        time.sleep(0.05)


def dark_neighbour(out):
    """On our own link it is our kernel that says so, but of the target."""
    yield from out.problems()
    told = [a for a in out.attempts if a["failure"] == "host_unreachable" and a.get("icmp_from") == "192.0.2.1"]
    # TCP gives up after three seconds, as the search for the neighbour does: either may come first.
    silent = [a for a in out.attempts if a["failure"] == "generic_timeout_error" and a["mode"] == CONNECT]
    if len(told) + len(silent) != 2:
        yield f"{out.attempts}"


def test(lab_now, cases):
    def route(word):
        return lambda: lab_now.ip("near", "route", word, "default", "via", "192.0.2.2")

    def link_down():
        lab_now.ip("near", "link", "set", "up0", "down")

    def link_up():
        lab_now.ip("near", "link", "set", "up0", "up")
        settled(lab_now)
        lab_now.ip("near", "route", "replace", "default", "via", "192.0.2.2")

    def unplug():
        lab_now.ip("middle", "link", "set", "down0", "down")

    def plug():
        lab_now.ip("middle", "link", "set", "down0", "up")
        settled(lab_now)

    def forbid():
        lab_now.run("near", "nft", "add table ip f; add chain ip f o { type filter hook output priority 0; policy drop; }")

    def allow():
        lab_now.run("near", "nft", "flush ruleset")

    unreachable = (errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, errno.ENOBUFS)
    for mode, name in MODES.items():
        cases.case(f"{name}: own route missing", before_start(lab_now, mode, route("del"), route("add"), unreachable))
        cases.case(f"{name}: own interface down", before_start(lab_now, mode, link_down, link_up, unreachable))
        cases.case(f"{name}: own cable out", before_start(lab_now, mode, unplug, plug, unreachable))
        if mode != PACKET:  # which no firewall of ours stands before
            cases.case(f"{name}: own firewall", before_start(lab_now, mode, forbid, allow, (errno.EPERM,))
                       if mode != CONNECT else [])
        cases.case(f"{name}: a route that goes and comes", meanwhile(lab_now, mode, route("del"), route("add")))

    for mode, name in MODES.items():
        out = lab_now.drive("-m", mode, "-w", TARGET, "-t", 4000, "-r", 10, "-n", 2, "192.0.2.77")
        cases.case(f"{name}: a neighbour that is dark is not", dark_neighbour(out))

    # A gateway whose address is taken away: the kernel asks for it in vain and tells us so itself.
    lab_now.ip("middle", "addr", "del", "192.0.2.2/24", "dev", "down0")
    lab_now.ip("near", "neigh", "flush", "dev", "up0")
    for mode, name in MODES.items():
        out = lab_now.drive("-m", mode, "-w", TARGET, "-t", 4000, "-r", 5, "-n", 10, TARGET)
        cases.case(f"{name}: a gateway that is dark", expect(out, "local_fault", (errno.EHOSTUNREACH,), 10))


lab.main(test)
