# SPDX-License-Identifier: ISC
"""A recording that grows: the same files as a finished one, up to a moment of their data, and a `replay --follow` beside them."""
import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import time

from run import LACUNA

LIMIT = 120  # s until something that must come is missing


def mrt_ends(data):
    at = 0
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at + 8:at + 12], "big")
        yield int.from_bytes(data[at:at + 4], "big"), end
        at = end


def line_ends(data):
    at = 0
    while at < len(data):
        end = data.find(b"\n", at) + 1 or len(data)
        found = re.search(rb'"t":\s*([0-9.]+)', data[at:end])
        yield float(found[1]) if found else 0, end
        at = end


def index_ends(data):
    for line in data.splitlines():
        entry = json.loads(line)
        yield entry["t"], entry["off"] + entry["len"]


class Part:
    """One file: its bytes, and where in them each moment of the data ends."""

    def __init__(self, source, name):
        self.name, self.packed = name, name.endswith(".gz")
        with (gzip.open if self.packed else open)(os.path.join(source, name), "rb") as file:
            self.data = file.read()
        if name.endswith(".bmp"):
            with open(os.path.join(source, name + ".index"), "rb") as file:
                ends = index_ends(file.read())
        else:
            ends = line_ends(self.data) if re.search("json|index", name) else mrt_ends(self.data)
        self.ends = list(ends)
        self.written = 0

    def upto(self, moment):
        end = 0
        for when, to in self.ends:
            if when > moment:
                break
            end = to
        return end

    def write(self, folder, end):
        if end <= self.written:
            return
        path = os.path.join(folder, self.name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        more = self.data[self.written:end]
        with open(path, "ab") as file:
            file.write(gzip.compress(more, mtime=0) if self.packed else more)
        self.written = end


class Growing:
    def __init__(self, source, folder):
        self.source, self.folder = source, folder
        os.makedirs(folder, exist_ok=True)
        shutil.copy(os.path.join(source, "recording.json"), folder)
        names = (os.path.relpath(os.path.join(at, n), source) for at, _, files in os.walk(source) for n in files)
        self.parts = [Part(source, n) for n in sorted(names) if os.path.dirname(n)]
        self.first = min(p.ends[0][0] for p in self.parts)
        self.last = max(max(w for w, _ in p.ends) for p in self.parts)

    def moment(self, share):
        return self.first + share * (self.last - self.first)

    def write(self, moment, more=0):
        """All data up to the moment, and `more` bytes of what comes then."""
        for p in self.parts:
            p.write(self.folder, min(p.upto(moment) + more, len(p.data)) if not p.packed else p.upto(moment))


class Follow:
    """`lacuna replay --follow --json`; what it told."""

    def __init__(self, *arguments, every="0.2"):
        self.process = subprocess.Popen([LACUNA, "replay", f"--follow={every}", "--json", *arguments], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.told = b""
        self.listens()

    def at_once(self, action):
        """Does something that it sees as one change."""
        self.process.send_signal(signal.SIGSTOP)
        action()
        self.process.send_signal(signal.SIGCONT)

    def state(self):
        """What the scheduler says of it (R runs or would, S sleeps), and its CPU time so far in seconds."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return fields[0], (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def seconds(self):
        return self.state()[1]

    def listens(self):
        """Until it handles SIGTERM."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end and self.process.poll() is None:
            with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
                caught = int(re.search(r"SigCgt:\s*(\w+)", file.read())[1], 16)
            if caught >> (signal.SIGTERM - 1) & 1:
                return
            time.sleep(0.01)

    def read(self):
        self.told += self.process.stdout.read() or b""
        return self.parsed()

    def parsed(self):
        return [json.loads(line) for line in self.told.splitlines(keepends=True) if line.endswith(b"\n")]

    def wait_for(self, wanted):
        """Until wanted(what was told) holds."""
        end = time.monotonic() + LIMIT
        while not wanted(self.read()) and time.monotonic() < end and self.process.poll() is None:
            time.sleep(0.02)
        return wanted(self.read())

    def idle(self):
        """Until it has slept for a while: it has read all there is."""
        before, calm, end = None, 0, time.monotonic() + LIMIT
        while calm < 4 and time.monotonic() < end:
            time.sleep(0.1)
            self.read()
            now = self.state()
            calm = calm + 1 if now == before and now[0] == "S" else 0
            before = now

    def stop(self, number=signal.SIGTERM):
        """(what was told, exit status, standard error)"""
        os.set_blocking(self.process.stdout.fileno(), True)
        self.process.send_signal(number)
        rest, errors = self.process.communicate(timeout=LIMIT)
        self.told += rest
        return self.parsed(), self.process.returncode, errors.decode(errors="replace")


def revisions(folder, *arguments):
    """Those of a plain replay, and the ones that it cut on the grid."""
    done = subprocess.run([LACUNA, "replay", "--revisions", "--quiet", folder, *arguments], capture_output=True, timeout=300, check=False)
    all_of = [json.loads(line) for line in done.stdout.splitlines()]
    return all_of, [r for r in all_of if r["cut"] % 10 == 0]
