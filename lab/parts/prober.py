# SPDX-License-Identifier: ISC
"""An observer for labs that the program's own `record probes` does not watch: each target once a second, one NDJSON line a probe.

Usage: prober.py RECORDING.json OUT.ndjson OBSERVER. Ends on SIGINT or SIGTERM. Only for the lab: it has no rate limits.
"""
import hashlib
import hmac
import json
import os
import random
import selectors
import signal
import socket
import struct
import sys
import time

WAIT = 2.0
FAILURES = {"ECONNREFUSED": "connection_refused", "ECONNRESET": "connection_reset", "EHOSTUNREACH": "host_unreachable",
            "ENETUNREACH": "network_unreachable", "EPIPE": "connection_reset"}
DNS_FAILURES = {2: "dns_servfail_error", 3: "dns_nxdomain_error", 5: "dns_refused_error"}


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


class Observer:
    def __init__(self, recording, out, name):
        with open(recording, encoding="utf-8") as file:
            self.targets = json.load(file)["targets"]
        self.out, self.name = open(out, "a", encoding="utf-8"), name
        self.key, self.sequence, self.waiting = os.urandom(16), 0, {}
        self.identifier = os.getpid() & 0xffff
        self.selector = selectors.DefaultSelector()
        self.checks = {}
        self.echo = {4: self.raw(socket.AF_INET, socket.IPPROTO_ICMP)}
        if any(":" in t["address"] for t in self.targets):
            self.echo[6] = self.raw(socket.AF_INET6, socket.IPPROTO_ICMPV6)
        self.going = True

    def raw(self, family, protocol):
        s = socket.socket(family, socket.SOCK_RAW, protocol)
        s.setblocking(False)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.selector.register(s, selectors.EVENT_READ, self.heard)
        return s

    def line(self, when, op, target, **more):
        record = {"t": round(when, 6), "observer": self.name, "op": op, "target": target["address"]}
        if "name" in target:
            record["name"] = target["name"]
        self.out.write(json.dumps({**record, **more}, separators=(",", ":")) + "\n")

    # --- echo requests with a keyed code, so that a reply proves that its request arrived

    def code(self, address, sequence):
        return hmac.new(self.key, f"{address} {sequence}".encode(), hashlib.sha256).digest()[:16]

    def ask(self, target):
        address = target["address"]
        version = 6 if ":" in address else 4
        self.sequence = (self.sequence + 1) & 0xffff
        code = self.code(address, self.sequence)
        body = struct.pack(">BBHHH", 128 if version == 6 else 8, 0, 0, self.identifier, self.sequence) + code
        if version == 4:
            body = body[:2] + struct.pack(">H", checksum(body)) + body[4:]
        when = time.time()
        try:
            self.echo[version].sendto(body, (address, 0))
        except OSError:
            self.line(when, "icmp_echo", target, ok=False, failure="local_fault")
            return
        self.waiting[self.sequence] = (target, when, time.monotonic(), code)

    def heard(self, s):
        while True:
            try:
                data, source = s.recvfrom(2048)
            except OSError:
                return
            arrived = time.monotonic()
            v6 = s.family == socket.AF_INET6
            body = data if v6 else data[(data[0] & 15) * 4:]
            if len(body) < 8:
                continue
            if body[0] == (129 if v6 else 0):
                self.reply(body, source[0], arrived, None if v6 else data[8])
            elif not v6 and body[0] in (3, 11) and len(body) >= 36:
                self.error(body, source[0])

    def reply(self, body, source, arrived, ttl):
        identifier, sequence = struct.unpack(">HH", body[4:8])
        if identifier != self.identifier:
            return
        found = self.waiting.get(sequence)
        if not found or found[0]["address"] != source or body[8:24] != found[3]:
            return
        del self.waiting[sequence]
        more = {"ttl": ttl} if ttl is not None else {}
        self.line(found[1], "icmp_echo", found[0], ok=True, rtt_ms=round((arrived - found[2]) * 1e3, 3), **more)

    def error(self, body, source):
        inner = body[8:]
        start = (inner[0] & 15) * 4
        if len(inner) < start + 8 or struct.unpack(">H", inner[start + 4:start + 6])[0] != self.identifier:
            return
        found = self.waiting.pop(struct.unpack(">H", inner[start + 6:start + 8])[0], None)
        if found:
            failure = "host_unreachable" if body[1] not in (0, 6) else "network_unreachable"
            self.line(found[1], "icmp_echo", found[0], ok=False, failure=failure,
                      icmp={"type": body[0], "code": body[1], "from": source})

    # --- services

    def check(self, target):
        kind = target["kind"]
        check = {"target": target, "t": time.time(), "begin": time.monotonic(), "kind": kind,
                 "op": {"dns": "dns_round_trip", "http": "http_round_trip", "smtp": "smtp_banner"}[kind]}
        family = socket.AF_INET6 if ":" in target["address"] else socket.AF_INET
        s = check["socket"] = socket.socket(family, socket.SOCK_DGRAM if kind == "dns" else socket.SOCK_STREAM)
        s.setblocking(False)
        try:
            s.connect((target["address"], {"dns": 53, "http": 80, "smtp": 25}[kind]))
        except BlockingIOError:
            pass
        except OSError as problem:
            self.finish(check, False, failure=self.failure(problem))
            return
        if kind == "dns":
            check["id"] = random.randrange(65536)
            name = b"".join(bytes([len(p)]) + p.encode() for p in target.get("name", "kx").split("."))
            try:
                s.send(struct.pack(">HHHHHH", check["id"], 0, 1, 0, 0, 0) + name + b"\0\0\1\0\1")
            except OSError as problem:
                self.finish(check, False, failure=self.failure(problem))
                return
        self.checks[s] = check
        self.selector.register(s, selectors.EVENT_READ if kind == "dns" else selectors.EVENT_WRITE, lambda _s: self.ready(check))

    @staticmethod
    def failure(problem):
        return FAILURES.get(__import__("errno").errorcode.get(problem.errno, ""), "local_fault")

    def ready(self, check):
        s = check["socket"]
        if check["kind"] != "dns" and "connected" not in check:
            number = s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if number:
                self.finish(check, False, failure=self.failure(OSError(number, "")))
                return
            check["connected"] = round((time.monotonic() - check["begin"]) * 1e3, 3)
            self.selector.modify(s, selectors.EVENT_READ, lambda _s: self.ready(check))
            if check["kind"] == "http":
                s.send(f"GET / HTTP/1.0\r\nHost: {check['target'].get('name', check['target']['address'])}\r\n\r\n".encode())
            return
        try:
            data = s.recv(4096)
        except OSError as problem:
            self.finish(check, False, failure=self.failure(problem))
            return
        self.answer(check, data)

    def answer(self, check, data):
        if not data:
            self.finish(check, False, failure="eof_error")
        elif check["kind"] == "dns":
            if len(data) < 12 or struct.unpack(">H", data[:2])[0] != check["id"]:
                return
            rcode = data[3] & 15
            more = {"failure": DNS_FAILURES.get(rcode, "dns_servfail_error")} if rcode else {}
            self.finish(check, rcode == 0, rcode=rcode, aa=bool(data[2] & 4), **more)
        elif check["kind"] == "http":
            status = int(data[9:12]) if data[:5] == b"HTTP/" and data[9:12].isdigit() else 0
            self.finish(check, status == 200, status=status)
        else:
            code = int(data[:3]) if data[:3].isdigit() else 0
            self.finish(check, code == 220, smtp_code=code)

    def finish(self, check, ok, **more):
        s = check["socket"]
        if self.checks.pop(s, None):
            self.selector.unregister(s)
        s.close()
        if ok:
            more["rtt_ms"] = round((time.monotonic() - check["begin"]) * 1e3, 3)
        if "connected" in check:
            more["phase_ms"] = {"connect": check["connected"]}
        self.line(check["t"], check["op"], check["target"], ok=ok, **more)

    # --- once a second, each target at its own place in it

    def late(self):
        now = time.monotonic()
        for sequence in [q for q, w in self.waiting.items() if now - w[2] > WAIT]:
            target, when, _, _ = self.waiting.pop(sequence)
            self.line(when, "icmp_echo", target, ok=False, failure="generic_timeout_error")
        for check in [c for c in self.checks.values() if now - c["begin"] > WAIT]:
            self.finish(check, False, failure="generic_timeout_error")

    def run(self):
        begin, done, count = time.monotonic(), 0, len(self.targets)
        while self.going:
            due = int((time.monotonic() - begin) * count)
            for number in range(done, due):
                target = self.targets[number % count]
                if target["kind"] in ("dns", "http", "smtp"):
                    self.check(target)
                else:
                    self.ask(target)
            done = due
            for key, _ in self.selector.select(min(0.02, 1 / count)):
                key.data(key.fileobj)
            self.late()
        end = time.monotonic() + WAIT + 0.1
        while time.monotonic() < end and (self.waiting or self.checks):
            for key, _ in self.selector.select(0.05):
                key.data(key.fileobj)
            self.late()
        self.out.close()


def main():
    observer = Observer(*sys.argv[1:4])

    def stop(_number, _frame):
        observer.going = False

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    observer.run()


main()
