# SPDX-License-Identifier: ISC
"""Odd arguments, hostile names and output that cannot be written: the exit status, and what reaches the terminal."""
import json
import os
import re
import subprocess
import tempfile

LACUNA = os.environ["LACUNA"]
DEMO = os.environ["LACUNA_DEMO"]
STEERING = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f]")
ESCAPE = "\x1b[31m"
FROM = 1795418965
cases = 0
failed = 0


def check(good, name, detail=""):
    global cases, failed
    cases += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {cases} - {name}")
    if not good:
        print(f"# {detail!r}")


def run(*arguments, **more):
    return subprocess.run([LACUNA, *arguments], capture_output="stdout" not in more, timeout=60, **more)


def expect(status, name, *arguments):
    done = run(*arguments)
    calm = not STEERING.search(done.stdout + done.stderr) and (status == 0 or done.stderr)
    check(done.returncode == status and calm, name, (done.returncode, done.stderr[:300]))
    return done


def usage():
    expect(2, "an unknown command", ESCAPE)
    expect(2, "help for an unknown command", "help", ESCAPE)
    expect(0, "help for help", "help", "help")
    expect(2, "an argument that demo does not take", "demo", "x")
    expect(2, "an entity that is none", "replay", DEMO, "--watch", ESCAPE)
    expect(3, "a path that is not there", "replay", ESCAPE)
    expect(3, "a folder without truth.json", "evaluate", ESCAPE)
    expect(3, "a world file that is not there", "world", "info", "-w", ESCAPE)
    for floor in ("-1", "0", "", "4294967297", "99999999999999999999"):
        expect(2, f"--full-feed-floor {floor}", "replay", DEMO, "--full-feed-floor", floor)


def times():
    for moment in ("", "9999999999", "1e300", "nan", "0x10", "9999-12-31", "0001-01-01", "2262-05-01", "2022-02-31", ESCAPE):
        expect(2, f"--until {moment!a}", "replay", DEMO, "--until", moment)
    for moment in ("2100-01-01", "2100-01-01T00:00", "2100-01-01T00:00:00.5Z", "2100-01-01T00:00:00+01:00", "4102444800.25"):
        expect(0, f"--until {moment}", "replay", DEMO, "--until", moment)


def output():
    commands = (["help"], ["--version"], ["replay", DEMO], ["replay", DEMO, "--json"], ["evaluate", DEMO], ["bgp", DEMO, "--count"])
    for arguments in commands:
        name = " ".join(arguments).replace(DEMO, "demo")
        with open("/dev/full", "wb") as full:
            done = run(*arguments, stdout=full, stderr=subprocess.PIPE)
        check(done.returncode == 4 and b"standard output" in done.stderr, f"{name}: a full disk", done.stderr)
        reader, writer = os.pipe()
        os.close(reader)
        done = run(*arguments, stdout=writer, stderr=subprocess.PIPE)
        os.close(writer)
        check(done.returncode == 0 and not done.stderr, f"{name}: a reader who has gone", (done.returncode, done.stderr))


def following():
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = run("replay", DEMO, "--follow=0.1", "--watermark", "0", stdout=writer, stderr=subprocess.PIPE)
        check(done.returncode == 0, "following ends when the reader has gone", done)
    except subprocess.TimeoutExpired:
        check(False, "following ends when the reader has gone", "it did not end")
    os.close(writer)


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def probe(seconds):
    return json.dumps({"t": seconds, "observer": "vp", "op": "icmp_echo", "target": "198.18.0.10", "ok": True, "rtt_ms": 20}) + "\n"


def recordings(folder):
    about = {"format": "lacuna-recording/1", "name": ESCAPE, "watch": ["country/KX"],
             "entities": [{"id": "country/KX", "name": ESCAPE, "prefixes": ["198.18.0.0/22"]}]}
    series = os.path.join(folder, "series")
    write(series, "recording.json", json.dumps(about))
    write(series, "truth.json", '{"outages":5}')
    write(series, "probes/" + ESCAPE + ".ndjson", "".join(probe(s) for s in (0, FROM, FROM + 1, 4102444800)))
    # Nobody looked for decades: that is not success.
    expect(1, "a recording that is called as a folder in one; probes of 1970 and 2100", "replay", series, "--quiet")
    expect(3, "a truth.json without a list of outages", "evaluate", series)
    write(series, "recording.json", json.dumps(dict(about, watch=[ESCAPE])))
    expect(3, "a recording that watches what is no entity", "replay", series)
    values = {"entityType": "country", "entityCode": "KX", "datasource": "bgp", "from": 8000000000, "step": 34560000,
              "values": [1] * 100}
    late = os.path.join(folder, "late")
    write(late, "series/late.json", json.dumps({"data": [[values]]}))
    # Too short to say what is usual.
    done = expect(1, "a series that runs beyond the last time there is", "replay", late, "--json")
    given = json.loads(done.stdout)["quality"]["series_values"] if done.stdout else 0
    check(0 < given < 100, "its values up to there", given)
    write(late, "recording.json", json.dumps({"format": "lacuna-recording/1", "watch": [f"asn/{i}" for i in range(1, 65002)]}))
    done = expect(3, "more entities than there can be", "replay", late)
    check(b"65000" in done.stderr, "and it says so", done.stderr)


def world(folder):
    source = os.path.join(folder, "world.csv")
    write(folder, "world.csv", "198.18.0.0,198.18.3.255,KX\n")
    pipe = os.path.join(folder, "pipe")
    os.mkfifo(pipe)
    expect(4, "world data over what is no file", "world", "build", "-o", pipe, source)
    check(not os.path.isfile(pipe), "which stays what it was")


usage()
times()
output()
following()
with tempfile.TemporaryDirectory() as home:
    recordings(home)
    world(home)
print(f"1..{cases}")
raise SystemExit(1 if failed else 0)
