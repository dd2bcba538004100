# SPDX-License-Identifier: ISC
"""Every JSON output fits its schema in data/schemas, which allows no other member: what the program prints of all recordings, of the field's
odd inputs, of loopback, and all golden answers. And the schemas refuse: a member more, a member less, a value of another type."""
import copy
import glob
import gzip
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
sys.path.insert(0, os.path.join(HERE, "..", "house"))
from tap import Cases  # noqa: E402

try:
    warnings.simplefilter("ignore", DeprecationWarning)
    from jsonschema import Draft202012Validator, RefResolver
except ImportError:
    print("1..0 # SKIP needs python3-jsonschema")
    sys.exit(0)

LACUNA, DEMO, SHARED = os.environ["LACUNA"], os.environ["LACUNA_DEMO"], os.environ.get("LACUNA_SHARED", "")
LAB = sorted(glob.glob(os.path.join(os.path.dirname(DEMO), "lab", "*")))
FIELD = os.path.join(HERE, "..", "field", "inputs")
OPEN = {"recording", "truth"}  # read as people write them: unknown members are ignored
SHAPES_MOST = 300  # of lines of one output; each shape is looked at once


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


SCHEMAS = {os.path.basename(path).split(".")[0]: load(path) for path in sorted(glob.glob(os.path.join(ROOT, "data", "schemas", "*.schema.json")))}


def validator(schema):
    store = {one["$id"]: one for one in SCHEMAS.values()} | {schema["$id"]: schema}
    return Draft202012Validator(schema, resolver=RefResolver(schema["$id"], schema, store=store))


VALIDATORS = {name: validator(schema) for name, schema in SCHEMAS.items()}


def run(*arguments, timeout=120):
    return subprocess.run([LACUNA, *arguments], capture_output=True, timeout=timeout, stdin=subprocess.DEVNULL, check=False).stdout.decode()


def shape(value):
    if isinstance(value, dict):
        return tuple((key, shape(one)) for key, one in value.items())
    if isinstance(value, list):
        return tuple(sorted({str(shape(one)) for one in value}))
    return type(value).__name__ if not isinstance(value, (int, float)) or isinstance(value, bool) else "number"


class Seen:
    """Documents by schema, one of each shape."""

    def __init__(self):
        self.of = {name: {} for name in SCHEMAS}

    def take(self, name, document, where):
        known = self.of[name]
        if len(known) < SHAPES_MOST * 20:
            known.setdefault(str(shape(document)), (document, where))

    def text(self, name, text, where):
        if text.strip():
            self.take(name, json.loads(text), where)

    def lines(self, name, text, where):
        for line in text.splitlines():
            self.take(name, json.loads(line), where)


def replays(seen, scratch):
    world = os.path.join(scratch, "w.bin")
    run("world", "build", "-o", world, "--quiet", os.path.join(FIELD, "routing", "replay", "world-country.csv"), os.path.join(FIELD, "routing", "replay", "world-asn.csv"))
    odd = [one for one in glob.glob(os.path.join(FIELD, "routing", "replay", "*")) if os.path.isdir(one)]
    arguments = [[folder] for folder in [DEMO] + LAB] + [[one, "--watch", "country/KP", "--world", world, "--full-feed-floor", "5"] for one in odd]
    arguments += [[one] for one in glob.glob(os.path.join(FIELD, "hostile", "*")) + glob.glob(os.path.join(FIELD, "measuring", "*"))]
    for one in arguments:
        seen.text("replay", run("replay", *one, "--json", "--quiet"), one[0])
        seen.lines("revision", run("replay", *one, "--revisions", "--quiet"), one[0])
    for folder in [DEMO] + LAB[:3]:
        seen.text("explain", run("explain", folder, "--json", "--quiet"), folder)
        end = max(one["start"]["best"] for one in load(os.path.join(ROOT, "tests", "golden", "incidents", os.path.basename(folder) + ".json"))["incidents"])
        seen.lines("revision", run("replay", folder, "--follow", "--json", "--until", str(end)), folder)
    for path in glob.glob(os.path.join(ROOT, "tests", "golden", "incidents", "*.json")):
        document = load(path)
        for incident in document["incidents"]:
            incident.setdefault("version", None)  # golden answers are of no version
        seen.take("replay", document, path)
    for folder in [DEMO] + LAB:
        seen.take("recording", load(os.path.join(folder, "recording.json")), folder)
        if os.path.exists(os.path.join(folder, "truth.json")):
            seen.take("truth", load(os.path.join(folder, "truth.json")), folder)
        for index in glob.glob(os.path.join(folder, "bmp", "*.index")):
            with open(index, encoding="utf-8") as file:
                seen.lines("bmp-index", file.read(), index)
    seen.text("world-info", run("world", "info", "-w", world, "--json"), "world info")
    for what in (["country/KP", "asn/131279"], ["192.0.2.1", "175.45.176.1", "2001:db8::1", "country/ZZ"], ["--totals", "KP"], ["198.18.0.1"]):
        seen.text("world-lookup", run("world", "lookup", "-w", world, "--json", *what), " ".join(what))


def scores(seen, scratch):
    seen.text("evaluate", run("evaluate", *LAB, "--json"), "evaluate")
    seen.text("evaluate", run("evaluate", "--times", LAB[0], "--json"), "evaluate --times")
    quiet = os.path.join(scratch, "quiet")
    shutil.copytree(LAB[0], quiet)
    truth = load(os.path.join(quiet, "truth.json"))
    truth["outages"][0].update(start=truth["outages"][0]["start"] + 86400, cause="power")
    truth["outages"][0].pop("end", None)
    with open(os.path.join(quiet, "truth.json"), "w", encoding="utf-8") as file:
        json.dump(truth, file)
    seen.text("evaluate", run("evaluate", quiet, "--json"), "evaluate what was missed")
    labels = os.path.join(scratch, "labels.csv")
    with open(labels, "w", encoding="utf-8") as file:
        file.write("start_date,end_date,country,geo_scope,actual_cause\n")
        for i in range(40):
            file.write(f"2021-{i % 12 + 1:02d}-{i % 27 + 1:02d},2021-{i % 12 + 1:02d}-{i % 27 + 1:02d},{'Syria' if i % 2 else 'Iraq'},It affects the entire country,Exam\n")
    seen.text("labels", run("evaluate", "--labels", labels, "--json"), "labels")


def routes(seen):
    for path in [os.path.join(folder, part) for folder in [DEMO] + LAB[:4] for part in ("bgp", "bmp")] + sorted(glob.glob(os.path.join(FIELD, "routing", "*"))):
        seen.lines("bgp-element", run("bgp", path, "--json", "-q"), path)
        seen.lines("bgp-element", run("bgp", path, "--json", "-q", "--all-views"), path)
        seen.text("bgp-count", run("bgp", path, "--count", "--json", "-q"), path)
        seen.text("bgp-state", run("bgp", path, "--state", "--json", "-q"), path)


def logs(seen, scratch):
    for i, folder in enumerate([DEMO, LAB[0], LAB[-1]] + glob.glob(os.path.join(FIELD, "hostile", "routes*")) + glob.glob(os.path.join(FIELD, "measuring", "csv*"))):
        log, out = os.path.join(scratch, f"log{i}"), os.path.join(scratch, f"out{i}")
        run("replay", folder, "--log", log, "--quiet")
        if not os.path.isdir(log):
            continue
        seen.lines("log-line", run("log", "cat", "--json", log), folder)
        seen.lines("log-check", run("log", "check", "--json", log), folder)
        run("log", "export", log, "-o", out)
        for name in ("routes.ndjson", "log.ndjson"):
            if os.path.exists(os.path.join(out, name)):
                with open(os.path.join(out, name), encoding="utf-8") as file:
                    seen.lines("log-line", file.read(), name)
        for name in glob.glob(os.path.join(out, "probes", "*.ndjson")):
            with open(name, encoding="utf-8") as file:
                seen.lines("attempt", file.read(), name)


def measured(seen, scratch):
    """Loopback only."""
    seen.lines("attempt", run("probe", "127.0.0.1", "--count", "2", "--json", "--quiet"), "probe")
    seen.lines("attempt", run("probe", "127.0.0.1", "--count", "1", "--mode", "connect", "--json", "--quiet"), "probe by connect")
    targets = ["http://127.0.0.1:1/", "https://127.0.0.1:1/", "dns://127.0.0.1:1/example.net", "smtp://127.0.0.1:1", "tls://127.0.0.1:1", "tcp://127.0.0.1:1"]
    seen.lines("attempt", run("check", *targets, "--json", "--quiet", "--timeout", "1"), "check")
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    web.RequestHandlerClass.log_message = lambda *_: None
    threading.Thread(target=web.serve_forever, daemon=True).start()
    seen.lines("attempt", run("check", f"http://127.0.0.1:{web.server_port}/", "--json", "--quiet"), "check of a server")
    web.shutdown()
    for name in glob.glob(os.path.join(DEMO, "probes", "*.gz")):
        with gzip.open(name, "rt", encoding="utf-8") as file:
            seen.lines("attempt", file.read(), name)
    folder = os.path.join(scratch, "recorded")
    run("record", "probes", "--lab", "-o", folder, "127.0.0.1", "http://127.0.0.1:1/", "--for", "2", "--quiet")
    for name in glob.glob(os.path.join(folder, "probes", "*.ndjson")):
        with open(name, encoding="utf-8") as file:
            seen.lines("attempt", file.read(), name)
    seen.take("recording", load(os.path.join(folder, "recording.json")), folder)


def wrong(name, document):
    error = next(VALIDATORS[name].iter_errors(document), None)
    if not error:
        return None
    while error.context:  # of alternatives the one that came furthest
        error = max(error.context, key=lambda one: len(one.absolute_path))
    return f"{'/'.join(str(part) for part in error.absolute_path)}: {error.message[:300]}"


def objects(value, path=()):
    """Every object in it, with the way there."""
    if isinstance(value, dict):
        yield path, value
    for key, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from objects(one, path + (key,))


def at(document, path):
    for part in path:
        document = document[part]
    return document


def subschemas(schema, path=()):
    if isinstance(schema, dict):
        yield path, schema
    for key, one in schema.items() if isinstance(schema, dict) else enumerate(schema) if isinstance(schema, list) else ():
        yield from subschemas(one, path + (key,))


def general(path):
    """Members of a list are alike."""
    return tuple("*" if isinstance(part, int) else part for part in path)


def faults(name, documents):
    """What the schema of that name lets pass that it must refuse: a member that nobody knows, a member of another type."""
    done = set()
    for document, _ in documents:
        for path, found in objects(document):
            for key in [None] + list(found):
                place = (general(path), key)
                if place in done or path[-1:] == ("rejected",):
                    continue
                done.add(place)
                changed = copy.deepcopy(document)
                at(changed, path)[key or "nobody_knows_this"] = [{"neither": "text nor number"}]
                if not wrong(name, changed):
                    yield f"{place}"


def having(member, documents):
    """Some that have the member, of every kind of line."""
    kinds = {}
    for document, _ in documents:
        if f'"{member}":' in json.dumps(document, separators=(",", ":")):
            kinds.setdefault((document.get("type"), document.get("op")), []).append(document)
    return [document for some in kinds.values() for document in some[:8] + some[-8:]]


def unlisted(name, documents):
    """(member, whether it is missed when it is taken out of the schema; None: no output has it)"""
    holders = [path for path, one in subschemas(SCHEMAS[name]) if isinstance(one.get("properties"), dict) and one.get("additionalProperties") is False]
    for member in sorted({member for path in holders for member in at(SCHEMAS[name], path)["properties"]}):
        some, missed = having(member, documents), []
        for path in holders:
            schema = copy.deepcopy(SCHEMAS[name])
            holder = at(schema, path)
            if not some or not holder["properties"].pop(member, None):
                continue
            holder["required"] = [one for one in holder.get("required", []) if one != member]
            missed.append(any(not validator(schema).is_valid(document) for document in some))
        yield member, any(missed) if missed else None


cases = Cases()
seen = Seen()
with tempfile.TemporaryDirectory() as scratch:
    replays(seen, scratch)
    scores(seen, scratch)
    routes(seen)
    logs(seen, scratch)
    measured(seen, scratch)
for name, schema in SCHEMAS.items():
    try:
        Draft202012Validator.check_schema(schema)
        problems = []
    except Exception as error:  # whatever the library says
        problems = [str(error)[:300]]
    loose = [path for path, one in subschemas(schema) if isinstance(one.get("properties"), dict) and one.get("type") == "object" and one.get("additionalProperties") is not False]
    cases.case(f"{name}: a schema of draft 2020-12 that allows nothing else", problems + [str(path) for path in loose if name not in OPEN])
    documents = list(seen.of[name].values())
    problems = [f"{where}: {told}" for document, where in documents for told in [wrong(name, document)] if told]
    cases.case(f"{name}: {len(documents)} shapes of output fit", problems[:8] if documents or name == "incident" else ["no output was seen"])
    if name in OPEN or not documents:
        continue
    cases.case(f"{name}: what does not belong is refused", list(faults(name, documents[:40]))[:8])
    if name == "replay":  # the incidents have a schema of their own, below
        documents = [({**document, "incidents": []}, where) for document, where in documents]
    members = list(unlisted(name, documents)) if name not in ("revision", "explain") else []
    cases.case(f"{name}: a member that the schema lacks is noticed", sorted({member for member, noticed in members if noticed is False}))
    rare = sorted({member for member, noticed in members if noticed is None})
    if rare:
        print(f"# {name}: no output here has {', '.join(rare)}")
incidents = [(incident, where) for document, where in seen.of["replay"].values() for incident in document["incidents"]]
cases.case("incident: a member that the schema lacks is noticed", sorted({member for member, noticed in unlisted("incident", incidents) if noticed is False}))
cases.done()
