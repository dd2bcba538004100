# SPDX-License-Identifier: ISC
"""What people read: names as they use them, services one by one, local time beside UTC, lines that fit, letters that can be shown."""
import datetime
import glob
import json
import os
import re
import signal
import subprocess
import tempfile
import time

from field import HERE, LACUNA, Cases, path, replay, run, world

ROOT = os.path.join(HERE, "..", "..", "recordings")
T0 = 1761433200  # 2025-10-25 23:00 UTC; at 01:00 UTC, two hours later, summer time ends in Berlin
UTF8 = dict(os.environ, LC_ALL="C.UTF-8", COLUMNS="")
PLAIN = dict(os.environ, LC_ALL="C", COLUMNS="")


def text(*arguments, env=None, **more):
    done = run(*arguments, env=env or UTF8, **more)
    return done.stdout.decode()


def save(folder, name, data):
    os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
    with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
        f.write(data)


class Lab:
    """Two observers ask hosts and services of a country each `every` seconds; `down` says when which gives no answer."""

    def __init__(self, entity="country/KX", start=T0, seconds=7200, name="Kexico"):
        self.entity, self.start, self.seconds, self.name = entity, start, seconds, name
        self.targets, self.down, self.every = [], {}, {}

    def add(self, address, kind, down=None, every=10, **more):
        self.targets.append(dict({"address": address, "entity": self.entity, "kind": kind}, **more))
        self.down[(address, kind)] = down or []
        self.every[(address, kind)] = every
        return self

    def lines(self, observer):
        op = {"host": "icmp_echo", "http": "http_round_trip", "smtp": "smtp_banner", "dns": "dns_round_trip"}
        for number, t in enumerate(self.targets):
            key = (t["address"], t["kind"])
            for s in range(number % 7 + (0 if observer == "vp1" else 3), self.seconds, self.every[key]):
                gone = any(a <= s < b for a, b in self.down[key])
                one = {"t": self.start + s, "observer": observer, "target": t["address"], "op": op[t["kind"]]}
                one |= {"ok": False, "failure": "generic_timeout_error"} if gone else {"ok": True, "rtt_ms": 20.0}
                yield one
        for s in range(0, self.seconds, 10):
            yield {"t": self.start + s, "observer": observer, "target": "203.0.113.1", "op": "icmp_echo", "ok": True, "rtt_ms": 1.0}

    def write(self):
        folder = tempfile.mkdtemp()
        entity = {"id": self.entity, "prefixes": ["198.18.0.0/16"], "asns": [64512]}
        if self.name:
            entity["name"] = self.name
        save(folder, "recording.json", json.dumps({
            "format": "lacuna-recording/1", "entities": [entity], "watch": [self.entity],
            "observers": [{"id": "vp1", "asn": 65001}, {"id": "vp2", "asn": 65002}],
            "targets": self.targets + [{"address": "203.0.113.1", "kind": "control"}]}))
        for observer in ("vp1", "vp2"):
            lines = sorted(self.lines(observer), key=lambda one: one["t"])
            save(folder, f"probes/{observer}.ndjson", "\n".join(json.dumps(one) for one in lines) + "\n")
        return folder


def hosts(lab, down):
    for n in range(1, 9):
        lab.add(f"198.18.{n}.1", "host", down)
    return lab


def five(returns, every=10, start=T0):
    """Five services that fail at 1800 s and come back at these seconds (None: not)."""
    lab = hosts(Lab(start=start), [(1800, 5400)])
    whose = ("airline", "foreign ministry", "portal", "post", "news agency")
    kinds = ("http", "http", "http", "smtp", "http")
    for n, back in enumerate(returns):
        down = [(1800, back if back is not None else 10**6)]
        lab.add(f"198.18.{n + 1}.80", kinds[n], down, every=every, institution=whose[n])
    return lab.write()


def services_in_order():
    folder = five([5700, 6300, 6000, 5460, None])
    _, found, said = replay(folder)
    if not found or len(found["incidents"]) != 1:
        return [f"{found and len(found['incidents'])} incidents {said}"]
    i = found["incidents"][0]
    order = [(s["institution"], s["rank"]) for s in i["services"]]
    wanted = [("post", 0), ("airline", 1), ("portal", 2), ("foreign ministry", 3), ("news agency", None)]
    problems = [] if order == wanted else [f"{order}"]
    problems += [] if [s["institution"] for s in i["first_back"]] == ["post"] else [f"{i['first_back']}"]
    for s in i["services"]:
        if abs(s["failed"]["best"] - T0 - 1800) > 20 or s["how"] != "generic_timeout_error":
            problems.append(f"{s}")
        if s["back"] and not s["back"]["from"] < s["back"]["best"]:
            problems.append(f"back between two checks: {s['back']}")
    story = text("replay", folder, "--quiet")
    line = re.search(r"first back +(.*)", story)
    problems += [] if line and line.group(1) == "post (mail, 198.18.4.80), 1 h 1 min after the start" else [f"{line and line.group(0)}"]
    lines = re.findall(r"^ {14}(?: \d\.| -) +(.*)$", story, re.M)
    problems += [] if len(lines) == 5 and lines[0].startswith("post (mail, 198.18.4.80): no answer from 23:30:") else lines
    problems += [] if lines and lines[-1].endswith("not back where the data end") else lines[-1:]
    return problems


def too_close_to_tell():
    """Checked every ten seconds, back within seconds of each other: no order is claimed."""
    _, found, _ = replay(five([5700, 5704, 6300, 5702, None]))
    i = found["incidents"][0]
    first = sorted(s["institution"] for s in i["first_back"])
    return [] if first == ["airline", "foreign ministry", "post"] else [f"{first}"]


def seldom_checked():
    """Found back a minute after the other, but only looked at every five minutes: it may have been the first."""
    lab = hosts(Lab(), [(1800, 5400)])
    lab.add("198.18.1.80", "http", [(1800, 5345)], institution="airline")
    lab.add("198.18.2.25", "smtp", [(1800, 5395)], every=300, institution="post")
    _, found, _ = replay(lab.write())
    i = found["incidents"][0]
    first = sorted(s["institution"] for s in i["first_back"])
    return [] if first == ["airline", "post"] else [f"{first} {i['services']}"]


def more_than_there_is_room_for():
    """Of seventy the first 64 to come back are listed, and that some are not is said."""
    lab = hosts(Lab(seconds=7200), [(1800, 5400)])
    for n in range(70):
        lab.add(f"198.18.{100 + n}.80", "http", [(1800, 5450 + 20 * n)], institution=f"institution {n}")
    folder = lab.write()
    _, found, _ = replay(folder)
    i, limits = found["incidents"][0], found["quality"].get("limits_reached", {})
    said = text("replay", folder, "--quiet")
    good = [s["institution"] for s in i["services"]] == [f"institution {n}" for n in range(64)] and "services of an incident" in limits
    return [] if good and "and 44 more (--json lists them)" in said else [f"{len(i['services'])} {limits}"]


def fails_again():
    """A service that answers between two failures is back when it is back for good."""
    lab = hosts(Lab(), [(1800, 5400)])
    lab.add("198.18.1.80", "http", [(1800, 3000), (3300, 5800)], institution="airline")
    lab.add("198.18.2.80", "http", [(1800, 5500)], institution="portal")
    _, found, _ = replay(lab.write())
    s = {one["institution"]: one for one in found["incidents"][0]["services"]}
    good = s["airline"]["failures"] == 2 and abs(s["airline"]["back"]["best"] - T0 - 5800) < 20 and s["portal"]["rank"] == 0
    return [] if good else [f"{s}"]


def none_of_routes():
    """A recording of routes alone has no services, and says nothing of them."""
    done = replay(path("routing", "replay", "hijack-ended-by-replacement"), "--watch", "country/KP", "--world", world(), "--full-feed-floor", "5")
    return [] if done[1] and all(i["services"] == [] and i["first_back"] == [] for i in done[1]["incidents"]) else [f"{done}"]


def names_are_found():
    w, problems = world(), []
    folder = path("routing", "replay", "update-file-missing-at-one-of-two")
    for word in ("KP", "kp", "country/kp", "COUNTRY/KP", "North Korea", "north korea", "NORTH KOREA", "DPRK", "prk", "Korea, North",
                 "the Democratic People\u2019s Republic of Korea"):
        status, found, said = replay(folder, "--watch", word, "--world", w, "--full-feed-floor", "5")
        about = {(i["entity"], i["name"]) for i in found["incidents"]} if found else None
        if about != {("country/KP", "North Korea")}:
            problems.append(f"{word}: {status} {about} {said}")
    story = text("replay", folder, "--watch", "north korea", "--world", w, "--full-feed-floor", "5", "--quiet")
    if "\nNorth Korea (country/KP) fell off the Internet" not in story or "\nNorth Korea (country/KP)\n  routes" not in story:
        problems.append(story)
    with tempfile.NamedTemporaryFile("w", suffix=".list") as f:
        f.write("# what is watched\n\n  north  korea   # by name\n\"North Korea\"\r\nkp\n")
        f.flush()
        _, found, said = replay(folder, "--watch-file", f.name, "--world", w, "--full-feed-floor", "5")
        if not found or {i["name"] for i in found["incidents"]} != {"North Korea"}:
            problems.append(f"--watch-file: {found} {said}")
    return problems


def names_that_are_nobody():
    """Who types a name that two have, or that nobody has, is told whom he may have meant; nothing is guessed."""
    problems = []
    for word, wanted in (("Korea", "North Korea (KP) or South Korea (KR)?"), ("Gremany", "did you mean Germany (DE)?"), ("Atlantis", "no name of a country")):
        done = run("replay", path("routing", "replay", "routeviews-layout"), "--watch", word)
        said = done.stderr.decode()
        if done.returncode != 2 or wanted not in said:
            problems.append(f"{word}: {done.returncode} {said}")
    return problems


def own_name_first():
    """A recording's name for what it watches is what is said."""
    _, found, _ = replay(os.path.join(ROOT, "demo"))
    return [] if {i["name"] for i in found["incidents"]} == {"Kexico"} else ["not Kexico"]


def recordings():
    return [os.path.join(ROOT, "demo")] + sorted(glob.glob(os.path.join(ROOT, "lab", "*")))


def columns(line):
    return len(line)  # the recordings have no wide letters


def lines_fit():
    for folder in recordings():
        for command in ("replay", "explain"):
            for more in ((), ("--tz", "Asia/Pyongyang")):
                for width in (80, 60, 40):
                    said = text(command, folder, "--quiet", "--width", str(width), *more)
                    wide = [line for line in said.split("\n") if columns(line) > width]
                    if wide or not said:
                        yield f"{command} {os.path.basename(folder)} {width}: {wide[:2]}"


COMMANDS = ("", "demo", "replay", "explain", "evaluate", "bgp", "probe", "check", "record", "log", "world")


def help_fits():
    """Broken anew where the terminal is narrower than it was written for, and with all its words."""
    for command in COMMANDS:
        arguments = [command, "--help"] if command else ["--help"]
        whole = text(*arguments)
        for width in (80, 60, 40):
            said = text(*arguments, env=dict(UTF8, COLUMNS=str(width)))
            wide = [line for line in said.split("\n") if columns(line) > width]
            words = {w for w in whole.split() if len(w) < 20}
            if wide or [w for w in whole.split() if w in words] != [w for w in said.split() if w in words]:
                yield f"{command} {width}: {wide[:2]}"
    said = text("evaluate", *recordings()[:3], env=dict(UTF8, COLUMNS="80"))
    if not said or any(columns(line) > 80 for line in said.split("\n")):
        yield said


def demo_takes_them():
    said = text("demo", "--tz", "Asia/Pyongyang", "--width=70", "--ascii")
    if " KST)" not in said or max(map(columns, said.split("\n"))) > 70 or not said.isascii():
        yield said[:500]
    if run("demo", "--json").returncode != 2 or run("demo", "--tz").returncode != 2:
        yield "demo takes only these"


def followed():
    """Lines of --follow have local time too, and fit."""
    folder = os.path.join(ROOT, "lab", "stress-slow-dual-9")
    arguments = [LACUNA, "replay", folder, "--follow=1", "--watermark", "0", "--verbose", "--tz", "Asia/Kathmandu", "--width", "72", "--quiet"]
    child = subprocess.Popen(arguments, stdout=subprocess.PIPE, env=UTF8, text=True)
    try:
        time.sleep(3)
        child.send_signal(signal.SIGTERM)
        said, _ = child.communicate(timeout=60)
    finally:
        child.kill()
    wide = [line for line in said.split("\n") if columns(line) > 72]
    first = re.match(r"(\d{4}-\d\d-\d\dT\S+Z) \((?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d UTC\+0545\) KX-", said)
    return [f"{wide[:2]}"] * bool(wide) + ([] if first else [said[:300]])


def nothing_is_lost():
    """Broken lines say the same words as whole ones."""
    for folder in recordings()[:4]:
        strips = re.compile(r"[▁-█_·]{20,}|^  (?:from|to) .*|^ {14}\d{4}-.* UTC +\d{4}-.*$", re.M)
        whole, broken = (strips.sub("", text("replay", folder, "--quiet", "--width", width)).split() for width in ("0", "64"))
        if [word for word in whole if word.isalpha()] != [word for word in broken if word.isalpha()]:
            yield os.path.basename(folder)


def widths():
    folder = os.path.join(ROOT, "lab", "stress-slow-dual-9")
    longest = {
        "no terminal": max(map(columns, text("replay", folder, "--quiet").split("\n"))),
        "COLUMNS": max(map(columns, text("replay", folder, "--quiet", env=dict(UTF8, COLUMNS="72")).split("\n"))),
        "--width": max(map(columns, text("replay", folder, "--quiet", "--width", "90", env=dict(UTF8, COLUMNS="72")).split("\n"))),
    }
    if longest["no terminal"] < 100 or longest["COLUMNS"] > 72 or not 72 < longest["--width"] <= 90:
        yield f"{longest}"
    for wrong in ("39", "1001", "-1", "wide", ""):
        if run("replay", folder, "--width", wrong).returncode != 2:
            yield f"--width {wrong}"


def ascii_only():
    folders = recordings()[:5] + [five([5700, 6300, 6000, 5460, None])]
    for folder in folders:
        for command in ("replay", "explain"):
            for env, more in ((PLAIN, ()), (UTF8, ("--ascii",)), (dict(PLAIN, LC_ALL="", LC_CTYPE="", LANG=""), ())):
                done = run(command, folder, "--quiet", *more, env=env)
                odd = [b for b in done.stdout if b > 126 or (b < 32 and b != 10)]
                if odd or not done.stdout:
                    yield f"{command} {os.path.basename(folder)}: {odd[:5]}"
    said = text("replay", folders[0], "--quiet", env=PLAIN)
    if "####____" not in said or " -> " not in said or "# all" not in said:
        yield said[:800]
    if "████" not in text("replay", folders[0], "--quiet"):
        yield "a locale of UTF-8 shows bars"


def names_in_ascii():
    lab = hosts(Lab(name="S\u00e3o Tom\u00e9 \u5317"), [(1800, 5400)]).write()
    said = run("replay", lab, "--quiet", "--ascii").stdout
    return [] if b"\nSao Tome ? (country/KX) fell" in said else [said[:600].decode()]


def clocks(story, zone):
    """(UTC, what stands beside it) as naive times and the zone's name."""
    pattern = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC(?: \(((?:\d{4}-\d\d-\d\d )?)(\d\d:\d\d:\d\d) ([^)]+)\))?")
    for day, clock, other, local, name in pattern.findall(story):
        utc = datetime.datetime.fromisoformat(f"{day} {clock}")
        yield utc, local and datetime.datetime.fromisoformat(f"{other.strip() or day} {local}"), name, zone


def local_time():
    summer, winter = datetime.timedelta(hours=2), datetime.timedelta(hours=1)
    switch = datetime.datetime(2025, 10, 26, 1)  # the EU: last Sunday of October, 01:00 UTC
    lab = hosts(Lab(seconds=10800), [(5400, 9000)]).write()  # from 00:30 to 01:30 UTC
    seen = set()
    for utc, local, name, _ in clocks(text("replay", lab, "--quiet", "--tz", "Europe/Berlin"), "Berlin"):
        wanted = (utc + summer, "CEST") if utc < switch else (utc + winter, "CET")
        seen.add(name)
        if (local, name) != wanted:
            yield f"Berlin: {utc} {local} {name}"
    if seen != {"CEST", "CET"}:
        yield f"Berlin: both sides of the switch are there: {seen}"
    switch = datetime.datetime(2025, 11, 2, 6)  # the US: first Sunday of November, 02:00 summer time
    start = int(switch.replace(tzinfo=datetime.timezone.utc).timestamp()) - 7200
    lab, seen = hosts(Lab(start=start, seconds=10800), [(5400, 9000)]).write(), set()
    for utc, local, name, _ in clocks(text("replay", lab, "--quiet", "--tz", "America/New_York"), "New York"):
        wanted = (utc - datetime.timedelta(hours=4), "EDT") if utc < switch else (utc - datetime.timedelta(hours=5), "EST")
        seen.add(name)
        if (local, name) != wanted:
            yield f"New York: {utc} {local} {name}"
    if seen != {"EDT", "EST"}:
        yield f"New York: {seen}"


def pyongyang():
    """UTC+9, but for the years of "Pyongyang time", UTC+8:30, from August 2015 to May 2018: the rules of the day count."""
    for start, east in ((1640000000, datetime.timedelta(hours=9)), (1460000000, datetime.timedelta(hours=8, minutes=30))):
        lab = hosts(Lab(start=start), [(1800, 5400)]).write()
        found = list(clocks(text("replay", lab, "--quiet", "--tz", "Asia/Pyongyang"), ""))
        if not found or any(local != utc + east or name != "KST" for utc, local, name, _ in found):
            yield f"{found}"
        _, document, _ = replay(lab, "--tz", "Asia/Pyongyang")
        if document != replay(lab)[1]:
            yield "JSON has no local time"


def zones():
    folder = os.path.join(ROOT, "lab", "stress-slow-dual-9")
    for wrong in ("Mars/Olympus", "", "../../../etc/passwd", "/etc/localtime", "Europe", "tzdata.zi"):
        done = run("replay", folder, "--tz", wrong)
        if done.returncode != 2 or b"--tz" not in done.stderr:
            yield f"--tz {wrong}: {done.returncode} {done.stderr}"
    said = text("replay", folder, "--quiet", "--tz", "local", env=dict(UTF8, TZ="Asia/Kathmandu"))
    if not all(local == utc + datetime.timedelta(hours=5, minutes=45) and name == "UTC+0545" for utc, local, name, _ in clocks(said, "")):
        yield said[:900]
    if any(local for _, local, _, _ in clocks(text("replay", folder, "--quiet", env=dict(UTF8, TZ="Asia/Kathmandu")), "")):
        yield "UTC alone unless asked"


def words_of_people():
    said = text("replay", os.path.join(ROOT, "demo"), "--quiet")
    if "network stress (an overload such as a DDoS attack would look like this): 0.99, very likely" not in said:
        yield "the word that people ask by"
    if re.search(r"[+-]\d+(\.\d+)? s\b", said):
        yield f"seconds with a sign: {re.search(r'.*[+-][0-9.]+ s.*', said).group(0)}"
    if "(100.0 % sure)" in said:
        yield "nothing is sure beyond doubt"


def steady_probing():
    """Looked at every minute for three days, down for an hour on the second: no cell is empty, one is low, whatever a cell is."""
    day = 86400
    lab = Lab(seconds=3 * day)
    for n in range(1, 9):
        lab.add(f"198.18.{n}.1", "host", [(day + 3600, day + 7200)], every=60)
    folder = lab.write()
    for width in ("60", "80"):
        row = re.search(r"^  hosts +(\S+)$", text("replay", folder, "--quiet", "--width", width), re.M).group(1)
        if "·" in row or not re.fullmatch(r"█+[_▁]{1,3}█+", row) or not 0.3 < row.find("_") / len(row) < 0.4:
            yield row
    short = hosts(Lab(seconds=600), []).write()
    for row in re.findall(r"^  hosts +(\S+)$", text("replay", short, "--quiet"), re.M):
        if "·" in row.rstrip("·") or len(row) - len(row.rstrip("·")) > 1:
            yield f"cells shorter than the time between two looks: {row}"


def a_gap_stays_a_gap():
    lab = Lab(seconds=7200)
    for n in range(1, 9):
        lab.add(f"198.18.{n}.1", "host", [])
    folder = lab.write()
    for name in ("vp1", "vp2"):
        file = os.path.join(folder, "probes", name + ".ndjson")
        with open(file) as f:
            kept = [line for line in f if not 3000 <= json.loads(line)["t"] - T0 < 4200]
        save(folder, f"probes/{name}.ndjson", "".join(kept))
    row = re.search(r"^  hosts +(\S+)$", text("replay", folder, "--quiet"), re.M).group(1)
    if not re.fullmatch(r"█{24,26}·{9,11}█{23,25}", row):
        yield row


def series_have_strips():
    folder = tempfile.mkdtemp()
    start, rows = 1640995200, ["time,entity,signal,value"]
    for n in range(4 * 7 * 24 * 6):
        t = start + 600 * n
        low = 20 * 86400 <= t - start < 21 * 86400
        for signal in ("active-probing", "bgp"):
            rows.append(f"{t},country/KP,{signal},{30 if low else 1000}")
    save(folder, "series/a.csv", "\n".join(rows) + "\n")
    said = text("replay", folder, "--watch", "KP", "--quiet", "--width", "80")
    for signal in ("active-pro~", "bgp"):
        row = re.search(rf"^  {signal} +(\S+)$", said, re.M)
        if not row or not re.search(r"█[▁]{2,4}█", row.group(1)):
            yield f"{signal}: {row and row.group(1)} {said[:500]}"
    if not re.search(r"^  legend +the lowest share", said, re.M):
        yield "a legend"


def main():
    cases = Cases()
    cases.case("five services: each with its institution, how, when, and when it came back, in order", services_in_order())
    cases.case("services that came back too close to tell", too_close_to_tell())
    cases.case("a service that was seldom looked at is not said to be first", seldom_checked())
    cases.case("more services than there is room for", more_than_there_is_room_for())
    cases.case("a service that fails twice", fails_again())
    cases.case("routes alone have no services", none_of_routes())
    cases.case("countries by any usual name", names_are_found())
    cases.case("names of nobody, or of two", names_that_are_nobody())
    cases.case("a recording's own names", own_name_first())
    cases.case("every line fits", list(lines_fit()))
    cases.case("help fits", list(help_fits()))
    cases.case("the demo takes them too", list(demo_takes_them()))
    cases.case("what is told while it goes on", followed())
    cases.case("no word is lost where lines are broken", list(nothing_is_lost()))
    cases.case("how wide it is", list(widths()))
    cases.case("ASCII has only ASCII", list(ascii_only()))
    cases.case("names from outside in ASCII", names_in_ascii())
    cases.case("local time on both sides of a switch", list(local_time()))
    cases.case("local time by the rules of the day", list(pyongyang()))
    cases.case("zones that there are not, and the local one", list(zones()))
    cases.case("words that people use", list(words_of_people()))
    cases.case("steady probing has no gaps", list(steady_probing()))
    cases.case("a gap stays one", list(a_gap_stays_a_gap()))
    cases.case("strips of series", list(series_have_strips()))
    cases.done()


main()
