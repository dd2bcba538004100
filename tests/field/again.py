# SPDX-License-Identifier: ISC
"""A BMP session of a neighbour that begins anew without a word of its end (RFC 7854: a Peer Up while it is up): what it does not announce
again is gone, whether the break was seen or was too short for that. A Peer Up that is only told twice changes nothing."""
import json
import os
import socket
import struct
import sys
import tempfile

from field import HERE, Cases, replay

sys.path.insert(0, os.path.join(HERE, "..", "replay"))
from mrt import COUNTRY, REST, attributes, nlri  # noqa: E402

START = 1699999200
PEERS = [("192.0.2.%d" % (10 + i), 64600 + i) for i in range(4)]
AGAIN, END = 300, 900  # seconds


def message(kind, body):
    return struct.pack(">BIB", 3, 6 + len(body), kind) + body


def header(peer, at):
    address, asn = peer
    return bytes([0, 0]) + bytes(8) + bytes(12) + socket.inet_aton(address) + struct.pack(">I", asn) + bytes(4) + struct.pack(">II", START + at, 0)


def bgp(kind, body):
    return b"\xff" * 16 + struct.pack(">HB", 19 + len(body), kind) + body


def opening(asn):
    capability = bytes([65, 4]) + struct.pack(">I", asn)
    option = bytes([2, len(capability)]) + capability
    return bgp(1, struct.pack(">BHH", 4, 23456, 180) + socket.inet_aton("192.0.2.1") + bytes([len(option)]) + option)


def up(peer, at):
    return message(3, header(peer, at) + bytes(12) + socket.inet_aton("192.0.2.1") + struct.pack(">HH", 179, 4000) + opening(65000) + opening(peer[1]))


def route(peer, at, prefixes, origin):
    block = attributes(peer[1], origin)
    return message(0, header(peer, at) + bgp(2, bytes(2) + struct.pack(">H", len(block)) + block + b"".join(map(nlri, prefixes))))


def end_of_rib(peer, at):
    return message(0, header(peer, at) + bgp(2, bytes(4)))


def table(peer, at, country):
    out = route(peer, at, REST, 64510) + (route(peer, at, COUNTRY, 131279) if country else b"")
    return out + end_of_rib(peer, at)


def beats(peer, begin, end):
    return [(at, route(peer, at, [REST[at // 10 % 40]], 64510)) for at in range(begin, end, 10)]


def recording(folder, events):
    """`events` of a peer: time and bytes."""
    os.makedirs(os.path.join(folder, "bmp"))
    initiation = message(4, struct.pack(">HH", 2, 2) + b"r1" + struct.pack(">HH", 1, 1) + b"x")
    out = [(-1, 0, initiation)] + [(at, 1 + i, data) for i, peer in enumerate(PEERS) for at, data in events(peer)]
    with open(os.path.join(folder, "bmp", "r1.bmp"), "wb") as file:
        file.write(b"".join(data for _, _, data in sorted(out, key=lambda one: one[:2])))
    with open(os.path.join(folder, "recording.json"), "w", encoding="utf-8") as file:
        json.dump({"format": "lacuna-recording/1", "watch": ["country/KX"],
                   "entities": [{"id": "country/KX", "name": "Kexico", "prefixes": COUNTRY, "asns": [131279]}]}, file)
    return folder


def found(folder):
    _, told, _ = replay(folder, "--full-feed-floor", "5")
    return [(i["start"]["best"] - START, i["start"]["from"] - START, i["end"] is None) for i in told["incidents"]]


def main():
    cases = Cases()
    with tempfile.TemporaryDirectory() as top:
        def case(name, what, events, good):
            incidents = found(recording(os.path.join(top, name), events))
            cases.case(what, [] if good(incidents) else [str(incidents)])

        case("short", "a session that begins anew without its end, and lacks a country", lambda p: [(0, up(p, 0) + table(p, 0, True))] + beats(p, 1, AGAIN) +
             [(AGAIN, up(p, AGAIN) + table(p, AGAIN, False))] + beats(p, AGAIN + 1, END), lambda i: len(i) == 1 and abs(i[0][0] - AGAIN) <= 2 and i[0][2])
        case("long", "the same behind minutes of silence: it may have left from their beginning on",
             lambda p: [(0, up(p, 0) + table(p, 0, True))] + beats(p, 1, AGAIN - 200) + [(AGAIN, up(p, AGAIN) + table(p, AGAIN, False))] + beats(p, AGAIN + 1, END),
             lambda i: len(i) == 1 and i[0][1] <= AGAIN - 190 and i[0][2])
        case("whole", "one that brings all again is no outage", lambda p: [(0, up(p, 0) + table(p, 0, True))] + beats(p, 1, AGAIN) +
             [(AGAIN, up(p, AGAIN) + table(p, AGAIN, True))] + beats(p, AGAIN + 1, END), lambda i: not i)
        case("twice", "a Peer Up that is told twice changes nothing", lambda p: [(0, up(p, 0) + up(p, 0) + table(p, 0, True))] + beats(p, 1, AGAIN) +
             [(AGAIN, up(p, 0))] + beats(p, AGAIN + 1, END), lambda i: not i)
    cases.done()


if __name__ == "__main__":
    main()
