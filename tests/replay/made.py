# SPDX-License-Identifier: ISC
"""Inputs that are made for a test: days of the lab's outages, published series, an archive in which routes do what they rarely do.
Each is (paths and options of a replay)."""
import json
import os

from mrt import COUNTRY, ORIGIN, OTHER, PEERS, REST, START, table, update
from run import DEMO, LAB, run
from shift import episodes

HOUR, DAY = 3600, 86400
STRANGER = 64599


def days(folder):
    """One country's outages: three at the same clock time and one hours behind another, of several kinds."""
    lab = {os.path.basename(f).split("-dual")[0]: f for f in LAB}
    out = os.path.join(folder, "days")
    episodes(out, [(lab["power-silent"], 0), (lab["power-silent"], DAY + 60), (lab["power-silent"], 2 * DAY),
                   (lab["stress-slow"], 2 * DAY + 2 * HOUR), (lab["one-server"], 2 * DAY + 5 * HOUR),
                   (lab["shutdown-withdrawal"], 6 * DAY)])
    return [out]


def series(folder):
    """Two series five minutes apart: both fall, one an hour and a half behind the other; a later fall of one alone; one that goes on."""
    path = os.path.join(folder, "kx.csv")
    low = {"bgp": ((900, 930), (1300, 1304), (2700, 9999)), "ping-slash24": ((918, 940), (1800, 1840))}
    with open(path, "w", encoding="ascii") as f:
        f.write("time,entity,signal,value\n")
        for i in range(2800):
            for signal, falls in low.items():
                down = any(a <= i < b for a, b in falls)
                f.write(f"{1650000000 + 300 * i},country/KX,{signal},{12 + i % 2 if down else 100 + i % 3}\n")
    return [path]


def archive_updates():
    out = b""
    for second in range(1, 13000):
        for number, peer in enumerate(PEERS):
            if second % 7 == number and (second < 3000 or second % 5 == 0) and not 9000 <= second < 11900:  # the collector says nothing
                out += update(START + second, peer, [], [REST[second % len(REST)]], OTHER if second % 50 else OTHER + 1)
            gone = {400: COUNTRY[:2], 470: COUNTRY[2:], 1500: COUNTRY, 2200: COUNTRY[:1] + REST[:10]}.get(second - number * (second < 1000), [])
            back = {700: COUNTRY, 1530: COUNTRY, 12000: COUNTRY[:1] + REST[:10]}.get(second, [])
            if gone:
                out += update(START + second, peer, gone, [], 0)
            if back:
                out += update(START + second, peer, [], back, ORIGIN)
            if second == 385 and number < 3:  # a stranger inside the country, shortly before
                out += update(START + second, peer, [], ["198.18.1.128/25"], STRANGER)
            if second == 2150 and number < 2:
                out += update(START + second, peer, [], ["198.18.2.0/25"], STRANGER)
            if 1300 <= second < 1500 and second % 20 == number:  # restless before
                out += update(START + second, peer, [], COUNTRY[:2], ORIGIN + (second // 20) % 2)
    return out


def archive(folder):
    """A country whose routes leave in two parts, and for half a minute only; news of strangers before; others that go with it."""
    out = os.path.join(folder, "archive")
    os.makedirs(out, exist_ok=True)
    for name, data in (("rib.20231114.2213.mrt", table()), ("updates.20231114.2213.mrt", archive_updates())):
        with open(os.path.join(out, name), "wb") as f:
            f.write(data)
    rows, world = os.path.join(folder, "world.csv"), os.path.join(folder, "world.bin")
    with open(rows, "w", encoding="ascii") as f:
        f.write("198.18.0.0,198.18.3.255,KX\n")
    run("world", "build", "-o", world, "--quiet", rows)
    return [os.path.join(out, "rib.20231114.2213.mrt"), os.path.join(out, "updates.20231114.2213.mrt"), "--watch", "country/KX",
            "--world", world, "--full-feed-floor", "10"]


def machine_down(i, second, observer):
    """Machine i of ten and the web server (10) and name server (11) of the country, in the second of the recording, as one observer sees it."""
    if 12000 <= second < 12025 or 12600 <= second < 12615:
        return True  # a moment without anybody
    if 13500 <= second < 13700:
        return i >= 10 or observer == 0 or (i < 2 and second >= 13640)  # one sees little of it
    if 1000 <= second < 1400 or 6000 <= second < 6300 or 9000 <= second < 9200:
        return True
    if i == 0 and 900 <= second < 1400 or i == 1 and 940 <= second < 1400:
        return True  # single ones before all of them
    if i == 10 and 3000 <= second < 7500 or i == 11 and 3300 <= second < 3400:
        return True  # a server that stays dead, and another that fails beside it
    if 5960 <= second < 6000 and i % 2:
        return True  # half of them a little before the others
    return 9250 <= second < 9260 and i < 4


def machines(folder):
    """Two observers, ten machines, two services, asked each ten seconds for four hours; holes in what one of them saw."""
    out, begin = os.path.join(folder, "machines"), 1700000000
    os.makedirs(os.path.join(out, "probes"), exist_ok=True)
    hosts = [f"198.18.0.{10 + i}" for i in range(12)]
    controls = [f"192.0.2.{1 + i}" for i in range(4)]
    about = {"format": "lacuna-recording/1", "entities": [{"id": "country/KX", "prefixes": ["198.18.0.0/22"], "asns": [64512]}],
             "watch": ["country/KX"], "observers": [{"id": "a", "asn": 65001}, {"id": "b", "asn": 65102}],
             "targets": [{"address": h, "entity": "country/KX", "kind": "host"} for h in hosts]
             + [{"address": c, "kind": "control"} for c in controls]}
    with open(os.path.join(out, "recording.json"), "w", encoding="ascii") as f:
        json.dump(about, f)
    for number, observer in enumerate("ab"):
        with open(os.path.join(out, "probes", f"{observer}.ndjson"), "w", encoding="ascii") as f:
            for second in range(0, 14400, 10):
                hole = 8960 <= second < 8990 or (number and 5000 <= second < 5100)
                for i, target in enumerate([] if hole else hosts + controls):
                    op = "http_round_trip" if i == 10 else "dns_round_trip" if i == 11 else "icmp_echo"
                    down = target in hosts and machine_down(i, second, number)
                    how = '"ok":false,"failure":"timeout"' if down else f'"ok":true,"rtt_ms":{20 + (second + i) % 7}.5'
                    f.write(f'{{"t":{begin + second + number}.{100 + i},"observer":"{observer}","op":"{op}","target":"{target}",{how}}}\n')
    return [out]


MADE = {"days": days, "series": series, "archive": archive, "machines": machines}
