# SPDX-License-Identifier: ISC
"""`lacuna probe` and `lacuna check` from end to end: on loopback, also as a user without any privilege; a zone in a namespace."""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

import pair

LACUNA = os.environ["LACUNA"]
ZONE = """$ORIGIN kx.
$TTL 60
@ SOA ns1 root 2026112501 600 60 3600 60
@ NS ns1
@ NS ns2
@ MX 10 mail
@ A 198.18.1.80
www A 198.18.1.81
ns1 A 198.18.1.53
ns2 A 198.18.2.53
mail A 198.18.1.25
"""
NSD = """server:
  username: ""
  zonesdir: "{folder}"
  pidfile: "{folder}/nsd.pid"
  xfrdfile: "{folder}/xfrd"
  zonelistfile: "{folder}/zones"
  ip-address: 198.18.1.53
  ip-address: 192.0.2.2
  server-count: 1
remote-control:
  control-enable: no
zone:
  name: kx
  zonefile: kx.zone
"""


class Cases:
    def __init__(self):
        self.count = self.failed = 0

    def case(self, name, problems, skip=""):
        problems = [str(problem) for problem in problems if problem]
        self.count += 1
        self.failed += bool(problems)
        print(f"{'not ' if problems else ''}ok {self.count} - {name}" + (f" # SKIP {skip}" if skip else ""), flush=True)
        for problem in problems[:10]:
            for line in problem.splitlines():
                print(f"# {line}")


def lacuna(*words, user=None, inside=None):
    command = [LACUNA, *words]
    if user is not None:
        command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs", "--inh-caps=-all", *command]
    if inside:
        command = ["ip", "netns", "exec", inside, *command]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def attempts(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


class Web(threading.Thread):
    """Answers every connection with a status."""

    def __init__(self, status):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.answer = f"HTTP/1.1 {status} x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok".encode()
        self.seen = []
        self.start()

    def run(self):
        while True:
            connection, _ = self.socket.accept()
            try:
                self.seen.append(connection.recv(4096).decode("latin-1"))
                connection.sendall(self.answer)
            except OSError:
                pass
            connection.close()


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def loopback(cases, user, who):
    if user is not None and (os.geteuid() != 0 or not shutil.which("setpriv")):
        cases.case(f"{who}", [], skip="another user can only be become by root with setpriv")
        return
    result = lacuna("probe", "127.0.0.1", "::1", "--count", "2", "--interval", "1", "--json", user=user)
    got = attempts(result)
    cases.case(f"{who}: probe 127.0.0.1 and ::1", [result.stderr] if result.returncode or len(got) != 4 or not all(a["ok"] for a in got) else [])
    words = result.stderr.lower()
    cases.case(f"{who}: it says how", [] if "probe: " in words and any(w in words for w in ("raw socket", "ping socket", "tcp connect")) else [result.stderr])
    good, bad, shut = Web(200), Web(503), closed_port()
    result = lacuna("check", f"http://127.0.0.1:{good.port}/", f"http://127.0.0.1:{bad.port}/", f"tcp://127.0.0.1:{shut}", "--json", "--contact",
                    "noc@example.net", user=user)
    got = {a["port"]: a for a in attempts(result)}
    problems = [] if result.returncode == 1 else [f"status {result.returncode}"]
    problems += [] if got.get(good.port, {}).get("ok") and got[good.port]["status"] == 200 else ["200 is not fine"]
    problems += [] if got.get(bad.port, {}).get("failure") == "http_error" and got[bad.port]["status"] == 503 else ["503 is not a failure"]
    problems += [] if got.get(shut, {}).get("failure") == "connection_refused" else ["a closed port is not refused"]
    cases.case(f"{who}: check", problems + ([result.stdout, result.stderr] if problems else []))
    asked = (good.seen or [""])[0]
    cases.case(f"{who}: it asks for / only and says who it is", [] if asked.startswith("GET / HTTP/1.1\r\n") and "Lacuna/" in asked
               and "noc@example.net" in asked else [asked])


def blackbox(cases):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "blackbox.yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("modules:\n  down_is_fine:\n    prober: http\n    timeout: 2s\n    http: {valid_status_codes: [503]}\n")
        web = Web(503)
        result = lacuna("check", "--modules", path, "--module", "down_is_fine", f"http://127.0.0.1:{web.port}/", "--json")
        cases.case("a blackbox module decides what is accepted", [] if result.returncode == 0 and attempts(result)[0]["ok"] else [result.stdout + result.stderr])


def refusals(cases):
    problems = []
    for words, status in ((["probe"], 2), (["probe", "198.51.100.1", "--count", "1"], 3), (["probe", "224.0.0.1", "--count", "1"], 3),
                          (["probe", "192.0.2.0/24", "--count", "1"], 2), (["probe", *[f"127.0.0.{i}" for i in range(1, 19)]], 2),
                          (["check", "http://198.51.100.1/"], 2), (["check", "gopher://127.0.0.1/"], 2), (["check", "http://me:it@127.0.0.1/"], 2),
                          (["probe", "--rate", "20000", "127.0.0.1"], 2), (["probe", "--interval", "x", "127.0.0.1"], 2)):
        result = lacuna(*words)
        if result.returncode != status or not result.stderr:
            problems.append(f"{' '.join(words)[:60]}: {result.returncode}, not {status}: {result.stderr[:200]}")
    cases.case("what must not be asked is not asked", problems)


def shell(text, **variables):
    return subprocess.run(["sh", "-c", text], capture_output=True, text=True, timeout=30, check=False, env={**os.environ, "LACUNA": LACUNA, **variables})


def descriptors(cases):
    with tempfile.TemporaryDirectory() as folder:
        record = 'exec "$LACUNA" record probes --lab --interval 1 --for 2 -o "$DIR" 127.0.0.1'
        shell(record + " <&- >&- 2>&-", DIR=folder)
        wrong = [line for name in os.listdir(folder + "/probes") if name.endswith(".ndjson")
                 for line in open(os.path.join(folder, "probes", name), encoding="utf-8") if not line.startswith("{")]
        cases.case("no message in a recording whose standard descriptors are closed", wrong)
        first = subprocess.Popen(["sh", "-c", record], env={**os.environ, "LACUNA": LACUNA, "DIR": folder}, stderr=subprocess.DEVNULL)
        time.sleep(1)
        second = shell(record, DIR=folder)
        first.wait()
        cases.case("two recorders of one name", [second.stderr] if second.returncode != 4 or "--observer" not in second.stderr else [])
        os.unlink(folder + "/recording.json")
        os.mkfifo(folder + "/recording.json")
        piped = shell(record, DIR=folder)
        cases.case("a pipe in place of recording.json is not waited for", [piped.stderr] if piped.returncode != 4 or "recording.json" not in piped.stderr else [])
        limited = shell("ulimit -f 0; " + record.replace("--for 2", "--for 9"), DIR=folder + "/limited")
        cases.case("a limit of file size is a failure of ours", [str(limited)] if limited.returncode != 4 else [])
    began = time.monotonic()
    shell('"$LACUNA" probe --quiet --json --count 0 127.0.0.1 | head -n 1')
    cases.case("nobody is asked for a reader who has gone", [] if time.monotonic() - began < 60 else ["it went on"])
    with tempfile.TemporaryDirectory() as folder:
        brief = lacuna("record", "probes", "--for", "0.0001", "-o", folder, "--lab", "127.0.0.1")
        cases.case("the shortest time is not for ever", [] if brief.returncode in (0, 3) else [brief.stderr])


def ours(cases):
    problems = []
    for words in (["--source-ip", "192.0.2.77"], ["--interface", "none"]):
        result = lacuna("probe", "--count", "1", "127.0.0.1", *words)
        if result.returncode not in (3, 4) or " answered;" in result.stdout or "failed" in result.stdout:
            problems.append(f"{words}: {result}")
    cases.case("an address or interface that is not here is no failure of a target", problems)


def zone(cases):
    if os.geteuid() != 0 or not shutil.which("nsd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"):
        cases.case("a zone", [], skip="needs root and nsd")
        return
    world = pair.Pair("z")
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("kx.zone", ZONE), ("nsd.conf", NSD.format(folder=folder))):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        world.start(world.there, "nsd", "-d", "-c", os.path.join(folder, "nsd.conf"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1.5)
        result = lacuna("check", "--lab", "--zone", "kx", "--resolver", "192.0.2.2", "--json", "--timeout", "2", inside=world.here)
        got = {(a["op"], a["target"]): a for a in attempts(result)}
        problems = []
        first, second = got.get(("dns_round_trip", "198.18.1.53"), {}), got.get(("dns_round_trip", "198.18.2.53"), {})
        problems += [] if first.get("ok") and first.get("aa") and first.get("serial") == 2026112501 else [f"first server: {first}"]
        problems += [] if second.get("failure") == "connection_refused" else [f"second server: {second}"]
        problems += [] if ("smtp_banner", "198.18.1.25") in got else ["the mail server was not asked"]
        cases.case("check --zone finds and asks its servers", problems + ([result.stderr] if problems else []))
        listed = lacuna("check", "--lab", "--zone", "kx", "--resolver", "192.0.2.2", "--list", "--timeout", "2", inside=world.here)
        wanted = ('"198.18.1.53", kind: dns', '"198.18.1.25", kind: smtp', '"198.18.1.80", kind: host', '"198.18.1.81", kind: host')
        cases.case("--list has its name servers, mail servers and addresses", [f"{w} is missing" for w in wanted if w not in listed.stdout])
        path = os.path.join(folder, "lacuna.yml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("lab: on\nprobing: on\n" + listed.stdout)
        record = lacuna("record", "probes", "-c", path, "-o", os.path.join(folder, "r"), "--for", "3", inside=world.here)
        cases.case("what --list prints is a configuration", [] if record.returncode in (0, 1) and "attempts" in record.stderr else [listed.stdout, record.stderr])
        world.close()


def main():
    cases = Cases()
    loopback(cases, None, "this user")
    loopback(cases, 65534, "a user without any privilege")
    blackbox(cases)
    refusals(cases)
    descriptors(cases)
    ours(cases)
    zone(cases)
    print(f"1..{cases.count}")
    return 1 if cases.failed else 0


sys.exit(main())
