# SPDX-License-Identifier: ISC
"""Name servers that misbehave, a way a port, over UDP and TCP at the address given.

Usage: dns_bad.py ADDRESS OTHER_ADDRESS
"""
import os
import select
import socket
import struct
import sys
import time

NAME = b"\7example\2kx\0"
SOA = NAME + struct.pack(">2HIH", 6, 1, 60, 24) + b"\xc0\x0c\xc0\x0c" + struct.pack(">5I", 77, 3600, 600, 86400, 300)


def question_of(query):
    end = 12
    while query[end]:
        end += query[end] + 1
    return query[12:end + 5]


def answer(query, flags=0x8400, question=None, sections=(0, 0, 0), rest=b"", add=0):
    asked = question_of(query) if question is None else question
    number = (struct.unpack(">H", query[:2])[0] + add) & 0xffff
    return struct.pack(">6H", number, flags, 1 if asked else 0, *sections) + asked + rest


def good(query, flags=0x8400, add=0):
    return answer(query, flags, sections=(1, 0, 0), rest=SOA, add=add)


def root_referral(query, flags):
    return answer(query, flags, sections=(0, 1, 0), rest=b"\0" + struct.pack(">2HIH", 2, 1, 60, 4) + b"\2ns\0")


# port: what is sent over UDP; None: nothing. Others are in `special`.
UDP = {
    5301: lambda q: good(q, 0x8000),  # no authority
    5302: lambda q: root_referral(q, 0x8000),
    5303: lambda q: good(q, add=1),
    5304: lambda q: answer(q, question=b"\7example\2ky\0" + struct.pack(">2H", 6, 1)),
    5305: None,
    5306: None,
    5307: lambda q: answer(q, 0x8600),  # cut
    5308: None,  # silence
    5309: lambda q: q[:2] + bytes(range(100, 160)),
    5310: lambda q: good(q)[:-9],
    5311: lambda q: answer(q, 0x8001, question=b""),  # FORMERR, header only
    5312: lambda q: answer(q, 0x8404),  # NOTIMP
    5313: lambda q: answer(q, sections=(0, 1, 0), rest=SOA),  # nothing of this type
    5314: None,
    5315: None,
    5316: lambda q: answer(q, 0x8600),
    5317: lambda q: answer(q, 0x8600),
    5318: lambda q: answer(q, 0x8600),
    5319: lambda q: answer(q, 0x8600),
    5320: lambda q: answer(q, 0x8600),
    5321: None,
    5322: lambda q: q,  # the question itself
    5323: lambda q: root_referral(q, 0x8400),
    5324: None,
    5325: lambda q: answer(q, 0x8600),
    5326: lambda q: answer(q, sections=(1, 0, 0), rest=NAME + struct.pack(">2HIH", 5, 1, 60, 4) + b"\2kx\0"),  # an alias
    5327: lambda q: answer(q, 0x8002),  # SERVFAIL without authority
    5328: lambda q: good(q).replace(b"example", b"eXamPLe"),
    5329: lambda q: q[:1],
    5330: lambda q: q[:2],
    5332: None,
    5333: None,
    5331: lambda q: answer(q, 0x8003),  # NXDOMAIN without authority
}


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def old_router(address, port, query, peer):
    """Host unreachable that quotes eight bytes behind the header of the packet, as RFC 792 asks, and no more."""
    udp = struct.pack(">4H", peer[1], port, 8 + len(query), 0)
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28 + len(query), 1, 0, 60, 17, 0, socket.inet_aton(peer[0]), socket.inet_aton(address))
    header = header[:10] + struct.pack(">H", checksum(header)) + header[12:]
    rest = struct.pack(">I", 0) + header + udp
    error = struct.pack(">BBH", 3, 1, checksum(b"\3\1\0\0" + rest)) + rest
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
        raw.bind((address, 0))
        raw.sendto(error, (peer[0], 0))


def special(port, udp, query, peer, other):
    if port == 5305:  # from another port
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as another:
            another.bind((udp.getsockname()[0], 0))
            another.sendto(good(query), peer)
    elif port == 5306:  # from another address
        other.sendto(good(query), peer)
    elif port in (5332, 5333):  # unreachable, without an id; and then an answer
        old_router(udp.getsockname()[0], port, query, peer)
        if port == 5333:
            udp.sendto(good(query), peer)
    elif port == 5314:  # twice
        udp.sendto(good(query), peer)
        udp.sendto(good(query), peer)
    elif port == 5315:  # late
        if not os.fork():
            time.sleep(1.0)
            udp.sendto(good(query), peer)
            os._exit(0)
    elif port == 5321:  # an empty packet first
        udp.sendto(b"", peer)
        udp.sendto(good(query), peer)
    elif port == 5324:  # a forged one first
        udp.sendto(good(query, add=1), peer)
        udp.sendto(good(query), peer)


def whole(tcp, n):
    got = b""
    while len(got) < n:
        more = tcp.recv(n - len(got))
        if not more:
            return got
        got += more
    return got


def stream(port, tcp):
    """A process of its own; it ends with the connection."""
    query = whole(tcp, struct.unpack(">H", whole(tcp, 2))[0])
    if port == 5307:
        text = good(query)
        text = struct.pack(">H", len(text)) + text
        for byte in text[:9]:  # in pieces
            tcp.send(bytes([byte]))
            time.sleep(0.01)
        tcp.send(text[9:])
    elif port == 5318:
        tcp.send(struct.pack(">H", 500) + good(query))
    elif port == 5319:
        text = good(query, add=1)
        tcp.send(struct.pack(">H", len(text)) + text)
    elif port == 5320:
        time.sleep(20)
    elif port == 5325:
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    tcp.close()


def main():
    address, other_address = sys.argv[1:]
    sockets, listeners = {}, {}
    for port in UDP:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind((address, port))
        sockets[udp] = port
        if port in (5307, 5317, 5318, 5319, 5320, 5325):
            tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tcp.bind((address, port))
            tcp.listen()
            listeners[tcp] = port
    others = {}
    for port in (5306,):
        others[port] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        others[port].bind((other_address, port))
    print("ready", flush=True)
    while True:
        for ready in select.select([*sockets, *listeners], [], [])[0]:
            if ready in listeners:
                tcp, _ = ready.accept()
                if not os.fork():
                    stream(listeners[ready], tcp)
                    os._exit(0)
                tcp.close()
                continue
            port = sockets[ready]
            query, peer = ready.recvfrom(4096)
            if UDP[port]:
                ready.sendto(UDP[port](query), peer)
            else:
                special(port, ready, query, peer, others.get(port))


main()
