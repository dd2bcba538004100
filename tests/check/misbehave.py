# SPDX-License-Identifier: ISC
"""Servers that do what real ones cannot be made to do, each on its port, all addresses. Usage: misbehave.py CERTIFICATE KEY"""
import selectors
import socket
import ssl
import struct
import sys
import threading
import time

CRLF = b"\r\n"
PORTS = {}


def port(number):
    def note(function):
        PORTS[number] = function
        return function
    return note


def hear(s):
    """The whole head of a request, or what came before the end."""
    got = b""
    while b"\r\n\r\n" not in got:
        part = s.recv(4096)
        if not part:
            break
        got += part
    return got


def wait(s):
    """Until the other side is gone."""
    try:
        while s.recv(4096):
            pass
    except OSError:
        pass


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


# HTTP
@port(8001)
def end_at_once(s):
    s.shutdown(socket.SHUT_WR)  # closing would race with the request: a reset where that comes later
    wait(s)


@port(8002)
def end_after_request(s):
    hear(s)


@port(8003)
def reset_after_request(s):
    hear(s)
    reset(s)


@port(8004)
def silence(s):
    wait(s)


@port(8005)
def garbage(s):
    hear(s)
    s.sendall(b"\x00\x01\x02 this is no HTTP\r\n\r\n")
    wait(s)


@port(8006)
def other_protocol(s):
    s.sendall(b"SSH-2.0-Made_Up\r\n")
    wait(s)


@port(8007)
def endless_head(s):
    hear(s)
    s.sendall(b"HTTP/1.1 200 OK\r\n")
    try:
        while True:
            s.sendall(b"X-More: " + b"a" * 1000 + CRLF)
    except OSError:
        pass


@port(8008)
def never_closes_with_length(s):
    hear(s)
    s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    wait(s)


@port(8009)
def never_closes_chunked(s):
    hear(s)
    s.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
    wait(s)


@port(8010)
def never_closes_without_length(s):
    hear(s)
    s.sendall(b"HTTP/1.1 200 OK\r\n\r\nhello")
    wait(s)


@port(8011)
def cut_body(s):
    hear(s)
    s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello")


@port(8012)
def bare_line_feeds_byte_by_byte(s):
    hear(s)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in b"HTTP/1.0 204 \n\n":
        s.sendall(bytes([byte]))
        time.sleep(0.005)


@port(8013)
def endless_body(s):
    hear(s)
    s.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    try:
        while True:
            s.sendall(b"a" * 65536)
    except OSError:
        pass


@port(8014)
def interim_then_final(s):
    hear(s)
    s.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 301 Moved\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n")


@port(8015)
def echo_request(s):
    """The status tells whether the request was as it should be."""
    got = hear(s).decode("ascii", "replace")
    lines = got.split("\r\n")
    good = lines[0] == "GET / HTTP/1.1" and "Host: www.example.kx:8015" in lines and "Connection: close" in lines \
        and "User-Agent: Lacuna/0.0 (observatory.example; +https://observatory.example/about)" in lines and len(lines) == 7
    s.sendall(b"HTTP/1.1 " + (b"200" if good else b"599") + b" X\r\nContent-Length: 0\r\n\r\n")


@port(8016)
def head_only(s):
    got = hear(s)
    s.sendall(b"HTTP/1.1 " + (b"200" if got.startswith(b"HEAD / ") else b"599") + b" X\r\nContent-Length: 1000\r\n\r\n")
    wait(s)


@port(8017)
def slow_first_byte(s):
    hear(s)
    time.sleep(0.4)
    s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
    time.sleep(0.3)
    s.sendall(b"ok")


@port(8018)
def bracketed_host(s):
    good = b"\r\nHost: [2001:db8:2::2]:8018\r\n" in hear(s)
    s.sendall(b"HTTP/1.1 " + (b"200" if good else b"599") + b" X\r\nContent-Length: 0\r\n\r\n")


@port(8019)
def broken_chunks(s):
    hear(s)
    s.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
    wait(s)


# TLS
@port(8101)
def tls_end(s):
    s.recv(4096)


@port(8102)
def tls_reset(s):
    s.recv(4096)
    reset(s)


@port(8103)
def tls_silence(s):
    wait(s)


@port(8104)
def tls_alert(s):
    s.recv(4096)
    s.sendall(b"\x15\x03\x03\x00\x02\x02\x28")  # fatal, handshake_failure
    wait(s)


@port(8105)
def tls_garbage(s):
    s.recv(4096)
    s.sendall(b"\x16\x03\x03\xff\xff" + b"\x00" * 64)
    wait(s)


@port(8106)
def tls_http(s):
    s.recv(4096)
    s.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    wait(s)


@port(8107)
def tls_good_then_end(s):
    with tls_context().wrap_socket(s, server_side=True) as t:
        hear(t)


@port(8108)
def tls_body_to_end_without_goodbye(s):
    t = tls_context().wrap_socket(s, server_side=True)
    hear(t)
    t.sendall(b"HTTP/1.1 200 OK\r\n\r\nhello")
    socket.socket(fileno=t.detach()).close()  # FIN, without close_notify


# SMTP
def smtp(*, banner=b"220 mail.example.kx ESMTP\r\n", ehlo=b"250-mail.example.kx\r\n250-SIZE\r\n250 STARTTLS\r\n",
         helo=b"250 mail.example.kx\r\n", starttls=b"220 go on\r\n", pause=0.0, encrypt=False, name=None):
    def talk(s):
        time.sleep(pause)
        s.sendall(banner)
        file = s.makefile("rb")
        for line in file:
            word = line.strip().upper()
            if name is not None and word.startswith(b"EHLO") and line != b"EHLO " + name + CRLF:
                s.sendall(b"501 not that name\r\n")
            elif word.startswith(b"EHLO"):
                s.sendall(ehlo)
            elif word.startswith(b"HELO"):
                s.sendall(helo)
            elif word == b"STARTTLS":
                s.sendall(starttls)
                if encrypt:
                    talk_encrypted(s)
                    return
            elif word == b"QUIT":
                s.sendall(b"221 bye\r\n")
                return
    return talk


def talk_encrypted(s):
    with tls_context().wrap_socket(s, server_side=True) as t:
        if t.recv(100) == b"QUIT\r\n":
            t.sendall(b"221 bye\r\n")


PORTS[8201] = smtp()
PORTS[8202] = smtp(banner=b"421 too busy\r\n")
PORTS[8203] = smtp(banner=b"554-no\r\n554 service\r\n")
PORTS[8204] = smtp(pause=0.5)
PORTS[8205] = smtp(banner=b"")
PORTS[8206] = smtp(banner=b"hello, this is no SMTP\r\n")
PORTS[8207] = smtp(banner=b"220-one\r\n220-two\r\n220 three\r\n", ehlo=b"452 later\r\n")
PORTS[8208] = smtp(ehlo=b"502 what?\r\n")
PORTS[8217] = smtp(ehlo=b"500 what?\r\n", helo=b"502 nor that\r\n")
PORTS[8209] = smtp(starttls=b"454 not now\r\n")
PORTS[8210] = smtp(encrypt=True)
PORTS[8211] = smtp(starttls=b"220 go on\r\n250 slipped in\r\n")
PORTS[8212] = smtp(banner=b"220-" + b"a" * 60 + CRLF + b"220-more\r\n" * 4000)
PORTS[8213] = smtp(name=b"observatory.example")
PORTS[8214] = end_at_once
PORTS[8215] = smtp(banner=b"354 go ahead\r\n")


@port(8216)
def endless_after_quit(s):
    s.sendall(b"220 x\r\n")
    s.recv(100)
    s.sendall(b"250 x\r\n")
    s.recv(100)
    try:
        while True:
            s.sendall(b"221 bye\r\n" * 5000)
    except OSError:
        pass


def tls_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    return context


def serve(function, s):
    try:
        s.settimeout(20)
        function(s)
    except OSError:
        pass
    finally:
        s.close()


def main():
    waiting = selectors.DefaultSelector()
    for number, function in sorted(PORTS.items()):
        listener = socket.create_server(("::", number), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64)
        waiting.register(listener, selectors.EVENT_READ, function)
    ready = socket.create_server(("::", 8000), family=socket.AF_INET6, dualstack_ipv6=True)  # the last one: all listen
    assert ready
    while True:
        for key, _ in waiting.select():
            s, _ = key.fileobj.accept()
            threading.Thread(target=serve, args=(key.data, s), daemon=True).start()


if __name__ == "__main__":
    main()
