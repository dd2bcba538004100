# SPDX-License-Identifier: ISC
"""Hand-made MRT records for the tests of `lacuna bgp`. Addresses are from the ranges for documentation."""
import socket
import struct

FLAGS = {1: 0x40, 2: 0x40, 3: 0x40, 5: 0x40, 6: 0x40, 4: 0x80, 14: 0x80, 15: 0x80}


def ip(text):
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


def attribute(code, value):
    flags = FLAGS.get(code, 0xc0)
    if len(value) > 255:
        return struct.pack(">BBH", flags | 0x10, code, len(value)) + value
    return struct.pack(">BBB", flags, code, len(value)) + value


def segment(kind, asns, width=4):
    return bytes([kind, len(asns)]) + b"".join(asn.to_bytes(width, "big") for asn in asns)


def nlri(prefix, path_id=None):
    address, length = prefix.split("/")
    head = b"" if path_id is None else struct.pack(">I", path_id)
    return head + bytes([int(length)]) + ip(address)[:(int(length) + 7) // 8]


def route(*asns, next_hop="192.0.2.9"):
    return attribute(1, b"\0") + attribute(2, segment(2, asns)) + attribute(3, ip(next_hop))


def reach(prefixes, next_hop="2001:db8::9", afi=2, safi=1):
    hop = ip(next_hop)
    return attribute(14, struct.pack(">HBB", afi, safi, len(hop)) + hop + b"\0" + b"".join(prefixes))


def unreach(prefixes, afi=2, safi=1):
    return attribute(15, struct.pack(">HB", afi, safi) + b"".join(prefixes))


def message(kind, body):
    return b"\xff" * 16 + struct.pack(">HB", 19 + len(body), kind) + body


def update(attributes=b"", announced=b"", withdrawn=b""):
    return message(2, struct.pack(">H", len(withdrawn)) + withdrawn + struct.pack(">H", len(attributes)) + attributes
                   + announced)


def bgp4mp(body, subtype=4, time=1000000000, peer="192.0.2.1", asn=65001, microseconds=None):
    wide = subtype in (4, 5, 7, 9, 11)
    local = "2001:db8::2" if ":" in peer else "192.0.2.2"
    record = struct.pack(">II" if wide else ">HH", asn, 65002)
    record += struct.pack(">HH", 0, 2 if ":" in peer else 1) + ip(peer) + ip(local) + body
    if microseconds is None:
        return struct.pack(">IHHI", time, 16, subtype, len(record)) + record
    return struct.pack(">IHHII", time, 17, subtype, len(record) + 4, microseconds) + record


def state(old, new, **more):
    return bgp4mp(struct.pack(">HH", old, new), subtype=5, **more)


def peer_index(peers, time=1000000000):
    record = ip("192.0.2.250") + struct.pack(">HH", 0, len(peers))
    for address, asn in peers:
        record += bytes([3 if ":" in address else 2]) + ip("192.0.2.251") + ip(address) + struct.pack(">I", asn)
    return struct.pack(">IHHI", time, 13, 1, len(record)) + record


def rib(prefix, entries, subtype=2, time=1000000000):
    record = struct.pack(">I", 0) + nlri(prefix) + struct.pack(">H", len(entries))
    for peer, attributes, *path_id in entries:
        record += struct.pack(">HI", peer, time - 100)
        record += struct.pack(">I", path_id[0]) if path_id else b""
        record += struct.pack(">H", len(attributes)) + attributes
    return struct.pack(">IHHI", time, 13, subtype, len(record)) + record
