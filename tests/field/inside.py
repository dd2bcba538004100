# SPDX-License-Identifier: ISC
"""A thousand configurations and answers of others that lead inside: to loopback, link-local, private and special addresses, to our own, as IPv4
within IPv6; by names, by redirects, by lists of targets, by an opt-out list that is emptied. Nothing is sent there: the loopback and the
interface of the default route count every packet, and a server on the link beside them is the only one that may be spoken to."""
import concurrent.futures
import ipaddress
import json
import os
import subprocess
import sys
import tempfile
import time

import two_sides
from field import Cases, LACUNA

NEAR, FAR, OUT = "20.0.0.1", "20.0.0.2", "30.0.0.1"
INSIDE = ["127.0.0.1", "127.1.2.3", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.1", "192.168.0.1", "192.168.1.254",
          "100.64.0.1", "169.254.169.254", "169.254.0.1", "192.0.0.8", "192.0.2.1", "198.51.100.7", "203.0.113.9", "198.18.0.1", "198.19.255.1", "192.88.99.1", "224.0.0.1",
          "239.255.255.250", "240.0.0.1", "255.255.255.255", NEAR, OUT, "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:20.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
          "64:ff9b::a00:1", "64:ff9b:1::1", "fe80::1", "fec0::1", "fd00::1", "fc00::1", "ff02::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "2002:a00:1::1"]
# How a redirect may write one.
WAYS = ["http://{host}/", "//{host}/", "HTTP://{host}:80/x", "http://{host}:8080", "https://{host}/"]
# Hosts that some readers take for an address.
ODD_HOSTS = ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.1", "0x7f.1", "017700000001", "localhost", "LOCALHOST.", "ip6-localhost", "[::ffff:7f00:1]", "[::1%25lo]",
             "[fe80::1%25near]", "127.0.0.1.", "①②⑦.0.0.1", "127。0。0。1", "127.0.0.1%00.example.test", "user@127.0.0.1", "example.test@127.0.0.1", "127.0.0.1#@example.test",
             "127.0.0.1\\@example.test", "0", "00000177.0.0.1", "3232235521", "0xc0.0xa8.0.1"]
MODULES = "modules:\n  web: {prober: http, timeout: 2s}\n  head: {prober: http, timeout: 2s, http: {method: HEAD, preferred_ip_protocol: ip4}}\n" \
          "  tls: {prober: tcp, timeout: 2s, tcp: {tls: true, tls_config: {insecure_skip_verify: true}}}\n  connect: {prober: tcp, timeout: 2s}\n" \
          "  names: {prober: dns, timeout: 2s, dns: {query_name: a.example.test}}\n  ping: {prober: icmp, timeout: 2s}\n"
HEAD = "probing: on\nlab: off\ncontact: a@example.net\nidentity: probe.example.net\nblackbox: modules.yml\nallow: [20.0.0.0/8, 30.0.0.0/8]\n" \
       "entities: [{id: country/KX, prefixes: [20.0.0.0/8]}]\n"


def do(command):
    subprocess.run(command.split(), check=True, capture_output=True)


def host(address):
    return f"[{address}]" if ":" in address else address


def name(address):
    """A name that the server on the other side says leads there."""
    return f"ip-{ipaddress.ip_address(address).packed.hex()}.leads.test"


def world(folder):
    far = ((FAR,), ())
    with open(os.path.join(folder, "hosts"), "w", encoding="utf-8") as file:
        file.write("127.0.0.1 localhost\n::1 ip6-localhost localhost\n" + "".join(f"{address} file{n}.leads.test\n" for n, address in enumerate(INSIDE)))
    with open(os.path.join(folder, "resolv.conf"), "w", encoding="utf-8") as file:
        file.write(f"nameserver {FAR}\n")
    two_sides.certificates(folder)
    two_sides.far_side(sys.executable, "-B", os.path.join(two_sides.HERE, "servers.py"), folder, FAR, near=(NEAR,), far=far)
    for file in ("hosts", "resolv.conf"):
        do(f"mount --bind {folder}/{file} /etc/{file}")
    do("ip link add out type veth peer name nowhere")
    for link in ("out", "nowhere", "near"): # no word of the kernel's own is to be counted; addresses of IPv6 have a way out all the same
        with open(f"/proc/sys/net/ipv6/conf/{link}/accept_dad", "w", encoding="utf-8") as file:
            file.write("0")
        with open(f"/proc/sys/net/ipv6/conf/{link}/router_solicitations", "w", encoding="utf-8") as file:
            file.write("0")
    do(f"ip address add {OUT}/24 dev out")
    do("ip link set out up")
    do("ip link set nowhere up")
    do("ip route add default dev out")
    do("ip -6 route add default dev out")
    time.sleep(3) # what the kernel says when a link comes up is over


def packets():
    """(inside: sent by the loopback and the way out, sent to the server)"""
    with open("/proc/net/dev", encoding="utf-8") as file:
        rows = {line.split(":")[0].strip(): line.split(":")[1].split() for line in file if ":" in line}
    return int(rows["lo"][9]) + int(rows["out"][9]), int(rows["near"][9])


def check(*words):
    done = subprocess.run([LACUNA, "check", *words, "--identity", "probe.example.net", "--timeout", "2", "--json"], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60, check=False)
    return done, [json.loads(line) for line in done.stdout.splitlines()]


def refused(tries):
    """What is wrong with each: it answered, or was not asked at all."""
    def one(words):
        done, rows = check(*words)
        if done.returncode == 0 or any(row["ok"] or row["target"] not in (FAR,) for row in rows):
            return f"{words}: {rows} {done.stderr}"
        return None
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return [problem for problem in pool.map(one, tries) if problem]


class Count:
    """Tries, and what was sent inside meanwhile."""

    def __init__(self, cases):
        self.cases, self.tries = cases, 0

    def case(self, what, tries, problems, before, near=True):
        self.tries += tries
        inside, server = (now - then for now, then in zip(packets(), before))
        self.cases.case(f"{what}: {tries} tries", [f"{inside} packets sent inside"] * bool(inside) + [str(problem) for problem in problems]
                        + ["the server was never asked"] * (near and not server) + [f"{server} packets to who must not be asked"] * (not near and bool(server)))


def redirects(count, folder):
    modules = os.path.join(folder, "modules.yml")
    with open(modules, "w", encoding="utf-8") as file:
        file.write(MODULES)
    allowed = os.path.join(folder, "allowed")
    with open(allowed, "w", encoding="utf-8") as file:
        file.write("20.0.0.0/8\n30.0.0.0/8\n") # ours too: a name may not lead there all the same
    follow = ("--allowlist-file", allowed, "--modules", modules, "--module", "web")
    for what, targets in (
            ("redirects to addresses", [way.format(host=host(address)) for address in INSIDE for way in WAYS]),
            ("redirects to names", [f"http://{name(address)}/" for address in INSIDE] + [f"http://file{n}.leads.test/" for n in range(len(INSIDE))]),
            ("redirects to what may be read as an address", [f"http://{odd}/" for odd in ODD_HOSTS])):
        before = packets()
        tries = [(*follow, f"http://{FAR}/to/302/{target}") for target in targets]
        count.case(what, len(tries), refused(tries), before)
    before = packets()
    tries = [(*follow, f"http://{FAR}/to/301//to/302/http://{host(address)}/") for address in INSIDE] + [
        (*follow[:-1], "head", f"http://{FAR}/to/307/http://{host(address)}/") for address in INSIDE]
    count.case("the second of two redirects, and by HEAD", len(tries), refused(tries), before)


def paths(count, folder):
    """Of who is not on the operator's own list only / is asked, and no header of a module is sent."""
    modules = os.path.join(folder, "header.yml")
    with open(modules, "w", encoding="utf-8") as file:
        file.write("modules:\n  web: {prober: http, http: {headers: {X-A: b}}}\n  talk: {prober: tcp, tcp: {query_response: [{send: a}]}}\n")
    before = packets()
    tries = [(f"http://{FAR}/secret",), (f"http://{FAR}/?x",), ("--modules", modules, "--module", "web", f"http://{FAR}/"), ("--modules", modules, "--module", "talk", f"{FAR}:22")]
    problems = [f"{words}: {done.returncode} {rows}" for words, (done, rows) in ((words, check(*words)) for words in tries) if done.returncode != 3 or rows]
    count.case("paths, headers and conversations of somebody else's", len(tries), problems, before, near=False)


def by_name(count, folder):
    modules = os.path.join(folder, "modules.yml")
    before = packets()
    tries = [(f"{scheme}://{name(address)}{rest}",) for address in INSIDE for scheme, rest in (("http", "/"), ("smtp", ""), ("tls", ""), ("dns", "/a.example?SOA"))]
    count.case("names on the command line", len(tries), refused(tries), before)
    before = packets()
    tries = [("--modules", modules, "--module", module, name(address) + (":80" if module == "connect" else "")) for address in INSIDE for module in ("web", "tls", "connect", "names")]
    count.case("names of modules", len(tries), refused(tries), before)


def configurations(count, folder):
    """By lists of targets, URLs, hosts: in the long run, with names of the file of hosts and of the resolver."""
    lead = [name(address) for address in INSIDE] + [f"file{n}.leads.test" for n in range(len(INSIDE))]
    groups = [{"targets": [f"http://{one}/" for one in lead], "labels": {"country": "KX", "module": "web"}},
              {"targets": [f"{one}:443" for one in lead], "labels": {"country": "KX", "__param_module": "tls"}},
              {"targets": lead, "labels": {"country": "KX", "module": "names"}}, {"targets": lead, "labels": {"country": "KX", "module": "ping"}},
              {"targets": [f"http://{FAR}/to/302/http://{host(address)}/" for address in INSIDE], "labels": {"country": "KX", "module": "web"}}]
    hosts = "targets:\n" + "".join(f"  - {{host: {one}, entity: country/KX}}\n  - {{url: 'smtp://{one}', entity: country/KX}}\n" for one in lead)
    addresses = "targets:\n" + "".join(f"  - {{address: '{address}', entity: country/KX}}\n  - {{url: 'http://{host(address)}/', entity: country/KX}}\n"
                                       for address in INSIDE if not address.startswith("127.") and address not in ("::1", "::", NEAR, OUT) and not address.startswith("::ffff"))
    texts = [("file_sd", "file_sd: [{files: [list.json]}]\n", sum(len(group["targets"]) for group in groups)), ("hosts and URLs", hosts, 2 * len(lead)),
             ("addresses that nobody allowed", addresses, addresses.count("- "))]
    with open(os.path.join(folder, "list.json"), "w", encoding="utf-8") as file:
        json.dump(groups, file)
    for what, text, tries in texts:
        file = os.path.join(folder, "lacuna.yml")
        with open(file, "w", encoding="utf-8") as out:
            out.write(HEAD + text)
        before = packets()
        done = subprocess.run([LACUNA, "record", "probes", "-c", file, "-o", os.path.join(folder, what), "--for", "12"], capture_output=True, text=True, timeout=120, check=False)
        problems = [done.stderr] if done.returncode == 0 else []
        inside, server = (now - then for now, then in zip(packets(), before))
        count.tries += tries
        count.cases.case(f"record: {what}: {tries} tries", [f"{inside} packets sent inside: {done.stderr}"] * bool(inside) + problems
                         + ["the resolver was never asked"] * (what != "addresses that nobody allowed" and not server))


EMPTIED = [("cut to nothing", ""), ("a blank line", "\n"), ("a comment", "# later\n"), ("rubbish", "\x00\x01 rubbish\n"), ("a line that is none", "20.0.0.0/8/8\n"), ("taken away", None),
           ("a page of HTML", "<html>not found</html>\n"), ("another's address", "not an address 20.0.0.2\n")]


def opted_out(count, folder):
    """Who stands on the list is asked nothing when the list is emptied, in whichever way."""
    def one(item):
        number, (_, text) = item
        at = os.path.join(folder, f"opted{number}")
        os.mkdir(at)
        listed = os.path.join(at, "out.txt")
        with open(listed, "w", encoding="utf-8") as file:
            file.write("20.0.0.0/24\n")
        with open(os.path.join(at, "modules.yml"), "w", encoding="utf-8") as file:
            file.write(MODULES)
        with open(os.path.join(at, "lacuna.yml"), "w", encoding="utf-8") as file:
            file.write(HEAD + f"opt_out_file: out.txt\ntargets:\n  - {{url: 'http://{FAR}/', entity: country/KX, interval: 30s}}\n  - {{address: {FAR}, entity: country/KX}}\n")
        child = subprocess.Popen([LACUNA, "record", "probes", "-c", os.path.join(at, "lacuna.yml"), "-o", os.path.join(at, "r"), "--for", "8"], stderr=subprocess.PIPE, text=True)
        time.sleep(1.5)
        if text is None:
            os.unlink(listed)
        else:
            with open(listed, "w", encoding="utf-8") as file:
                file.write(text)
        _, err = child.communicate(timeout=60)
        return [] if "opt" in err or "out.txt" in err else [f"not said: {err}"]
    before = packets()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        problems = sum(pool.map(one, enumerate(EMPTIED)), [])
    count.case("an opt-out list that is emptied", len(EMPTIED), problems, before, near=False)


def main():
    two_sides.enter("openssl", "ip", "nsenter")
    cases = Cases()
    with tempfile.TemporaryDirectory() as folder:
        world(folder)
        try:
            count = Count(cases)
            opted_out(count, folder) # first: nobody else speaks to the server then
            paths(count, folder)
            redirects(count, folder)
            by_name(count, folder)
            configurations(count, folder)
            cases.case(f"{count.tries} tries in all", [] if count.tries >= 1000 else ["fewer than 1000"])
        finally:
            two_sides.leave()
    cases.done()


main()
