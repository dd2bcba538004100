# SPDX-License-Identifier: ISC
"""Namespaces for the DNS tests: an observer, a router, servers; real NSD and servers that misbehave. Nothing leaves them."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "house"))

SERVER = "198.18.2.10"    # NSD
SECOND = "198.18.2.11"    # another NSD, with older zones
BAD = "198.18.2.20"       # misbehaves, a way a port
CHILD = "198.18.2.40"     # NSD with the child zone
ADDRESSES = [10, 11, 20, 21, 30, 31, 33, 34, 40]
BEHIND_ROUTER = "203.0.113.5"  # the router has no route there

NSD = """\
server:
  server-count: 1
  username: root
  chroot: ""
  database: ""
  zonesdir: "{folder}"
  pidfile: "{folder}/nsd.pid"
  xfrdfile: "{folder}/xfrd.state"
  zonelistfile: "{folder}/zone.list"
  xfrdir: "{folder}"
  nsid: "ascii_{nsid}"
  verbosity: 0
  rrl-ratelimit: 0
{listen}
remote-control:
  control-enable: no
"""


def why_not():
    """Why the tests cannot run here, or None."""
    if os.geteuid() != 0:
        return "not root"
    for program in ("ip", "nft", "nsd"):
        if not shutil.which(program):
            return f"{program} is not installed"
    name = f"ld-{os.getpid()}-t"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode:
        return "no network namespaces"
    subprocess.run(["ip", "netns", "del", name], check=False)
    return None


class Lab:
    def __init__(self):
        self.names = {}
        self.children = []
        self.folder = tempfile.mkdtemp(prefix="ld-")

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the time-out of the test runner cleans up too
        try:
            self.build()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for child in self.children:
            child.kill()
            child.wait()
        for name in self.names.values():
            # A server that forked is found by the namespace that only it is in.
            pids = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True, check=False).stdout
            for pid in pids.split():
                try:
                    os.kill(int(pid), signal.SIGKILL)
                except ProcessLookupError:
                    pass
            subprocess.run(["ip", "netns", "del", name], check=False)
        self.names = {}
        shutil.rmtree(self.folder, ignore_errors=True)

    def ip(self, where, line):
        subprocess.run(["ip", "-n", self.names[where], *line.split()], check=True)

    def inside(self, where, command):
        return ["ip", "netns", "exec", self.names[where], *command]

    def run(self, where, command, **more):
        return subprocess.run(self.inside(where, command), check=True, **more)

    def spawn(self, where, command, **more):
        child = subprocess.Popen(self.inside(where, command), **more)
        self.children.append(child)
        return child

    def build(self):
        for where in ("o", "r", "s", "n"):  # observer, router, servers; a place without any route
            name = f"ld-{os.getpid()}-{where}"
            subprocess.run(["ip", "netns", "add", name], check=True)
            self.names[where] = name
            self.ip(where, "link set lo up")
            # No duplicate address detection: addresses are there at once. Errors as often as they are due.
            for key, value in (("ipv6.conf.all.accept_dad", 0), ("ipv6.conf.default.accept_dad", 0), ("ipv4.icmp_ratelimit", 0),
                               ("ipv6.icmp.ratelimit", 0), ("ipv4.ip_forward", int(where == "r")),
                               ("ipv6.conf.all.forwarding", int(where == "r"))):
                self.run(where, ["sh", "-c", f"echo {value} > /proc/sys/net/{key.replace('.', '/')}"])
        for end, net in (("o", 1), ("s", 2)):
            self.ip("r", f"link add {end}0 type veth peer name r0 netns {self.names[end]}")
            for where, device, last in (("r", end + "0", 1), (end, "r0", 2)):
                self.ip(where, f"address add 198.18.{net}.{last}/24 dev {device}")
                self.ip(where, f"address add 2001:db8:{net}::{last}/64 dev {device} nodad")
                self.ip(where, f"link set {device} up")
            self.ip(end, f"route add default via 198.18.{net}.1")
            self.ip(end, f"route add default via 2001:db8:{net}::1")
        for last in ADDRESSES:
            self.ip("s", f"address add 198.18.2.{last}/24 dev r0")
        for last in (10, 30):
            self.ip("s", f"address add 2001:db8:2::{last}/64 dev r0 nodad")

    def rules(self, where, hook, lines):
        """Packet filter rules at a hook of a namespace."""
        text = f"table inet lab {{ chain {hook} {{ type filter hook {hook} priority 0;\n" + "\n".join(lines) + "\n}\n}\n"
        self.run(where, ["nft", "-f", "-"], input=text, text=True)

    def nsd(self, name, addresses, zones, where="s"):
        """zones: {name: text of the zone file, None (the file is missing), or lines of configuration in a list}"""
        folder = os.path.join(self.folder, name)
        os.makedirs(folder)
        text = NSD.format(folder=folder, nsid=name, listen="\n".join(f"  ip-address: {a}" for a in addresses))
        for zone, content in zones.items():
            text += f'zone:\n  name: "{zone}"\n  zonefile: "{zone}.zone"\n'
            if isinstance(content, list):
                text += "".join(f"  {line}\n" for line in content if not line.startswith("@"))
                content = next((line[1:] for line in content if line.startswith("@")), None)
            if content is not None:
                with open(os.path.join(folder, f"{zone}.zone"), "w", encoding="utf-8") as file:
                    file.write(content)
        with open(os.path.join(folder, "nsd.conf"), "w", encoding="utf-8") as file:
            file.write(text)
        log = open(os.path.join(folder, "log"), "w", encoding="utf-8")
        with log:
            return self.spawn(where, ["nsd", "-d", "-c", os.path.join(folder, "nsd.conf")], stdout=log, stderr=log)

    def stop(self, child, address):
        """Ends a server and all that it forked, told by the address that they listen on."""
        found = self.run("s", ["ss", "-Hulnp", f"src {address}"], capture_output=True, text=True).stdout
        pids = {int(pid) for pid in re.findall(r"pid=(\d+)", found)}
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        child.kill()
        child.wait()

    def ask(self, program, lines, where="o", options=()):
        """Attempts by number of the line, each a list; then the last line (counts), then other lines."""
        out = self.run(where, [program, *options], input="\n".join(lines) + "\n", text=True, capture_output=True).stdout
        rows = [json.loads(line) for line in out.splitlines()]
        attempts = {}
        for row in rows:
            if "number" in row:
                attempts.setdefault(row["index"], []).append(row)
        return attempts, rows[-1], [row for row in rows[:-1] if "number" not in row]

    def until(self, program, line, good, where="o"):
        """Asks until the first attempt is as wanted; at most 60 times half a second or so."""
        last = None
        for _ in range(60):
            attempts, _, _ = self.ask(program, [line, "wait 400"], where)
            last = attempts[0][0]
            if good(last):
                return []
        return [f"never as it should be: {last}"]


def zone_text(zone, serial, timers="3600 600 86400 300", more=""):
    return (f"$ORIGIN {zone}.\n$TTL 60\n@ IN SOA ns1 host {serial} {timers}\n@ IN NS ns1\nns1 IN A {SERVER}\n" + more + "\n")


def problems(attempt, wanted):
    return [f"{key} is {attempt.get(key)}, not {value}: {attempt}" for key, value in wanted.items() if attempt.get(key) != value]
