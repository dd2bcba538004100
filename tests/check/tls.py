# SPDX-License-Identifier: ISC
"""TLS and HTTPS against nginx with certificates of every kind, and against servers that break the handshake."""
import os
import tempfile
import time

from certificates import NAME, Issuer, self_signed
from lab import HTTPS, SERVER4, SERVER6, VERIFY, Lab, need

DAY = 86400
NGINX = """daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr; worker_processes 1;
events {{ worker_connections 256; }}
http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;
scgi_temp_path {folder}/s; {servers} }}"""
SERVER = """server {{ listen {port} ssl; listen [::]:{port} ssl; ssl_certificate {certificate}; ssl_certificate_key {key};
{more} location / {{ return {status} "hello"; }} }}"""


def nginx(lab, folder, servers, port):
    path = os.path.join(folder, "nginx.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write(NGINX.format(folder=folder, servers=servers))
    lab.start("servers", "nginx", "-c", path, "-p", folder, ready=port)


def certificates(folder):
    """{port: (what, certificate, key, more)}"""
    now = int(time.time())
    known, unknown = Issuer(folder, "known"), Issuer(folder, "unknown")
    ends = now + 30 * DAY
    alt = f"DNS:{NAME},IP:{SERVER4},IP:{SERVER6}"
    rows = {
        9001: known.issue("good", alt, now - DAY, ends),
        9002: known.issue("expired", alt, now - 3 * DAY, now - DAY),
        9003: known.issue("early", alt, now + DAY, ends),
        9004: known.issue("other", "DNS:other.example.kx", now - DAY, ends),
        9005: self_signed(folder),
        9006: unknown.issue("stranger", alt, now - DAY, ends),
        9007: unknown.issue("old-stranger", alt, now - 3 * DAY, now - DAY),
    }
    return known.certificate, rows, ends, now - DAY


def verdicts(lab, authorities, ends, ended):
    def ask(*lines):
        return lab.ask(*lines, options=("--authorities", authorities))[0]

    fine = dict(failure="ok", expires=ends, rtt_us=lambda us: us > 0)
    rows = [
        ("a good chain", 9001, VERIFY, fine),
        ("a good chain, not verified", 9001, 0, fine),
        ("expired", 9002, VERIFY, dict(failure="ssl_invalid_certificate", expires=ended)),
        ("expired, not verified", 9002, 0, dict(failure="ssl_invalid_certificate", expires=ended)),
        ("not yet valid", 9003, VERIFY, dict(failure="ssl_invalid_certificate")),
        ("of another host", 9004, VERIFY, dict(failure="ssl_invalid_hostname", expires=ends)),
        ("of another host, not verified", 9004, 0, dict(failure="ok", expires=ends)),
        ("self-signed", 9005, VERIFY, dict(failure="ssl_unknown_authority")),
        ("self-signed, not verified", 9005, 0, dict(failure="ok")),
        ("of an unknown authority", 9006, VERIFY, dict(failure="ssl_unknown_authority", expires=ends)),
        ("of an unknown authority, not verified", 9006, 0, dict(failure="ok", expires=ends)),
        ("of an unknown authority, and expired: expiry is said", 9007, VERIFY, dict(failure="ssl_invalid_certificate")),
    ]
    for op, flags in (("tls", 0), ("http", HTTPS)):
        for family, address in (("IPv4", SERVER4), ("IPv6", SERVER6)):
            found = ask(*[f"{op} {address} port={port} name={NAME} flags={flag | flags}" for _, port, flag, _ in rows])
            for (name, _, _, wanted), row in zip(rows, found):
                lab.expect(f"{op}, {family}: {name}", row, **wanted)
    found = ask(f"tls {SERVER4} port=9001 flags={VERIFY}", f"tls {SERVER6} port=9001 flags={VERIFY}",
                f"tls {SERVER4} port=9004 flags={VERIFY}", f"tls {SERVER4} port=9001 name={SERVER4} flags={VERIFY}")
    lab.expect("an address without a name is verified as an address", found[0], failure="ok")
    lab.expect("the same, IPv6", found[1], failure="ok")
    lab.expect("an address that the certificate does not name", found[2], failure="ssl_invalid_hostname")
    lab.expect("a name that is an address", found[3], failure="ok")
    row = ask(f"http {SERVER4} port=9001 name={NAME} flags={HTTPS | VERIFY}")[0]
    lab.expect("HTTPS goes through all its phases", row, status=200,
               phases=lambda p: set(p) == {"connect", "tls", "first_byte", "transfer"} and p["tls"] > 0)
    row = ask(f"tls {SERVER4} port=9001 name={NAME}")[0]
    lab.expect("TLS goes through two", row, phases=lambda p: set(p) == {"connect", "tls"} and p["tls"] > 0)
    row = ask(f"http {SERVER4} port=9008 flags={HTTPS}")[0]
    lab.expect("503 behind TLS", row, failure="http_error", status=503)
    row = ask(f"http {SERVER4} port=9001")[0]
    lab.expect("HTTP to the port of TLS: nginx answers 400", row, failure="ok", status=400)
    row = ask(f"tls {SERVER4} port=9009")[0]
    lab.expect("a server of TLS 1.2 only", row, failure="ok")
    row = ask(f"tls {SERVER4} port=9010")[0]
    lab.expect("a server of TLS 1.0 only is up", row, failure="ok")


def broken(lab):
    rows = [
        ("end of stream during ClientHello", 8101, "eof_error"),
        ("reset during ClientHello", 8102, "connection_reset"),
        ("silence during ClientHello", 8103, "generic_timeout_error"),
        ("an alert", 8104, "ssl_failed_handshake"),
        ("bytes that are no TLS", 8105, "ssl_failed_handshake"),
        ("HTTP in the place of TLS", 8106, "ssl_failed_handshake"),
    ]
    for op, flags in (("tls", 0), ("http", HTTPS)):
        found, _ = lab.ask(*[f"{op} {SERVER4} port={port} timeout=2000 flags={flags}" for _, port, _ in rows])
        for (name, _, word), row in zip(rows, found):
            lab.expect(f"{op}: {name}", row, failure=word, phases=lambda p: set(p) == {"connect"},
                       rtt_us=lambda us, word=word: (us == -1) == (word == "generic_timeout_error"))
    found, _ = lab.ask(f"http {SERVER4} port=8107 flags={HTTPS}", f"http {SERVER4} port=8108 flags={HTTPS}")
    lab.expect("a good handshake, then the end", found[0], failure="eof_error", phases=lambda p: set(p) == {"connect", "tls"})
    lab.expect("a body to the end of the connection, without a TLS good-bye", found[1], failure="ok", status=200)


def no_authorities(lab, folder):
    empty = os.path.join(folder, "empty.pem")
    with open(empty, "w", encoding="ascii"):
        pass
    for name, path in (("that is not there", os.path.join(folder, "none.pem")), ("without a certificate", empty)):
        try:
            lab.ask(f"tls {SERVER4} port=9001", options=("--authorities", path))
            lab.case(f"a file of authorities {name} is refused", False, ["it was taken"])
        except RuntimeError as problem:
            lab.case(f"a file of authorities {name} is refused", "status 2" in str(problem) and "open" in str(problem), [problem])


def main():
    need("ss", "nginx", "openssl")
    with tempfile.TemporaryDirectory() as folder:
        authorities, rows, ends, ended = certificates(folder)
        lab = Lab()
        servers = "".join(SERVER.format(port=port, certificate=pair[0], key=pair[1], status=200, more="") for port, pair in rows.items())
        good = rows[9001]
        servers += SERVER.format(port=9008, certificate=good[0], key=good[1], status=503, more="")
        servers += SERVER.format(port=9009, certificate=good[0], key=good[1], status=200, more="ssl_protocols TLSv1.2;")
        servers += SERVER.format(port=9010, certificate=good[0], key=good[1], status=200,
                                 more="ssl_protocols TLSv1; ssl_ciphers DEFAULT@SECLEVEL=0;")
        nginx(lab, folder, servers, 9010)
        lab.misbehave(*good)
        verdicts(lab, authorities, ends, ended)
        broken(lab)
        no_authorities(lab, folder)
        lab.done()


main()
