# SPDX-License-Identifier: ISC
"""Where data come from: folders and files that are odd, layouts of archives, names of collectors. A case is an input and what is right."""
import bz2
import gzip
import json
import os
import shutil
import subprocess
import tempfile

from field import Cases, LACUNA, path, replay, run, world

cases = Cases()
TEMPORARY = tempfile.mkdtemp()
WORLD = world(TEMPORARY)
ARCHIVE = path("routing", "replay", "routeviews-layout", "route-views3", "bgpdata", "2023.11")
FILES = {"rib.20231114.2200": "RIBS", "updates.20231114.2200": "UPDATES", "updates.20231114.2215": "UPDATES",
         "updates.20231114.2230": "UPDATES"}
KP = ["--watch", "country/KP", "--world", WORLD, "--full-feed-floor", "5", "--quiet"]
RECORDING = {"format": "lacuna-recording/1", "entities": [{"id": "country/KX", "prefixes": ["198.18.0.0/22"]}], "watch": ["country/KX"]}
LINE = '{"t":%d,"observer":"vp","op":"icmp_echo","target":"198.18.0.1","ok":true,"rtt_ms":1.5}\n'


def folder(*parts):
    made = os.path.join(TEMPORARY, *parts)
    os.makedirs(made, exist_ok=True)
    return made


def write(content, *parts):
    name = os.path.join(folder(*parts[:-1]), parts[-1])
    with open(name, "wb") as f:
        f.write(content if isinstance(content, bytes) else content.encode())
    return name


def recording(name, lines=30):
    write(json.dumps(RECORDING), name, "recording.json")
    write("".join(LINE % (1700000000 + i) for i in range(lines)), name, "probes", "vp.ndjson")
    return os.path.join(TEMPORARY, name)


def contents(name):
    with open(os.path.join(ARCHIVE, FILES[name], name + ".bz2"), "rb") as f:
        return bz2.decompress(f.read())


def layout(name, place):
    """An archive with the files of one collector where place() says; its folder."""
    for one in FILES:
        where = place(one)
        raw = contents(one)
        packed = gzip.compress(raw, mtime=0) if where.endswith(".gz") else bz2.compress(raw) if where.endswith(".bz2") else raw
        write(packed, name, *where.split("/"))
    return os.path.join(TEMPORARY, name)


def kind(one):
    return one.split(".")[0]


def stamp(one):
    return one.split(".", 1)[1]


UNIX = {"20231114.2200": 1699999200, "20231114.2215": 1700000100, "20231114.2230": 1700001000}
LAYOUTS = {  # who lays archives out so: where a file lies there, the collector's name
    "RIPE RIS": (lambda f: "rrc03/2023.11/%s.%s.gz" % ({"rib": "bview"}.get(kind(f), kind(f)), stamp(f)), "rrc03"),
    "RouteViews": (lambda f: "route-views3/bgpdata/2023.11/%s/%s.bz2" % (FILES[f], f), "route-views3"),
    "RouteViews by place": (lambda f: "route-views.sydney/bgpdata/2023.11/%s/%s.bz2" % (FILES[f], f), "route-views.sydney"),
    "RouteViews' first": (lambda f: "archive.routeviews.org/bgpdata/2023.11/%s/%s.bz2" % (FILES[f], f), "route-views2"),
    "RouteViews' new names": (lambda f: "amsix.ams/bgpdata/2023.11/%s/%s.bz2" % (FILES[f], f), "amsix.ams"),
    "CAIDA's broker": (lambda f: "routeviews.route-views2.%ss.%d.bz2" % (kind(f).rstrip("s"), UNIX[stamp(f)]), "route-views2"),
    "monocle's cache": (lambda f: "cache/route-views.linx.%s.%s.bz2" % (kind(f), stamp(f)), "route-views.linx"),
    "PCH": (lambda f: "2023/11/14/route-collector.ams.pch.net-mrt-bgp-%s-%s.gz" % (kind(f), stamp(f)), "route-collector.ams.pch.net"),
    "Isolario": (lambda f: "Alderaan/2023_11/%s.%s.bz2" % (f, "x"), "Alderaan"),
    "flat, one name": (lambda f: "rc-%s.%s.mrt" % (kind(f), stamp(f)), "rc"),
}


def peers_of(where, *options):
    """Collectors as `bgp --json` names them."""
    done = run("bgp", "--json", *options, where)
    names = set()
    for line in done.stdout.splitlines():
        one = json.loads(line)
        names.add(one.get("collector"))
    names.discard(None)
    return names, done


def story(document):
    """What an incident says, without the names of files and collectors."""
    return [(i["id"], i["scope"] if "scope" in i else None, i["start"], i.get("end")) for i in document["incidents"]]


def all_layouts_tell_the_same_incident():
    told = {}
    for name, (place, collector) in LAYOUTS.items():
        where = layout("layout-" + name.replace("'", "").replace(" ", "-"), place)
        status, document, said = replay(where, *KP)
        assert status == 0 and document, (name, status, said)
        told[name] = story(document)
        names, _ = peers_of(where)
        assert names == {collector}, (name, names)
    first = told["RIPE RIS"]
    assert len(first) == 1, first
    for name, one in told.items():
        assert one == first, (name, one, first)


def two_archives_of_one_folder_name_are_two_collectors():
    for which in ("a", "b"):
        layout("two", lambda f: "%s/data-x/%s.%s.bz2" % (which, kind(f), stamp(f)))
    names, _ = peers_of(os.path.join(TEMPORARY, "two"))
    assert len(names) == 2, names


def the_same_name_at_two_places_is_one_collector():
    """Tables and updates of one collector are often kept apart."""
    layout("apart", lambda f: "%s/rrc07/%s.%s.gz" % ("tables" if kind(f) == "rib" else "changes", kind(f), stamp(f)))
    names, _ = peers_of(os.path.join(TEMPORARY, "apart"))
    assert names == {"rrc07"}, names


def broker_names_of_three_collectors_are_three():
    for c in ("routeviews.route-views2", "routeviews.route-views.eqix", "ris.rrc06"):
        layout("broker", lambda f: "%s.%ss.%d.bz2" % (c, kind(f).rstrip("s"), UNIX[stamp(f)]))
    names, _ = peers_of(os.path.join(TEMPORARY, "broker"))
    assert names == {"route-views2", "route-views.eqix", "rrc06"}, names


def an_option_names_a_collector():
    where = layout("option", lambda f: "odd-%s/x%s.mrt" % (kind(f), stamp(f)))
    names, done = peers_of(where, "--collector", "mine=" + where)
    assert names == {"mine"}, (names, done.stderr)
    assert run("bgp", "--collector", "nonsense", where).returncode == 2
    status, document, said = replay(where, "--collector", "mine=" + where, *KP)
    assert status == 0 and len(document["incidents"]) == 1, (status, said)


def unprivileged(*arguments):
    """Root reads everything: as nobody. None where that cannot be had."""
    try:
        return subprocess.run([LACUNA, *arguments], capture_output=True, stdin=subprocess.DEVNULL, timeout=60,
                              **({"user": 65534, "group": 65534} if os.getuid() == 0 else {}))
    except (OSError, subprocess.SubprocessError):
        return None


def what_cannot_be_read_is_named():
    os.chmod(TEMPORARY, 0o755)
    where = recording("chmod")
    write(LINE % 1700000000, "chmod", "probes", "vp2.ndjson")
    before = unprivileged("replay", where, "--quiet")
    if before is None or before.returncode == 126:
        return
    assert before.returncode == 0, before.stderr
    for what, of in ((os.path.join(where, "probes", "vp2.ndjson"), "vp2"), (os.path.join(where, "probes"), "probes")):
        os.chmod(what, 0)
        done = unprivileged("replay", where, "--quiet")
        os.chmod(what, 0o755)
        assert done.returncode in (1, 3) and of in done.stderr.decode() and b"ermission" in done.stderr, (what, done)


def links_that_lead_nowhere_are_named():
    where = recording("links")
    os.symlink("/nowhere/x.ndjson", os.path.join(where, "probes", "y.ndjson"))
    status, _, said = replay(where, "--quiet")
    assert status == 1 and "y.ndjson" in said, (status, said)
    elsewhere = recording("elsewhere")
    where = recording("linked")
    os.symlink(os.path.join(elsewhere, "probes"), os.path.join(where, "bgp"))
    status, _, said = replay(where, "--quiet")
    assert status == 1 and "link" in said, (status, said)


def odd_files_are_named_and_not_waited_for():
    fifo = os.path.join(folder("odd"), "pipe.mrt")
    os.mkfifo(fifo)
    for command in (["replay"], ["bgp"], ["bgp", "--count"], ["replay", "--json"]):
        for odd in ("/dev/zero", "/dev/null", "/dev/random", fifo):
            done = run(*command, odd, timeout=20)
            assert done.returncode == 3 and odd in done.stderr.decode(), (command, odd, done)


def odd_files_inside_a_recording_cost_themselves():
    where = recording("odd-inside")
    for part, name in (("probes", "p.ndjson"), ("bgp", "x.mrt"), ("bmp", "y.bmp"), ("series", "s.csv")):
        os.mkfifo(os.path.join(folder("odd-inside", part), name))
        os.symlink("/dev/zero", os.path.join(folder("odd-inside", part), "zero-" + name))
    for options in ((), ("--json",)):
        done = run("replay", where, *options, "--quiet", timeout=20)
        said = done.stderr.decode()
        assert done.returncode == 1 and all(n in said for n in ("p.ndjson", "x.mrt", "y.bmp", "s.csv", "zero-x.mrt")), done
    assert run("bgp", where, timeout=20).returncode == 3


def an_index_that_is_a_pipe():
    source = path("hostile", "nomsg-2-92")
    where = os.path.join(TEMPORARY, "index")
    shutil.copytree(source, where)
    index = os.path.join(where, "bmp", "t2-0.bmp.index")
    os.remove(index)
    shutil.copy(os.path.join(where, "bmp", "t2-0.bmp.gz"), os.path.join(where, "bmp", "t3-0.bmp.gz"))
    with gzip.open(os.path.join(where, "bmp", "t2-0.bmp.gz")) as f:
        write(f.read(), "index", "bmp", "t2-0.bmp")
    os.mkfifo(index)
    done = run("replay", where, "--quiet", timeout=60)
    assert done.returncode == 1 and b"t2-0.bmp.index" in done.stderr, done.stderr
    assert run("bgp", where, "--count", timeout=60).returncode == 1


def a_recording_json_that_is_a_pipe():
    os.mkfifo(os.path.join(folder("pipe-json"), "recording.json"))
    assert run("replay", os.path.join(TEMPORARY, "pipe-json"), timeout=20).returncode == 3


def nothing_to_read_is_told_for_what_it_is():
    folder("empty-folder")
    write("", "empty-file", "x.mrt")
    write("notes", "notes", "a.txt")
    write("# notes", "notes", "b.md")
    for what, word in ((os.path.join(TEMPORARY, "empty-folder"), "the folder is empty"),
                       (os.path.join(TEMPORARY, "empty-file", "x.mrt"), "the file is empty"),
                       (os.path.join(TEMPORARY, "notes"), "without a file that can be read"),
                       (os.path.join(TEMPORARY, "none*.mrt"), "no name matches"),
                       (os.path.join(TEMPORARY, "none"), "no such file")):
        done = run("replay", what, "--watch", "country/KP", "--world", WORLD)
        assert done.returncode == 3 and word in done.stderr.decode(), (what, done)
    said = run("replay", os.path.join(TEMPORARY, "notes"), "--watch", "country/KP", "--world", WORLD).stderr.decode()
    assert "a.txt" in said and "b.md" in said, said


def files_of_a_recording_that_are_left_aside_are_named():
    where = recording("aside")
    write("these are my notes\n", "aside", "probes", "notes.txt")
    write("x", "aside", "bgp", "dump.dat")
    status, _, said = replay(where, "--quiet")
    assert status == 1 and "notes.txt" in said and "dump.dat" in said, (status, said)


def a_recording_in_a_folder_of_recordings_is_named():
    recording(os.path.join("many", "one"))
    status, _, said = replay(os.path.join(TEMPORARY, "many"), "--watch", "country/KP", "--world", WORLD)
    assert status == 3 and "a recording of its own" in said, (status, said)


def standard_input_is_read():
    with open(os.path.join(ARCHIVE, "RIBS", "rib.20231114.2200.bz2"), "rb") as f:
        done = subprocess.run([LACUNA, "bgp", "--json", "-"], stdin=f, capture_output=True, timeout=20)
    assert done.returncode == 0 and json.loads(done.stdout.splitlines()[0])["collector"] == "stdin", done


def many_small_files_cost_what_their_bytes_cost():
    """20,000 files of a line took 11 s of CPU."""
    write(json.dumps(RECORDING), "small", "recording.json")
    for i in range(20000):
        write(LINE % (1700000000 + i), "small", "probes", "f%05d.ndjson" % i)
    done = subprocess.run(["python3", "-c", "import resource,subprocess,sys\n"
                           "code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode\n"
                           "u = resource.getrusage(resource.RUSAGE_CHILDREN)\nprint(code, u.ru_utime + u.ru_stime)",
                           LACUNA, "replay", os.path.join(TEMPORARY, "small"), "--quiet"], capture_output=True, timeout=240)
    code, seconds = done.stdout.split()
    assert code == b"0" and float(seconds) < 5, done


for one in (all_layouts_tell_the_same_incident, two_archives_of_one_folder_name_are_two_collectors,
            the_same_name_at_two_places_is_one_collector, broker_names_of_three_collectors_are_three, an_option_names_a_collector,
            what_cannot_be_read_is_named, links_that_lead_nowhere_are_named, odd_files_are_named_and_not_waited_for,
            odd_files_inside_a_recording_cost_themselves, an_index_that_is_a_pipe, a_recording_json_that_is_a_pipe,
            nothing_to_read_is_told_for_what_it_is, files_of_a_recording_that_are_left_aside_are_named,
            a_recording_in_a_folder_of_recordings_is_named, standard_input_is_read, many_small_files_cost_what_their_bytes_cost):
    try:
        one()
        cases.case(one.__name__.replace("_", " "), [])
    except AssertionError as e:
        cases.case(one.__name__.replace("_", " "), [str(e)[:2000].replace("\n", " ")])
shutil.rmtree(TEMPORARY, ignore_errors=True)
cases.done()
