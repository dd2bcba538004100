# SPDX-License-Identifier: ISC
"""The real blackbox_exporter beside lacuna, by the same configurations, on the same servers: what each module says of each of them is the
same, or lacuna refuses the module by name and asks nothing. The configurations are the one that upstream ships as its example and ten as
people publish them, retyped (inputs/blackbox). Prints the table; LACUNA_TABLE names a file that gets it too."""
import concurrent.futures
import json
import os
import re
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

import two_sides
from field import Cases, LACUNA, path
from two_sides import BARE4, FAR4, FAR6, NOBODY

EXPORTER = "prometheus-blackbox-exporter"
PORT = 9115
WEB, SIX = f"http://{FAR4}", f"http://[{FAR6}]"
TLS = ["https://good.example.test/", "https://web.example.test/", f"https://{FAR4}/"] + [f"https://good.example.test:{port}/" for port in (
    8443, 9443, 7443, 6443, 5443, 4443)] + [f"https://{FAR4}:80/"]
SECURE = [f"good.example.test:{port}" for port in (443, 8443, 9443, 7443, 6443, 80, 81)] + [f"{FAR4}:443"]
STATUS = [f"{WEB}/status/{code}" for code in (200, 201, 204, 299, 301, 400, 401, 404, 405, 500, 503, 999)]
FOLLOW = [f"{WEB}/to/{code}/ok" for code in (301, 302, 303, 307, 308)] + [
    f"{WEB}/to/302//ok", f"{WEB}/to/302//status/404", f"{WEB}/to/302/http://web.example.test/ok", f"{WEB}/to/302/http://{FAR4}:81/",
    f"{WEB}/to/302/https://good.example.test/", f"{WEB}/to/302/https://good.example.test:8443/", f"{WEB}/to/302/http://nowhere.invalid/",
    f"{WEB}/to/302/ftp://{FAR4}/", f"{WEB}/to/300/ok", f"{WEB}/to/304/ok", f"{WEB}/hops/9", f"{WEB}/hops/10", f"{WEB}/hops/11", f"{WEB}/loop"]
ODD = [f"{WEB}/{word}" for word in ("old", "gzip", "garbage", "cut", "reset", "drop", "late", "big/70000")] + [f"http://{FAR4}:81/", f"http://{BARE4}/"]
PAGES = [f"{WEB}/", "web.example.test", f"{FAR4}", f"{FAR4}:80", f"[{FAR6}]:80", f"{SIX}/ok", f"{WEB}/ok?a=b"]
BODIES = [f"{WEB}/body/{text}" for text in ('{"status":_"ok"}_ready', '{"status":_"bad"}_ready', '"status":"ok"', "Maintenance", "503_error", "fine")]
SERVERS = [FAR4, f"{FAR4}:53", "web.example.test", f"[{FAR6}]:53"] + [f"{FAR4}:{port}" for port in (
    5301, 5302, 5303, 5304, 5305, 5306, 5307, 5308, 5309, 5310, 5399)]
BANNERS = [f"{FAR4}:{port}" for port in (22, 2201, 25, 2501, 2502, 143, 1430, 110, 6667, 6668, 6379, 5672, 81)]
SECURE_BANNERS = [f"good.example.test:{port}" for port in (995, 9950, 5671, 993, 443, 22)]
FAMILIES = [f"http://{name}.example.test/" for name in ("web", "six", "both", "dual", "laud")] + [f"{WEB}/", f"{SIX}/"]
HOSTS = ["web.example.test", "six.example.test", "both.example.test", FAR4, FAR6, NOBODY]

VERSIONS = [f"{WEB}/", f"{WEB}/old", "https://good.example.test/", "https://good.example.test:4443/", f"{WEB}/to/302/https://good.example.test:4443/"]

# What is asked by which module: (file, module, targets).
USES = [
    ("upstream", "http_2xx_example", PAGES[:3] + [f"{WEB}/origin/example.com", f"{WEB}/origin/nobody.test", f"{WEB}/cookie", f"{WEB}/field/accept-language=en-US",
                                                   "http://web.example.test/host/vhost.example.test", "https://good.example.test/origin/*"]),
    ("upstream", "http_any_response_example", STATUS + ODD), ("upstream", "tls_connect", SECURE), ("upstream", "tcp_connect_example", BANNERS),
    ("upstream", "imap_starttls", BANNERS), ("upstream", "smtp_starttls", BANNERS), ("upstream", "irc_banner_example", BANNERS),
    ("upstream", "dns_soa", SERVERS), ("upstream", "dns_tcp_example", SERVERS),
    ("distribution", "http_2xx", PAGES + STATUS + FOLLOW + ODD + TLS), ("distribution", "tcp_connect", BANNERS),
    ("distribution", "pop3s_banner", SECURE_BANNERS), ("distribution", "ssh_banner", BANNERS), ("distribution", "irc_banner", BANNERS),
    ("distribution", "icmp", HOSTS),
    ("chart", "http_2xx", PAGES + STATUS + FOLLOW + ODD + TLS), ("chart", "http_2xx_no_verify", PAGES + TLS + FOLLOW), ("chart", "tcp_connect", BANNERS),
    ("chart", "icmp", HOSTS),
    ("statuses", "http_234", STATUS + FOLLOW[:4]), ("statuses", "http_200_301_302", STATUS + FOLLOW), ("statuses", "http_redirect", STATUS + FOLLOW[:5]),
    ("statuses", "http_401", STATUS), ("statuses", "http_head", PAGES + [f"{WEB}/get", f"{WEB}/to/302/get", f"{WEB}/cut"]), ("statuses", "http_any_5xx", STATUS),
    ("certificates", "https_strict", TLS + PAGES[:1] + [f"{WEB}/to/302/https://good.example.test/", "https://good.example.test/to/302/http://web.example.test/"]),
    ("certificates", "https_insecure", TLS + PAGES[:1]), ("certificates", "http_plain_only", TLS[:2] + PAGES[:1]), ("certificates", "https_named", TLS),
    ("certificates", "https_other_name", TLS), ("certificates", "https_tls12", TLS), ("certificates", "tls_connect", SECURE),
    ("certificates", "tls_connect_named", SECURE), ("certificates", "tls_insecure", SECURE),
    ("anchors", "http_base", STATUS + FOLLOW[:3]), ("anchors", "http_same", STATUS + FOLLOW[:3]), ("anchors", "http_strict", STATUS + FOLLOW[:3]),
    ("anchors", "http_more", STATUS + FOLLOW[:3]), ("anchors", "http_list", STATUS + FOLLOW[:3]),
    ("resolvers", "dns_any", SERVERS), ("resolvers", "dns_a", SERVERS), ("resolvers", "dns_aaaa_tcp", SERVERS), ("resolvers", "dns_mx", SERVERS),
    ("resolvers", "dns_blocked", SERVERS), ("resolvers", "dns_up", SERVERS),
    ("health", "http_health", BODIES), ("health", "http_no_maintenance", BODIES), ("health", "http_json", [f"{WEB}/field/accept=application%2Fjson", f"{WEB}/ok"]),
    ("health", "http_vhost", [f"{WEB}/host/vhost.example.test", f"{WEB}/host/web.example.test", f"{WEB}/to/302/host/vhost.example.test",
                              f"{WEB}/to/302/http://web.example.test/host/web.example.test"]),
    ("health", "http_no_cookie", [f"{WEB}/cookie", f"{WEB}/ok", f"{WEB}/to/302/cookie"]), ("health", "http_origin", [f"{WEB}/origin/*", f"{WEB}/origin/a", f"{WEB}/ok"]),
    ("health", "http_small", [f"{WEB}/big/1000", f"{WEB}/big/1024", f"{WEB}/big/1025", f"{WEB}/big/9000"]), ("health", "http_empty_lists", PAGES),
    ("mail", "smtp_banner", BANNERS), ("mail", "smtp_ehlo", BANNERS), ("mail", "imap_banner", BANNERS), ("mail", "imaps_banner", SECURE_BANNERS),
    ("mail", "pop3_banner", BANNERS), ("mail", "redis_ping", BANNERS), ("mail", "amqp", BANNERS),
    ("families", "http_ip4", FAMILIES), ("families", "http_ip6", FAMILIES), ("families", "http_ip4_only", FAMILIES), ("families", "http_ip6_only", FAMILIES),
    ("families", "tcp_ip4", [f"{name}.example.test:80" for name in ("web", "six", "both", "dual", "laud")]),
    ("families", "tcp_ip6_only", [f"{name}.example.test:80" for name in ("web", "six", "both", "dual", "laud")]), ("families", "ping_ip4", HOSTS),
    ("families", "ping_ip6", HOSTS),
    ("versions", "http_11", VERSIONS), ("versions", "http_11_2", VERSIONS), ("versions", "http_11_20", VERSIONS), ("versions", "http_no2", VERSIONS),
    ("versions", "http_10", VERSIONS),
    ("mixed", "http_2xx", PAGES[:1] + STATUS + FOLLOW[:2]), ("mixed", "ssh", BANNERS),
]
# Modules that ask for more than is done here: nothing may be asked.
REFUSED = [("upstream", word) for word in (
    "http_with_proxy", "http_with_proxy_and_headers", "http_post_2xx", "http_post_body_file", "http_basic_auth_example", "http_json_cel_match",
    "http_2xx_oauth_client_credentials", "http_custom_ca_example", "http_gzip", "http_gzip_with_accept_encoding", "rabbitmq", "rabbitmq_insecure",
    "icmp_example", "dns_udp_example", "unix_ping", "websocket_echo")] + [
    ("distribution", word) for word in ("http_post_2xx", "grpc", "icmp_ttl5")] + [("certificates", "tls_client_certificate"), ("versions", "http_20")] + [
    ("resolvers", word) for word in ("dns_tls", "dns_chaos")] + [("health", word) for word in ("http_token", "http_login")] + [
    ("mail", "pop3_login")] + [("mixed", word) for word in ("http_old", "http_new", "http_h3", "dns_empty", "ping_big")]
# Where both differ on purpose: (a target's end, what lacuna says, why).
APART = [(":5306", False, "RFC 7766: an answer that was cut over UDP is none where nothing comes over TCP")]


class Exporter:
    """One at a time, with one configuration."""

    def __init__(self, file, folder):
        self.known = None
        config = path("blackbox", file + ".yml")
        if not self.takes(config):
            config = self.without_unknown(config, os.path.join(folder, file + ".yml"))
        self.child = subprocess.Popen([EXPORTER, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{PORT}"], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/-/healthy", timeout=5):
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the exporter does not listen")

    @staticmethod
    def takes(config):
        return subprocess.run([EXPORTER, "--config.check", f"--config.file={config}"], capture_output=True, check=False).returncode == 0

    def without_unknown(self, config, out):
        """A module that this version of it does not know is left out for it."""
        with open(config, encoding="utf-8") as file:
            blocks = re.split(r'\n(?=  "?\w+"?:)', file.read().rstrip("}\n") + "\n")[1:]
        self.known = []
        for block in blocks:
            with open(out, "w", encoding="utf-8") as file:
                file.write("modules:\n" + block.rstrip().rstrip(",") + "\n")
            if self.takes(out):
                self.known.append(block.rstrip().rstrip(","))
        with open(out, "w", encoding="utf-8") as file:
            file.write("modules:\n" + "\n".join(self.known) + "\n")
        self.known = [re.match(r'  "?(\w+)', block)[1] for block in self.known]
        return out

    def ask(self, module, target):
        """Whether it says success; None: it does not know the module."""
        if self.known is not None and module not in self.known:
            return None
        query = urllib.parse.urlencode({"module": module, "target": target})
        request = urllib.request.Request(f"http://127.0.0.1:{PORT}/probe?{query}", headers={"X-Prometheus-Scrape-Timeout-Seconds": "5"})
        with urllib.request.urlopen(request, timeout=60) as reply:
            return re.search(r"^probe_success (\d)", reply.read().decode(), re.MULTILINE)[1] == "1"

    def close(self):
        self.child.kill()
        self.child.wait()


def check(file, module, target):
    """(True or False as it was measured, or None; the word or the reason)"""
    done = subprocess.run([LACUNA, "check", "--modules", path("blackbox", file + ".yml"), "--module", module, target, "--lab", "--identity",
                           "probe.example.net", "--json"], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=90, check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    if not rows:
        why = [line for line in done.stderr.splitlines() if line.startswith("lacuna check: ")]
        return None, why[0][14:] if why else done.stderr
    last = rows[-1]
    return last["ok"], "ok" if last["ok"] else " ".join(str(last[key]) for key in ("failure", "status", "rcode", "alert", "errno") if key in last)


def record(folder, number, row):
    """What `record` writes of one row by a file_sd list: (True or False or None, what it said)"""
    file, module, target = row[:3]
    at = os.path.join(folder, f"record{number}")
    os.mkdir(at)
    with open(os.path.join(at, "list.json"), "w", encoding="utf-8") as out:
        json.dump([{"targets": [target], "labels": {"country": "KX", "module": module, "job": "blackbox"}}], out)
    with open(os.path.join(at, "lacuna.yml"), "w", encoding="utf-8") as out:
        out.write(f"probing: on\nlab: on\ncontact: a@example.net\nidentity: probe.example.net\nblackbox: {path('blackbox', file + '.yml')}\n"
                  f"allow: [198.18.0.0/15, '2001:db8::/32']\nfile_sd: [{{files: [{at}/list.json]}}]\n")
    done = subprocess.run([LACUNA, "record", "probes", "-c", os.path.join(at, "lacuna.yml"), "-o", os.path.join(at, "out"), "--for", "5"],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=90, check=False)
    lines = []
    if os.path.isdir(os.path.join(at, "out", "probes")):
        for name in os.listdir(os.path.join(at, "out", "probes")):
            with open(os.path.join(at, "out", "probes", name), encoding="utf-8") as read:
                lines += [json.loads(line) for line in read]
    words = [line["ok"] for line in lines if line["op"] != "observer_health" and line.get("failure") not in ("late_or_dup", "forged")
             and not (line.get("tc") and line.get("transport") != "tcp")]
    if len(set(words)) > 1:
        return "both", str(lines)
    return (words[0], "") if words else (None, done.stderr)


def recorded(cases, rows, folder):
    """One of each module that is fine and one that is not, by `record`: the same, or nothing with the module's name."""
    chosen = {}
    for row in rows:
        chosen.setdefault((row[0], row[1], row[4]), row)
    chosen = list(chosen.values())
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        found = list(pool.map(lambda item: record(folder, *item), enumerate(chosen)))
    wrong = []
    for row, (ours, said) in zip(chosen, found):
        named = f"'{row[1]}'" in said or "family of addresses" in said
        if ours != row[4] or (ours is None and not named):
            wrong.append(f"{row[:3]}: check {row[4]}, record {ours}: {said}")
    cases.case(f"record: {len(chosen)} of them by file_sd, as check has them", wrong)


def apart(target, ours):
    for end, said, why in APART:
        if target.endswith(end) and said == ours:
            return why
    return None


def rows_of(file, folder):
    """(file, module, target, what the exporter says, what lacuna says, its word)"""
    asked = [(module, target) for name, module, targets in USES if name == file for target in targets]
    asked += [(module, f"{FAR4}:80") for name, module in REFUSED if name == file]
    exporter = Exporter(file, folder)
    try:
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            theirs = list(pool.map(lambda ask: exporter.ask(*ask), asked))
            ours = list(pool.map(lambda ask: check(file, *ask), asked))
    finally:
        exporter.close()
    return [(file, module, target, *both[:1], *both[1]) for (module, target), both in zip(asked, zip(theirs, ours))]


def verdict(row):
    """(its word in the table, whether it is right)"""
    file, module, target, theirs, ours, word = row
    if (file, module) in REFUSED:
        return ("refused", True) if ours is None and f"'{module}'" in word else ("not refused", False)
    if ours is None and "family of addresses" in word and not theirs:
        return "refused", True # its module asks the other family only: nobody can be reached
    if ours is None:
        return "REFUSED", False
    if theirs is None:
        return "not known to the exporter", True
    if theirs == ours:
        return "same", True
    why = apart(target, ours)
    return (f"otherwise: {why}", True) if why else ("OTHERWISE", False)


def table(rows):
    words = {True: "success", False: "failure", None: "-"}
    lines = [f"{'configuration':13} {'module':34} {'target':66} {'exporter':9} {'lacuna':44} verdict"]
    for row in rows:
        file, module, target, theirs, ours, word = row
        said = "not asked" if ours is None else words[ours] if ours else f"failure: {word}"
        verdict_word = verdict(row)[0] + (f": {word}" if ours is None else "")
        lines.append(f"{file:13} {module:34} {target:66} {words[theirs]:9} {said:44} {verdict_word}")
    return "\n".join(lines) + "\n"


def main():
    two_sides.enter(EXPORTER, "openssl", "ip", "nsenter")
    cases = Cases()
    files = sorted({use[0] for use in USES})
    with tempfile.TemporaryDirectory() as folder:
        two_sides.servers(folder)
        try:
            rows = [row for file in files for row in rows_of(file, folder)]
            recorded(cases, rows, folder)
        finally:
            two_sides.leave()
    text = table(rows)
    print("".join(f"# {line}\n" for line in text.splitlines()), end="")
    if os.environ.get("LACUNA_TABLE"):
        with open(os.environ["LACUNA_TABLE"], "w", encoding="utf-8") as file:
            file.write(text)
    for file, module in dict.fromkeys(row[:2] for row in rows):
        of = [row for row in rows if row[:2] == (file, module)]
        cases.case(f"{file}: {module}: {len(of)} targets", [f"{row[2]}: exporter {row[3]}, lacuna {row[4]} ({row[5]})" for row in of if not verdict(row)[1]])
    cases.done()


if __name__ == "__main__":
    main()
