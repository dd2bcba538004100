# SPDX-License-Identifier: ISC
"""The formats, filters and exit statuses of `lacuna bgp` on hand-made records.

Usage: formats.py LACUNA
"""
import json
import os
import subprocess
import sys
import tempfile

from bgp_packets import (attribute, bgp4mp, ip, message, nlri, peer_index, reach, rib, route, segment, state, unreach,
                         update)
from bgp_run import Cases, run

PATH = route(65001, 3356, 131279)
RICH = (attribute(1, b"\1") + attribute(2, segment(3, [64512]) + segment(2, [65001, 7]) + segment(1, [4, 5]))
        + attribute(3, ip("192.0.2.7")) + attribute(4, bytes([0, 0, 1, 0])) + attribute(5, bytes([0, 0, 0, 9]))
        + attribute(6, b"") + attribute(7, bytes([0, 1, 0x11, 0x70]) + ip("198.51.100.1"))
        + attribute(8, bytes([0xff, 0xff, 0xff, 1, 0, 5, 0, 6]))
        + attribute(16, bytes([0, 2, 0xfd, 0xe8, 0, 0, 0, 1])) + attribute(32, bytes([0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3])))
UPDATES = b"".join([
    bgp4mp(update(PATH + reach([nlri("2001:db8:5::/48")]) + unreach([nlri("2001:db8:6::/48")]), nlri("198.51.100.0/24"),
                  nlri("203.0.113.0/24"))),
    bgp4mp(update(RICH, nlri("192.0.2.0/25")), time=1000000001, microseconds=42),
    state(6, 1, time=1000000002),
    bgp4mp(message(4, b""), time=1000000003),
    bgp4mp(update(PATH, nlri("198.51.100.0/25", 77)), subtype=9, time=1000000004),
    bgp4mp(update(PATH, nlri("198.51.100.128/25")), subtype=7, time=1000000005),
])
TABLE = b"".join([
    peer_index([("192.0.2.1", 65001), ("2001:db8::1", 65003)]),
    rib("198.51.100.0/24", [(0, PATH), (1, route(65003, 131279))]),
    rib("2001:db8:5::/48", [(1, attribute(1, b"\0") + attribute(2, segment(2, [65003, 5])) + attribute(14, b"\x10"
                                                                                                      + ip("2001:db8::7")))],
        subtype=4),
])
DUMP = """\
BGP4MP|1000000000|W|192.0.2.1|65001|203.0.113.0/24
BGP4MP|1000000000|W|192.0.2.1|65001|2001:db8:6::/48
BGP4MP|1000000000|A|192.0.2.1|65001|198.51.100.0/24|65001 3356 131279|IGP|192.0.2.9|0|0||NAG||
BGP4MP|1000000000|A|192.0.2.1|65001|2001:db8:5::/48|65001 3356 131279|IGP|2001:db8::9|0|0||NAG||
BGP4MP_ET|1000000001.000042|A|192.0.2.1|65001|192.0.2.0/25|(64512) 65001 7 {4,5}|EGP|192.0.2.7|9|256|no-export 5:6|AG|70000 198.51.100.1|
BGP4MP|1000000002|STATE|192.0.2.1|65001|6|1
BGP4MP_AP|1000000004|A|192.0.2.1|65001|198.51.100.0/25|77|65001 3356 131279|IGP|192.0.2.9|0|0||NAG||
BGP4MP_LOCAL|1000000005|A|192.0.2.1|65001|198.51.100.128/25|65001 3356 131279|IGP|192.0.2.9|0|0||NAG||
"""
READER = """\
U|W|1000000000.000000||rrc00|||65001|192.0.2.1|203.0.113.0/24||||||
U|W|1000000000.000000||rrc00|||65001|192.0.2.1|2001:db8:6::/48||||||
U|A|1000000000.000000||rrc00|||65001|192.0.2.1|198.51.100.0/24|192.0.2.9|65001 3356 131279|131279|||
U|A|1000000000.000000||rrc00|||65001|192.0.2.1|2001:db8:5::/48|2001:db8::9|65001 3356 131279|131279|||
U|A|1000000001.000042||rrc00|||65001|192.0.2.1|192.0.2.0/25|192.0.2.7|(64512) 65001 7 {4,5}|{4,5}|65535:65281 5:6||
U|S|1000000002.000000||rrc00|||65001|192.0.2.1||||||ESTABLISHED|IDLE
U|A|1000000004.000000||rrc00|||65001|192.0.2.1|198.51.100.0/25|192.0.2.9|65001 3356 131279|131279|||
U|A|1000000005.000000||rrc00|||65001|192.0.2.1|198.51.100.128/25|192.0.2.9|65001 3356 131279|131279|||
"""
TABLE_READER = """\
R|B|1000000000.000000||rrc00|||V|1000000000
R|R|1000000000.000000||rrc00|||65001|192.0.2.1|198.51.100.0/24|192.0.2.9|65001 3356 131279|131279|||
R|R|1000000000.000000||rrc00|||65003|2001:db8::1|198.51.100.0/24|192.0.2.9|65003 131279|131279|||
R|R|1000000000.000000||rrc00|||65003|2001:db8::1|2001:db8:5::/48|2001:db8::7|65003 5|5|||
R|E|1000000000.000000||rrc00|||V|1000000000
"""
RICH_JSON = {"time": 1000000001.000042, "type": "announce", "collector": "rrc00", "peer": "192.0.2.1", "peer_asn": 65001,
             "prefix": "192.0.2.0/25", "path": [{"confed_sequence": [64512]}, 65001, 7, [4, 5]], "origin_asn": None, "origin": "EGP",
             "next_hop": "192.0.2.7", "med": 256, "local_pref": 9, "communities": ["65535:65281", "5:6"],
             "well_known_communities": ["NO_EXPORT"],
             "large_communities": ["1:2:3"], "ext_communities": ["rt:65000:1"], "atomic_aggregate": True,
             "aggregator": {"asn": 70000, "address": "198.51.100.1"}}
FILTERS = [  # arguments, lines of DUMP that remain
    (["--type", "W"], [0, 1]),
    (["--type", "STATE,W"], [0, 1, 5]),
    (["--prefix", "198.51.100.0/24"], [2]),
    (["--prefix", "198.51.100.0/24", "--exact"], [2]),
    (["--prefix", "198.51.100.0/24", "--more"], [2, 6, 7]),
    (["--prefix", "198.51.100.0/25", "--less"], [2, 6]),
    (["--prefix", "2001:db8::/32", "--more", "--type", "A"], [3]),
    (["--peer", "192.0.2.1"], [0, 1, 2, 3, 4, 5, 6, 7]),
    (["--peer", "AS65009"], []),
    (["--origin", "131279"], [2, 3, 6, 7]),
    (["--as", "7"], [4]),
    (["--community", "5:6"], [4]),
    (["--community", "5:*"], [4]),
    (["--community", "1:2:3"], [4]),
    (["--community", "5:7"], []),
    (["--from", "1000000001", "--until", "2001-09-09T01:46:42Z"], [4]),
    (["--from", "1000000005"], [7]),
]
REFUSED = [["--prefix", "198.51.100.1/24"], ["--peer", "x"], ["--community", "1"], ["--community", "1:2:3:4"],
           ["--type", "Q"], ["--from", "yesterday"], ["--country", "KPX"], ["--network", "x"], ["--origin", "4294967296"],
           ["--nonsense"], ["-x"], ["--state", "--type", "A"]]


def equal(printed, expected):
    if printed != expected:
        yield f"printed {printed!r}"
        yield f"expected {expected!r}"


def json_problems(program, path):
    rows = [json.loads(line) for line in run(program, "--json", path).stdout.decode().splitlines()]
    yield from equal(rows[4], RICH_JSON)
    yield from equal([row["type"] for row in rows],
                     ["withdraw", "withdraw", "announce", "announce", "announce", "session", "announce", "announce"])
    yield from equal((rows[5]["old_state"], rows[5]["new_state"], rows[6]["path_id"], rows[7]["outgoing"]), (6, 1, 77, True))


def count_problems(program, path):
    counts = json.loads(run(program, "--count", "--json", path).stdout)
    yield from equal(counts["elements"], {"A": 5, "W": 2, "B": 0, "STATE": 1})
    yield from equal((counts["records"], counts["messages"], counts["keepalives"], counts["gaps"]), (6, 5, 1, 0))


def status_problems(program, folder, path):
    broken = os.path.join(folder, "rrc00.broken.mrt")
    with open(broken, "wb") as file:
        file.write(UPDATES + bgp4mp(update(PATH, b"\x21\1\2\3\4\5")) + UPDATES[:30])
    empty = os.path.join(folder, "empty.mrt")
    with open(empty, "wb"):
        pass
    absent = os.path.join(folder, "absent.mrt")
    for arguments, expected, named in (([path], 0, ""), ([broken], 1, "bytes"), ([path, absent], 1, "absent.mrt"),
                                       ([absent], 3, "absent.mrt"), ([empty], 0, "is empty"), ([], 2, "--help"),
                                       (["--prefix"], 2, "needs a value"),
                                       (["--help"], 0, "")):
        done = run(program, *arguments)
        said = done.stderr.decode()
        if done.returncode != expected or named not in said or (not named and said):
            yield f"{arguments}: status {done.returncode}, {expected} expected; said {said!r}"
    said = run(program, broken).stderr.decode()
    for word in ("truncated", "1 updates or entries with malformed attributes", "nlri", "bytes"):
        if word not in said:
            yield f"{word!r} is not said: {said!r}"


def pipe_problems(program, folder):
    many = os.path.join(folder, "rrc00.many.mrt")
    with open(many, "wb") as file:
        file.write(UPDATES * 5000)
    with subprocess.Popen([program, "bgp", many], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        child.stdout.readline()
        child.stdout.close()
        said = child.stderr.read()
        status = child.wait(60)
    if said or status:
        yield f"status {status}, said {said!r}"
    with open("/dev/full", "wb") as full:
        done = subprocess.run([program, "bgp", many], stdout=full, stderr=subprocess.PIPE, timeout=60)
    if done.returncode != 4 or b"standard output" not in done.stderr:
        yield f"a full disk: status {done.returncode}, said {done.stderr!r}"


def world_problems(program, folder, path):
    """The filters by country and network, with world data of our own; entities that hold nothing are named."""
    csv, world = os.path.join(folder, "country.csv"), os.path.join(folder, "world.bin")
    with open(csv, "w", encoding="utf-8") as file:
        file.write("198.51.100.0,198.51.100.127,KX\n192.0.2.0,192.0.2.255,KY\n2001:db8:5::,2001:db8:5:ffff::,KX\n")
    subprocess.run([program, "world", "build", "--quiet", "-o", world, csv], check=True, capture_output=True)
    environment = dict(os.environ, LACUNA_WORLD=world)
    expected = DUMP.splitlines(keepends=True)
    for code, kept in (("KX", [2, 3, 6]), ("ky", [4])):
        done = subprocess.run([program, "bgp", "--country", code, path], env=environment, capture_output=True, timeout=60)
        yield from equal(done.stdout.decode(), "".join(expected[i] for i in kept))
    done = subprocess.run([program, "bgp", "--country", "KZ", path], env=environment, capture_output=True, timeout=60)
    yield from equal((done.returncode, b"country/KZ" in done.stderr), (3, True))
    environment["LACUNA_WORLD"] = os.path.join(folder, "absent")
    done = subprocess.run([program, "bgp", "--country", "KX", path], env=environment, capture_output=True, timeout=60)
    yield from equal((done.returncode, b"lacuna world build" in done.stderr), (3, True))


def main():
    program = sys.argv[1]
    cases = Cases()
    with tempfile.TemporaryDirectory() as folder:
        path, table = os.path.join(folder, "rrc00.updates.mrt"), os.path.join(folder, "rrc00.bview.mrt")
        for name, data in ((path, UPDATES), (table, TABLE)):
            with open(name, "wb") as file:
                file.write(data)
        cases.case("-m is the default", equal(run(program, path).stdout.decode(), DUMP))
        cases.case("-e of updates", equal(run(program, "-e", path).stdout.decode(), READER))
        cases.case("-e of a table", equal(run(program, "-e", table).stdout.decode(), TABLE_READER))
        cases.case("--json", json_problems(program, path))
        cases.case("--count", count_problems(program, path))
        expected = DUMP.splitlines(keepends=True)
        for arguments, kept in FILTERS:
            printed = run(program, *arguments, path).stdout.decode()
            cases.case(" ".join(arguments), equal(printed, "".join(expected[i] for i in kept)))
        for arguments in REFUSED:
            done = run(program, *arguments, path)
            cases.case("refused: " + " ".join(arguments),
                       [] if done.returncode == 2 and done.stderr and not done.stdout else [f"status {done.returncode}"])
        cases.case("--country", world_problems(program, folder, path))
        cases.case("exit statuses", status_problems(program, folder, path))
        cases.case("a closed pipe and a full disk", pipe_problems(program, folder))
    cases.done()


main()
