# SPDX-License-Identifier: ISC
"""Makes the corpus of fuzz_recording anew: one small recording of each kind of data. Usage: recordings.py FOLDER"""
import bz2
import gzip
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FIELD = os.path.join(HERE, "..", "field", "inputs")
BEGIN = 1700000000
ENTITY = {"id": "country/KX", "name": "Kexico", "prefixes": ["198.18.0.0/22"], "asns": [64512]}


def about(**more):
    return json.dumps({"format": "lacuna-recording/1", "name": "fuzz", "entities": [ENTITY], "watch": ["country/KX"], **more})


def truth(start, end, cause="network-stress"):
    return json.dumps({"outages": [{"entity": "country/KX", "start": start, "end": end, "start_tolerance_s": 10,
                                    "end_tolerance_s": 10, "scope": "total", "cause": cause}]})


def join(files):
    out = b""
    for name, content in files.items():
        content = content if isinstance(content, bytes) else content.encode()
        out += b"=== " + name.encode() + b"\n" + content + b"\n"
    return out


def probes():
    files = {"recording.json": about(observers=[{"id": "vp1", "asn": 65001}, {"id": "vp2", "asn": 65102}]),
             "truth.json": truth(BEGIN + 60, BEGIN + 100)}
    for n, observer in enumerate(("vp1", "vp2")):
        lines = []
        for second in range(0, 160, 4):
            for host in range(6):
                line = {"t": BEGIN + second + n / 2 + host / 20, "observer": observer, "target": f"198.18.0.{10 + host}",
                        "op": ("icmp_echo", "http_round_trip", "dns_round_trip")[host % 3], "ok": not 60 <= second < 100}
                line.update({"rtt_ms": 20 + host} if line["ok"] else {"failure": "generic_timeout_error"})
                lines.append(json.dumps(line, separators=(",", ":")))
        lines.append(json.dumps({"t": BEGIN + 120, "observer": observer, "op": "observer_health", "state": "blind", "why": "carrier"}))
        files[f"probes/{observer}.ndjson"] = "\n".join(lines) + "\n"
    return files


def routes(case):
    files = {"recording.json": about(entities=[{"id": "country/KP", "prefixes": ["198.51.100.0/24", "203.0.113.0/24"], "asns": [64999]}],
                                     watch=["country/KP"], full_feed_floor=5)}
    number = 0
    for folder, _, names in sorted(os.walk(os.path.join(FIELD, "routing", "replay", case))):
        for name in sorted(names):
            opener = bz2.open if name.endswith(".bz2") else gzip.open
            with opener(os.path.join(folder, name)) as file:
                content = file.read()
            if number < 6:
                files[f"bgp/{'rc0' if 'rrc00' in folder else 'rc1'}-{number}.mrt"] = content
                number += 1
    return files


def series():
    lines = ["time,entity,signal,value"]
    lines += [f"{BEGIN + 1800 * i},country/KX,monash-connectivity,{20 if 700 <= i < 710 else 90 + i % 7}" for i in range(740)]
    return {"recording.json": about(), "truth.json": truth(BEGIN + 1800 * 700, BEGIN + 1800 * 710, "power"), "series/own.csv": "\n".join(lines) + "\n"}


def bmp():
    with open(os.path.join(FIELD, "routing", "bmp-peer-down-reasons.bmp"), "rb") as file:
        content = file.read()
    with open(os.path.join(FIELD, "routing", "bmp-peer-down-reasons.bmp.index"), "rb") as file:
        index = file.read()
    return {"recording.json": about(), "bmp/r1-0.bmp": content, "bmp/r1-0.bmp.index": index}


def main():
    made = {"probes": probes(), "series": series(), "bmp": bmp(), "missing-file": routes("update-file-missing-at-one-of-two"),
            "origin": routes("foreign-origin-at-one-of-four")}
    os.makedirs(sys.argv[1], exist_ok=True)
    for name, files in made.items():
        with open(os.path.join(sys.argv[1], name), "wb") as file:
            file.write(join(files))


main()
