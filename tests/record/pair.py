# SPDX-License-Identifier: ISC
"""Two network namespaces for tests of the measuring processes: an observer and the world behind its gateway.

Everything is gone when the test ends, however it ends.
"""
import atexit
import os
import shutil
import signal
import subprocess
import sys

WORLD = "198.18.0.0/15"


def skip(reason):
    print(f"1..0 # SKIP {reason}".replace("\n", " "))
    sys.exit(0)


def run(*command, check=True):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=check)


def need(*programs):
    if os.geteuid() != 0:
        skip("network namespaces need root")
    for program in ("ip", *programs):
        if not shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"):
            skip(f"{program} is not installed")


class Pair:
    """`here` is the observer's namespace, `there` answers for every address of WORLD."""

    def __init__(self, tag):
        self.here, self.there = f"lr-{os.getpid()}-{tag}h", f"lr-{os.getpid()}-{tag}t"
        self.children = []
        atexit.register(self.close)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: sys.exit(1))
        try:
            self.build()
        except (subprocess.CalledProcessError, OSError) as problem:
            self.close()
            skip(f"no network namespaces: {getattr(problem, 'stderr', None) or problem}")

    def build(self):
        for name in (self.here, self.there):
            run("ip", "netns", "add", name)
            self.do(name, "ip link set lo up")
        self.do(self.here, f"ip link add wan type veth peer name lan netns {self.there}")
        self.do(self.here, "ip address add 192.0.2.1/24 dev wan")
        self.do(self.there, "ip address add 192.0.2.2/24 dev lan")
        self.do(self.here, "ip link set wan up")
        self.do(self.there, "ip link set lan up")
        self.do(self.here, "ip route add default via 192.0.2.2")
        self.do(self.there, f"ip route add local {WORLD} dev lo")
        self.do(self.there, "sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_per_sec=100000")

    def do(self, name, line, check=True):
        return run("ip", "netns", "exec", name, *line.split(), check=check)

    def start(self, name, *command, **more):
        child = subprocess.Popen(["ip", "netns", "exec", name, *command], **more)
        self.children.append(child)
        return child

    def close(self):
        for child in self.children:
            if child.poll() is None:
                child.terminate()
                try:
                    child.wait(5)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
        self.children = []
        for name in (self.here, self.there):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
