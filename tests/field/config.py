# SPDX-License-Identifier: ISC
"""Configurations of others, as they are found outside, and servers that are odd within their RFCs. Each case says in its line what is right
and why; servers.py answers on the far side of a link, in namespaces of the test's own."""
import concurrent.futures
import glob
import http.server
import json
import os
import subprocess
import tempfile
import threading
import time

import two_sides
from field import Cases, LACUNA, path, replay
from two_sides import FAR4, FAR6

WEB = f"http://{FAR4}"


def module(text):
    """A module `m` of that text."""
    return "modules:\n  m: " + text + "\n"


def web(text):
    return module(f"{{prober: http, timeout: 3s, http: {{{text}}}}}")


def shipped(name):
    with open(path("measuring", name), encoding="utf-8") as file:
        return file.read()


# (what is right and why, the file, its module, target, answer). The answer: True; False; a word of the failure; or, in a tuple, what the refusal names.
MODULES = [
    ("insecure_skip_verify switches all judgement of certificates off: one that expired", shipped("bb-insecure-skip-verify-expired.yml"), "https_insecure",
     f"https://{FAR4}:8443/", True),
    ("and one that is not yet valid", shipped("bb-insecure-skip-verify-expired.yml"), "https_insecure", f"https://{FAR4}:5443/", True),
    ("and one of an unknown authority", shipped("bb-insecure-skip-verify-expired.yml"), "https_insecure", f"https://{FAR4}:7443/", True),
    ("but not the answer", shipped("bb-insecure-skip-verify-expired.yml"), "https_insecure", f"https://{FAR4}/status/500", False),
    ("without it an expired certificate fails", web(""), "m", "https://good.example.test:8443/", "ssl_invalid_certificate"),
    ("redirects are followed by default: the page at their end counts", shipped("bb-follow-with-status-200.yml"), "http_200_follow", f"{WEB}/to/301//ok", True),
    ("also where it fails", shipped("bb-follow-with-status-200.yml"), "http_200_follow", f"{WEB}/to/301//status/500", "http_error"),
    ("ten at most", web(""), "m", f"{WEB}/hops/10", True),
    ("the eleventh is the answer, and no success", web(""), "m", f"{WEB}/hops/11", "http_error"),
    ("relative to where they stand (RFC 3986 5.2)", web(""), "m", f"{WEB}/to/302/../../ok", True),
    ("to a name, which is looked up", web(""), "m", f"{WEB}/to/302/http://web.example.test/ok", True),
    ("to TLS, whose certificate is judged by the new name", web(""), "m", f"{WEB}/to/302/https://good.example.test/", True),
    ("and fails for a name that it does not bear", web(""), "m", f"{WEB}/to/302/https://good.example.test:9443/", "ssl_invalid_hostname"),
    ("a name that leads nowhere is the server's fault", web(""), "m", f"{WEB}/to/302/http://nowhere.invalid:81/", False),
    ("not followed: a redirect is an answer that the list of statuses judges", web("follow_redirects: false, valid_status_codes: [302]"), "m", f"{WEB}/to/302//ok", True),
    ("QTYPE ANY is answered by any record (RFC 1035 3.2.3)", shipped("bb-dns-default-type.yml"), "dns_default", FAR4, True),
    ("but not by none", shipped("bb-dns-default-type.yml"), "dns_default", f"{FAR4}:5302", False),
    ("valid_rcodes: NXDOMAIN is what a filter of names is to say", shipped("bb-dns-expects-nxdomain.yml"), "dns_blocked", f"{FAR4}:5301", True),
    ("and an answer then is a failure", shipped("bb-dns-expects-nxdomain.yml"), "dns_blocked", FAR4, False),
    ("Host: of the module", shipped("bb-host-header.yml"), "vhost", f"{WEB}/host/vhost.example", True),
    ("which goes along to the same host only", shipped("bb-host-header.yml"), "vhost", f"{WEB}/to/302/http://web.example.test/host/web.example.test", True),
    ("a list of statuses has holes: what is in it", shipped("bb-status-list-with-5xx.yml"), "any_status", f"{WEB}/status/503", True),
    ("403 too", shipped("bb-status-list-with-5xx.yml"), "any_status", f"{WEB}/status/403", True),
    ("and 404 is not", shipped("bb-status-list-with-5xx.yml"), "any_status", f"{WEB}/status/404", "http_error"),
    ("nor 201", shipped("bb-status-list-with-5xx.yml"), "any_status", f"{WEB}/status/201", "http_error"),
    ("without a list 404 fails, as 2xx is meant", web(""), "m", f"{WEB}/status/404", "http_error"),
    ("preferred_ip_protocol: ip4 asks IPv4 where IPv6 refuses", shipped("bb-preferred-ip4-dual-stack.yml"), "ip4", "http://dual.example.test/", True),
    ("and IPv6 where there is nothing else", shipped("bb-preferred-ip4-dual-stack.yml"), "ip4", "http://six.example.test/", True),
    ("without a fallback it is not asked at all", web("preferred_ip_protocol: ip4, ip_protocol_fallback: false"), "m", "http://six.example.test/", ("family",)),
    ("a module of a later prober costs itself", shipped("bb-unused-module-of-newer-prober.yml"), "http_2xx", f"{WEB}/ok", True),
    ("by its name", shipped("bb-unused-module-of-newer-prober.yml"), "unix_ping", f"{WEB}/ok", ("unix_ping", ":5:", "'unix'")),
    ("a dns module without its section costs itself", shipped("bb-unused-dns-module-without-section.yml"), "http_2xx", f"{WEB}/ok", True),
    ("by what is missing", shipped("bb-unused-dns-module-without-section.yml"), "dns_udp", FAR4, ("dns_udp", "query_name")),
    ("a key of a later version costs its module", shipped("bb-legacy-and-future-keys.yml"), "http_2xx", f"{WEB}/ok", True),
    ("by its name and line", shipped("bb-legacy-and-future-keys.yml"), "old_tcp", f"{WEB}/ok", ("old_tcp", ":7:", "some_future_option")),
    ("merge keys are followed", "modules:\n  a: &a {prober: http, http: &h {valid_status_codes: [404], follow_redirects: false}}\n  m: {<<: *a}\n", "m", f"{WEB}/status/404", True),
    ("their own keys come first", "modules:\n  a: &a {prober: http, http: &h {valid_status_codes: [404]}}\n  m: {<<: *a, http: {<<: *h, valid_status_codes: [200]}}\n", "m",
     f"{WEB}/status/404", "http_error"),
    ("a list of merge keys: the first comes first", "modules:\n  a: &a {prober: http, http: {valid_status_codes: [404]}}\n  b: &b {prober: tcp, http: {}}\n"
     "  m: {<<: [*a, *b]}\n", "m", f"{WEB}/status/404", True),
    ("anchors may stand outside of the modules", "x-tls: &t {insecure_skip_verify: true}\nmodules: {m: {prober: http, http: {tls_config: *t}}}\n", "m", f"https://{FAR4}:8443/", True),
    ("a merge key of what is no map is an error with its line", "modules:\n  m:\n    <<: 5\n    prober: http\n", "m", WEB, (":3:",)),
    ("what is no part of such a file is left aside", "global: {scrape: 1}\nmodules: {m: {prober: http}}\n", "m", WEB, True),
    ("a tag costs the module that it stands in", "modules: {m: {prober: http}, n: !include other.yml}\n", "m", WEB, True),
    ("by its name", "modules: {m: {prober: http}, n: !include other.yml}\n", "n", WEB, ("'n'", "include")),
    ("a module that is there twice: the first counts", "modules:\n  m: {prober: http, http: {valid_status_codes: [404]}}\n  m: {prober: http}\n", "m", f"{WEB}/status/404", True),
    ("a key that is there twice costs its module", "modules:\n  m: {prober: http, prober: tcp}\n", "m", WEB, ("'m'", "prober", "twice")),
    ("empty lists ask nothing", web("fail_if_body_matches_regexp: [], fail_if_header_matches: [], valid_status_codes: [], headers: {}"), "m", WEB, True),
    ("a body that must not say it", web("fail_if_body_matches_regexp: ['(?i)MAINTENANCE']"), "m", f"{WEB}/body/under_maintenance", False),
    ("a body that must", web("fail_if_body_not_matches_regexp: ['\\bok\\b', 'read[yi]']"), "m", f"{WEB}/body/ok_ready", True),
    ("a body too long to be sure of what it does not say is not judged", web("fail_if_body_not_matches_regexp: ['never']"), "m", f"{WEB}/big/70000", "local_fault"),
    ("a pattern that is none costs its module", web("fail_if_body_matches_regexp: ['(']"), "m", WEB, ("'m'", "pattern")),
    ("what cannot be matched in linear time is none", web("fail_if_body_matches_regexp: ['(?=a)']"), "m", WEB, ("'m'", "pattern")),
    ("nothing is logged in to: by header", web("headers: {Authorization: Basic YTpi}"), "m", WEB, ("'m'", "logs in")),
    ("by section", web("basic_auth: {username: a, password: b}"), "m", WEB, ("'m'", "basic_auth")),
    ("by conversation", module("{prober: tcp, tcp: {query_response: [{send: \"a LOGIN me it\"}]}}"), "m", f"{FAR4}:143", ("'m'", "logs in")),
    ("by a second line of it", module("{prober: tcp, tcp: {query_response: [{send: \"EHLO a\\r\\nAUTH PLAIN AAA\"}]}}"), "m", f"{FAR4}:25", ("'m'", "logs in")),
    ("no mail is begun", module("{prober: tcp, tcp: {query_response: [{send: 'MAIL FROM:<a@example.test>'}]}}"), "m", f"{FAR4}:25", ("'m'", "mail")),
    ("POST is not sent", web("method: POST"), "m", WEB, ("'m'", "POST")),
    ("a proxy is not asked", web("proxy_url: 'http://127.0.0.1:3128'"), "m", WEB, ("'m'", "proxy_url")),
    ("a header cannot break the line", web("headers: {X-A: \"a\\r\\nHost: b\"}"), "m", WEB, ("'m'", "printable")),
    ("a name in the Common Name alone is none (RFC 9525 6.3)", web(""), "m", "https://good.example.test:6443/", "ssl_invalid_hostname"),
    ("server_name is what is asked for and looked for", web("tls_config: {server_name: good.example.test}"), "m", f"https://{FAR4}/", True),
    ("addresses of certificates", web(""), "m", f"https://[{FAR6}]/", True),
    ("paths are asked", web(""), "m", f"{WEB}/status/204?x=1#part", True),
    ("with characters that a request cannot hold written as %XX", web("fail_if_body_not_matches_regexp: ['a b\\{\"\\}']"), "m", WEB + '/body/a b{"}', True),
    ("a web module's target need not say http://", web(""), "m", f"{FAR4}/status/404", "http_error"),
    ("schemes are of any case (RFC 3986 3.1)", web(""), "m", f"HTTP://{FAR4}/ok", True),
    ("a target of another kind than its module's is named", web(""), "m", "dns://192.0.2.1/a.example", ("scheme",)),
    ("no such module", web(""), "nobody", WEB, ("'nobody'",)),
    ("a server that closes in the handshake is named", module("{prober: tcp, tcp: {tls: true}}"), "m", f"{FAR4}:5399", "connection_refused"),
    ("plain text in the handshake is named", module("{prober: tcp, timeout: 3s, tcp: {tls: true}}"), "m", f"{FAR4}:22", "ssl_failed_handshake"),
]


# (what is right and why, what is asked, answer as above)
ODD = [
    ("a server that answers FORMERR to EDNS is asked without (RFC 6891 7)", f"dns://{FAR4}:5308/example.test?SOA", True),
    ("also where it repeats no question", f"dns://{FAR4}:5310/example.test?SOA", True),
    ("and where it says NOTIMP", f"dns://{FAR4}:5311/example.test?SOA", True),
    ("an answer that is cut over UDP decides nothing: TCP does", f"dns://{FAR4}:5305/example.test?SOA", True),
    ("where TCP is dead it is a failure (RFC 7766)", f"dns://{FAR4}:5306/example.test?SOA", "generic_timeout_error"),
    ("where TCP is refused too", f"dns://{FAR4}:5313/example.test?SOA", "connection_refused"),
    ("a cut answer without authority, as dnsdist challenges, is not lame", f"dns://{FAR4}:5312/example.test?SOA", True),
    ("ANY is answered by any record", f"dns://{FAR4}/example.test?ANY", True),
    ("schemes are of any case", f"DNS://{FAR4}/example.test?any", True),
    ("HELO where EHLO is not known (RFC 5321 3.2)", f"smtp://{FAR4}:2504", True),
    ("whatever it says instead", f"smtp://{FAR4}:2505", True),
    ("but a refusal is one", f"smtp://{FAR4}:2506", "smtp_refused_error"),
    ("a banner may take its time (RFC 5321 4.5.3.2.1: five minutes)", f"smtp://{FAR4}:2503", True),
    ("a head may have 250,000 bytes, and a length twice where it is the same (RFC 9112 6.3)", f"http://{FAR4}:8005/", True),
]
# What a handshake met, by the members of the line.
HANDSHAKES = [("an alert is named (RFC 8446 6.2: 112 unrecognized_name)", 8001, {"failure": "ssl_failed_handshake", "tls_alert": 112}),
              ("a reset is named", 8002, {"failure": "connection_reset", "during": "tls"}), ("half a message and an end", 8003, {"failure": "eof_error", "during": "tls"}),
              ("an end", 8004, {"failure": "eof_error", "during": "tls"})]


def odd(cases):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda item: check(item[1]), ODD))
        shaken = list(pool.map(lambda item: check(f"tls://{FAR4}:{item[1]}"), HANDSHAKES))
    for (why, what, wanted), one in zip(ODD, done):
        problems = judged(one, wanted)
        cases.case("odd: " + why, [str(problem) for problem in problems])
    for (why, _, wanted), one in zip(HANDSHAKES, shaken):
        row = rows_of(one)[-1]
        cases.case("handshake: " + why, [] if {key: row.get(key) for key in wanted} == wanted and one.returncode == 1 else [str(row)])
    status, document, _ = replay(path("measuring", "dns-truncated-and-tcp-dead"))
    found = document["incidents"] if document else []
    cases.case("replay: answers that are cut and TCP that is dead are an outage of names", [] if len(found) == 1 and status == 0 else [str((status, found))[:500]])


def check(*words, timeout=90):
    return subprocess.run([LACUNA, "check", *words, "--lab", "--identity", "probe.example.net", "--json"], capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=timeout, check=False)


def rows_of(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def judged(done, wanted):
    """What is wrong with it."""
    rows = rows_of(done)
    if isinstance(wanted, tuple):
        return [f"asked: {rows}"] * bool(rows) + [f"no {word} in {done.stderr}" for word in wanted if word not in done.stderr] + (
            [f"status {done.returncode}"] if done.returncode not in (2, 3) else [])
    if not rows:
        return [done.stderr]
    good = rows[-1]["ok"] if wanted is True else not rows[-1]["ok"] if wanted is False else rows[-1].get("failure") == wanted
    status = {True: (0,), False: (1,)}[rows[-1]["ok"]] if wanted != "local_fault" else (1, 3)
    return [] if good and done.returncode in status else [f"status {done.returncode}: {rows} {done.stderr}"]


def modules(cases, folder):
    def ask(item):
        number, (_, text, name, target, wanted) = item
        file = os.path.join(folder, f"modules{number}.yml")
        with open(file, "w", encoding="utf-8") as out:
            out.write(text)
        return judged(check("--modules", file, "--module", name, target), wanted)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for (why, *_), problems in zip(MODULES, pool.map(ask, enumerate(MODULES))):
            cases.case("module: " + why, [str(problem) for problem in problems])


# (what is right and why, name of the list, its text, what is measured as (op, port), what is said). The modules: h (web), t (TLS), p (POST).
LISTS = [
    ("a URL with a path is asked, and the others too", "filesd-url-with-path.json", None, {("http", 21001), ("http", 21003)}, ()),
    ("a title in the label `name` is Prometheus' own", "filesd-name-label-is-a-title.yml", None, {("http", 21001)}, ()),
    ("labels: null and an empty list of targets", "filesd-no-labels-key-null.yml", None, {("tcp", 21001)}, ()),
    ("numbers and switches as labels", "filesd-numeric-label.yml", None, {("tcp", 21001)}, ()),
    ("one name that leads nowhere is said, and looked up again", "filesd-unresolvable-name.yml", None, {("http", 21001)}, ("does-not-exist.invalid",)),
    ("one target that is none costs itself, by its place", "a.json", '[{"targets": ["127.0.0.1:21001", "ftp://127.0.0.1/", "127.0.0.1:99999", {}, "a b"]}]', {("tcp", 21001)},
     ("[0].targets[1]", "[0].targets[2]", "[0].targets[3]", "[0].targets[4]")),
    ("one group that is none costs itself, by its line", "a.yml", "- {targets: ['127.0.0.1:21001']}\n- 5\n- {target: ['127.0.0.1:21003']}\n- {targets: ['127.0.0.1:21002']}\n",
     {("tcp", 21001), ("tcp", 21002)}, ("a.yml:2:", "a.yml:3:")),
    ("labels of Prometheus' own do not matter", "a.yml", "- {targets: ['127.0.0.1:21001'], labels: {__meta_x: y, kind: pod, qtype: z, entity: 'Main site', country: Utopia,"
     " institution: \"a\\tb\"}}\n", {("tcp", 21001)}, ()),
    ("one module that is not done costs its targets", "a.json", '[{"targets": ["127.0.0.1:21001"], "labels": {"module": "h"}}, {"targets": ["127.0.0.1:21003"],'
     ' "labels": {"__param_module": "p"}}]', {("http", 21001)}, ("not measured", "'p'", "POST")),
    ("one module that is not there too", "a.json", '[{"targets": ["127.0.0.1:21001"], "labels": {"module": "h"}}, {"targets": ["127.0.0.1:21003"], "labels": {"module": "x"}}]',
     {("http", 21001)}, ("'x'", "[1].targets[0]")),
    ("a key that is there twice: the last counts, as Go reads it", "a.json", '[{"targets": ["127.0.0.1:21001"], "labels": {"a": "b", "a": "c"}}]', {("tcp", 21001)}, ("duplicate",)),
    ("a byte order mark", "a.json", '\ufeff[{"targets": ["127.0.0.1:21001"]}]', {("tcp", 21001)}, ()),
    ("anchors and merge keys", "a.yml", "- targets: &t ['127.0.0.1:21001']\n  labels: &l {module: h}\n- {targets: ['127.0.0.1:21003'], labels: {<<: *l, team: x}}\n",
     {("http", 21001), ("http", 21003)}, ()),
    ("a second document is named", "a.yml", "- {targets: ['127.0.0.1:21001']}\n---\n- {targets: ['127.0.0.1:21003']}\n", {("tcp", 21001)}, ("a.yml:2:",)),
    ("web targets with a path but without http://", "a.json", '[{"targets": ["127.0.0.1:21001/health"], "labels": {"module": "h"}}]', {("http", 21001)}, ()),
    ("what logs in is not asked", "a.json", '[{"targets": ["http://me:it@127.0.0.1:21003/", "127.0.0.1:21001"]}]', {("tcp", 21001)}, ("user names",)),
    ("nothing of a list that is right is an error", "a.json", '[{"targets": ["a b"]}]', set(), ("[0].targets[0]",)),
    ("so is one that is none", "a.json", '{"targets": []}', set(), ("a list of groups",)),
    ("a list that cannot be read costs itself where there are others", "a.json", '[{"targets": ["127.0.0.1:21001"]}', {("tcp", 21004)}, ("a.json:1:",)),
]
MORE = {"a list that cannot be read costs itself where there are others": "targets: [{url: 'tcp://127.0.0.1:21004'}]\n"}
TEST_MODULES = "modules:\n  h: {prober: http}\n  t: {prober: tcp, tcp: {tls: true}}\n  p: {prober: http, http: {method: POST}}\n"


class Quiet(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """Who only connects is no news."""


def near_servers():
    for port in (21001, 21002, 21003, 21004):
        server = Server(("127.0.0.1", port), Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()


def lines_of(folder):
    found = []
    for name in glob.glob(os.path.join(folder, "probes", "*")):
        with open(name, encoding="utf-8") as file:
            found += [json.loads(line) for line in file]
    return found


def configuration(at, files, more=""):
    with open(os.path.join(at, "modules.yml"), "w", encoding="utf-8") as out:
        out.write(TEST_MODULES)
    with open(os.path.join(at, "lacuna.yml"), "w", encoding="utf-8") as out:
        out.write(f"probing: on\nlab: on\ncontact: a@example.net\nidentity: probe.example.net\nblackbox: modules.yml\nallow: [127.0.0.0/8, 198.18.0.0/15]\n"
                  f"file_sd: [{{files: ['{files}']}}]\n{more}")
    return os.path.join(at, "lacuna.yml")


def record_list(folder, number, case):
    why, name, text, measured, said = case
    at = os.path.join(folder, f"list{number}")
    os.mkdir(at)
    with open(os.path.join(at, name), "w", encoding="utf-8") as out:
        out.write(shipped(name) if text is None else text)
    done = subprocess.run([LACUNA, "record", "probes", "-c", configuration(at, name, MORE.get(why, "")), "-o", os.path.join(at, "out"), "--for", "3"],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
    short = {"http_round_trip": "http", "tcp_connect": "tcp"}
    found = {(short[line["op"]], line.get("port", 80)) for line in lines_of(os.path.join(at, "out")) if line["op"] in short and line["ok"]}
    return [f"measured {found}: {done.stderr}"] * (found != measured) + [f"no {word} in {done.stderr}" for word in said if word not in done.stderr]


def lists(cases, folder):
    near_servers()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        for case, problems in zip(LISTS, pool.map(lambda item: record_list(folder, *item), enumerate(LISTS))):
            cases.case("list: " + case[0], problems)


def write(file, text):
    with open(file + ".new", "w", encoding="utf-8") as out:
        out.write(text)
    os.rename(file + ".new", file)


def changes(cases, folder):
    """Lists that change while they are measured are followed, as Prometheus follows them; what is half written changes nothing."""
    at = os.path.join(folder, "changes")
    os.mkdir(at)
    listed = os.path.join(at, "one.json")
    write(listed, '[{"targets": ["127.0.0.1:21001", "127.0.0.1:21002", "127.0.0.5:21004"]}]')
    write(os.path.join(at, "out.txt"), "127.0.0.5\n")
    child = subprocess.Popen([LACUNA, "record", "probes", "-c", configuration(at, "*.json", "opt_out_file: out.txt\nentities: [{id: country/KX, prefixes: [127.0.0.0/8]}]\n"), "-o",
                              os.path.join(at, "out"), "--for", "30"], stderr=subprocess.PIPE, text=True)
    ports = lambda since: {line.get("port") for line in lines_of(os.path.join(at, "out")) if line["op"] == "tcp_connect" and line["t"] > since}
    time.sleep(5)
    cases.case("change: what is listed at first is asked", [] if ports(0) == {21001, 21002} else [str(ports(0))])
    with open(listed, "w", encoding="utf-8") as out:
        out.write('[{"targets": ["127.0.0.1:21003"')
    write(os.path.join(at, "out.txt"), "") # who opted out stays out
    time.sleep(5)
    half = time.time() - 1.5
    time.sleep(2)
    cases.case("change: a list that is half written changes nothing", [] if {21001, 21002} <= ports(half - 3) and 21003 not in ports(0) else [str(ports(half - 3))])
    write(listed, '[{"targets": ["127.0.0.1:21003", "127.0.0.5:21004"], "labels": {"country": "KY"}}]')
    time.sleep(5)
    since = time.time()
    time.sleep(3)
    cases.case("change: then the new ones are asked, and no others", [] if ports(since) == {21003} else [str(ports(since))])
    write(os.path.join(at, "two.json"), '[{"targets": ["127.0.0.1:21001"]}]')
    _, err = child.communicate(timeout=60)
    cases.case("change: a list that comes to be is read", [] if {21001, 21003} <= ports(since + 4) else [str(ports(since + 4)), err])
    cases.case("change: all is said", [word for word in ("measured on", "one.json", "read again: 2 targets", "read again: 3 targets") if word not in err] and [err])
    cases.case("change: who opted out is not asked by a new list, though the file was emptied", [] if 21004 not in ports(0) else [err])
    with open(os.path.join(at, "out", "recording.json"), encoding="utf-8") as file:
        recording = json.load(file)
    cases.case("change: recording.json lists them all", [] if {e["id"] for e in recording["entities"]} >= {"country/KX", "country/KY"} else [str(recording)])
    cases.case("change: and the status is that of a good end", [] if child.returncode == 0 else [str(child.returncode), err])


def main():
    two_sides.enter("openssl", "ip", "nsenter")
    cases = Cases()
    with tempfile.TemporaryDirectory() as folder:
        two_sides.servers(folder)
        try:
            modules(cases, folder)
            odd(cases)
            lists(cases, folder)
            changes(cases, folder)
        finally:
            two_sides.leave()
    cases.done()


main()
