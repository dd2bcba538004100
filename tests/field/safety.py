# SPDX-License-Identifier: ISC
"""Nothing is sent where it was not meant to be: in a network namespace of its own whose interfaces count every packet. `probing: off` is off
whatever else is set; an address that a name, a zone or a redirect led to is refused where it is loopback, private, our own or special."""
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

from field import Cases, LACUNA

INSIDE = "LACUNA_FIELD_INSIDE"
OWN, THERE, LATE, BENCH = "198.18.100.1", "198.18.100.2", "198.18.100.3", "198.18.100.53"
# Names that somebody else answers for, and where they lead: nothing of it is theirs to choose.
LEAD = {"loop.example.test": "127.0.0.1", "loop2.example.test": "127.8.9.10", "six.example.test": "::1", "link.example.test": "169.254.169.254",
        "private.example.test": "10.0.0.1", "private2.example.test": "192.168.1.1", "private3.example.test": "172.16.0.1",
        "shared.example.test": "100.64.0.1", "zero.example.test": "0.0.0.0", "all.example.test": "255.255.255.255",
        "group.example.test": "224.0.0.1", "mapped.example.test": "::ffff:127.0.0.1", "nat.example.test": "64:ff9b::7f00:1",
        "ula.example.test": "fd00::1", "link6.example.test": "fe80::1", "own.example.test": OWN, "bench.example.test": THERE,
        "documentation.example.test": "192.0.2.1"}


def into_a_namespace():
    """Goes on in network and mount namespaces of its own, which end with this process."""
    if os.environ.get(INSIDE):
        return
    probe = subprocess.run(["unshare", "-n", "-m", "true"], capture_output=True, check=False)
    if os.geteuid() != 0 or probe.returncode != 0:
        print("1..0 # SKIP needs root and namespaces")
        sys.exit(0)
    os.environ[INSIDE] = "1"
    sys.stdout.flush()
    os.execvp("unshare", ["unshare", "-n", "-m", "--propagation", "private", sys.executable, "-B", os.path.abspath(sys.argv[0])])


def do(command):
    subprocess.run(command.split(), check=True, capture_output=True)


def world(folder):
    """A loopback, and an interface that takes whatever is sent and counts it: there is nobody behind it."""
    do("ip link set lo up")
    do("ip link add out type veth peer name far")
    for name in ("out", "far"): # no word of the kernel's own is to be counted
        with open(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6", "w", encoding="utf-8") as file:
            file.write("1")
    do(f"ip address add {OWN}/24 dev out")
    do(f"ip address add {BENCH}/32 dev lo")
    do("ip link set out up")
    do("ip link set far up")
    do("ip route add default dev out")
    for name, text in (("hosts", "".join(f"{address} {name}\n" for name, address in LEAD.items())), ("resolv.conf", f"nameserver {BENCH}\n")):
        path = os.path.join(folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        do(f"mount --bind {path} /etc/{name}")


def packets():
    """Sent by all interfaces of this namespace."""
    with open("/proc/net/dev", encoding="utf-8") as file:
        rows = [line.replace(":", " ").split() for line in file if ":" in line]
    return sum(int(row[10]) for row in rows)


def run(*words, timeout=60):
    """(packets, done)"""
    before = packets()
    done = subprocess.run([LACUNA, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=timeout, check=False)
    return packets() - before, done


def silent(cases, name, *words):
    sent, done = run(*words)
    cases.case(name, [f"{sent} packets: {done.stderr}"] if sent else [f"no word: {done.returncode}"] if not done.stderr.strip() else [])
    return done


def off(cases, folder):
    path = os.path.join(folder, "off.yml")
    common = "contact: a@example.net\nidentity: probe.example.net\nwatch_interval: 10s\nallow: [198.18.0.0/15, 20.0.0.0/8, 127.0.0.0/8]\n"
    listed = [f"{{address: {THERE}}}", f"{{url: 'http://{THERE}/'}}", "{address: 127.0.0.1}", "{host: bench.example.test}", "{address: 20.1.2.3}"]
    for said in ("probing: off\n", ""):
        for lab in ("lab: on\n", "lab: off\n", "lab: on\nrate: 20000\nacknowledge_rate: yes\n"):
            for targets in (", ".join(listed), listed[2]):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(said + lab + common + f"targets: [{targets}]\n")
                for more in ((), ("--lab",), (THERE,)):
                    done = silent(cases, f"off: {said.strip() or 'not said'}, {lab.split()[1]}, {len(targets)} bytes of targets, {' '.join(more)}", "record",
                                  "probes", *more, "-c", path, "-o", os.path.join(folder, "off"), "--for", "2")
                    cases.case("and it says so", [] if "probing is off" in done.stderr and done.returncode == 2 else [done.returncode, done.stderr])
    silent(cases, "off: on the command line", "probe", "--lab", "--probing", "off", "198.18.100.0/30", "--count", "1")


def names(cases, folder):
    for name, address in LEAD.items():
        words = [("check", f"http://{name}/", "--identity", "probe.example.net"), ("probe", name, "--count", "1")]
        for word in words:
            silent(cases, f"{word[0]}: {name} leads to {address}", *word)
    for lab in ("on", "off"):
        inside = {name: address for name, address in LEAD.items() if lab == "off" or not address.startswith(
            ("198.18.", "10.", "192.168.", "172.16.", "192.0.2.", "fd00"))}
        path = os.path.join(folder, "names.yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"probing: on\nlab: {lab}\ncontact: a@example.net\nidentity: probe.example.net\nallow: [20.0.0.0/8, 10.0.0.0/8, 198.18.0.0/15]\n"
                       "entities: [{id: country/KX, prefixes: [20.0.0.0/8]}]\ntargets:\n")
            for name in inside:
                file.write(f"  - {{host: {name}, entity: country/KX}}\n  - {{url: 'http://{name}/', entity: country/KX, interval: 30s}}\n"
                           f"  - {{url: 'smtp://{name}', entity: country/KX}}\n")
        done = silent(cases, f"record: {len(inside)} names that lead inside, laboratory {lab}", "record", "probes", "-c", path, "-o",
                      os.path.join(folder, "names" + lab), "--for", "4")
        cases.case("each is named", [name for name in inside if name not in done.stderr])
    sent, done = run("check", "--lab", "http://bench.example.test/", "--timeout", "1")
    cases.case("a laboratory's own is asked", [] if sent else [done.stderr])


class Dns(threading.Thread):
    """Answers for every name with what `answers` holds of (name, type); others do not exist."""

    def __init__(self, answers):
        super().__init__(daemon=True)
        self.answers, self.asked = answers, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((BENCH, 53))

    def run(self):
        while True:
            query, who = self.socket.recvfrom(4096)
            at, labels = 12, []
            while query[at]:
                labels.append(query[at + 1:at + 1 + query[at]].decode())
                at += 1 + query[at]
            name, kind = ".".join(labels).lower(), struct.unpack("!H", query[at + 1:at + 3])[0]
            question = query[12:at + 5]
            self.asked.append((time.time(), name, kind))
            known = any(key[0] == name for key in self.answers)
            found = self.answers.get((name, kind), [])
            body = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 1, len(data)) + data for data in found)
            self.socket.sendto(query[:2] + struct.pack("!HHHHH", 0x8580 if known else 0x8583, 1, len(found), 0, 0) + question + body, who)


def label(name):
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def listeners():
    """Who listens on loopback where a service of ours might; how often somebody came."""
    came = []
    for port in (25, 80, 443):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", port))
        s.listen(64)

        def take(server=s):
            while True:
                connection, who = server.accept()
                came.append(who)
                connection.close()
        threading.Thread(target=take, daemon=True).start()
    return came


def zones(cases, dns, came):
    v4 = socket.inet_aton
    dns.answers.update({("evil.test", 2): [label("ns.evil.test"), label("ns2.evil.test")], ("evil.test", 15): [b"\0\x0a" + label("mx.evil.test")],
                        ("ns.evil.test", 1): [v4("127.0.0.1")], ("ns2.evil.test", 1): [v4("169.254.169.254")], ("mx.evil.test", 1): [v4("127.0.0.1")],
                        ("evil.test", 1): [v4("127.0.0.1")], ("www.evil.test", 1): [v4("127.0.0.1"), v4("0.0.0.0")]})
    for more in ((), ("--lab",), ("--list",)):
        _, done = run("check", "--zone", "evil.test", "--resolver", BENCH, "--identity", "probe.example.net", *more)
        cases.case(f"a zone that leads inside {' '.join(more)}", [f"{len(came)} connections"] * bool(came)
                   + ([] if "left out" in done.stderr and "127.0.0.1" not in done.stdout else [done.stderr, done.stdout]))


def rebinding(cases, folder, dns, came):
    """A name that leads to a laboratory's host and, when its time to live is over, inside; and one that does not exist at first."""
    path, target = os.path.join(folder, "r.yml"), os.path.join(folder, "r")
    dns.answers[("moves.test", 1)] = [socket.inet_aton(THERE)]
    with open(path, "w", encoding="utf-8") as file:
        file.write("probing: on\nlab: on\ncontact: a@example.net\nentities: [{id: country/KX, prefixes: [198.18.100.0/24]}]\ntargets:\n"
                   "  - {url: 'http://moves.test/', entity: country/KX, interval: 1s}\n  - {url: 'http://late.test/', entity: country/KX, interval: 1s}\n")
    child = subprocess.Popen([LACUNA, "record", "probes", "-c", path, "-o", target, "--for", "42"], stderr=subprocess.PIPE, text=True)
    time.sleep(5)
    dns.answers[("moves.test", 1)] = [socket.inet_aton("127.0.0.1")]
    dns.answers[("late.test", 1)] = [socket.inet_aton(LATE)]
    _, err = child.communicate(timeout=90)
    lines = []
    for name in os.listdir(os.path.join(target, "probes")):
        if name.endswith(".ndjson"):
            with open(os.path.join(target, "probes", name), encoding="utf-8") as file:
                lines += [json.loads(line) for line in file]
    cases.case("a name that moves inside is not followed there", [f"{len(came)} connections"] * bool(came)
               + [line for line in lines if line["op"] == "http_round_trip" and line["target"].startswith("127.")][:3]
               + ([] if "moves.test leads to 127.0.0.1" in err else [err]))
    failed = [line for line in lines if line.get("name") == "late.test" and line.get("failure") == "dns_nxdomain_error"]
    cases.case("a name that does not exist is an observation of the name, by who said so",
               [] if failed and all(line["op"] == "dns_round_trip" and line["target"] == BENCH for line in failed) else [err, failed])
    cases.case("and it is looked up again, and its target asked then",
               [] if any(line["op"] == "http_round_trip" and line["name"] == "late.test" and line["target"] == LATE for line in lines) else [err])
    with open(os.path.join(target, "recording.json"), encoding="utf-8") as file:
        listed = json.load(file)["targets"]
    cases.case("recording.json lists where it led", [] if {"late.test", "moves.test"} == {t.get("name") for t in listed} else [listed])


class Told(Cases):
    """Problems may be anything."""

    def case(self, name, problems):
        super().case(name, [str(problem).replace("\n", "\n# ") for problem in problems])


def main():
    into_a_namespace()
    cases = Told()
    with tempfile.TemporaryDirectory() as folder:
        world(folder)
        off(cases, folder)
        names(cases, folder)
        dns, came = Dns({}), listeners()
        dns.start()
        zones(cases, dns, came)
        rebinding(cases, folder, dns, came)
        subprocess.run(["umount", "/etc/hosts", "/etc/resolv.conf"], check=False, capture_output=True)
    cases.done()


main()
