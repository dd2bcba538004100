# SPDX-License-Identifier: ISC
"""Why: `explain`, the causes in JSON and text, `evaluate` of causes, `--calibration` and `--labels`, on recordings that taught nothing."""
import glob
import gzip
import json
import os
import re
import shutil
import subprocess
import tempfile

from run import FIXTURES, LACUNA, Tap, recordings, replay, run, series

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHIPPED = sorted(glob.glob(os.path.join(ROOT, "recordings", "lab", "*"))) + [os.path.join(ROOT, "recordings", "demo")]
ACTORS = re.compile(r"government|regime|\barmy|hacker|attacker|ministry|police|terror|crimin|culprit|militia", re.I)


def members(incident):
    """What is wrong with the causes of an incident."""
    causes, verdict, ask = incident["causes"], incident["verdict"], incident["would_change_most"]
    if not causes or len(causes) < 3:
        yield "fewer than three causes"
    if sum(c["p"] for c in causes) > 1.001 or any(a["p"] < b["p"] for a, b in zip(causes, causes[1:])):
        yield "probabilities"
    for cause in causes:
        for argument in cause["for"] + cause["against"]:
            if not argument["says"] or not argument["refs"] or "{" in argument["says"]:
                yield f"argument {argument}"
        if len(cause["for"]) > 3 or len(cause["against"]) > 3 or any(a["lr"] <= 1 for a in cause["for"]):
            yield f"arguments of {cause['cause']}"
        if not cause["p_if_rarer"] <= cause["p"] <= cause["p_if_commoner"]:
            yield "sensitivity"
    if verdict["leading"] != causes[0]["cause"] or verdict["abstained"] != (verdict["cause"] == "undetermined"):
        yield f"verdict {verdict}"
    if verdict["abstained"] != bool(verdict["reasons"]) or not verdict["says"]:
        yield "reasons"
    if not verdict["abstained"] and (verdict["families"] < 2 or causes[0]["p"] < 0.7):
        yield "a cause stated from one kind of evidence"
    if ask and any(f["evidence"] == ask["observation"] for f in incident["findings"]):
        yield "asks for what is known"


def incidents_are_whole(tap, folder):
    status, result, errors = replay(folder)
    problems = [p for i in (result or {"incidents": []})["incidents"] for p in members(i)]
    tap.check(result is not None and not problems, f"{os.path.basename(folder)}: causes are whole", problems or f"{status} {errors}")


def causes_are_right(tap, name, folders, series_too=()):
    done = run("evaluate", "--json", *folders)
    result = json.loads(done.stdout)
    wrong = [(r["name"], o["leading"], o["expected"]) for r in result["recordings"] for o in r["outages"] if o["top1"] is False]
    ruled = [(r["name"], o["ruled_out_above_0_2"]) for r in result["recordings"] for o in r["outages"] if o["ruled_out_above_0_2"]]
    stated = [(r["name"], o["verdict"]) for r in result["recordings"] for o in r["outages"]
              if o["top1"] is False and not o["abstained"]]
    tap.check(not wrong, f"{name}: the right or an acceptable cause leads", wrong)
    tap.check(not ruled, f"{name}: no cause that the truth rules out is above 0.2", ruled)
    tap.check(not stated and result["summary"]["cause_accuracy"] is not None, f"{name}: no wrong cause is stated", stated)
    for folder in series_too:
        _, found, errors = replay(folder)
        leading = [i["verdict"]["leading"] for i in (found or {"incidents": []})["incidents"]]
        tap.check(leading == ["ordered-shutdown"], f"{os.path.basename(folder)}: an ordered shutdown leads", f"{leading} {errors}")


def institutions(folders):
    """Whose services fail is said by name, as the recording has it: not who did it."""
    for folder in folders:
        with open(os.path.join(folder, "recording.json")) as f:
            yield from {re.escape(t["institution"]) for t in json.load(f)["targets"] if "institution" in t}


def explaining(tap):
    folder = SHIPPED[-1]
    done = run("explain", folder)
    text = done.stdout.decode()
    ids = re.findall(r"^  id +(\S+)$", text, re.M)
    tap.check(done.returncode == 0 and len(ids) == 3 and text.count("  verdict") == 3, "explain tells of every incident", done.stderr.decode())
    tap.check("not known" in text and "evidence" in text and "of probes" in text, "with what is not known and where evidence is from")
    one = run("explain", folder, ids[1]).stdout.decode()
    tap.check(re.findall(r"^  id +(\S+)$", one, re.M) == [ids[1]], "one incident by its ID", one)
    as_json = json.loads(run("explain", folder, ids[1], "--json").stdout)
    tap.check([i["id"] for i in as_json["incidents"]] == [ids[1]], "and as JSON")
    for arguments, word in (([folder, "XX-1"], ids[0]), (["KX-20220101T0000Z-1"], "recording"), ([], "name a recording"), ([folder, "KX-2"], "more than one")):
        done = run("explain", *arguments)
        tap.check(done.returncode == 2 and word in done.stderr.decode(), f"explain {' '.join(os.path.basename(a) for a in arguments)}: usage",
                  done.stderr.decode())
    tap.check(b"Examples" in run("explain", "--help").stdout, "help with examples")
    headline = run("demo").stdout.decode()
    tap.check(headline.count("  why ") == 3 and "network stress" in headline, "the demo says why", headline)
    said = text + headline + run("explain", *SHIPPED).stdout.decode()
    said = re.sub("|".join(institutions(SHIPPED)), "", said)
    tap.check(not ACTORS.search(said), "no actor is named", ACTORS.findall(said))


def untrusted(tap):
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "r")
        shutil.copytree(SHIPPED[0], target)
        path = os.path.join(target, "recording.json")
        with open(path, encoding="utf-8") as file:
            description = json.load(file)
        description["entities"][0]["name"] = "K\x1b[31mX"
        with open(path, "w", encoding="utf-8") as file:
            json.dump(description, file)
        text = run("explain", target).stdout
        tap.check(b"\x1b" not in text and b"why" in text, "a name from outside is escaped")


def calibration(tap):
    folders = [f for f in SHIPPED if "fault" not in f][:8]
    with tempfile.TemporaryDirectory() as folder:
        written = []
        for order in (folders, folders[::-1]):
            ratios = os.path.join(folder, "ratios.csv")
            shutil.copy(os.path.join(ROOT, "data", "ratios.csv"), ratios)
            document = os.path.join(folder, "CALIBRATION.md")
            done = run("evaluate", "--calibration", document, "--ratios", ratios, *order)
            tap.check(done.returncode == 0, "calibration of a few recordings", done.stderr.decode())
            with open(document, encoding="utf-8") as first, open(ratios, encoding="utf-8") as second:
                written.append((first.read(), second.read()))
        tap.check(written[0] == written[1], "the order of recordings does not matter")
        tap.check("one way of making a fault" in written[0][0] and "Reliability" in written[0][0], "the document has its tables")
        with open(os.path.join(ROOT, "data", "ratios.csv"), encoding="utf-8") as file:
            before = file.read()
        expert = [",".join(line.split(",")[:4]) for line in before.splitlines() if line.startswith("ratio") and line.split(",")[3] != "0"]
        after = [",".join(line.split(",")[:4]) for line in written[0][1].splitlines() if line.startswith("ratio")]
        tap.check(set(expert) <= set(after) and written[0][1] != before, "expert rates stay, counts are new")
        with open(ratios, "a", encoding="utf-8") as file:
            file.write("ratio,power\n")
        done = run("evaluate", "--calibration", document, "--ratios", ratios, folders[0])
        tap.check(done.returncode == 3 and b"ratios.csv:" in done.stderr, "a damaged table is named with its line", done.stderr.decode())
        link = os.path.join(folder, "link")
        os.symlink(ratios, link)
        for target in (folder, link):
            done = run("evaluate", "--calibration", target, folders[0])
            tap.check(done.returncode == 4 and b"no regular file" in done.stderr, "what is no regular file is not replaced", done.stderr.decode())
        done = run("evaluate", "--ratios", ratios, folders[0])
        tap.check(done.returncode == 2, "--ratios alone is wrong usage")
        done = run("evaluate", "--calibration", document, folder)
        tap.check(done.returncode == 3 and b"truth.json" in done.stderr, "nothing to learn from", done.stderr.decode())


def labels(tap):
    path = os.path.join(FIXTURES, "labels", "ioda-sigcomm23-dev.csv.gz")
    if not os.path.exists(path):
        tap.skip("published labels", "not there")
        return
    with gzip.open(path) as file:
        content = file.read()
    done = subprocess.run([LACUNA, "evaluate", "--labels", "-", "--json"], input=content, capture_output=True, check=False)
    found = json.loads(done.stdout)
    tap.check(found["auc"] >= 0.93, "published labels: area under the curve", found["auc"])
    tap.check(found["brier_skill"] >= 0.63, "published labels: Brier skill", found["brier_skill"])
    tap.check(found["rejected"]["begin cannot be read"] > 0 and found["used"] > 1100, "rows that cannot be used are counted", found["rejected"])
    done = run("evaluate", "--labels", path)
    tap.check(done.returncode == 3 and b"zcat" in done.stderr, "a compressed list: how to read it", done.stderr.decode())
    done = subprocess.run([LACUNA, "evaluate", "--labels", "-"], input=b"a,b\n", capture_output=True, check=False)
    tap.check(done.returncode == 3 and b"heading" in done.stderr, "another table", done.stderr.decode())


def main():
    tap = Tap()
    for folder in SHIPPED:
        incidents_are_whole(tap, folder)
    causes_are_right(tap, "shipped", SHIPPED)
    if recordings():
        causes_are_right(tap, "fixtures", recordings(), [f for f in series() if "iran" in f])
    else:
        tap.skip("fixtures", "not there")
    explaining(tap)
    untrusted(tap)
    calibration(tap)
    labels(tap)
    tap.end()


main()
