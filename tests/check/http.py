# SPDX-License-Identifier: ISC
"""HTTP checks against nginx and against servers that misbehave."""
import os
import tempfile

from certificates import self_signed
from lab import HEAD, SERVER4, SERVER6, Lab, find, need

NGINX = """daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr; worker_processes 1;
events {{ worker_connections 256; }}
http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u;
scgi_temp_path {folder}/s; keepalive_timeout 60;
server {{ listen 80; listen [::]:80; root {folder}/www; }}
server {{ listen 9103; return 503 "busy"; }}
server {{ listen 9104; return 404 "gone"; }}
server {{ listen 9105; return 301 http://www.example.kx/; }}
}}"""
ALL = {"connect", "first_byte", "transfer"}


def nginx(lab, folder):
    path = os.path.join(folder, "nginx.conf")
    os.mkdir(os.path.join(folder, "www"))
    os.chmod(folder, 0o755)
    with open(os.path.join(folder, "www", "index.html"), "w", encoding="ascii") as file:
        file.write("x" * 300000)
    with open(path, "w", encoding="ascii") as file:
        file.write(NGINX.format(folder=folder))
    lab.start("servers", "nginx", "-c", path, "-p", folder, ready=9105)


def real(lab):
    rows = [
        ("a page", f"http {SERVER4}", dict(failure="ok", status=200, port=80, phases=lambda p: set(p) == ALL)),
        ("a page, IPv6", f"http {SERVER6}", dict(failure="ok", status=200, phases=lambda p: set(p) == ALL)),
        ("HEAD", f"http {SERVER4} flags={HEAD}", dict(failure="ok", status=200, phases=lambda p: set(p) == ALL)),
        ("503", f"http {SERVER4} port=9103", dict(failure="http_error", status=503, rtt_us=lambda us: us > 0)),
        ("503 where it is accepted", f"http {SERVER4} port=9103 low=503 high=503", dict(failure="ok", status=503)),
        ("404 is an answer", f"http {SERVER4} port=9104", dict(failure="ok", status=404)),
        ("404 where it is not accepted", f"http {SERVER4} port=9104 low=200 high=299", dict(failure="http_error", status=404)),
        ("a redirection is not followed", f"http {SERVER4} port=9105", dict(failure="ok", status=301)),
        ("a connection only", f"tcp {SERVER4}", dict(failure="ok", status=0, port=80, phases=lambda p: set(p) == {"connect"})),
        ("a connection only, IPv6", f"tcp {SERVER6}", dict(failure="ok", phases=lambda p: set(p) == {"connect"})),
    ]
    found, counts = lab.ask(*[line for _, line, _ in rows])
    for (name, _, wanted), row in zip(rows, found):
        lab.expect(f"nginx: {name}", row, **wanted)
    lab.case("every check started and finished", counts["started"] == counts["finished"] == len(rows), [counts])
    lab.case("the gate is told of answers", counts["relaxed"] == len(rows), [counts])


def misbehaving(lab):
    rows = [
        ("end at once", 8001, "eof_error", {"connect"}),
        ("end after the request", 8002, "eof_error", {"connect"}),
        ("reset after the request", 8003, "connection_reset", {"connect"}),
        ("silence: it died before the first byte", 8004, "generic_timeout_error", {"connect"}),
        ("garbage", 8005, "http_invalid_response", {"connect", "first_byte"}),
        ("another protocol", 8006, "http_invalid_response", {"connect", "first_byte"}),
        ("a head without end", 8007, "http_invalid_response", {"connect", "first_byte"}),
        ("never closes, by length", 8008, "ok", ALL),
        ("never closes, in chunks", 8009, "ok", ALL),
        ("never closes, without length: it died in the transfer", 8010, "generic_timeout_error", {"connect", "first_byte"}),
        ("a body that is cut", 8011, "eof_error", {"connect", "first_byte"}),
        ("bare line feeds, byte by byte", 8012, "ok", ALL),
        ("a body without end", 8013, "ok", ALL),
        ("an interim answer first", 8014, "ok", ALL),
        ("chunks that are none", 8019, "http_invalid_response", {"connect", "first_byte"}),
    ]
    found, _ = lab.ask(*[f"http {SERVER4} port={port} timeout=4000" for _, port, _, _ in rows])
    for (name, _, word, phases), row in zip(rows, found):
        lab.expect(name, row, failure=word, phases=lambda p, phases=phases: set(p) == phases,
                   rtt_us=lambda us, word=word: (us == -1) == (word == "generic_timeout_error"))
    status = {name: row["status"] for (name, _, _, _), row in zip(rows, found)}
    lab.case("the status is kept where the transfer died", status["a body that is cut"] == 200, [status])
    lab.case("the final status counts", status["an interim answer first"] == 301, [status])
    found, _ = lab.ask(f"http {SERVER4} port=8015 name=www.example.kx", f"http {SERVER4} port=8016 flags={HEAD}", f"http {SERVER6} port=8018",
                       options=("--identity", "observatory.example", "--contact", "https://observatory.example/about"))
    lab.expect("the request names host, port and operator", found[0], failure="ok", status=200)
    lab.expect("HEAD ends with the head", found[1], failure="ok", status=200)
    lab.expect("an IPv6 address is a Host in brackets", found[2], failure="ok", status=200)
    row = lab.ask(f"http {SERVER4} port=8017")[0][0]
    lab.expect("the server's wait is in the first byte, the body's in the transfer", row, failure="ok",
               phases=lambda p: p["first_byte"] >= 390000 and p["transfer"] >= 50000 and p["first_byte"] + p["transfer"] >= 690000)


LOSS = """table inet loss { chain i { type filter hook input priority 0;
  tcp dport 9104 tcp flags syn / syn,ack quota until 60 bytes drop
  }
}"""


def lost_syn(lab):
    """The first SYN to the port is lost: the connection takes the kernel's second to be tried again, and is counted."""
    if not find("nft"):
        lab.case("a lost SYN # SKIP nft is not installed", True)
        return
    lab.do("servers", "nft -f -", feed=LOSS)
    found, counts = lab.ask(f"http {SERVER4} port=9104", f"http {SERVER4} port=9105")
    lab.expect("a lost SYN shows in the connect phase", found[0], failure="ok", phases=lambda p: p["connect"] >= 900000)
    lab.case("and is counted", counts["syn_retransmitted"] == 1, [counts])


def many(lab):
    """More at once than slots are new: all of them come back, once each."""
    count = 3000
    lines = [f"http {SERVER4}" if n % 3 else f"tcp {SERVER4} port=1" for n in range(count)]
    found, counts = lab.ask(*lines, files=8000)
    words = {}
    for row in found:
        words[row["failure"]] = words.get(row["failure"], 0) + 1
    lab.case("3000 checks at once: one attempt each", [row["index"] for row in found] == list(range(count)), [counts])
    lab.case("none is lost or mixed up", words.get("connection_refused") == count // 3 and counts["finished"] == count, [words])


def main():
    need("ss", "nginx", "openssl")
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab()
        nginx(lab, folder)
        lab.misbehave(*self_signed(folder))
        real(lab)
        misbehaving(lab)
        many(lab)
        lost_syn(lab)
        lab.done()


main()
