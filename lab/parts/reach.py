# SPDX-License-Identifier: ISC
"""Does every address answer an echo request within a second? Exit status 0 or 1.  Usage: reach.py ADDRESS..."""
import select
import socket
import struct
import sys
import time


def main():
    left = set(sys.argv[1:])
    sockets = {}
    for version, family, protocol in ((4, socket.AF_INET, 1), (6, socket.AF_INET6, 58)):
        if any((":" in a) == (version == 6) for a in left):
            sockets[version] = socket.socket(family, socket.SOCK_RAW, protocol)
    try:
        for address in left:
            six = ":" in address
            # The kernel fills in the sum for ICMPv6; for ICMP it is that of type 8 and zeros.
            body = struct.pack(">BBHHH", 128, 0, 0, 0, 0) if six else struct.pack(">BBHHH", 8, 0, 0xf7ff, 0, 0)
            sockets[6 if six else 4].sendto(body, (address, 0))
    except OSError:
        return 1
    end = time.monotonic() + 1
    while left and (wait := end - time.monotonic()) > 0:
        for s in select.select(list(sockets.values()), [], [], wait)[0]:
            data, source = s.recvfrom(2048)
            six = s.family == socket.AF_INET6
            if (data[0] if six else data[(data[0] & 15) * 4]) == (129 if six else 0):
                left.discard(source[0])
    return 1 if left else 0


sys.exit(main())
