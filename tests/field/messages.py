# SPDX-License-Identifier: ISC
"""Messages that misled: each names what is wrong and what to do, and a status that is no success has a word, however quiet."""
import json
import lzma
import os
import re
import shutil
import subprocess
import tempfile

from field import Cases, LACUNA, path, run

DEMO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "recordings", "demo")
BEGIN = 1795418965
FOREIGN = {
    "masscan.json": ('[{"ip": "198.18.0.10", "timestamp": "1795418965", "ports": [{"port": 80, "proto": "tcp", "status": "open"}]}]\n', "masscan"),
    "ooni.jsonl": ('{"data_format_version":"0.2.0","measurement_start_time":"2022-01-01 00:00:00","probe_cc":"KP","test_name":"web_connectivity","test_keys":{}}\n', "OONI"),
    "prometheus.json": ('{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"instance":"x"},"values":[[1795418965,"1"]]}]}}\n', "Prometheus"),
    "radar.json": ('{"success":true,"result":{"serie_0":{"timestamps":["2022-01-01T00:00:00Z"],"values":["0.5"]}}}\n', "Radar"),
    "radar.csv": ("Serie timestamp,value\n2022-01-01T00:00:00Z,0.5\n", "time, entity, signal and value"),
    "zmap.csv": ("198.18.0.10\n198.18.0.11\n", "without times"),
}


def folder(scratch, name, files):
    place = os.path.join(scratch, name)
    for file, content in {".": "", **files}.items():
        os.makedirs(os.path.dirname(os.path.join(place, file)), exist_ok=True)
        if file != ".":
            with open(os.path.join(place, file), "wb") as out:
                out.write(content if isinstance(content, bytes) else content.encode())
    os.makedirs(place, exist_ok=True)
    return place


def few_descriptors(most, *words):
    return subprocess.run(["sh", "-c", f'ulimit -n {most}; exec "$0" "$@"', LACUNA, *words], capture_output=True, timeout=30, check=False)


class Messages(Cases):
    def told(self, name, done, status, *says, never=()):
        """`says`: all must be in standard error; `never`: none anywhere."""
        err, out = done.stderr.decode(errors="replace"), done.stdout.decode(errors="replace")
        problems = [] if done.returncode == status else [f"status {done.returncode}"]
        problems += [f"not said: {one}" for one in says if one not in err]
        problems += [f"said: {one}" for one in never if one in err + out]
        problems += ["not a word"] if done.returncode and not err.strip() else []
        self.case(name, problems + err.splitlines()[:4] if problems else [])


cases = Messages()
with tempfile.TemporaryDirectory() as scratch:
    empty, only = folder(scratch, "empty", {}), folder(scratch, "only", {})
    shutil.copy(os.path.join(DEMO, "recording.json"), only)
    probes = folder(scratch, "probes-only", {"probes/vp.ndjson": '{"t":1795418965,"observer":"vp","op":"icmp_echo","target":"198.18.0.10","ok":true}\n'})
    for command in ("replay", "bgp", "explain"):
        cases.told(f"{command}: an empty folder is empty, and not gone", run(command, empty), 3, "empty", never=("no such",))
        cases.told(f"{command}: a recording of nothing", run(command, only), 3, "no file")
    for form in ([], ["--json"], ["--count"], ["-e"], ["--state"]):
        cases.told(f"bgp {' '.join(form)} of probes alone is no success", run("bgp", probes, *form), 3, "no ")
    cases.told("evaluate of nothing has no median", run("evaluate", empty), 3, "truth.json", never=("nan",))
    folder(scratch, "torn", {"truth.json": "{"})
    cases.told("evaluate: a truth that cannot be read is not one that is not there", run("evaluate", os.path.join(scratch, "torn")), 3, "truth.json", "JSON", never=("nan", "there is no truth"))
    cases.told("a pattern that matches nothing", run("replay", os.path.join(scratch, "no*.gz"), "--watch", "country/KX"), 3, "no name matches")
    cases.told("a path that is not there", run("replay", os.path.join(scratch, "nowhere")), 3, "there is no such file")
    cases.told("what makes the status 1 is said, however quiet", run("replay", path("hostile", "status1-without-a-word"), "--quiet"), 1, "malformed")

    wide = folder(scratch, "wide", {"w.xz": lzma.compress(bytes(100000), filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}])})
    cases.told("a window over the limit is not a cut file", run("bgp", os.path.join(wide, "w.xz")), 3, "limit", never=("fetch the file again",))

    files = folder(scratch, "foreign", {name: content for name, (content, _) in FOREIGN.items()})
    for name, (_, says) in FOREIGN.items():
        done = run("replay", os.path.join(files, name), "--watch", "country/KX", env={**os.environ, "LACUNA_WORLD": os.path.join(scratch, "none")})
        cases.told(f"{name} of others is told for what it is, whatever is watched", done, 3, says, never=("no readable time in it, or longer",))

    lines = "".join(f"garbage {i}\n" if i % 5 == 0 else json.dumps({"t": BEGIN - i, "observer": "vp", "op": "icmp_echo", "target": "198.18.0.10", "ok": True}) + "\n"
                    for i in range(60))
    bad = folder(scratch, "bad", {"probes/vp.ndjson": lines})
    shutil.copy(os.path.join(DEMO, "recording.json"), bad)
    numbers = [int(one) for one in re.findall(r"line (\d+):", run("replay", bad).stderr.decode())]
    cases.case("bad lines are named in their order", [] if len(numbers) > 3 and numbers == sorted(numbers) else [str(numbers)])

    for name, content, says in (("a list", "[]", "format"), ("no JSON", "x", "not valid JSON"), ("another format", '{"format":"x"}', "format"),
                                ("a wrong member", '{"format":"lacuna-recording/1","observers":3}', "observers")):
        lying = folder(scratch, "lying", {"recording.json": content})
        cases.told(f"record in a folder that describes {name} says what is wrong", run("record", "probes", "--lab", "-o", lying, "127.0.0.1", "--for", "1"), 4, says, "move it away",
                   never=("(malformed)",))

    world = folder(scratch, "world", {"x.csv": "198.18.0.0,198.18.3.255,KX\n"})
    source = os.path.join(world, "x.csv")
    cases.told("world build does not write over its source", run("world", "build", "-o", source, source), 2, "one of the files")
    with open(source, encoding="ascii") as file:
        cases.case("which is as it was", [] if file.read() == "198.18.0.0,198.18.3.255,KX\n" else ["it is gone"])

    done = run("check", "HTTP://127.0.0.1:1/", "Tcp://127.0.0.1:1", "--timeout", "1")
    cases.case("schemes are no matter of case", [] if done.returncode == 1 and b"http  refused" in done.stdout else [done.stderr.decode()])
    cases.told("a zone without answers: how they failed", run("check", "--zone", "example.net", "--resolver", "127.0.0.1"), 3, "the last of these")
    cases.told("an option without its value is one of lacuna's", run("replay", "--set"), 2, "lacuna replay:")
    for most in (8, 4):
        done = few_descriptors(most, "probe", "127.0.0.1", "--count", "1")
        if b"this build cannot be" in done.stderr:  # without a sandbox it needs fewer
            continue
        cases.told(f"{most} descriptors are too few, which is not about privileges", done, 4, "ulimit -n", never=("giving up privileges",))
        cases.told(f"{most} descriptors: a replay says so", few_descriptors(most, "replay", DEMO, "--quiet"), 1, "Too many open files")
cases.done()
