# SPDX-License-Identifier: ISC
"""`record bmp`: what routers send is kept byte for byte with its arrival, and hostile senders, full disks and signals do no harm.

Environment: LACUNA, LACUNA_ROOT.
"""
import json
import os
import random
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

LACUNA, ROOT = os.environ["LACUNA"], os.environ["LACUNA_ROOT"]
RECORD = [LACUNA, "record", "bmp"]
sys.path.insert(0, os.path.join(ROOT, "tests/house"))
from tap import Cases  # noqa: E402

SEED = int(os.environ.get("LACUNA_SEED", time.time_ns() % 1000000))
dice = random.Random(SEED)


def message(kind, body=b""):
    return struct.pack(">BIB", 3, 6 + len(body), kind) + body


INITIATION = message(4, struct.pack(">HH", 2, 6) + b"router")


class Station:
    """The command on a free port, listening."""

    def __init__(self, folder, *more, prefix=(), host="127.0.0.1"):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.folder = folder
        word = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        self.process = subprocess.Popen([*prefix, *RECORD, word, "-o", folder, *more], stderr=subprocess.PIPE, text=True)
        self.host = host
        if not wait(self.listens):
            raise RuntimeError(f"not listening: {self.process.poll()}")

    def listens(self):
        """By the kernel's table: a connection would be counted as refused."""
        with open("/proc/net/tcp", encoding="utf-8") as file:
            return f":{self.port:04X} 00000000:0000 0A" in file.read()

    def connect(self):
        return socket.create_connection((self.host, self.port), timeout=20)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        said = self.process.communicate(timeout=30)[1]
        return self.process.returncode, said

    def role(self, name="bmp"):
        """Process number of that role."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="ascii") as file:
            children = file.read().split()
        for child in children:
            try:
                with open(f"/proc/{child}/cmdline", "rb") as file:
                    if file.read() == b"lacuna\0--role=" + name.encode() + b"\0":
                        return int(child)
            except OSError:
                pass  # it has just ended
        return None

    def kept(self, name="bmp-0"):
        with open(os.path.join(self.folder, "bmp", name + ".bmp"), "rb") as file:
            return file.read()

    def index(self, name="bmp-0"):
        with open(os.path.join(self.folder, "bmp", name + ".bmp.index"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def files(self):
        return sorted(os.listdir(os.path.join(self.folder, "bmp")))


def same(got, expected, what):
    return [] if got == expected else [f"{what}: {str(got)[:200]}, expected {str(expected)[:200]}"]


def wait(good, seconds=20):
    end = time.monotonic() + seconds
    while not good() and time.monotonic() < end:
        time.sleep(0.02)
    return good()


def index_problems(lines, length, begin):
    at = 0
    for line in lines:
        if line["off"] != at or line["len"] <= 0:
            yield f"index: {line} at {at}"
        at += line["len"]
        if not begin - 1 <= line["t"] <= time.time() + 1:
            yield f"index: {line} is not of now"
    yield from same(at, length, "index ends")
    times = [line["t"] for line in lines]
    yield from same(times, sorted(times), "stamps")


def one_router(work):
    begin, station = time.time(), Station(os.path.join(work, "one"), "--collector", "rc2")
    sent = INITIATION + b"".join(message(0, dice.randbytes(dice.randrange(0, 3000))) for _ in range(60))
    with station.connect() as s:
        at = 0
        while at < len(sent):
            n = dice.choice((1, 3, 5, 100, 5000))
            s.sendall(sent[at:at + n])
            at += n
            time.sleep(0.001)
        wait(lambda: os.path.exists(os.path.join(station.folder, "bmp/rc2-0.bmp")) and len(station.kept("rc2-0")) == len(sent))
    status, said = station.stop()
    yield from same(status, 0, "status")
    yield from same(station.kept("rc2-0") == sent, True, "the same bytes")
    yield from index_problems(station.index("rc2-0"), len(sent), begin)
    yield from same("127.0.0.1" in said, True, "the router is named")


def many_routers(work):
    station = Station(os.path.join(work, "many"), "-q")
    sent = [INITIATION + message(0, bytes([i]) * (500 + i)) for i in range(20)]
    sockets = [station.connect() for _ in sent]
    for cut in (7, 100, 10000):
        for i, s in enumerate(sockets):
            s.sendall(sent[i][:cut])
            sent[i] = sent[i][cut:]
    for s in sockets:
        s.close()
    wait(lambda: len(station.files()) == 40)
    status, said = station.stop(signal.SIGINT)
    expected = sorted(INITIATION + message(0, bytes([i]) * (500 + i)) for i in range(20))
    yield from same((status, said), (0, ""), "status and words")
    yield from same(sorted(station.kept(f"bmp-{i}") for i in range(20)) == expected, True, "each in a file of its own")
    again = Station(station.folder, "-q")
    with again.connect() as s:
        s.sendall(INITIATION)
        wait(lambda: "bmp-20.bmp" in again.files() and again.kept("bmp-20"))
    again.stop()
    yield from same(again.kept("bmp-20"), INITIATION, "a second run goes on with the numbers")


def not_bmp(work):
    station = Station(os.path.join(work, "not"), "-q")
    wrong = [b"GET / HTTP/1.0\r\n\r\n", b"\x03\0\0\0\x05\x04", b"\x03\xff\xff\xff\xff\x04", message(0, b"x" * 20), b"\x04" * 6, b""]
    for words in wrong:
        with station.connect() as s:
            s.sendall(words)
            if not words:
                s.shutdown(socket.SHUT_WR)
            try:
                yield from same(s.recv(10), b"", f"{words!r} is closed")
            except ConnectionResetError:
                pass
    yield from same(station.files(), [], "no file for them")
    station.stop()


def silent_crowd(work):
    """More silent connections than there are places: a router that speaks still gets in."""
    station = Station(os.path.join(work, "crowd"), "-q")
    crowd = [station.connect() for _ in range(200)]
    with station.connect() as s:
        s.sendall(INITIATION[:3])
        time.sleep(0.1)
        s.sendall(INITIATION[3:])
        yield from same(wait(lambda: station.files() and station.kept() == INITIATION), True, "the router is heard")
    for pid in (station.process.pid, station.role()):
        descriptors = len(os.listdir(f"/proc/{pid}/fd"))
        yield from same(descriptors <= 64 + 16, True, f"{descriptors} descriptors")
    for s in crowd:
        s.close()
    station.stop()


def memory(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return int(next(line for line in file if line.startswith("VmHWM")).split()[1])


def flood(work):
    station = Station(os.path.join(work, "flood"), "-q")
    piece = message(0, b"\xff" * 65530) * 16
    with station.connect() as s:
        s.sendall(INITIATION)
        wait(lambda: station.files() and station.kept() == INITIATION)
        before = [memory(pid) for pid in (station.process.pid, station.role())]
        for _ in range(64):
            s.sendall(piece)
        total = len(INITIATION) + 64 * len(piece)
        size = lambda: os.path.getsize(os.path.join(station.folder, "bmp/bmp-0.bmp"))  # noqa: E731
        yield from same(wait(lambda: size() == total, 60), True, "all of it is kept")
        for pid, had in zip((station.process.pid, station.role()), before):
            yield from same(memory(pid) - had < 8192, True, "memory does not grow")
    station.stop()
    yield from index_problems(station.index(), total, 0)


def free_bytes(place):
    at = os.statvfs(place)
    return at.f_bavail * at.f_frsize


def full_disk(work):
    """In a mount namespace, on a file system that is too small, and then is not."""
    place = os.path.join(work, "full")
    os.makedirs(place)
    script = f'mount -t tmpfs -o size=1m tmpfs {place} && exec "$@"'
    station = Station(os.path.join(place, "r"), prefix=("unshare", "--mount", "sh", "-c", script, "sh"))
    inside = f"/proc/{station.process.pid}/root{place}"
    station.folder = inside + "/r"
    sent = INITIATION + message(0, dice.randbytes(60000)) * 50
    with station.connect() as s:
        s.settimeout(0.5)
        at = 0
        try:
            while at < len(sent):
                at += s.send(sent[at:at + 65536])
        except TimeoutError:
            pass
        wait(lambda: not free_bytes(inside))
        time.sleep(1.5)  # it must try once more, and say nothing
        subprocess.run(["nsenter", "--mount", "-t", str(station.process.pid), "mount", "-o", "remount,size=16m", place], check=True)
        s.settimeout(20)
        s.sendall(sent[at:])
        wait(lambda: os.path.getsize(station.folder + "/bmp/bmp-0.bmp") == len(sent))
        wait(lambda: sum(line["len"] for line in station.index()) == len(sent))
        kept, index = station.kept(), station.index()
    status, said = station.stop()
    yield from same(kept == sent, True, "nothing is lost")
    yield from index_problems(index, len(sent), 0)
    yield from same((status, said.count("No space left")), (1, 1), "it is said once, and in the status")


def stripped(work):
    """Who talks to strangers is nobody, with nothing; who writes the files listens to nobody."""
    station = Station(os.path.join(work, "stripped"), "-q")
    built_for = subprocess.run(["nm", LACUNA], capture_output=True, check=False).stdout
    if b"__asan_init" not in built_for and b"__tsan_init" not in built_for:
        for name in ("bmp", "sync"):
            with open(f"/proc/{station.role(name)}/status", encoding="utf-8") as file:
                status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
            yield from same((status["CapEff"], status["NoNewPrivs"], status["Seccomp"]), ("0" * 16, "1", "2"), name)
            yield from same("0" in status["Uid"].split(), False, f"{name} is root")
    station.stop()


def role_dies(work):
    """Its sessions end, it is started again, and what was taken is kept."""
    station = Station(os.path.join(work, "dies"))
    with station.connect() as s:
        s.sendall(INITIATION)
        wait(lambda: station.files() and station.kept() == INITIATION)
        os.kill(station.role(), signal.SIGKILL)
        s.settimeout(20)
        try:
            yield from same(s.recv(1), b"", "the session ends")
        except ConnectionResetError:
            pass
    wait(lambda: station.role() and station.listens())
    with station.connect() as s:
        s.sendall(INITIATION)
        yield from same(wait(lambda: "bmp-1.bmp" in station.files() and station.kept("bmp-1") == INITIATION), True, "the next is kept")
    status, said = station.stop()
    yield from same((status, "killed by signal 9" in said, station.kept()), (1, True, INITIATION), said)


def disk_role_dies(work):
    """Without the process that waits for the disk the parent waits itself."""
    station = Station(os.path.join(work, "sync"))
    with station.connect() as s:
        s.sendall(INITIATION)
        wait(lambda: station.files() and station.kept() == INITIATION)
        os.kill(station.role("sync"), signal.SIGKILL)
        for _ in range(5):
            s.sendall(message(0, b"x" * 1000))
            time.sleep(0.3)
    status, said = station.stop()
    yield from same((status, len(station.kept())), (0, len(INITIATION) + 5 * 1006), said)


def words(work):
    for arguments, status in (((), 2), (("127.0.0.1:1",), 2), (("127.0.0.1", "-o", work), 2), (("localhost:99", "-o", work), 2),
                              (("127.0.0.1:99999", "-o", work), 2), (("127.0.0.1:1790", "-o", work, "--collector", "../x"), 2),
                              (("127.0.0.1:1790", "-o", work, "--for", "nan"), 2), (("127.0.0.1:1790", "more", "-o", work), 2),
                              (("192.0.2.7:1790", "-o", work), 3), (("127.0.0.1:1790", "-o", work + "/a/b"), 3), (("--help",), 0)):
        done = subprocess.run([*RECORD, *arguments], capture_output=True, text=True, timeout=20, check=False)
        yield from same((done.returncode, bool(done.stdout if status == 0 else done.stderr)), (status, True), " ".join(arguments))
    station = Station(os.path.join(work, "for"), "-q", "--for", "0.5")
    yield from same(station.process.wait(20), 0, "--for ends it")


def replayed(work):
    """A real stream through the socket gives what the file gives."""
    source = os.path.join(ROOT, "tests/decode/gobgp310.bmp")
    station = Station(os.path.join(work, "real"), "-q")
    with open(source, "rb") as file, station.connect() as s:
        sent = file.read()
        s.sendall(sent)
        wait(lambda: station.files() and len(station.kept()) == len(sent))
    station.stop()
    counts = [subprocess.run([LACUNA, "bgp", path, "--count"], capture_output=True, text=True, timeout=60, check=False)
              for path in (source, os.path.join(station.folder, "bmp/bmp-0.bmp"))]
    yield from same(station.kept() == sent, True, "bytes")
    yield from same(counts[1].stdout.replace(station.folder, ""), counts[0].stdout.replace(station.folder, ""), "counts")
    yield from same(len(counts[0].stdout) > 10, True, f"something is counted: {counts[0].stderr}")


def main():
    cases = Cases()
    print(f"# LACUNA_SEED={SEED}")
    with tempfile.TemporaryDirectory(prefix="ll-bmp-") as work:
        for title, check in (("one router", one_router), ("twenty routers, and again", many_routers), ("who is no router gets no file", not_bmp),
                             ("silent connections keep nobody out", silent_crowd), ("a flood does not grow memory", flood),
                             ("a real stream is read", replayed), ("the roles have nothing", stripped),
                             ("a role that dies is started again", role_dies), ("the disk's process dies", disk_role_dies),
                             ("words and statuses", words)):
            cases.case(title, check(work))
        root = os.geteuid() == 0 and subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0
        cases.case("a full disk loses nothing", full_disk(work) if root else [], None if root else "needs root and a mount namespace")
    cases.done()


main()
