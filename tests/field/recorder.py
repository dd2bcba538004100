# SPDX-License-Identifier: ISC
"""The recorder in trouble: names that move, a folder that is taken away, locks of others, a terminal that is closed, forged replies, routers
that are none. In network and mount namespaces of its own."""
import fcntl
import glob
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

from field import Cases, LACUNA, path

INSIDE = "LACUNA_FIELD_INSIDE"


class Told(Cases):
    """Problems may be anything."""

    def case(self, name, problems):
        super().case(name, [str(problem).replace("\n", "\n# ") for problem in problems])


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


def start(*words):
    return subprocess.Popen([LACUNA, "record", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)


def finish(child, number=signal.SIGTERM, timeout=60):
    if number:
        child.send_signal(number)
    out, err = child.communicate(timeout=timeout)
    return child.returncode, out, err


def lines_of(folder):
    found = []
    for name in sorted(glob.glob(os.path.join(folder, "probes", "*.ndjson"))):
        with open(name, encoding="utf-8") as file:
            found += [json.loads(line) for line in file]
    return found


def wait_for(what, seconds=20):
    end = time.time() + seconds
    while time.time() < end and not what():
        time.sleep(0.2)
    return bool(what())


def names(cases, folder):
    """The fixture name-pinned-at-start.yml: a name moves, and one that did not resolve at the start comes to be."""
    target, hosts = os.path.join(folder, "names"), os.path.join(folder, "hosts")
    with open(hosts, "w", encoding="utf-8") as file:
        file.write("127.0.0.9 www.example.test\n")
    do(f"mount --bind {hosts} /etc/hosts")
    web = subprocess.Popen([sys.executable, "-m", "http.server", "21001", "--bind", "0.0.0.0", "--directory", folder], stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
    child = start("probes", "-c", path("measuring", "name-pinned-at-start.yml"), "-o", target)
    asked = lambda name, address: [line for line in lines_of(target) if line.get("name") == name and line["target"] == address and line["op"] == "http_round_trip"]
    first = wait_for(lambda: asked("www.example.test", "127.0.0.9"))
    with open(hosts, "w", encoding="utf-8") as file:
        file.write("127.0.0.1 www.example.test\n127.0.0.2 late.example.test\n")
    moved = time.time()
    second = wait_for(lambda: asked("www.example.test", "127.0.0.1") and asked("late.example.test", "127.0.0.2"))
    _, _, err = finish(child)
    web.kill()
    web.wait()
    do("umount /etc/hosts")
    late = [line for line in asked("www.example.test", "127.0.0.9") if line["t"] > moved + 3]
    cases.case("a name that moves is followed, and the old address left", [] if first and second and not late else [first, second, late[:2], err])
    failed = [line for line in lines_of(target) if line.get("name") == "late.example.test" and not line["ok"] and line["op"] == "dns_round_trip"]
    cases.case("that a name leads nowhere is in the recording, and said", [] if failed and "late.example.test" in err else [err])
    with open(os.path.join(target, "recording.json"), encoding="utf-8") as file:
        listed = {(t["name"], t["address"]) for t in json.load(file)["targets"]}
    wanted = {("www.example.test", "127.0.0.9"), ("www.example.test", "127.0.0.1"), ("late.example.test", "127.0.0.2")}
    cases.case("recording.json lists every address it led to", [] if listed == wanted else [listed])


def config(folder, text="targets: [{address: 127.0.0.1, entity: country/KX}, {address: 127.0.0.2, entity: country/KX}]\n"):
    name = os.path.join(folder, "x.yml")
    with open(name, "w", encoding="utf-8") as file:
        file.write("probing: on\nlab: on\ncontact: a@example.net\nwatch_interval: 1s\n" + text)
    return name


def shared_address(cases, folder):
    """Services of one address share its caps: each has its turn."""
    target = os.path.join(folder, "shared")
    urls = ", ".join(f"{{url: 'http://127.0.0.3/', name: n{n}.example.test, entity: country/KX, interval: 1s}}" for n in range(3))
    child = start("probes", "-c", config(folder, f"targets: [{urls}]\n"), "-o", target, "--for", "16")
    _, _, err = finish(child, None)
    times = {}
    for line in lines_of(target):
        if line["op"] == "http_round_trip":
            times[line.get("name")] = times.get(line.get("name"), 0) + 1
    cases.case("services of one address are asked in turn", [] if len(times) == 3 and min(times.values()) >= 2 else [times, err])


def vanished(cases, folder):
    target = os.path.join(folder, "gone")
    child = start("probes", "-c", config(folder), "-o", target)
    wait_for(lambda: len(lines_of(target)) > 6)
    shutil.rmtree(target)
    gone = time.time()
    back = wait_for(lambda: any(line["op"] == "icmp_echo" for line in lines_of(target)))
    time.sleep(2)
    status, _, err = finish(child)
    cases.case("a folder that was taken away is made anew, with all that belongs to it",
               [] if back and os.path.exists(os.path.join(target, "recording.json")) else [os.listdir(folder), err])
    cases.case("it is told, and ends in status 4", [] if status == 4 and "taken away" in err and "lines are not in" in err else [status, err])
    blind = [line for line in lines_of(target) if line.get("state") == "blind" and line.get("why") == "gap"]
    cases.case("and stands as our own blindness where it is missing", [] if len(blind) == 1 and blind[0]["from"] < gone < blind[0]["t"] else blind)


def locks(cases, folder):
    target = os.path.join(folder, "locked")
    status, _, err = finish(start("probes", "-c", config(folder), "-o", target, "--for", "2"), None)
    lock = os.path.join(target, "probes", ".lock")
    modes = {name: oct(os.stat(name).st_mode & 0o777) for name in glob.glob(os.path.join(target, "probes", ".*lock"))}
    cases.case("locks are for their owner alone", [] if status == 0 and len(modes) == 2 and set(modes.values()) == {"0o600"} else [status, modes, err])
    with open(lock, "r", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        began = time.time()
        status, _, err = finish(start("probes", "-c", config(folder), "-o", target, "--for", "2"), None)
    cases.case("a lock that somebody holds is waited for with a word and an end",
               [] if status == 4 and "lock" in err and time.time() - began < 30 else [status, time.time() - began, err])


def hang_up(cases, folder):
    target = os.path.join(folder, "hup")
    child = start("probes", "-c", config(folder), "-o", target)
    wait_for(lambda: len(lines_of(target)) > 4)
    status, _, err = finish(child, signal.SIGHUP)
    counted = int(err.split(" attempts, ")[0].rsplit("\n", 1)[-1]) if " attempts, " in err else -1
    kept = sum(line["op"] == "icmp_echo" for line in lines_of(target))
    cases.case("SIGHUP ends as SIGTERM does, with every line", [] if status == 0 and kept == counted else [status, kept, counted, err])
    child = subprocess.Popen(["nohup", LACUNA, "record", "probes", "-c", config(folder), "-o", target + "2", "--for", "4"], stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    wait_for(lambda: len(lines_of(target + "2")) > 2)
    child.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    cases.case("under nohup it goes on", [] if child.poll() is None else ["it ended"])
    child.communicate(timeout=60)


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


def forged(cases, folder):
    """Replies with the run's identifier that nobody asked for, some ten thousand."""
    target = os.path.join(folder, "forged")
    seen = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x800))
    seen.bind(("lo", 0))
    seen.settimeout(20)
    child = start("probes", "-c", config(folder), "-o", target)
    identifier = None
    while identifier is None:
        packet = seen.recv(2048)
        head = (packet[0] & 15) * 4
        if packet[9] == 1 and packet[head] == 8:
            identifier = packet[head + 4:head + 6]
    seen.close()
    body = struct.pack("!BBH", 0, 0, 0) + identifier + b"\x12\x34" + b"\x5a" * 48
    reply = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    for burst in range(100):
        for _ in range(100):
            raw.sendto(reply, ("127.0.0.1", 0))
        time.sleep(0.02)
    time.sleep(1)
    status, _, err = finish(child)
    kept = sum(line.get("failure") in ("forged", "late_or_dup") for line in lines_of(target))
    numbers = [int(word) for line in err.splitlines() if line.startswith("replies:") for word in line.replace(",", " ").split() if word.isdigit()]
    cases.case("forged replies are counted, and a few are kept", [] if status == 0 and 100 <= kept < 1500 and max(numbers, default=0) > 5000
               else [status, kept, numbers, err])
    arrived, recorded, late, second, made, _, left_out, said = (numbers + [0] * 8)[:8]
    honest = sum(line["op"] == "icmp_echo" and line.get("failure") not in ("forged", "late_or_dup", "generic_timeout_error") for line in lines_of(target))
    cases.case("sums equal the file", [] if arrived == recorded + late + second + made and said == kept and left_out + kept == late + second + made
               and recorded == honest else [numbers, kept, honest])


def bmp(cases, folder):
    target = os.path.join(folder, "bmp")
    child = start("bmp", "127.0.0.1:31790", "-o", target)
    initiation = struct.pack("!BIB", 3, 6, 4)

    def connect(data, source="127.0.0.1"):
        s = socket.socket()
        s.settimeout(20)
        s.bind((source, 0))
        s.connect(("127.0.0.1", 31790))
        s.sendall(data)
        return s
    up = False
    while not up:
        try:
            connect(b"").close()
            up = True
        except OSError:
            time.sleep(0.1)
    others = [connect(b"GET / HTTP/1.1\r\n\r\n", "127.0.0.5"), connect(struct.pack("!BIB", 4, 6, 4), "127.0.0.6")]
    idle = [connect(initiation) for _ in range(64)]
    time.sleep(12)
    late = connect(initiation + struct.pack("!BIB", 3, 6, 5), "127.0.0.7")
    kept = wait_for(lambda: "12" in {str(os.path.getsize(name)) for name in glob.glob(os.path.join(target, "bmp", "*.bmp"))})
    status, _, err = finish(child)
    for s in others + idle + [late]:
        s.close()
    cases.case("who is refused is named, with the reason", [word for word in ("127.0.0.5: refused: what it sends is not BMP", "127.0.0.6: refused: it speaks BMP version 4")
                                                            if word not in err] and [err[:2000]])
    cases.case("those that begin and then say nothing keep no router out", [] if kept and status in (0, 1) and "then said nothing" in err else [kept, status, err[-1500:]])


def bmp_vanished(cases, folder):
    target = os.path.join(folder, "bmpgone")
    child = start("bmp", "127.0.0.1:31791", "-o", target)
    initiation = struct.pack("!BIB", 3, 6, 4)
    kept = lambda: any(os.path.getsize(name) for name in glob.glob(os.path.join(target, "bmp", "*.bmp")))  # noqa: E731

    def connect():
        for _ in range(100):
            try:
                s = socket.create_connection(("127.0.0.1", 31791), timeout=20)
                s.sendall(initiation)
                return s
            except OSError:
                time.sleep(0.1)
        return None
    first = connect()
    wait_for(kept)
    shutil.rmtree(target)
    try:
        ended = first.recv(1) == b""
    except OSError:
        ended = True
    second = connect()
    back = wait_for(kept)
    status, _, err = finish(child)
    second.close()
    cases.case("bmp: a folder that was taken away is told and made anew, and the routers begin anew", [] if ended and back and status == 4 and "taken away" in err
               else [ended, back, status, err])


def before(cases, folder):
    """What cannot be concluded is said before it begins."""
    def said(text):
        return finish(start("probes", "-c", config(folder, text), "-o", os.path.join(folder, "before"), "--for", "1"), None)[2]
    pings = ", ".join(f"{{address: 127.0.0.{n}, entity: country/KX}}" for n in range(1, 9))
    service = "{url: 'http://127.0.0.1:9/', entity: country/KX}"
    problems = []
    for text, wanted, unwanted in ((f"targets: [{pings}]\n", "second witness", "fewer than 5 it"),
                                   (f"targets: [{pings}, {service}]\n", "", "second witness"),
                                   (f"observers: 2\ntargets: [{pings}]\n", "", "second witness"),
                                   (f"targets: [{service}]\n", "fewer than 5 it", "second witness"),
                                   ("targets: [{address: 127.0.0.1}]\n", "belong to no entity", "second witness"),
                                   ("targets: [" + pings.replace("entity: country/KX", "kind: control") + "]\n", "only controls", "belong to no entity"),
                                   ("targets: [" + pings.replace("entity:", "kind: border, entity:") + "]\n", "only addresses of its border", "second witness"),
                                   (f"entities: [{{id: country/KY}}]\ntargets: [{pings}]\n", "country/KY: no target", "fewer than 5 it")):
        err = said(text)
        if wanted not in err or unwanted in err:
            problems.append(f"{text}: {err}")
    cases.case("what a list of targets cannot show is said at the start", problems)
    after = said(f"targets: [{pings}]\n")
    cases.case("and at the end", [] if "raises no outage" in after[after.find("attempts, "):] else [after])


def world_build(cases, folder):
    name, other = os.path.join(folder, "w.csv"), os.path.join(folder, "also.csv")
    text = "198.18.0.0,198.18.3.255,KX\n"
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)
    os.link(name, other)
    for out in (name, other):
        done = subprocess.run([LACUNA, "world", "build", "-o", out, name], capture_output=True, text=True, timeout=60, check=False)
        with open(name, encoding="utf-8", errors="replace") as file:
            same = file.read() == text
        cases.case(f"world build does not write over what it reads ({os.path.basename(out)})", [] if done.returncode == 2 and same and done.stderr else [done])


def opt_out(cases, folder):
    """An opt-out list that is emptied keeps everybody; '# none' means it."""
    target, opted = os.path.join(folder, "opted"), os.path.join(folder, "opt-out")
    with open(opted, "w", encoding="utf-8") as file:
        file.write("127.0.0.2\n")
    child = start("probes", "-c", config(folder, f"opt_out_file: {opted}\ntargets: [{{address: 127.0.0.1}}, {{address: 127.0.0.2}}]\n"), "-o", target)
    wait_for(lambda: len(lines_of(target)) > 4)
    for text in ("", "\n\n", "# nobody at all\n"):
        with open(opted, "w", encoding="utf-8") as file:
            file.write(text)
        time.sleep(1.5)
    asked = [line for line in lines_of(target) if line.get("target") == "127.0.0.2"]
    with open(opted, "w", encoding="utf-8") as file:
        file.write("# none\n")
    free = wait_for(lambda: any(line.get("target") == "127.0.0.2" for line in lines_of(target)))
    _, _, err = finish(child)
    cases.case("an opt-out list that was emptied takes nobody off it", asked[:2] + ([] if "stay in force" in err else [err]))
    cases.case("unless it says that it means it", [] if free else [err])


def main():
    into_a_namespace()
    do("ip link set lo up")
    cases = Told()
    with tempfile.TemporaryDirectory() as folder:
        for part in (names, shared_address, vanished, locks, hang_up, forged, bmp, bmp_vanished, before, world_build, opt_out):
            part(cases, folder)
    cases.done()


main()
