# SPDX-License-Identifier: ISC
"""MRT files of made-up routes: a table of some peers, and updates after it."""
import socket
import struct

START = 1700000000
PEERS = [("192.0.2.%d" % (10 + i), 64500 + i) for i in range(4)]
COUNTRY = ["198.18.%d.0/24" % i for i in range(4)]
REST = ["203.0.%d.0/24" % i for i in range(40)]
ORIGIN, OTHER = 64512, 64520


def nlri(prefix):
    address, length = prefix.split("/")
    return bytes([int(length)]) + socket.inet_aton(address)[: (int(length) + 7) // 8]


def attributes(asn, origin):
    path = bytes([2, 2]) + struct.pack(">II", asn, origin)
    return (bytes([0x40, 1, 1, 0]) + bytes([0x40, 2, len(path)]) + path
            + bytes([0x40, 3, 4]) + socket.inet_aton("192.0.2.9"))


def record(time, kind, subtype, body):
    return struct.pack(">IHHI", time, kind, subtype, len(body)) + body


def table():
    index = socket.inet_aton("192.0.2.1") + struct.pack(">HH", 0, len(PEERS))
    for address, asn in PEERS:
        index += bytes([2]) + bytes(4) + socket.inet_aton(address) + struct.pack(">I", asn)
    out = record(START, 13, 1, index)
    for number, prefix in enumerate(COUNTRY + REST):
        origin = ORIGIN if prefix in COUNTRY else OTHER
        body = struct.pack(">I", number) + nlri(prefix) + struct.pack(">H", len(PEERS))
        for i, (_, asn) in enumerate(PEERS):
            block = attributes(asn, origin)
            body += struct.pack(">HIH", i, START, len(block)) + block
        out += record(START, 13, 2, body)
    return out


def update(time, peer, withdrawn, announced, origin):
    address, asn = peer
    gone = b"".join(map(nlri, withdrawn))
    block = attributes(asn, origin) if announced else b""
    body = struct.pack(">H", len(gone)) + gone + struct.pack(">H", len(block)) + block + b"".join(map(nlri, announced))
    message = b"\xff" * 16 + struct.pack(">HB", 19 + len(body), 2) + body
    head = struct.pack(">IIHH", asn, 65000, 0, 1) + socket.inet_aton(address) + socket.inet_aton("192.0.2.1")
    return record(time, 16, 4, head + message)
