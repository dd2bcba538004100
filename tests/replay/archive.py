# SPDX-License-Identifier: ISC
"""Archives as they are downloaded: a table (bview, rib) and the updates after it belong to one collector although their
names say nothing of it, so that a withdrawal finds the route that the table brought."""
import os
import socket
import struct
import tempfile

from run import Tap, replay

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


def updates():
    out = b""
    for second in range(1, 240):
        for peer in PEERS:
            out += update(START + second, peer, [], [REST[second % len(REST)]], OTHER)
            if second == 90:
                out += update(START + second, peer, COUNTRY, [], 0)
            if second == 150:
                out += update(START + second, peer, [], COUNTRY, ORIGIN)
    return out


def check(tap, folder, names):
    os.makedirs(folder)
    for name, data in zip(names, (table(), updates())):
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)
    rows = os.path.join(folder, "world.csv")
    with open(rows, "w") as f:
        f.write("198.18.0.0,198.18.3.255,KX\n")
    from run import run
    world = os.path.join(folder, "world.bin")
    run("world", "build", "-o", world, "--quiet", rows)
    files = [os.path.join(folder, n) for n in names]
    status, result, errors = replay(*files, "--watch", "country/KX", "--world", world, "--full-feed-floor", "10")
    found = (result or {}).get("incidents") or []
    good = len(found) == 1 and found[0]["start"]["best"] == START + 90 and found[0]["end"]["best"] == START + 150
    tap.check(status == 0 and good and found[0]["scope"]["kind"] == "total", " and ".join(names), f"{found} {errors}")


tap = Tap()
with tempfile.TemporaryDirectory() as scratch:
    for i, names in enumerate((("bview.20231114.2213.mrt", "updates.20231114.2213.mrt"),
                               ("rib.20231114.2213.mrt", "updates.20231114.2213.mrt"),
                               ("rrc00.bview.mrt", "rrc00.updates.mrt"))):
        check(tap, os.path.join(scratch, str(i)), names)
tap.end()
