# SPDX-License-Identifier: ISC
"""Tables of `replay --csv` and `--series`: well-formed (RFC 4180), the same numbers as the JSON, every value that was measured once, unknown
where nobody looked, and memory that does not grow with them."""
import csv
import datetime
import glob
import gzip
import io
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "house"))
from tap import Cases  # noqa: E402

LACUNA, DEMO = os.environ["LACUNA"], os.environ["LACUNA_DEMO"]
LAB = sorted(glob.glob(os.path.join(os.path.dirname(DEMO), "lab", "*")))
STATES = {"usual", "worse", "learning", "unjudged", "unknown"}
BEGIN = 1795418965


def replay(*arguments):
    return subprocess.run([LACUNA, "replay", *arguments, "--quiet"], capture_output=True, timeout=120, check=False)


def table(path):
    """(rows as dictionaries, what is wrong with its form)"""
    with open(path, "rb") as file:
        data = file.read()
    wrong = [] if data.endswith(b"\r\n") and data.count(b"\n") == data.count(b"\r\n") else ["lines do not end with CR LF"]
    rows = list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))
    wrong += [f"row of {len(row)} fields" for row in rows if len(row) != len(rows[0])]
    return [dict(zip(rows[0], row)) for row in rows[1:]], wrong


def same_time(text, seconds):
    if not text:
        return not seconds
    when = datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    return text.endswith("Z") and abs(when - float(seconds)) < 0.0011


def number(text):
    return float(text) if text else None


def incidents(cases, folder, scratch):
    path = os.path.join(scratch, "incidents.csv")
    document = json.loads(replay(folder, "--json", "--csv", path).stdout)
    rows, wrong = table(path)
    for row, told in zip(rows, document["incidents"]):
        pairs = {"id": told["id"], "entity": told["entity"], "state": told["state"], "scope": told["scope"]["kind"], "cause": told["verdict"]["cause"],
                 "leading": told["verdict"]["leading"], "parameters": told["parameters"], "version": told["version"], "campaign": told["campaign"] or ""}
        wrong += [f"{told['id']} {name}: {row[name]}" for name, value in pairs.items() if row[name] != value]
        for side in ("start", "end"):
            moment = told[side] or {"best": None, "from": None, "to": None}
            found = [number(row[name]) for name in (side, side + "_from", side + "_to")]
            wrong += [f"{told['id']} {side}: {found}"] if found != [moment["best"], moment["from"], moment["to"]] else []
            wrong += [] if same_time(row[side + "_utc"], row[side]) else [f"{told['id']} {side}: {row[side + '_utc']}"]
        silent = sum(p["to"] - p["from"] for p in told["phases"] if p["phase"] == "silent" and p["to"])
        wrong += [f"{told['id']} silent {row['silent_s']}"] if told["state"] == "closed" and abs(float(row["silent_s"]) - silent) > 0.01 else []
        wrong += [f"{told['id']} signals"] if [s["signal"] for s in told["signals"]] != re.findall(r"(\S+) [-0-9T:.Z]+/", row["signals"]) else []
    wrong += [f"{len(rows)} rows of {len(document['incidents'])} incidents"] if len(rows) != len(document["incidents"]) else []
    cases.case(f"{os.path.basename(folder)}: the table of incidents is their JSON", wrong)


def series(cases, folder, scratch):
    path = os.path.join(scratch, "series.csv")
    replay(folder, "--series", path)
    rows, wrong = table(path)
    last = {}
    for row in rows:
        key, when, value, expected = (row["entity"], row["signal"]), float(row["time"]), number(row["value"]), number(row["expected"])
        wrong += [f"{row}: time"] if not same_time(row["time_utc"], row["time"]) or when < last.get(key, 0) else []
        wrong += [f"{row}: state"] if row["state"] not in STATES or (row["state"] == "unknown") != (value is None) else []
        wrong += [f"{row}: blind with a value"] if row["blind"] == "1" and value is not None else []
        wrong += [f"{row}: more answers than questions"] if row["unit"] == "answers" and value is not None and value > expected else []
        last[key] = when
    cases.case(f"{os.path.basename(folder)}: {len(rows)} values, each of a known state, in order", wrong[:5])
    return rows


def attempts(folder):
    """Seconds of watch intervals in which hosts were pinged, by who looks at the raw lines."""
    seconds = set()
    for name in glob.glob(os.path.join(folder, "probes", "*.gz")):
        with gzip.open(name, "rt", encoding="utf-8") as file:
            seconds |= {int(json.loads(line)["t"]) for line in file if '"icmp_echo"' in line}
    return seconds


def recording(folder, seconds, hole=range(0), signal="bgp"):
    os.makedirs(os.path.join(folder, "probes"))
    os.makedirs(os.path.join(folder, "series"))
    with open(os.path.join(folder, "recording.json"), "w", encoding="utf-8") as file:
        json.dump({"format": "lacuna-recording/1", "watch": ["country/KX"], "entities": [{"id": "country/KX", "prefixes": ["198.18.0.0/22"]}]}, file)
    for observer in ("vp1", "vp2"):
        with open(os.path.join(folder, "probes", observer + ".ndjson"), "w", encoding="utf-8") as file:
            for second in range(seconds):
                if second not in hole:
                    file.writelines(json.dumps({"t": BEGIN + second + host / 10, "observer": observer, "op": "icmp_echo", "target": f"198.18.0.{host + 10}",
                                                "ok": True, "rtt_ms": 20}) + "\n" for host in range(3))
    with open(os.path.join(folder, "series", "x.csv"), "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["time", "entity", "signal", "value"])
        rows.writerows([BEGIN + 300 * i, "country/KX", signal, 100 + i] for i in range(5))


def memory(folder, *more):
    """Peak of the program, kB."""
    quiet = dict(os.environ, ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=0:thread_local_quarantine_size_kb=0")
    before = "import resource,subprocess,sys;subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL);print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    return int(subprocess.run([sys.executable, "-c", before, LACUNA, "replay", folder, "--quiet", *more], capture_output=True, check=True, timeout=120, env=quiet).stdout)


cases = Cases()
with tempfile.TemporaryDirectory() as scratch:
    for folder in [DEMO] + LAB:
        incidents(cases, folder, scratch)
        rows = series(cases, folder, scratch)
        if folder == DEMO:
            told = {int(float(row["time"])) for row in rows if row["signal"] == "hosts" and row["value"]}
            missing = sorted(attempts(folder) - told)
            cases.case("each interval in which hosts were pinged has its value", [f"{len(missing)} missing: {missing[:5]}"] if missing[:-5] else [])

    hole = os.path.join(scratch, "hole")
    recording(hole, 300, range(100, 160), signal='=cmd,"x";\u202ey')
    rows = series(cases, hole, scratch)
    unknown = [float(row["time"]) for row in rows if row["signal"] == "hosts" and row["state"] == "unknown" and row["blind"] == "1"]
    cases.case("where nobody probed there is a value that is unknown, and blind", [] if any(BEGIN + 99 <= t <= BEGIN + 160 for t in unknown) else [str(unknown)])
    names = {row["signal"] for row in rows} - {"hosts", "latency"}
    cases.case("names from outside are no formulas and hide nothing", [] if len(names) == 1 and re.fullmatch(r"'=cmd,\"x\";\?+y", *names) else [str(names)])
    state, first, second = (os.path.join(scratch, name) for name in ("state", "first.csv", "second.csv"))
    replay(hole, "--until", str(BEGIN + 200), "--snapshot", state, "--series", first)
    replay(hole, "--resume", state, "--series", second)
    both = {(row["time"], row["signal"]) for name in (first, second) for row in table(name)[0]}
    whole = {(row["time"], row["signal"]) for row in rows}
    cases.case("a run that goes on writes the rest", [] if whole <= both else [str(sorted(whole - both)[:5])])

    path = os.path.join(scratch, "mine.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write("years of work\n")
    for option in ("--csv", "--series"):
        done = replay(DEMO, option, path)
        with open(path, encoding="utf-8") as file:
            kept = file.read() == "years of work\n"
        cases.case(f"{option} leaves alone what is no such table", [] if kept and done.returncode == 2 and b"no such table" in done.stderr else [done.stderr.decode()])
        done = replay(DEMO, option, "/dev/full")
        cases.case(f"{option} on a full disk: status 4", [] if done.returncode == 4 and b"No space" in done.stderr else [f"{done.returncode} {done.stderr}"])
        done = replay(DEMO, option, path, "--follow")
        cases.case(f"{option} wants data that end", [] if done.returncode == 2 else [str(done.returncode)])

    long = os.path.join(scratch, "long")
    recording(long, 20000)
    plain, told = memory(long), memory(long, "--series", os.path.join(scratch, "long.csv"))
    rows, _ = table(os.path.join(scratch, "long.csv"))
    cases.case("every value is written, and memory does not grow with them", [] if told < plain + 4096 and len(rows) > 39000 else [f"{plain} kB, {told} kB, {len(rows)} rows"])
cases.done()
