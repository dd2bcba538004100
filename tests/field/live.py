# SPDX-License-Identifier: ISC
"""Messages of RIS Live as lines: what a table and updates tell as MRT they tell as lines too; one bad line costs one line."""
import gzip
import json
import os
import struct
import tempfile

from field import Cases, path, replay, run, world

cases = Cases()
FOLDER = tempfile.mkdtemp()


def write(name, text, folder=FOLDER):
    os.makedirs(folder, exist_ok=True)
    name = os.path.join(folder, name)
    with (gzip.open(name, "wb") if name.endswith(".gz") else open(name, "wb")) as out:
        out.write(text if isinstance(text, bytes) else text.encode())
    return name


def message(time, kind, peer="192.0.2.1", asn="64500", host="rrc00.ripe.net", **more):
    data = {"timestamp": time, "peer": peer, "peer_asn": asn, "id": f"{peer}-{time}", "host": host, "type": kind, **more}
    return {"type": "ris_message", "data": data}


def lines(*messages):
    return "".join(m if isinstance(m, str) else json.dumps(m) + "\n" for m in messages)


def printed(name, *options):
    done = run("bgp", *options, name)
    return done.stdout.decode().splitlines(), done.stderr.decode(), done.returncode


def same(why, name, wanted, status=0, *options):
    text, errors, code = printed(name, *options)
    cases.case(why, [] if text == wanted and code == status else text + [errors, f"exit status {code}"])


def refused(why, text, word, left=1):
    out, errors, code = printed(write("refused.ndjson", text))
    cases.case(why, [] if word in errors and code == 1 and len(out) == left else out + [errors, f"exit status {code}"])


ROUTE = {"path": [64500, 64510, [64520, 64521]], "origin": "INCOMPLETE", "community": [[64500, 1], [65535, 666]], "med": 7,
         "aggregator": "64520:198.51.100.1",
         "announcements": [{"next_hop": "192.0.2.1", "prefixes": ["198.51.100.0/24", "203.0.113.0/24"]}]}
V6 = {"path": [64500, 4200000000], "origin": "igp", "withdrawals": ["2001:db8:9::/48", "192.0.2.0/24"],
      "announcements": [{"next_hop": "2001:db8::1", "prefixes": ["2001:db8:1::/48"]}, {"next_hop": "fe80::1", "prefixes": ["2001:db8:1::/48"]}]}
head = "BGP4MP_ET|1700000000.250000|"
first = [f"{head}A|192.0.2.1|64500|{p}|64500 64510 {{64520,64521}}|INCOMPLETE|192.0.2.1|0|7|64500:1 65535:666|NAG|64520 198.51.100.1|"
         for p in ("198.51.100.0/24", "203.0.113.0/24")]
second = ["BGP4MP_ET|1700000001.000000|W|192.0.2.1|64500|192.0.2.0/24", "BGP4MP_ET|1700000001.000000|W|192.0.2.1|64500|2001:db8:9::/48",
          "BGP4MP_ET|1700000001.000000|A|192.0.2.1|64500|2001:db8:1::/48|64500 4200000000|IGP|2001:db8::1|0|0||NAG||"]
both = (message(1700000000.25, "UPDATE", **ROUTE), message(1700000001, "UPDATE", **V6))
same("a message a line, told by fields", write("fields.ndjson", lines(*both)), first + second)
same("whatever the file is called, and packed", write("stream.bin.gz", lines(*both)), first + second)
same("the inner objects alone, as clients keep them", write("inner.jsonl", lines(*(m["data"] for m in both))), first + second)
same("an array of them, over several lines", write("array.json", json.dumps(both, indent=1)), first + second)
events = "".join(f"event: ris_message\nid: {i}\ndata: {json.dumps(m)}\n\n" for i, m in enumerate(both))
same("the event stream", write("events.txt", events), first + second)
answers = ({"type": "ris_subscribe_ok", "data": {"subscription": {}}}, {"type": "ris_rrc_list", "data": ["rrc00"]}, {"type": "pong", "data": None})
same("answers of the service are no messages and no faults", write("answers.ndjson", lines(*answers, *both)), first + second)
raw = bytes(16).replace(b"\0", b"\xff")


def update(attributes, nlri):
    body = struct.pack(">HH", 0, len(attributes)) + attributes + nlri
    return (raw + struct.pack(">HB", 19 + len(body), 2) + body).hex().upper()


hop, nlri = b"\x40\x03\x04\xc0\x00\x02\x01", b"\x18\xc6\x33\x64"
wide = update(b"\x40\x01\x01\x00\x40\x02\x0a\x02\x02" + struct.pack(">II", 64500, 400000) + hop + b"\xc0\x23\x04\x00\x00\xfb\xf4", nlri)
narrow = update(b"\x40\x01\x01\x00\x40\x02\x06\x02\x02" + struct.pack(">HH", 64500, 64510) + hop, nlri)
text, errors, code = printed(write("raw.ndjson", lines(message(1700000000, "UPDATE", raw=wide), message(1700000001, "UPDATE", raw=narrow))), "--json")
got = [json.loads(line) for line in text]
cases.case("bytes in hexadecimal, which tell more than the fields; the width of AS numbers, which nobody tells, is found",
           [] if code == 0 and [g["path"] for g in got] == [[64500, 400000], [64500, 64510]] and got[0]["otc"] == 64500 else [errors, *text])
states = lines(message(1700000000, "OPEN", direction="sent", version=4, asn=12654, hold_time=180),
               message(1700000001, "RIS_PEER_STATE", state="connected"), message(1700000002, "KEEPALIVE"),
               message(1700000003, "NOTIFICATION", notification={"code": 6, "subcode": 2, "data": ""}), message(1700000004, "RIS_PEER_STATE", state="down"))
text = [json.loads(line) for line in printed(write("states.ndjson", states), "--json")[0]]
cases.case("changes of a peer's state, and the NOTIFICATION that told of the end",
           [] if [(t["old_state"], t["new_state"]) for t in text] == [(1, 6), (6, 1)] and text[1]["notification"] == "Cease"
           and {t["collector"] for t in text} == {"rrc00"} else [str(text)])
good = lines(message(1700000000, "KEEPALIVE"), message(1700000001, "UPDATE", path=[64500], origin="igp", announcements=[{"next_hop": "192.0.2.1", "prefixes": ["198.51.100.0/24"]}]))
refused("a line that breaks off is named by its number and costs itself", good + '{"type":"ris_message","data":{"timestamp":1700000002,"peer":\n' + lines(answers[0]), "line 3")
refused("what the service says of its own end is told", good + lines({"type": "ris_error", "data": {"message": "too slow"}}), "too slow")
refused("a prefix that is none", good + lines(message(1700000002, "UPDATE", withdrawals=["198.51.100.0/24", "198.51.100.0/33"])), "line 3")
refused("a path of words", good + lines(message(1700000002, "UPDATE", path=["x"], announcements=ROUTE["announcements"])), "path")
refused("a peer that is no address", good + lines(message(1700000002, "KEEPALIVE", peer="rrc00")), "peer")
refused("no timestamp", good + lines(message("soon", "KEEPALIVE")), "timestamp")
refused("a type that is not known", good + lines(message(1700000002, "SHRUG")), "type")
refused("no path: malformed by RFC 7606, 3d, as in MRT", good + lines(message(1700000002, "UPDATE", announcements=ROUTE["announcements"])), "missing-mandatory")
swap = lines(*(message(1700000000, "UPDATE", **({"withdrawals": ["198.51.100.0/24"]} if i % 2 else {**ROUTE, "id": i})) for i in range(6)))
cases.case("of messages of one instant the order of the file holds",
           [] if [line.split("|")[2] for line in printed(write("swap.ndjson", swap))[0]] == list("AAW" * 3) else printed(write("swap.ndjson", swap))[0])


def split(name):
    """The table of an MRT file, and its other records: (time, bytes)."""
    data, at, table, rest = open(name, "rb").read(), 0, b"", b""
    while at < len(data):
        kind, length = struct.unpack(">H", data[at + 4:at + 6])[0], struct.unpack(">I", data[at + 8:at + 12])[0]
        record, at = data[at:at + 12 + length], at + 12 + length
        table, rest = (table + record, rest) if kind in (12, 13) else (table, rest + record)
    return table, rest


def live(name, host):
    """The updates of a file as lines of RIS Live, and a KEEPALIVE of every peer where it ends."""
    speakers = {}
    for line in printed(name, "--json")[0]:
        e = json.loads(line)
        more = {"announce": lambda e: ("UPDATE", {"path": e["path"], "origin": e["origin"].lower(),
                                                  "announcements": [{"next_hop": e["next_hop"], "prefixes": [e["prefix"]]}]}),
                "withdraw": lambda e: ("UPDATE", {"withdrawals": [e["prefix"]]}),
                "session": lambda e: ("RIS_PEER_STATE", {"state": "connected" if e["new_state"] == 6 else "down"})}
        if e["type"] in more:
            kind, members = more[e["type"]](e)
            yield message(e["time"], kind, e["peer"], str(e["peer_asn"]), host, **members)
            speakers[e["peer"]] = str(e["peer_asn"])
    for peer, asn in speakers.items():
        yield message(1700000243, "KEEPALIVE", peer, asn, host)


def told(*paths):
    status, document, errors = replay(*paths, "--watch", "country/KP", "--world", world(), "--full-feed-floor", "5")
    if not document:
        return status, errors
    return status, [(i["start"], i["end"], i["scope"], [p["phase"] for p in i.get("phases", [])]) for i in document["incidents"]]


table, updates = split(path("routing", "table-then-updates-control.mrt"))
dump, rest = write("rrc00.bview.20220125.mrt", table), write("rrc00.updates.mrt", updates)
text = lines(*live(rest, "rrc00.ripe.net"))
stream = write("ris.ndjson", text)
mrt, ris = told(dump, rest), told(dump, stream)
cases.case("the outage of a table and updates in MRT is that of the table and lines", [] if mrt == ris and mrt[1] else [str(mrt), str(ris)])
recording = os.path.join(FOLDER, "recording")
write("bview.mrt", table, os.path.join(recording, "bgp", "rrc00"))
write("2022-01-25.ndjson.gz", text, os.path.join(recording, "ris"))
write("recording.json", json.dumps({"format": "lacuna-recording/1"}), recording)
inside = told(recording)
cases.case("and in the folder ris of a recording", [] if inside == mrt else [str(mrt), str(inside)])
half = text.splitlines(keepends=True)
broken = told(dump, write("bad.ndjson", "".join(half[:3]) + "{}\n[1,2]\nnothing\n" + "".join(half[3:])))
cases.case("bad lines between them cost themselves, and are told", [] if broken == (1, mrt[1]) else [str(mrt), str(broken)])
cases.done()
