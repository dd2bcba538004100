# SPDX-License-Identifier: ISC
"""Three network namespaces in a row for the tests of the check engine: watcher - router - servers, IPv4 and IPv6.

A test makes a Lab, starts servers in it, and asks with `ask`. Everything it started or made is gone when it ends, however it ends.
"""
import atexit
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time

ASK = os.environ["LACUNA_CHECK_ASK"]
WATCHER4, WATCHER6 = "198.18.1.2", "2001:db8:1::2"
ROUTER4, ROUTER6 = "198.18.1.1", "2001:db8:1::1"
SERVER4, SERVER6 = "198.18.2.2", "2001:db8:2::2"
# Flags of model/probe.h.
VERIFY, STARTTLS, HTTPS, HEAD = 1, 2, 4, 32


def run(*command, feed=None, check=True):
    return subprocess.run(command, input=feed, capture_output=True, text=True, timeout=60, check=check)


def skip(reason):
    print(f"1..0 # SKIP {reason}")
    sys.exit(0)


def need(*programs):
    """Skips the whole test where it cannot run."""
    if os.geteuid() != 0:
        skip("network namespaces need root")
    for program in ("ip", *programs):
        if not find(program):
            skip(f"{program} is not installed")


def find(program):
    return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


class Lab:
    def __init__(self):
        self.names = {part: f"lc-{os.getpid()}-{part}" for part in ("watcher", "router", "servers")}
        self.children = []
        self.cases = 0
        self.failed = 0
        atexit.register(self.close)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: sys.exit(1))
        try:
            self.build()
        except (subprocess.CalledProcessError, OSError) as problem:
            self.close()
            skip(f"no network namespaces: {getattr(problem, 'stderr', None) or problem}".replace("\n", " "))

    def build(self):
        watcher, router, servers = self.names.values()
        for name in self.names.values():
            run("ip", "netns", "add", name)
            self.do(name, "ip link set lo up")
            self.set(name, "net.ipv6.conf.default.accept_dad", 0)
            self.set(name, "net.ipv6.conf.all.accept_dad", 0)
        self.do(watcher, f"ip link add wan type veth peer name left netns {router}")
        self.do(router, f"ip link add right type veth peer name wan netns {servers}")
        self.mend()
        self.set(router, "net.ipv4.ip_forward", 1)
        self.set(router, "net.ipv6.conf.all.forwarding", 1)
        for name in (router, servers):  # else one unreachable a second
            self.set(name, "net.ipv4.icmp_ratelimit", 0)
            self.set(name, "net.ipv6.icmp.ratelimit", 0)

    def mend(self):
        """Addresses, links and routes as they should be; also after a link was down."""
        for part, link, number, host in (("watcher", "wan", 1, 2), ("router", "left", 1, 1), ("router", "right", 2, 1), ("servers", "wan", 2, 2)):
            self.do(part, f"ip address replace 198.18.{number}.{host}/24 dev {link}")
            self.do(part, f"ip address replace 2001:db8:{number}::{host}/64 dev {link} nodad")
            self.do(part, f"ip link set {link} up")
        self.do("watcher", f"ip route replace 198.18.2.0/24 via {ROUTER4}")
        self.do("watcher", f"ip route replace 2001:db8:2::/64 via {ROUTER6}")
        self.do("servers", "ip route replace 198.18.1.0/24 via 198.18.2.1")
        self.do("servers", "ip route replace 2001:db8:1::/64 via 2001:db8:2::1")

    def set(self, name, key, value):
        path = "/proc/sys/" + key.replace(".", "/")
        run("ip", "netns", "exec", self.names.get(name, name), "sh", "-c", f"[ ! -e {path} ] || echo {value} > {path}")

    def do(self, name, command, feed=None, check=True):
        return run("ip", "netns", "exec", self.names.get(name, name), *command.split(), feed=feed, check=check)

    def start(self, name, *command, ready=None):
        """A server; ready: the port that it listens on once it is there."""
        child = subprocess.Popen(["ip", "netns", "exec", self.names[name], *command], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.children.append(child)
        for _ in range(200):
            if ready is None or self.listens(name, ready):
                return child
            if child.poll() is not None:
                raise RuntimeError(f"{command[0]} ended: {child.stderr.read()[:500]}")
            time.sleep(0.05)
        raise RuntimeError(f"{command[0]} does not listen on {ready}")

    def misbehave(self, certificate, key):
        self.start("servers", sys.executable, "-B", os.path.join(os.path.dirname(os.path.abspath(__file__)), "misbehave.py"),
                   certificate, key, ready=8000)

    def listens(self, name, port):
        return bool(run("ip", "netns", "exec", self.names[name], "ss", "-Hltn", f"sport = :{port}").stdout.strip())

    def ask(self, *lines, options=(), files=None):
        """[attempt] in the order of the lines, and the counts. files: at most so many are open."""
        limit = (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))) if files else None
        done = subprocess.run(["ip", "netns", "exec", self.names["watcher"], ASK, "--sealed", *options], input="\n".join(lines) + "\n",
                              capture_output=True, text=True, timeout=120, check=False, preexec_fn=limit)
        if done.returncode != 0:
            raise RuntimeError(f"ask: status {done.returncode}: {done.stderr[:2000]}")
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return sorted(rows[:-1], key=lambda row: row["index"]), rows[-1]

    def expect(self, name, row, **wanted):
        problems = [f"{key}: {row.get(key)!r}, expected {value!r}" for key, value in wanted.items()
                    if not (value(row.get(key)) if callable(value) else row.get(key) == value)]
        self.case(name, not problems, problems + [str(row)])

    def case(self, name, good, detail=()):
        self.cases += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.cases} - {name}", flush=True)
        for line in [] if good else detail:
            print("# " + str(line)[:400])

    def done(self):
        print(f"1..{self.cases}")
        self.close()
        sys.exit(1 if self.failed or not self.cases else 0)

    def close(self):
        for child in self.children:
            try:
                os.killpg(child.pid, signal.SIGKILL)  # a session of its own: the server and what it forked
            except ProcessLookupError:
                pass
            child.wait()
            child.stderr.close()
        self.children = []
        for name in self.names.values():
            run("ip", "netns", "delete", name, check=False)
