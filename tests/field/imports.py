# SPDX-License-Identifier: ISC
"""Files that other programs wrote: read to their end, or refused for what they are. A case is an input and what is right."""
import gzip
import json
import os
import shutil
import tempfile

from field import Cases, path, replay, run

cases = Cases()
TEMPORARY = tempfile.mkdtemp()
RECORDING = {"format": "lacuna-recording/1", "watch": ["country/KX"],
             "entities": [{"id": "country/KX", "name": "Kexico", "prefixes": ["198.18.0.0/22", "2001:db8::/32"]}]}
OUTAGE = (1700002400, 1700003000)  # of what is made here


def write(content, *parts):
    name = os.path.join(TEMPORARY, *parts)
    os.makedirs(os.path.dirname(name), exist_ok=True)
    with open(name, "wb") as f:
        f.write(content if isinstance(content, bytes) else content.encode())
    return name


def recording(name, files):
    shutil.rmtree(os.path.join(TEMPORARY, name), ignore_errors=True)
    write(json.dumps(RECORDING), name, "recording.json")
    for where, content in files.items():
        write(content, name, *where.split("/"))
    return os.path.join(TEMPORARY, name)


def quality(where, *options):
    status, document, said = replay(where, "--quiet", *options)
    return status, document["quality"] if document else {}, document["incidents"] if document else [], said


def measuring(name, *options):
    return quality(path("measuring", name), *options)


# ---- RIPE Atlas ----

def result(probe, target, when, up=True, **more):
    one = {"fw": 5080, "af": 4, "dst_addr": target, "lts": 12, "msm_id": 1, "prb_id": probe, "timestamp": when, "type": "ping",
           "sent": 1, "rcvd": int(up), "result": [{"rtt": 10.0} if up else {"x": "*"}]}
    one.update(more)
    return one


def results():
    return [result(1001 + p, "198.18.1.%d" % (10 + t), 1700000000 + 60 * i + p, not OUTAGE[0] <= 1700000000 + 60 * i < OUTAGE[1])
            for i in range(70) for t in range(3) for p in range(2)]


def atlas_arrays_behind_one_another():
    """Two pages in one file: both are read."""
    status, q, incidents, _ = measuring("atlas-two-arrays-in-one-file")
    assert status == 0 and q["probes"] == 420 and len(incidents) == 1, (status, q)


def atlas_in_every_shape():
    """Pages, lines, indented, frames of the stream, nested, behind lines: the same results."""
    everything = results()
    pages = [everything[i:i + 50] for i in range(0, len(everything), 50)]
    lines = "".join(json.dumps(r) + "\n" for r in everything)
    shapes = {
        "one array": json.dumps(everything),
        "lines": lines,
        "pages": "".join(json.dumps(p) for p in pages),
        "pages with lines between": "\n\n".join(json.dumps(p) for p in pages) + "\n",
        "pages with commas": ",".join(json.dumps(p) for p in pages),
        "indented pages": "\n".join(json.dumps(p, indent=2) for p in pages),
        "indented objects": "\n".join(json.dumps(r, indent=4) for r in everything),
        "array of pages": json.dumps(pages),
        "a page a line": "".join(json.dumps(p) + "\n" for p in pages),
        "frames": "".join(json.dumps(["atlas_result", r]) + "\n" for r in everything),
        "lines, then pages": "".join(json.dumps(r) + "\n" for r in everything[:50]) + "".join(json.dumps(p) + "\n" for p in pages[1:]),
        "pages, then lines": json.dumps(everything[:50]) + "\n" + "".join(json.dumps(r) + "\n" for r in everything[50:]),
        "byte order mark": "\ufeff" + json.dumps(everything),
    }
    for name, content in shapes.items():
        status, q, incidents, said = quality(recording("shape", {"atlas/a.json": content}))
        assert status == 0 and q["probes"] == 420 and len(incidents) == 1, (name, status, q, said)


def what_breaks_off_is_named():
    """Whatever a cut file still holds is read, and that it is cut is told."""
    whole = json.dumps(results())
    for cut in (len(whole) - 1, len(whole) // 2, len(whole) - 40, whole.rindex("},") + 2, whole.rindex("},") + 1):
        status, q, _, said = quality(recording("cut", {"atlas/a.json": whole[:cut]}))
        assert status == 1 and q["probes"] >= 200 and "breaks off" in said, (cut, status, q, said)


def bytes_behind_an_array_are_named():
    whole = json.dumps(results())
    for behind in ("garbage", "<html>rate limit</html>", '{"error":{"status":429}}', "[1,2,3]"):
        status, q, incidents, said = quality(recording("behind", {"atlas/a.json": whole + behind}))
        assert status == 1 and q["probes"] == 420 and incidents and "a.json" in said, (behind, status, q, said)


def daily_dumps_by_their_names():
    """Told by content, as FORMATS says, whatever their names are."""
    status, q, _, _ = measuring("atlas-file-named-as-the-daily-dumps")
    assert status == 0 and q["probes"] == 30, (status, q)
    lines = "".join(json.dumps(r) + "\n" for r in results())
    for name in ("ping-2023-11-14T2200.bz2", "ping-2023-11-14T2200", "results.txt.gz", "measurement-1001"):
        packed = gzip.compress(lines.encode()) if name.endswith(".gz") else lines
        status, q, incidents, said = quality(recording("names", {"atlas/" + name: packed}))
        assert status == 0 and q["probes"] == 420 and incidents, (name, status, q, said)


def own_failures_are_not_held_against_targets():
    """What a probe could not send says nothing of the target, in any type of result."""
    status, _, incidents, _ = measuring("atlas-dns-senderror")
    assert not incidents, incidents
    own = {
        "dns": [{"error": {"senderror": "AF_INET, sendto failed: Network is unreachable"}}, {"error": {"socket": "no socket"}},
                {"error": {"getaddrinfo": "Name or service not known"}}, {"error": {"timeout": 5000, "senderror": "x"}},
                {"error": {"TUCONNECT": "Network is unreachable"}}, {"error": {"nameserver": "no local resolvers found"}},
                {"error": "no network"}],
        "ping": [{"result": [{"error": "sendto failed: Network is unreachable"}]}, {"result": [{"error": "connect failed: no network"}]}],
        "traceroute": [{"result": [{"error": "connect failed: Network is unreachable"}]},
                       {"result": [{"hop": 1, "error": "sendto failed"}]},
                       {"result": [{"hop": 1, "result": [{"error": "sendto failed"}, {"error": "sendto failed"}]}]},
                       {"result": [{"hop": 1, "result": [{"from": "10.0.0.2", "err": "H", "ttl": 64}]}], "src_addr": "10.0.0.2"}],
        "http": [{"result": [{"dst_addr": None, "err": "connect: Network is unreachable"}]}, {"result": [{"dst_addr": None, "err": "socket: failed"}]},
                 {"result": [{"dst_addr": None, "dnserr": "non-recoverable failure"}]}, {"result": [{"dst_addr": None, "err": {"senderror": 1}}]}],
        "sslcert": [{"err": "connect: Network is unreachable"}, {"error": {"getaddrinfo": "x"}}, {"err": "socket: no network"},
                    {"error": "senderror"}],
    }
    good = {"dns": {"result": {"abuf": "AAGFAAABAAEAAAAAB2V4YW1wbGUEdGVzdAAABgAB", "rt": 12.3}}, "ping": {"result": [{"rtt": 10.0}]},
            "traceroute": {"result": [{"hop": 1, "result": [{"from": "@", "rtt": 1.0}]}]},
            "http": {"result": [{"dst_addr": "@", "res": 200, "rt": 1.0}]}, "sslcert": {"cert": ["x"], "rt": 1.0}}
    for kind, faults in own.items():
        for fault in faults:
            lines = []
            for one in results():
                down = one["rcvd"] == 0
                for key in ("result", "sent", "rcvd"):
                    one.pop(key)
                members = json.loads(json.dumps(fault if down else good[kind]).replace('"@"', '"%s"' % one["dst_addr"]).replace(
                    '"dst_addr": null', '"dst_addr": "%s"' % one["dst_addr"]))
                one.update(members, type=kind)
                lines.append(json.dumps(one))
            status, q, incidents, said = quality(recording("own", {"atlas/a.ndjson": "\n".join(lines)}))
            assert not incidents and q["probes"] >= 300 and q["bad_lines"] == 0, (kind, fault, q, said, [i["id"] for i in incidents])


# ---- IODA ----

def series(values, start=1699920000, step=600, **more):
    one = {"entityType": "country", "entityCode": "KX", "entityName": "Kexico", "datasource": "bgp", "subtype": "", "from": start,
           "until": start + step * len(values), "step": step, "nativeStep": step, "values": values}
    one.update(more)
    return one


def answer(*of, asked=None, **more):
    one = {"type": "signals", "metadata": {"requestTime": asked} if asked else {}, "requestParameters": {}, "error": None, "perf": None,
           "data": [list(of)]}
    one.update(more)
    return json.dumps(one)


STEADY = [100 + i % 3 for i in range(432)]
GONE = [0 if 300 <= i < 320 else v for i, v in enumerate(STEADY)]


def ioda_answers_behind_one_another():
    status, q, incidents, _ = quality(path("measuring", "ioda-two-answers-in-one-file.json"))
    assert status == 0 and q["series_values"] == 432 and len(incidents) == 1, (status, q)
    for between in ("", "\n", " \n\n", ","):
        parts = [answer(series(GONE[i:i + 108], 1699920000 + 600 * i)) for i in range(0, 432, 108)]
        status, q, incidents, said = quality(write(between.join(parts), "parts.json"))
        assert status == 0 and q["series_values"] == 432 and len(incidents) == 1, (between, status, q, said)
    status, q, incidents, said = quality(write("[" + ",".join(json.dumps(series(GONE[i:i + 108], 1699920000 + 600 * i)) for i in range(0, 432, 108)) + "]", "bare.json"))
    assert status == 0 and len(incidents) == 1, (status, q, said)


def ioda_newer_download_wins():
    """Unfinished bins of an older download are no outage, in whatever order the files come; that they contradict is told."""
    older, newer = path("measuring", "ioda-older-download-with-unfinished-bins.json"), path("measuring", "ioda-newer-download.json")
    for order in ((older, newer), (newer, older)):
        status, document, said = replay(*order, "--quiet")
        assert status == 0 and not document["incidents"] and document["quality"]["series_contradicted"] == 3, document
        assert "older" in said and "3 values" in said, said
    with open(older) as f, open(newer) as g:
        texts = f.read(), g.read()
    for order in (texts, texts[::-1]):
        status, q, incidents, said = quality(write("\n".join(order), "both.json"))
        assert status == 0 and not incidents and q["series_contradicted"] == 3, (q, said)
    # The same end: what was asked for later is newer.
    first = answer(series(STEADY[:-3] + [0, 0, 0]), asked="2023-11-17T00:00:00+00:00")
    second = answer(series(STEADY), asked="2023-11-18T00:00:00+00:00")
    for order in ((first, second), (second, first)):
        status, q, incidents, said = quality(write("".join(order), "asked.json"))
        assert not incidents and q["series_contradicted"] == 3, (q, said)
    # Downloads that agree contradict nothing.
    status, q, incidents, said = quality(write(answer(series(STEADY)) + answer(series(STEADY)), "twice.json"))
    assert status == 0 and "series_contradicted" not in q, (q, said)


def ioda_says_why_there_is_nothing():
    status, _, _, said = quality(path("measuring", "ioda-error-answer.json"))
    assert status == 3 and "less than 100 days" in said, (status, said)
    for kind in ("outages.alerts", "outages.events", "outages.summary"):
        text = answer(type=kind, data=[{"entity": {"code": "KX", "type": "country"}, "time": 1700000000, "value": 3}])
        status, _, _, said = quality(write(text, "other.json"))
        assert status == 3 and "IODA" in said and "series" in said, (kind, status, said)
    for options in ((), ("--watch", "country/KX")):
        status, q, _, said = quality(path("measuring", "ioda-broken-off.json"), *options)
        assert status == 1 and q["series_values"] > 80 and "breaks off" in said, (status, q, said)


def ioda_names_its_entity():
    """Series need no address space: what a file names can be watched without world data."""
    for options in ((), ("--watch", "country/KX")):
        status, document, said = replay(path("measuring", "ioda-one-entity.json"), "--quiet", *options)
        assert status == 0 and len(document["incidents"]) == 1, (options, status, said)


def ioda_values_as_lines():
    for key in ("ts", "time", "timestamp"):
        lines = "".join(json.dumps({"entityType": "country", "entityCode": "KX", "datasource": "bgp", key: 1699920000 + 600 * i, "value": v}) + "\n"
                        for i, v in enumerate(GONE))
        for name in ("x.ndjson", "x.json", "x.txt"):
            status, q, incidents, said = quality(write(lines, "points", name))
            assert status == 0 and q["series_values"] == 432 and len(incidents) == 1, (key, name, status, q, said)


# ---- ping, fping, scamper, ZMap ----

def iputils_ping():
    status, q, _, said = measuring("ping-D-of-iputils")
    assert status == 0 and q["probes"] == 2, (status, q, said)


def pings(lost_lines, form="PING 198.18.0.%d (198.18.0.%d) 56(84) bytes of data."):
    """Two targets, a file each, 20 minutes at one a second; lost_lines(n, t) prints a lost attempt, or nothing."""
    files = {}
    for vp in (1, 2):
        for t in range(1, 4):
            lines = [form % (t, t)]
            for n in range(1, 1201):
                when = 1700000000 + n
                if 600 <= n < 700:
                    lines += lost_lines(n, when, t)
                else:
                    lines.append("[%d.010000] 64 bytes from 198.18.0.%d: icmp_seq=%d ttl=64 time=10.0 ms" % (when, t, n))
            files["probes/vp%d.%d.txt" % (vp, t)] = "\n".join(lines + ["", "--- 198.18.0.%d ping statistics ---" % t]) + "\n"
    return files


def losses_of_ping_are_rebuilt():
    """With -O each is said; without, only the numbers that are missing say it; routers may say that they cannot reach it."""
    for name, lost in {"-O": lambda n, when, t: ["[%d.000000] no answer yet for icmp_seq=%d" % (when + 1, n)],
                       "numbers": lambda n, when, t: [],
                       "unreachable": lambda n, when, t: ["[%d.5] From 203.0.113.1 icmp_seq=%d Destination Host Unreachable" % (when, n)]}.items():
        status, q, incidents, said = quality(recording("ping", pings(lost)))
        assert status == 0 and q["probes"] == 7200 and len(incidents) == 1, (name, status, q, said)
        assert abs(incidents[0]["duration_s"] - 100) < 4 if "duration_s" in incidents[0] else True, incidents[0]


def ping_without_times_is_refused_for_that():
    files = {"probes/vp1.txt": "PING 198.18.0.1 (198.18.0.1) 56(84) bytes of data.\n64 bytes from 198.18.0.1: icmp_seq=1 ttl=64 time=0.05 ms\n"}
    status, _, _, said = quality(recording("ping", files))
    assert status == 3 and "-D" in said, (status, said)


def numbers_of_fping():
    """Attempts that are missing between two numbers were lost."""
    files = {}
    for vp in (1, 2):
        lines = ["[%d.01] 198.18.0.%d : [%d], 64 bytes, 10.0 ms (10.0 avg, 0%% loss)" % (1700000000 + n, t, n)
                 for n in range(1200) for t in (1, 2, 3) if not 600 <= n < 700]
        files["probes/vp%d.fping" % vp] = "\n".join(lines) + "\n"
    status, q, incidents, said = quality(recording("fping", files))
    assert status == 0 and q["probes"] == 7200 and len(incidents) == 1, (status, q, said)


def scamper_of_a_part_of_a_second():
    status, q, incidents, _ = measuring("scamper-wait_us")
    assert status == 0 and q["probes"] == 960 and len(incidents) == 1, (status, q)


def scamper_lists_what_had_no_answer():
    def one(vp, t, n):
        at = {"sec": 1700000000, "usec": 0}
        back = [{"from": "198.18.0.%d" % t, "seq": i, "tx": {"sec": 1700000000 + i, "usec": 0}, "rtt": 1.0, "icmp_type": 0, "icmp_code": 0}
                for i in range(n) if not 600 <= i < 700]
        lost = [{"seq": i, "tx": {"sec": 1700000000 + i, "usec": 0}} for i in range(600, 700)]
        return json.dumps({"type": "ping", "method": "icmp-echo", "src": "192.0.2.%d" % vp, "dst": "198.18.0.%d" % t, "start": at,
                           "ping_sent": n, "wait": 1, "responses": back, "no_responses": lost})
    files = {"probes/vp%d.json" % vp: "\n".join(one(vp, t, 1200) for t in (1, 2, 3)) for vp in (1, 2)}
    assert all(len(line) > 65536 for line in files["probes/vp1.json"].split("\n"))
    status, q, incidents, said = quality(recording("scamper", files))
    assert status == 0 and q["probes"] == 7200 and len(incidents) == 1, (status, q, said)


def zmap_objects():
    status, q, _, said = measuring("zmap-json")
    assert status == 0 and q["probes"] == 1, (status, q, said)


# ---- tables of series ----

def csv_entity_that_nobody_watches():
    status, q, _, said = measuring("csv-entity-is-only-KX")
    assert status == 1 and "KX" in said and "country/KX" in said, (status, said)


def csv_of_other_columns():
    status, _, _, said = measuring("csv-other-column-names")
    assert status == 3 and all(w in said for w in ("date", "metric", "entity", "signal")), (status, said)
    assert len(said.splitlines()) <= 3, said
    for first in ("datetime,KX,KP", "time,country/KX.bgp,country/KX.gtr", "Serie 0 timestamp,Serie 0 value", '"date","what"'):
        status, _, _, said = quality(recording("columns", {"series/s.csv": first + "\n" + "2024-01-01T00:00:00Z,1,2\n" * 1000}))
        assert status == 3 and first.split(",")[0].strip('"') in said and "entity" in said and len(said.splitlines()) <= 3, (first, said)


TIMES = {  # as people and programs write 2023-11-14T22:00:00Z and every 10 minutes from then on
    "seconds": lambda t: "%d" % t,
    "milliseconds": lambda t: "%d" % (t * 1000),
    "microseconds": lambda t: "%d" % (t * 1000000),
    "no seconds": lambda t: clock(t, "%Y-%m-%d %H:%M"),
    "UTC behind": lambda t: clock(t, "%Y-%m-%d %H:%M:%S UTC"),
    "zone without a colon": lambda t: clock(t, "%Y-%m-%dT%H:%M:%S+0000"),
    "nothing behind": lambda t: clock(t, "%Y-%m-%d %H:%M:%S"),
}


def clock(t, form):
    import datetime
    return datetime.datetime.fromtimestamp(t, datetime.timezone.utc).strftime(form)


def csv_times_of_people():
    for name, form in TIMES.items():
        rows = ["time,entity,signal,value"] + ["%s,country/KX,bgp,%d" % (form(1699920000 + 600 * i), v) for i, v in enumerate(GONE)]
        status, q, incidents, said = quality(recording("times", {"series/s.csv": "\n".join(rows)}))
        assert status == 0 and q["series_values"] == 432 and len(incidents) == 1, (name, status, q, said)
        assert incidents[0]["id"] == "KX-20231116T0200Z-1", (name, incidents[0]["id"])
    for bad in ("14.11.2023 22:00", "11/14/2023", "tomorrow", "2023-13-01"):
        status, _, _, said = quality(recording("times", {"series/s.csv": "time,entity,signal,value\n%s,country/KX,bgp,1\n" % bad}))
        assert status == 3 and bad in said and "2022-01-26T04:00:00Z" in said, (bad, said)


def csv_of_other_marks():
    rows = [("time", "entity", "signal", "value")] + [("%d" % (1699920000 + 600 * i), "country/KX", "bgp", "%d.5" % v) for i, v in enumerate(GONE)]
    for mark, decimal, name in ((";", ",", "s.csv"), (";", ".", "s.csv"), ("\t", ".", "s.tsv"), ("\t", ".", "s.txt"), (",", ".", "s.txt"),
                                ("\t", ",", "s.csv")):
        text = "\r\n".join(mark.join(r).replace(".5", decimal + "5") for r in rows)
        for content in (text, text.split("\r\n", 1)[1]) if name == "s.csv" else (text,):
            status, q, incidents, said = quality(recording("marks", {"series/" + name: content}))
            assert status == 0 and q["series_values"] == 432 and len(incidents) == 1, (mark, decimal, name, content[:40], status, q, said)


def text_in_utf_16():
    for order in ("utf-16", "utf-16-be"):
        text = "time,entity,signal,value\n1,country/KX,bgp,1\n".encode(order)
        text = text if order == "utf-16" else b"\xfe\xff" + text
        status, _, _, said = quality(recording("wide", {"series/s.csv": text}))
        assert status == 3 and "UTF-16" in said, (order, said)


def json_of_other_programs():
    for word, text in {
            "masscan": '[{"ip":"198.18.0.1","timestamp":"1700000000","ports":[{"port":80,"proto":"tcp","status":"open"}]}]',
            "OONI": '{"test_name":"web_connectivity","measurement_start_time":"2023-11-14 22:00:00","probe_cc":"KX","test_keys":{}}',
            "Cloudflare": '{"success":true,"result":{"meta":{"dateRange":[]},"serie_0":{"timestamps":["2023-11-14T22:00:00Z"],"values":["1"]}}}',
            "RIPEstat": '{"data_call_name":"routing-history","data":{"by_origin":[]}}',
            "members": '{"hello":1,"world":[2]}'}.items():
        for place in ("probes/x.json", "series/x.json", "atlas/x.json"):
            status, _, _, said = quality(recording("foreign", {place: text}))
            assert status == 3 and word in said and "x.json" in said, (word, place, status, said)
    status, _, _, said = quality(recording("foreign", {"probes/z.csv": "198.18.0.1\n198.18.0.2\n"}))
    assert status == 3 and "addresses without times" in said, said


def a_million_names_are_bounded():
    """A series costs 2 KiB: there is a limit, it is told, and memory stays below half a gigabyte."""
    rows = "\n".join("1699920000,country/KX,s%d,1" % i for i in range(1000000))
    where = recording("names", {"series/s.csv.gz": gzip.compress(rows.encode(), 1)})
    import resource
    import subprocess
    from field import LACUNA
    command = [LACUNA, "replay", where, "--quiet"]
    done = subprocess.run(command, capture_output=True, timeout=240, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)))
    if b"AddressSanitizer failed to allocate" in done.stderr:  # it wants terabytes of addresses for itself
        done = subprocess.run(command, capture_output=True, timeout=240)
    assert done.returncode == 1 and b"more series than" in done.stderr, (done.returncode, done.stderr[:300])


for one in (atlas_arrays_behind_one_another, atlas_in_every_shape, what_breaks_off_is_named, bytes_behind_an_array_are_named,
            daily_dumps_by_their_names, own_failures_are_not_held_against_targets, ioda_answers_behind_one_another, ioda_newer_download_wins,
            ioda_says_why_there_is_nothing, ioda_names_its_entity, ioda_values_as_lines, iputils_ping, losses_of_ping_are_rebuilt,
            ping_without_times_is_refused_for_that, numbers_of_fping, scamper_of_a_part_of_a_second, scamper_lists_what_had_no_answer,
            zmap_objects, csv_entity_that_nobody_watches, csv_of_other_columns, csv_times_of_people, csv_of_other_marks, text_in_utf_16,
            json_of_other_programs, a_million_names_are_bounded):
    try:
        one()
        cases.case(one.__name__.replace("_", " "), [])
    except AssertionError as e:
        cases.case(one.__name__.replace("_", " "), [str(e)[:2000].replace("\n", " ")])
shutil.rmtree(TEMPORARY, ignore_errors=True)
cases.done()
