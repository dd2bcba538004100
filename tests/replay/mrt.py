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
    return bytes([int(length)]) + socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)[: (int(length) + 7) // 8]


def attributes(*path):
    path = bytes([2, len(path)]) + struct.pack(">%dI" % len(path), *path)
    return (bytes([0x40, 1, 1, 0]) + bytes([0x40, 2, len(path)]) + path
            + bytes([0x40, 3, 4]) + socket.inet_aton("192.0.2.9"))


def record(time, kind, subtype, body):
    return struct.pack(">IHHI", time, kind, subtype, len(body)) + body


def table(when=START, peers=PEERS, routes=None, via=()):
    """`routes`: prefixes and their origins; `via`: networks between each peer and them."""
    index = socket.inet_aton("192.0.2.1") + struct.pack(">HH", 0, len(peers))
    for address, asn in peers:
        index += bytes([2]) + bytes(4) + socket.inet_aton(address) + struct.pack(">I", asn)
    out = record(when, 13, 1, index)
    for number, (prefix, origin) in enumerate(routes or [(p, ORIGIN) for p in COUNTRY] + [(p, OTHER) for p in REST]):
        six = ":" in prefix
        body = struct.pack(">I", number) + nlri(prefix) + struct.pack(">H", len(peers))
        for i, (_, asn) in enumerate(peers):
            block = attributes(asn, *via, origin)
            if six:  # MP_REACH_NLRI, shortened as in tables (RFC 6396, 4.3.4), instead of the next hop
                block = block[:-7] + bytes([0x80, 14, 17, 16]) + socket.inet_pton(socket.AF_INET6, "2001:db8::1")
            body += struct.pack(">HIH", i, when, len(block)) + block
        out += record(when, 13, 4 if six else 2, body)
    return out


def update(time, peer, withdrawn, announced, origin, via=()):
    address, asn = peer
    gone = b"".join(map(nlri, withdrawn))
    block = attributes(asn, *via, origin) if announced else b""
    body = struct.pack(">H", len(gone)) + gone + struct.pack(">H", len(block)) + block + b"".join(map(nlri, announced))
    message = b"\xff" * 16 + struct.pack(">HB", 19 + len(body), 2) + body
    head = struct.pack(">IIHH", asn, 65000, 0, 1) + socket.inet_aton(address) + socket.inet_aton("192.0.2.1")
    return record(time, 16, 4, head + message)
