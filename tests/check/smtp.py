# SPDX-License-Identifier: ISC
"""SMTP checks against OpenSMTPD and against servers that misbehave."""
import os
import tempfile
import time

from certificates import NAME, Issuer
from lab import SERVER4, SERVER6, STARTTLS, VERIFY, Lab, find, need

DAY = 86400
OPENSMTPD = """pki mail cert "{certificate}"
pki mail key "{key}"
listen on {address} port 25 tls pki mail hostname mail.example.kx
listen on {address6} port 25 tls pki mail hostname mail.example.kx
match from any reject
"""
PLAIN = {"connect", "first_byte", "transfer"}


def opensmtpd(lab, folder, certificate, key):
    path = os.path.join(folder, "smtpd.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write(OPENSMTPD.format(certificate=certificate, key=key, address=SERVER4, address6=SERVER6))
    os.chmod(folder, 0o755)
    lab.start("servers", find("smtpd"), "-d", "-f", path, ready=25)


def real(lab, authorities, ends):
    options = ("--authorities", authorities, "--identity", "observatory.example")
    rows = [
        ("banner, EHLO, QUIT", f"smtp {SERVER4}", dict(failure="ok", status=250, port=25, phases=lambda p: set(p) == PLAIN)),
        ("the same, IPv6", f"smtp {SERVER6}", dict(failure="ok", status=250)),
    ]
    # OpenSMTPD 6.8 with OpenSSL 3 (Debian 12) answers every handshake with an alert: what another client gets is what must be said.
    other = lab.do("watcher", f"openssl s_client -starttls smtp -brief -connect {SERVER4}:25", feed="QUIT\n", check=False)
    wanted = dict(failure="ok", expires=ends) if other.returncode == 0 else dict(failure="ssl_failed_handshake", status=220)
    rows.append(("STARTTLS, as openssl s_client sees it", f"smtp {SERVER4} flags={STARTTLS}", wanted))
    found, _ = lab.ask(*[line for _, line, _ in rows], options=options)
    for (name, _, wanted), row in zip(rows, found):
        lab.expect(f"OpenSMTPD: {name}", row, **wanted)


def encrypted(lab, authorities, ends):
    """The certificate behind STARTTLS is judged only when asked: mail goes through whatever it is (RFC 7435)."""
    rows = [
        ("any certificate", (), "smtp {} port=8210 flags={}", STARTTLS, dict(failure="ok", expires=ends)),
        ("a good one", ("--authorities", authorities), "smtp {} port=8210 name=" + NAME + " flags={}", STARTTLS | VERIFY,
         dict(failure="ok", expires=ends)),
        ("of another host", ("--authorities", authorities), "smtp {} port=8210 name=mail.other.example flags={}", STARTTLS | VERIFY,
         dict(failure="ssl_invalid_hostname", expires=ends)),
    ]
    for name, options, line, flags, wanted in rows:
        row = lab.ask(line.format(SERVER4, flags), options=options)[0][0]
        lab.expect(f"STARTTLS: {name}", row, status=220, phases=lambda p: set(p) == PLAIN | {"tls"} and p["tls"] > 0, **wanted)


def misbehaving(lab, authorities, ends):
    rows = [
        ("a plain one", 8201, 0, "ok", 250, PLAIN),
        ("421 in the place of a banner", 8202, 0, "smtp_busy_error", 421, {"connect"}),
        ("554 over two lines", 8203, 0, "smtp_refused_error", 554, {"connect"}),
        ("no banner", 8205, 0, "generic_timeout_error", 0, {"connect"}),
        ("a banner that is no SMTP", 8206, 0, "smtp_invalid_response", 0, {"connect"}),
        ("a long banner, then EHLO put off", 8207, 0, "smtp_busy_error", 452, {"connect", "first_byte"}),
        ("EHLO not known, so HELO", 8208, 0, "ok", 250, PLAIN),
        ("neither EHLO nor HELO", 8217, 0, "smtp_refused_error", 502, {"connect", "first_byte"}),
        ("EHLO not known, and STARTTLS wanted", 8208, STARTTLS, "smtp_refused_error", 502, {"connect", "first_byte"}),
        ("STARTTLS put off", 8209, STARTTLS, "smtp_busy_error", 454, {"connect", "first_byte"}),
        ("STARTTLS, and the handshake", 8210, STARTTLS, "ok", 220, PLAIN | {"tls"}),
        ("words in clear behind STARTTLS", 8211, STARTTLS, "smtp_invalid_response", 220, PLAIN),
        ("a banner without end", 8212, 0, "smtp_invalid_response", 0, {"connect"}),
        ("EHLO names the operator", 8213, 0, "ok", 250, PLAIN),
        ("end before the banner", 8214, 0, "eof_error", 0, {"connect"}),
        ("a code that has no place here", 8215, 0, "smtp_invalid_response", 354, {"connect"}),
    ]
    found, _ = lab.ask(*[f"smtp {SERVER4} port={port} timeout=4000 flags={flags}" for _, port, flags, _, _, _ in rows],
                       options=("--identity", "observatory.example"))
    for (name, _, _, word, status, phases), row in zip(rows, found):
        lab.expect(name, row, failure=word, status=status, phases=lambda p, phases=phases: set(p) == phases)
    encrypted(lab, authorities, ends)
    begin = time.monotonic()
    found, _ = lab.ask(f"smtp {SERVER4} port=8216 timeout=60000", f"smtp {SERVER4} port=8201 timeout=60000")
    lab.case("a server that never stops talking after QUIT holds nobody up", [row["failure"] for row in found] == ["ok", "ok"] and
             time.monotonic() - begin < 30, [found])
    row = lab.ask(f"smtp {SERVER4} port=8204")[0][0]
    lab.expect("a slow banner is in the first byte", row, failure="ok", phases=lambda p: p["connect"] + p["first_byte"] >= 495000 and p["first_byte"] >= 100000)


def main():
    need("ss", "smtpd", "openssl")
    now = int(time.time())
    with tempfile.TemporaryDirectory() as folder:
        issuer = Issuer(folder, "known")
        ends = now + 30 * DAY
        certificate, key = issuer.issue("mail", f"DNS:{NAME}", now - DAY, ends)
        lab = Lab()
        opensmtpd(lab, folder, certificate, key)
        lab.misbehave(certificate, key)
        real(lab, issuer.certificate, ends)
        misbehaving(lab, issuer.certificate, ends)
        lab.done()


main()
