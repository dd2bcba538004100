# SPDX-License-Identifier: ISC
"""Services that behave in one way each, for what is measured beside them: `servers.py FOLDER ADDRESS...` listens until it is killed.
FOLDER holds certificates, NAME.pem and NAME.key. A web server says by its path what it does, a name server by its port."""
import asyncio
import gzip
import os
import socket
import ssl
import struct
import sys
import urllib.parse

FOLDER = sys.argv[1]
ADDRESSES = sys.argv[2:]
TLS = {443: "good", 8443: "expired", 9443: "other", 7443: "unknown", 6443: "cnonly", 5443: "future"}
DNS = {53: "good", 5301: "nxdomain", 5302: "servfail", 5303: "refused", 5304: "empty", 5305: "cut", 5306: "cut_dead", 5307: "silent", 5308: "no_edns",
       5309: "alias", 5310: "no_edns_short", 5311: "no_edns_unknown", 5312: "cut_bare", 5313: "cut_refused"}


def reset(writer):
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def answer(status, body=b"ok", **headers):
    lines = [f"HTTP/1.1 {status} Said"] + [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines + [f"Content-Length: {len(body)}", "Connection: close", "", ""]).encode("latin-1") + body


def web_said(method, path, fields):
    """What a path says, where that is an answer; None: something odd."""
    word, _, rest = path.lstrip("/").partition("/")
    if word in ("", "ok"):
        return answer(200, b"<html>a page that works</html>", Content_Type="text/html")
    if word == "status":
        return answer(int(rest))
    if word == "to":
        return answer(int(rest[:3]), b"", Location=rest[4:])
    if word == "hops":
        return answer(302, b"", Location=f"/hops/{int(rest) - 1}") if int(rest) else answer(200)
    if word == "loop":
        return answer(302, b"", Location="/loop")
    if word == "host":
        return answer(200 if fields.get("host") == rest else 421)
    if word == "field": # /field/NAME=VALUE
        name, _, value = rest.partition("=")
        return answer(200 if fields.get(name) == value else 400)
    if word == "body":
        return answer(200, rest.replace("_", " ").encode())
    if word == "cookie":
        return answer(200, Set_Cookie="a=b")
    if word == "origin":
        return answer(200, b"Download the latest version here", Access_Control_Allow_Origin=rest)
    if word == "big":
        return answer(200, b"x" * int(rest))
    if word == "get":
        return answer(200 if method == "GET" else 405)
    return None


async def web_odd(word, reader, writer):
    if word == "old":
        writer.write(b"HTTP/1.0 200 OK\r\n\r\nok")
    elif word == "gzip":
        body = gzip.compress(b"a page that works")
        writer.write(answer(200, body, Content_Encoding="gzip"))
    elif word == "garbage":
        writer.write(b"SSH-2.0-none\r\n")
    elif word == "cut":
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nok")
    elif word == "reset":
        reset(writer)
    elif word == "late":
        await asyncio.sleep(1)
        writer.write(answer(200))
    elif word == "silent":
        await asyncio.sleep(60)
    elif word != "drop":
        writer.write(answer(404))
    del reader


async def web(reader, writer):
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    said = web_said(method, urllib.parse.unquote(path.partition("?")[0]), fields)
    if said and method == "HEAD":
        said = said[:said.index(b"\r\n\r\n") + 4]
    if said:
        writer.write(said)
    else:
        await web_odd(path.strip("/"), reader, writer)


def certificate(name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(FOLDER, name + ".pem"), os.path.join(FOLDER, name + ".key"))
    return context


def lines(*steps):
    """A server of lines: it says those that begin with '<', waits for lines that begin with what stands behind '>'; 'tls' begins TLS."""
    async def serve(reader, writer):
        for step in steps:
            if step == "tls":
                await writer.drain()
                await start_tls(writer)
            elif step[0] == "<":
                writer.write(step[1:].encode() + b"\r\n")
                await writer.drain()
            else:
                line = b""
                while not line.upper().startswith(step[1:].encode()):
                    line = await reader.readline()
                    if not line:
                        return
        await reader.readline()
    return serve


async def http2(reader, writer):
    """The few frames of HTTP/2 that say 200; HTTP/1 where that was chosen."""
    if writer.get_extra_info("ssl_object").selected_alpn_protocol() != "h2":
        await web(reader, writer)
        return
    await reader.readexactly(24)
    writer.write(b"\0\0\0\4\0\0\0\0\0")
    while True:
        head = await reader.readexactly(9)
        await reader.readexactly(int.from_bytes(head[:3], "big"))
        if head[3] == 4 and not head[4] & 1:
            writer.write(b"\0\0\0\4\1\0\0\0\0")
        elif head[3] == 1:
            writer.write(b"\0\0\1\1\5" + head[5:9] + b"\x88") # :status 200, and that is all
            await writer.drain()


async def start_tls(writer):
    """Python 3.11 has it for streams, older ones have not."""
    transport, loop = writer.transport, asyncio.get_running_loop()
    protocol = transport.get_protocol()
    secured = await loop.start_tls(transport, protocol, certificate("good"), server_side=True)
    protocol._stream_reader._transport = secured
    writer._transport = secured


async def tarpit(reader, writer):
    """A banner by bytes, fifteen seconds of it."""
    for byte in b"220 mx.example.test ESMTP, slow\r\n":
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.5)
    await reader.readline()
    writer.write(b"250 mx\r\n")
    await reader.readline()


async def raw_odd(word, reader, writer):
    """What a handshake of TLS may meet."""
    await reader.read(2000)
    if word == "alert":
        writer.write(bytes([21, 3, 3, 0, 2, 2, 112])) # unrecognized_name
    elif word == "reset":
        reset(writer)
    elif word == "half":
        writer.write(bytes([22, 3, 3, 0, 100, 2, 0, 0, 96, 3, 3]))


def raw(word):
    async def serve(reader, writer):
        await raw_odd(word, reader, writer)
    return serve


async def big_head(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 250000 + b"\r\nContent-Length: 2, 2\r\nConnection: close\r\n\r\nok")


TALKS = {
    8001: raw("alert"), 8002: raw("reset"), 8003: raw("half"), 8004: raw("close"), 8005: big_head, 2503: tarpit,
    2504: lines("<220 mx.example.test SMTP", ">EHLO", "<502 command not implemented", ">HELO", "<250 mx.example.test", ">QUIT", "<221 bye"),
    2505: lines("<220 mx.example.test SMTP", ">EHLO", "<500 what", ">HELO", "<250 mx.example.test", ">QUIT", "<221 bye"),
    2506: lines("<220 mx.example.test SMTP", ">EHLO", "<550 access denied", ">QUIT", "<221 bye"),
    22: lines("<SSH-2.0-OpenSSH_9.2p1 Debian"),
    2201: lines("<Telnet here"),
    25: lines("<220 mx.example.test ESMTP Postfix", ">EHLO", "<250-mx.example.test", "<250-STARTTLS", "<250 8BITMIME", ">STARTTLS", "<220 ready", "tls",
              ">EHLO", "<250-mx.example.test", "<250-AUTH PLAIN", "<250 8BITMIME", ">QUIT", "<221 bye"),
    2501: lines("<220 mx.example.test ESMTP Postfix", ">EHLO", "<250 mx.example.test", ">QUIT", "<221 bye"),
    2502: lines("<554 no service"),
    143: lines("<* OK [CAPABILITY IMAP4rev1 STARTTLS] ready", ">. STARTTLS", "<. OK begin", "tls", ">. CAPABILITY", "<* CAPABILITY IMAP4rev1 AUTH=PLAIN", "<. OK done"),
    1430: lines("<* OK [CAPABILITY IMAP4rev1] ready"),
    110: lines("<+OK ready"),
    6667: lines(">NICK", ">USER", "<PING :12345", ">PONG 12345", "<:irc.example.test 001 prober :welcome"),
    6668: lines(">NICK", ">USER", "<ERROR :closing link"),
    6379: lines(">PING", "<+PONG"),
    5672: lines(">HELO", "<AMQP\0\0\x09\x01"),
}
SECURE_TALKS = {995: lines("<+OK ready"), 9950: lines("<-ERR go away"), 5671: lines(">HELO", "<AMQP\0\0\x09\x01"), 993: lines("<* OK [CAPABILITY IMAP4rev1] ready")}


def guarded(serve):
    async def handle(reader, writer):
        try:
            await serve(reader, writer)
            await writer.drain()
        except (OSError, ValueError, EOFError, asyncio.LimitOverrunError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
    return handle


# ---- names

def dns_name(text):
    return b"".join(bytes([len(part)]) + part.encode() for part in text.split(".") if part) + b"\0"


def dns_record(kind, data):
    return b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 300, len(data)) + data


def dns_data(kind):
    if kind == 6:
        return dns_name("ns.example.test") + dns_name("host.example.test") + struct.pack("!IIIII", 2026010101, 1, 2, 3, 4)
    return {1: socket.inet_aton("192.0.2.1"), 28: socket.inet_pton(socket.AF_INET6, "2001:db8::1"), 2: dns_name("ns.example.test"),
            15: b"\0\x0a" + dns_name("mx.example.test"), 16: b"\x04text"}.get(kind)


def dns_reply(how, query, stream):
    """The bytes of an answer, or None."""
    at = 12
    while query[at]:
        at += 1 + query[at]
    labels = query[12:at]
    kind, edns = struct.unpack("!H", query[at + 1:at + 3])[0], struct.unpack("!H", query[10:12])[0]
    question, number = query[12:at + 5], query[:2]

    def message(flags, records=(), asked=True):
        body = b"".join(records)
        return number + struct.pack("!HHHHH", flags, asked, len(records), 0, 0) + (question if asked else b"") + body

    rcode = {"nxdomain": 3, "servfail": 2, "refused": 5}.get(how)
    if labels.endswith(b"\7invalid"):
        rcode = 3
    if rcode:
        return message(0x8580 | rcode)
    if how == "silent" or (how == "cut_dead" and stream):
        return None
    if how.startswith("cut") and not stream:
        return message(0x8380 if how == "cut_bare" else 0x8780)
    if how.startswith("no_edns") and edns:
        return message(0x8184 if how == "no_edns_unknown" else 0x8181, asked=how != "no_edns_short")
    if how == "empty":
        return message(0x8580)
    if how == "alias":
        return message(0x8580, [dns_record(5, dns_name("elsewhere.example.test"))])
    if query[13:16] == b"ip-": # ip-7f000001.…: it leads there
        data = bytes.fromhex(query[16:13 + query[12]].decode())
        fits = {4: 1, 16: 28}[len(data)] == kind
        return message(0x8580, [dns_record(kind, data)] if fits else ())
    data = dns_data(1 if kind == 255 else kind)
    return message(0x8580, [dns_record(1 if kind == 255 else kind, data)] if data else ())


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, how):
        self.how, self.transport = how, None

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        reply = dns_reply(self.how, data, False)
        if reply:
            self.transport.sendto(reply, addr)


def dns_stream(how):
    async def serve(reader, writer):
        length = struct.unpack("!H", await reader.readexactly(2))[0]
        reply = dns_reply(how, await reader.readexactly(length), True)
        if reply:
            writer.write(struct.pack("!H", len(reply)) + reply)
        else:
            await asyncio.sleep(30)
    return serve


async def main():
    loop = asyncio.get_running_loop()
    for address in ADDRESSES:
        await asyncio.start_server(guarded(web), address, 80)
        for port, name in TLS.items():
            await asyncio.start_server(guarded(web), address, port, ssl=certificate(name))
        context = certificate("good")
        context.set_alpn_protocols(["h2", "http/1.1"])
        await asyncio.start_server(guarded(http2), address, 4443, ssl=context)
        for port, serve in TALKS.items():
            await asyncio.start_server(guarded(serve), address, port)
        for port, serve in SECURE_TALKS.items():
            await asyncio.start_server(guarded(serve), address, port, ssl=certificate("good"))
        for port, how in DNS.items():
            await loop.create_datagram_endpoint(lambda how=how: Datagrams(how), local_addr=(address, port))
            if how != "cut_refused":
                await asyncio.start_server(guarded(dns_stream(how)), address, port)
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
