# SPDX-License-Identifier: ISC
"""A BGP speaker that says its table and then, on SIGUSR1, malformed updates: an attribute of each kind that RFC 7606 treats as a withdrawal.

Usage: speaker.py LOCAL ASN PEER PEER-ASN HOLD TABLE-AS-JSON
"""
import ipaddress
import json
import os
import signal
import socket
import struct
import sys
import time

MARKER = b"\xff" * 16
OPEN, UPDATE, KEEPALIVE = 1, 2, 4
due = 0


def message(kind, body=b""):
    return MARKER + struct.pack(">HB", 19 + len(body), kind) + body


def nlri(prefix):
    net = ipaddress.ip_network(prefix)
    return bytes([net.prefixlen]) + net.network_address.packed[:(net.prefixlen + 7) // 8]


def attribute(kind, value, flags=0x40):
    return bytes([flags, kind, len(value)]) + value


def update(prefix, origin, path, nexthop):
    attributes = attribute(1, origin) + attribute(2, path) + attribute(3, nexthop)
    return message(UPDATE, struct.pack(">HH", 0, len(attributes)) + attributes + nlri(prefix))


def connect(local, peer):
    while True:
        s = socket.socket()
        s.bind((local, 0))
        s.settimeout(5)
        try:
            s.connect((peer, 179))
            return s
        except OSError:
            s.close()
            time.sleep(1)


def serve(s, local, asn, hold, table):
    """Until the session ends."""
    nexthop = socket.inet_aton(local)
    path = struct.pack(">BBI", 2, 1, asn)
    parameters = bytes([2, 6, 65, 4]) + struct.pack(">I", asn) + bytes([2, 6, 1, 4, 0, 1, 0, 1])
    s.sendall(message(OPEN, struct.pack(">BHH", 4, asn, hold) + nexthop + bytes([len(parameters)]) + parameters))
    s.sendall(message(KEEPALIVE))
    time.sleep(2)
    for prefix in table:
        s.sendall(update(prefix, b"\0", path, nexthop))
    s.sendall(message(UPDATE, b"\0\0\0\0"))  # End-of-RIB
    beat = time.monotonic()
    bad = [(b"\0\0", path, nexthop), (b"\7", path, nexthop), (b"\0", struct.pack(">BBI", 9, 1, asn), nexthop),
           (b"\0", struct.pack(">BB", 2, 200), nexthop), (b"\0", path, nexthop + b"\0")]
    s.settimeout(0.5)
    global due
    while True:
        if time.monotonic() - beat >= hold / 3:
            s.sendall(message(KEEPALIVE))
            beat = time.monotonic()
        while due:
            due -= 1
            s.sendall(update(table[due % len(table)], *bad[due % len(bad)]))
        try:
            if not s.recv(65536):
                return
        except TimeoutError:
            pass


def main():
    local, asn, peer, _peer_asn, hold, table = sys.argv[1:7]

    def told(_number, _frame):
        global due
        with open(os.path.join("/run/lab", "odd.count"), encoding="utf-8") as file:
            due = int(file.read())

    signal.signal(signal.SIGUSR1, told)
    while True:
        s = connect(local, peer)
        try:
            serve(s, local, int(asn), int(hold), json.loads(table))
        except OSError:
            pass
        s.close()
        time.sleep(2)


main()
