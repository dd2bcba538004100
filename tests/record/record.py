# SPDX-License-Identifier: ISC
"""`lacuna record probes` from end to end: two observers, a country that falls silent, our own faults, opt-outs, crashes, a full disk.

In namespaces: both observers reach the world over a router that can cut off the country 198.18.0.0/22 (hosts and a web server) while the
controls 203.0.113.0/24 answer on.
"""
import atexit
import glob
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

import pair

LACUNA = os.environ["LACUNA"]
HOSTS = [f"198.18.{block}.{host}" for block in range(4) for host in (1, 2, 3, 4)]
CONTROLS = [f"203.0.113.{host}" for host in range(1, 7)]
CONFIG = """probing: on
lab: on
contact: tests@example.net
observer: {{id: {observer}, asn: {asn}}}
observers: 1
watch_interval: 1s
opt_out_file: {folder}/opt-out
entities:
  - {{id: country/KX, name: Kexico, prefixes: [198.18.0.0/22], asns: [64512]}}
targets:
{targets}
controls: [{controls}]
"""


class World(pair.Pair):
    """Two observers and one world. `here` and `second` are the observers' namespaces."""

    def build(self):
        super().build()
        self.second = self.here + "2"
        pair.run("ip", "netns", "add", self.second)
        self.do(self.second, "ip link set lo up")
        self.do(self.second, f"ip link add wan type veth peer name lan2 netns {self.there}")
        self.do(self.second, "ip address add 192.0.2.129/30 dev wan")
        self.do(self.there, "ip address add 192.0.2.130/30 dev lan2")
        self.do(self.second, "ip link set wan up")
        self.do(self.there, "ip link set lan2 up")
        self.do(self.second, "ip route add default via 192.0.2.130")
        self.do(self.there, "ip route add local 203.0.113.0/24 dev lo")
        self.start(self.there, "python3", "-m", "http.server", "80", "--bind", "198.18.0.1", "--directory", "/var/empty"
                   if os.path.isdir("/var/empty") else "/mnt", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def close(self):
        super().close()
        if getattr(self, "second", None):
            subprocess.run(["ip", "netns", "del", self.second], capture_output=True, check=False)

    def country(self, there):
        word = "del" if there else "add"
        self.do(self.there, f"ip route {word} blackhole 198.18.0.0/22")
        self.do(self.there, f"ip route {'add' if there else 'del'} local 198.18.0.0/22 dev lo", check=False)


class Cases:
    def __init__(self):
        self.count = self.failed = 0

    def case(self, name, problems):
        problems = [str(problem) for problem in problems if problem]
        self.count += 1
        self.failed += bool(problems)
        print(f"{'not ' if problems else ''}ok {self.count} - {name}", flush=True)
        for problem in problems[:10]:
            for line in problem.splitlines():
                print(f"# {line}")


def write_config(folder, observer, asn):
    lines = [f"  - {{address: {host}, entity: country/KX}}" for host in HOSTS]
    lines.append("  - {url: 'http://198.18.0.1/', entity: country/KX, institution: portal, interval: 1s}")
    path = os.path.join(folder, observer + ".yml")
    with open(os.path.join(folder, "opt-out"), "a", encoding="utf-8"):
        pass
    with open(path, "w", encoding="utf-8") as file:
        file.write(CONFIG.format(observer=observer, asn=asn, folder=folder, targets="\n".join(lines), controls=", ".join(CONTROLS)))
    return path


def record(world, name, config, folder, *more):
    return world.start(name, LACUNA, "record", "probes", "-c", config, "-o", folder, "--quiet", *more, stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, text=True)


def lines_of(folder, observer=None):
    found = []
    for path in sorted(glob.glob(os.path.join(folder, "probes", "*.ndjson"))):
        with open(path, encoding="utf-8") as file:
            found += [json.loads(line) for line in file]
    return [line for line in found if observer in (None, line["observer"])]


def replay(folder):
    result = subprocess.run([LACUNA, "replay", folder, "--json"], capture_output=True, text=True, timeout=120, check=False)
    return json.loads(result.stdout) if result.stdout else {"incidents": [], "error": result.stderr}


def finish(child, number=signal.SIGTERM):
    if child.poll() is None and number:
        # ip netns exec becomes the program itself.
        child.send_signal(number)
    out, err = child.communicate(timeout=60)
    return child.returncode, out, err


def roles_of(child):
    found = []
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, encoding="utf-8") as file:
                words = file.read().rsplit(")", 1)[1].split()
            if int(words[1]) == child.pid:
                found.append(int(path.split("/")[2]))
        except (OSError, IndexError):
            pass
    return sorted(found)


def start_of(incident, names):
    return min((signal["onset"]["best"] for signal in incident["signals"] if signal["signal"] in names), default=float("inf"))


def outage(cases, world):
    """The country falls silent for 14 s under two observers; then one observer loses its own link."""
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "recording")
        children = [record(world, world.here, write_config(folder, "vp1", 65001), target),
                    record(world, world.second, write_config(folder, "vp2", 65002), target)]
        time.sleep(18)
        begin = time.time()
        world.country(False)
        time.sleep(14)
        end = time.time()
        world.country(True)
        time.sleep(16)
        ends = [finish(child) for child in children]
        cases.case("both observers end well when told to", [f"{status}: {err}" for status, _, err in ends if status != 0])
        lines = lines_of(target)
        cases.case("attempts of both are in the recording", [f"{who}: {len(lines_of(target, who))}" for who in ("vp1", "vp2")
                                                             if len(lines_of(target, who)) < 500])
        # (A connect that began while it was silent may succeed with a SYN sent again after it.)
        silent = [line for line in lines if begin + 1.5 < line["t"] < end - 1.5 and line.get("rtt_ms", 0) < 1500 and line.get("target", "").startswith("198.18.")]
        cases.case("the country is silent while it is cut off, the controls are not",
                   [line for line in silent if line.get("ok")][:3]
                   + [line for line in lines if line.get("target", "").startswith("203.0.113.") and not line["ok"]][:3]
                   + ([] if len(silent) > 100 else [f"{len(silent)} attempts"]))
        with open(os.path.join(target, "recording.json"), encoding="utf-8") as file:
            described = json.load(file)
        cases.case("recording.json names both observers, each target once",
                   [described] if sorted(o["id"] for o in described["observers"]) != ["vp1", "vp2"]
                   or len(described["targets"]) != len(HOSTS) + len(CONTROLS) + 1 else [])
        incidents = [i for i in replay(target)["incidents"] if i["entity"] == "country/KX" and i["scope"]["kind"] != "service"]
        problems = [f"{len(incidents)} incidents"] if len(incidents) != 1 else []
        problems += [f"loss starts {off:+.1f} s off" for off in (start_of(i, {"loss"}) - begin for i in incidents) if abs(off) > 2.5]
        # A web server that is slow while this machine is busy dates the incident back, as it should: then that is what says so.
        signs = {"latency", "connect", "timeouts"}
        problems += [f"starts {i['start']['best'] - begin:+.1f} s off" for i in incidents if i["start"]["best"] - begin > 2.5
                     or (i["start"]["best"] - begin < -2.5 and i["start"]["best"] < start_of(i, signs) - 1)]
        problems += [f"end {i['end'] and i['end']['best'] - end} off" for i in incidents if not i["end"] or abs(i["end"]["best"] - end) > 4]
        cases.case("replay of the recording finds the outage where it was", problems)


def own_fault(cases, world):
    """One observer loses its link: local faults and a blind observer, and no outage."""
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "recording")
        children = [record(world, world.here, write_config(folder, "vp1", 65001), target),
                    record(world, world.second, write_config(folder, "vp2", 65002), target)]
        time.sleep(12)
        world.do(world.here, "ip link set wan down")
        time.sleep(10)
        world.do(world.here, "ip link set wan up")
        world.do(world.here, "ip route replace default via 192.0.2.2")
        time.sleep(12)
        for child in children:
            finish(child)
        lines = lines_of(target, "vp1")
        states = [(line["state"], line.get("why", "")) for line in lines if line["op"] == "observer_health"]
        cases.case("an observer without its link says that it is blind, and when it sees again",
                   [] if any(s == "blind" for s, _ in states) and states and states[-1][0] == "ok" else [states])
        held = [line for line in lines if line.get("failure") not in (None, "local_fault") and line["op"] == "icmp_echo"]
        local = [line for line in lines if line.get("failure") == "local_fault"]
        cases.case("what it could not send is a local fault", [] if len(local) > 20 else [f"{len(local)} local faults", held[:3]])
        cases.case("its blindness is no outage", [json.dumps(i)[:300] for i in replay(target)["incidents"] if i["entity"] == "country/KX"])


def opt_out(cases, world):
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "recording")
        child = record(world, world.here, write_config(folder, "vp1", 65001), target)
        time.sleep(5)
        with open(os.path.join(folder, "opt-out"), "w", encoding="utf-8") as file:
            file.write("198.18.2.0/24 # asked on the telephone\n198.18.0.1\n")
        when = time.time()
        time.sleep(5)
        with open(os.path.join(folder, "opt-out"), "a", encoding="utf-8") as file:
            file.write("not a prefix\n198.18.3.1\n")
        damaged = time.time()
        # An interface that has nothing to do with it comes and goes.
        world.do(world.here, "ip link add aside type veth peer name aside2")
        world.do(world.here, "ip link set aside up")
        world.do(world.here, "ip link set aside2 up")
        world.do(world.here, "ip link del aside")
        time.sleep(3)
        status, _, err = finish(child)
        behind = [line for line in lines_of(target) if line.get("target") == "198.18.3.1"]
        cases.case("an opt-out behind damage counts", [line["t"] - damaged for line in behind if line["t"] > damaged + 1]
                   + ([] if behind else ["it was never asked before"]))
        cases.case("another interface's end is not ours", [line for line in lines_of(target) if line.get("state") == "blind"])
        gone = [line for line in lines_of(target) if line.get("target", "").startswith("198.18.2.") or line.get("target") == "198.18.0.1"]
        late = [f"{line['op']} {line['target']} {line['t'] - when:.2f} s after" for line in gone if line["t"] > when + 1]
        others = [line for line in lines_of(target) if line.get("target") == "198.18.1.1" and line["t"] > when + 1]
        cases.case("an opt-out is honoured within a second, by pings and by checks, also when the list is damaged later",
                   late + ([] if gone else ["it was never asked before"]) + ([] if others else ["nobody is asked any more"]))
        cases.case("the damage is named", [] if "opt-out" in err else [err])
        cases.case("and the recording ends well", [err] if status != 0 else [])


def crash(cases, world):
    """A role is killed: it is started again, and the time between is said to be blind. The parent is killed: nothing is left behind."""
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "recording")
        child = record(world, world.here, write_config(folder, "vp1", 65001), target)
        time.sleep(4)
        roles = roles_of(child)
        names = sorted(open(f"/proc/{role}/cmdline", encoding="utf-8").read().split("--role=")[1].rstrip("\0") for role in roles)
        cases.case("two roles measure, and one waits for the disk", [] if names == ["check", "probe", "sync"] else [names])
        for role in roles:
            os.kill(role, signal.SIGKILL)
        killed = time.time()
        time.sleep(8)
        after = [line for line in lines_of(target) if line["t"] > killed + 2.5]
        cases.case("roles that died are started again", [] if any(line["op"] == "icmp_echo" for line in after)
                   and any(line["op"] == "http_round_trip" for line in after) else [f"{len(after)} lines after"])
        blind = [line for line in lines_of(target) if line["op"] == "observer_health" and line["state"] == "blind"]
        cases.case("and the time between is blind", [] if blind else ["no such line"])
        states = [line["state"] for line in lines_of(target) if line["op"] == "observer_health"]
        cases.case("until they are there again", [] if states[-1] == "ok" else [states])
        roles = roles_of(child)
        child.kill()
        child.wait()
        time.sleep(0.5)
        left = [role for role in roles if os.path.exists(f"/proc/{role}") and "Z" not in open(f"/proc/{role}/stat").read().rsplit(")", 1)[1]]
        cases.case("roles end with their parent", left)
        whole = len(lines_of(target))
        again = record(world, world.here, write_config(folder, "vp1", 65001), target)
        time.sleep(4)
        status, _, err = finish(again)
        cases.case("a recording that was cut off is gone on with", [f"{status} {err}"] if status not in (0, 1) or len(lines_of(target)) <= whole else [])


def full_disk(cases, world):
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "small")
        os.mkdir(target)
        pair.run("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", target)
        try:
            child = record(world, world.here, write_config(folder, "vp1", 65001), target)
            time.sleep(6)
            pair.run("mount", "-o", "remount,size=4m", target)
            freed = time.time()
            time.sleep(6)
            status, _, err = finish(child)
            cases.case("a full disk is said, and what was lost ends in status 4", [] if status == 4 and "No space" in err and "lines are not in" in err
                       else [f"{status}: {err}"])
            cases.case("recording goes on when there is room again", [] if sum(line["t"] > freed + 1.5 for line in lines_of(target)) > 50 else [err])
            blind = [line for line in lines_of(target) if line.get("state") == "blind" and line.get("why") == "gap"]
            cases.case("what was lost is a blind interval in the recording, and no half line", [] if len(blind) == 1
                       and blind[0]["from"] < freed < blind[0]["t"] < freed + 2.5 else [blind, freed])
        finally:
            pair.run("umount", target)


def command_line(cases):
    """What the command line says goes before the configuration, and what is there is never written over."""
    with tempfile.TemporaryDirectory() as folder:
        path, target = os.path.join(folder, "x.yml"), os.path.join(folder, "r")
        with open(path, "w", encoding="utf-8") as file:
            file.write("probing: on\ncontact: a@example.net\nlab: on\nobserver: {id: file}\nopt_out_file: out\ntargets: [{address: 127.0.0.1}]\n")
        open(os.path.join(folder, "out"), "w", encoding="utf-8").close()

        def run(*words):
            return subprocess.run([LACUNA, "record", "probes", *words, "-c", path, "-o", target, "--for", "1.5", "--quiet"], capture_output=True,
                                  text=True, timeout=60, check=False)
        done = run("--observer", "line")
        who = {line["observer"] for line in lines_of(target)}
        cases.case("an option before -c is not undone by the file", [] if done.returncode == 0 and who == {"line"} else [who, done.stderr])
        done = run("--opt-out-file", "/dev/null")
        cases.case("a second opt-out list does not take the first one's place", [] if done.returncode == 2 and "opt-out" in done.stderr else [done.stderr])
        for name, text in (("damaged", "{"), ("large", "[" + " " * (70 << 20) + "]")):
            with open(os.path.join(target, "recording.json"), "w", encoding="utf-8") as file:
                file.write(text)
            done = run()
            with open(os.path.join(target, "recording.json"), encoding="utf-8") as file:
                same = file.read() == text
            cases.case(f"a recording.json that is {name} is not written over", [] if done.returncode == 4 and same else [done.returncode, done.stderr])


def unfit(cases):
    """A target that no check can be made of is named, and costs the others nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path, target = os.path.join(folder, "x.yml"), os.path.join(folder, "r")
        with open(path, "w", encoding="utf-8") as file:
            file.write("probing: on\ncontact: a@example.net\nlab: on\ninventory: [hosts]\ntargets: [{url: 'http://127.0.0.1:9/'}]\n")
        with open(os.path.join(folder, "hosts"), "w", encoding="utf-8") as file:
            file.write('{"address": "127.0.0.1", "kinds": ["dns"]}\n')
        done = subprocess.run([LACUNA, "record", "probes", "-c", path, "-o", target, "--for", "5"], capture_output=True, text=True, timeout=60, check=False)
        asked = [line for line in lines_of(target) if line["op"] == "http_round_trip"]
        cases.case("a name server without a name to ask for does not stop the other checks",
                   [] if done.returncode == 0 and len(asked) > 2 and "cannot be asked" in done.stderr else [done.returncode, len(asked), done.stderr])


def refusals(cases):
    """Nothing is sent before probing is on and a contact is named, nor to what must never be asked."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x.yml")
        problems = []
        for text, word in (("targets: [{address: 198.51.100.1}]\n", "probing"),
                           ("probing: on\ntargets: [{address: 198.51.100.1}]\n", "contact"),
                           ("probing: on\ncontact: a@example.net\nrate: 20000\ntargets: [{address: 127.0.0.1}]\n", "acknowledge")):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            done = subprocess.run([LACUNA, "record", "probes", "-c", path, "-o", os.path.join(folder, "r")], capture_output=True, text=True,
                                  timeout=60, check=False)
            if done.returncode not in (2, 3) or word not in done.stderr:
                problems.append(f"{text!r}: {done.returncode} {done.stderr}")
        cases.case("a configuration without consent, contact or acknowledgement is refused", problems)


def main():
    pair.need("sysctl")
    cases = Cases()
    refusals(cases)
    command_line(cases)
    unfit(cases)
    world = World("w")
    for part in (outage, own_fault, opt_out, crash, full_disk):
        part(cases, world)
    print(f"1..{cases.count}")
    return 1 if cases.failed else 0


atexit.register(sys.stdout.flush)
sys.exit(main())
